/**
 * The text of path elements, their order, and broken ones.
 */
import { describe, expect, test } from 'vitest'
import {
  BadPathElement,
  canonicalElement,
  compareElements,
  fieldElement,
  keyElement,
  printElement,
  printPath,
  valueElement,
} from './path-element.ts'

describe('path elements', () => {
  test.each([
    [fieldElement('a.b/c'), 'f:a.b/c', '.a.b/c'],
    [keyElement([['name', 'x']]), 'k:{"name":"x"}', '[name="x"]'],
    [
      keyElement([
        ['containerPort', 80],
        ['protocol', 'TCP'],
      ]),
      'k:{"containerPort":80,"protocol":"TCP"}',
      '[containerPort=80,protocol="TCP"]',
    ],
    [valueElement('a<b'), 'v:"a\\u003cb"', '[="a<b"]'],
    [valueElement(1.5), 'v:1.5', '[=1.5]'],
    [valueElement(true), 'v:true', '[=true]'],
    ['i:3', 'i:3', '[3]'],
  ])('%s', (element, text, printed) => {
    expect(element).toBe(text)
    expect(canonicalElement(text)).toBe(text)
    expect(printElement(element)).toBe(printed)
  })

  test('sorts fields, keys, values, indexes; numbers by size, strings by bytes', () => {
    const elements = [
      'i:2',
      'i:10',
      'v:9',
      'v:10',
      'v:"a"',
      'v:true',
      'k:{"a":1}',
      'k:{"a":1,"b":1}',
      'k:{"a":2}',
      'k:{"b":1}',
      'f:B',
      'f:a',
    ]
    const expected = [
      'f:B',
      'f:a',
      'k:{"a":1}',
      'k:{"a":1,"b":1}',
      'k:{"a":2}',
      'k:{"b":1}',
      'v:9',
      'v:10',
      'v:"a"',
      'v:true',
      'i:2',
      'i:10',
    ]
    expect([...elements].sort(compareElements)).toEqual(expected)
    // As strings these two would be the other way round.
    expect(compareElements('k:{"name":"a"}', 'k:{"name":"a b"}')).toBeLessThan(0)
  })

  test('text of others becomes ours', () => {
    expect(canonicalElement('k:{ "b":1, "a":"x" }')).toBe('k:{"a":"x","b":1}')
    expect(canonicalElement('v: 1.0')).toBe('v:1')
    expect(canonicalElement('i:007')).toBe('i:7')
    expect(canonicalElement('z:new')).toBeUndefined()
  })
  test.each(['', 'f', 'fx', 'v:{', 'k:1', 'k:{"a"', 'i:x'])('%j is broken', (text) =>
    expect(() => canonicalElement(text)).toThrow(BadPathElement),
  )
  test('printPath()', () => expect(printPath(['f:spec', 'f:ports', 'k:{"port":80}', 'f:name'])).toBe('.spec.ports[port=80].name'))
})
