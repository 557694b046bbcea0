/**
 * Bytes, order and quotes as Go has them, where JavaScript differs.
 */
import { describe, expect, test } from 'vitest'
import { compareStrings, goJson, quote, utf8Length } from './go-strings.ts'

describe('strings as Go sees them', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['é', 2],
    ['€', 3],
    ['😀', 4],
    ['\ud800', 3],
    ['a😀é', 7],
  ])('utf8Length(%j)', (text, bytes) => expect(utf8Length(text)).toBe(bytes))

  test.each([
    ['a', 'b', -1],
    ['a', 'a', 0],
    ['a', 'aa', -1],
    ['\u{1F600}', '\uFFFD', 1],
    ['\uFFFD', '\u{1F600}', -1],
    ['Z', 'a', -1],
  ])('compareStrings(%j, %j) goes by bytes', (a, b, sign) => expect(Math.sign(compareStrings(a, b))).toBe(sign))

  test.each([
    ['plain', '"plain"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['\x01\n\x7f', '"\\x01\\n\\x7f"'],
    ['é\u200b', '"é\\u200b"'],
    ['\u{E0001}', '"\\U000e0001"'],
  ])('quote(%j)', (text, quoted) => expect(quote(text)).toBe(quoted))

  test('goJson() escapes what encoding/json escapes', () => {
    expect(goJson({ a: '<&>\u2028', b: null })).toBe('{"a":"\\u003c\\u0026\\u003e\\u2028","b":null}')
    expect(goJson(undefined)).toBe('null')
  })
})
