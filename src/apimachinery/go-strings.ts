/**
 * Strings as Go sees them. Kubernetes counts bytes, sorts bytes and quotes with %q; JavaScript counts and sorts UTF-16
 * units and quotes as JSON. For plain ASCII they agree, so every function here takes the fast road first.
 *
 *     utf8Length('é')          2      len("é") in Go
 *     compareStrings('\u{1F600}', '\uFFFD')    > 0, as bytes do; JavaScript's < says otherwise
 *     quote('a\x01"')          "a\x01\""      fmt.Sprintf("%q")
 *     goJson({a: '<'})         {"a":"\u003c"}  encoding/json escapes <, > and &
 *
 * Nothing here knows about Kubernetes.
 */

const ascii = /^[\0-\x7f]*$/

/** How many bytes `text` has in UTF-8. A lone surrogate counts as U+FFFD: three. */
export function utf8Length(text: string): number {
  if (ascii.test(text)) return text.length
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    if (unit < 0x800) bytes += 1
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2
      i++
    } else bytes += 2
  }
  return bytes
}

/** Orders by UTF-8 bytes, which is by code points. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    // Surrogates stand for code points above every other unit.
    const xHigh = x >= 0xd800 && x < 0xe000
    const yHigh = y >= 0xd800 && y < 0xe000
    if (xHigh !== yHigh) return xHigh ? 1 : -1
    return x < y ? -1 : 1
  }
  return a.length < b.length ? -1 : 1
}

export function sortStrings(values: Iterable<string>): string[] {
  return [...values].sort(compareStrings)
}

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const plain = /^[ !#-[\]-~]*$/
const named: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

/** unicode.IsPrint of one character (code point). */
export function isPrintable(character: string): boolean {
  return printable.test(character)
}

/** strconv.Quote: what %q prints. */
export function quote(text: string): string {
  if (plain.test(text)) return `"${text}"`
  let out = '"'
  for (const character of text) {
    const code = character.codePointAt(0) as number
    if (named[character] !== undefined) out += named[character]
    else if (code >= 0xd800 && code < 0xe000) out += '\uFFFD'
    else if (printable.test(character)) out += character
    else if (code < 0x80) out += `\\x${hex(code, 2)}`
    else if (code < 0x10000) out += `\\u${hex(code, 4)}`
    else out += `\\U${hex(code, 8)}`
  }
  return `${out}"`
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

const htmlUnsafe = /[<>&\u2028\u2029]/g

/** encoding/json's text of a value: as JSON.stringify, with <, > and & escaped. Keys keep their order. */
export function goJson(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, null, indent) ?? 'null'
  return text.replace(htmlUnsafe, (character) => `\\u${hex(character.charCodeAt(0), 4)}`)
}
