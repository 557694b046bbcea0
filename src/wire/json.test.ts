/** Refusals of JSON in Go's words, and what the scan finds that JSON.parse keeps silent about. */
import { expect, test } from 'vitest'
import { JsonSyntaxError, parseJson, readJson } from './json.ts'

function problem(text: string | Uint8Array): string | undefined {
  try {
    parseJson(Buffer.from(text as string))
    return undefined
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message
    throw error
  }
}

test.each([
  ['', 'unexpected end of JSON input'],
  [' ', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['{"a":"b', 'unexpected end of JSON input'],
  ['{"a":nul', "invalid character ' ' in literal null (expecting 'l')"],
  ['["\\', "invalid character ' ' in string escape code"],
  ['[-', "invalid character ' ' in numeric literal"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a":1,"b"}', "invalid character '}' after object key"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{"a":1}x', "invalid character 'x' after top-level value"],
  ['{"a":01}', "invalid character '1' after object key:value pair"],
  ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
  ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
  ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
  ['{"a":"\u0001"}', "invalid character '\\x01' in string literal"],
  ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
  ['{"a":"\\u12G4"}', "invalid character 'G' in \\u hexadecimal character escape"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['{"a":NaN}', "invalid character 'N' looking for beginning of value"],
  ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
  ['\u0085', "invalid character 'Â' looking for beginning of value"],
])('parseJson(%j): %s', (text, wanted) => {
  expect(problem(text)).toBe(wanted)
})

test('parseJson() takes a thousand levels and not one more', () => {
  expect(problem('['.repeat(1000) + ']'.repeat(1000))).toBeUndefined()
  expect(problem('['.repeat(1001) + ']'.repeat(1001))).toBe("invalid character '[' exceeded max depth")
  expect(problem('{"a":'.repeat(200_000))).toBe("invalid character '{' exceeded max depth")
})

test('parseJson() puts U+FFFD for what is no UTF-8, in bytes and in escapes', () => {
  expect(parseJson(Buffer.from([0x22, 0xff, 0x22]))).toBe('\ufffd')
  expect(parseJson(Buffer.from('{"\\ud800": "\\udc00x"}'))).toEqual({ '\ufffd': '\ufffdx' })
})

test('parseJson() lets no key reach the prototype', () => {
  const value = parseJson(Buffer.from('{"__proto__": {"a": "\\ud800"}, "constructor": 1}')) as object
  expect([Object.getPrototypeOf(value) === Object.prototype, Object.keys(value)]).toEqual([true, ['__proto__', 'constructor']])
})

test.each([
  ['{"a":1,"a":{"b":"x:y,{"}}', 3, false],
  ['["a:b", {"c\\":": -1}]', 1, false],
  ['{"a":2.0}', 1, true],
  ['{"a":1e3}', 1, true],
  ['{"a":1234567890123456}', 1, true],
  ['{"a":123456789012345,"b":"1.5"}', 2, false],
])('readJson(%s) counts %i members; odd numbers: %s', (text, members, hasOddNumbers) => {
  expect(readJson(Buffer.from(text)).scan).toMatchObject({ members, hasOddNumbers })
})
