/** JSON that comes as YAML: read by JSON's parser, with the same result as by YAML's, or left to YAML. */
import { assert as holds, jsonValue, property } from 'fast-check'
import { expect, test } from 'vitest'
import { parseYaml } from './yaml.ts'

/** The comment makes it YAML and changes nothing else. */
const asYaml = (text: string, onDuplicate?: (duplicate: { message: string }) => void): unknown =>
  parseYaml(`# YAML\n${text}`, onDuplicate === undefined ? {} : { onDuplicate })

test('any JSON is the same both ways', () => {
  holds(
    property(jsonValue({ maxDepth: 4 }), (value) => {
      const text = JSON.stringify(value)
      if (/[\x7f-\x9f\ufeff\ufffd-\uffff]|\\u|e[+-]?\d|__proto__/i.test(text)) return
      expect(parseYaml(text)).toEqual(asYaml(text))
    }),
    { numRuns: 300 },
  )
})

test.each([
  '{"a":1.50,"b":1e3,"c":123456789012345678901,"d":-0}',
  '{"a":"\\u0041\\/\\b\\f","true":true,"null":null,"<<":{"x":1},"1":2,"~":3}',
  '{"a":"2001-01-01","b":"0o7","c":"yes","d":"","e":[],"f":{},"g":" x "}',
  ' \n\t{"a" : [1 , 2 ,\n3]}\n',
  '["a",{"b":[null]}]',
])('%s', (text) => expect(parseYaml(text)).toEqual(asYaml(text)))

test('a key that stands twice is told, and keys of prototypes are keys', () => {
  const told: string[] = []
  parseYaml('{"a":{"b":1,"b":2}}', { onDuplicate: ({ message }) => told.push(message) })
  expect(told).toEqual(['line 1: key "b" already set in map'])
  const value = parseYaml('{"__proto__":{"polluted":1},"constructor":2}') as object
  expect([Object.keys(value), Object.getPrototypeOf(value) === Object.prototype]).toEqual([['__proto__', 'constructor'], true])
})
