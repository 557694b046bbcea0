/**
 * Reading JSON as Go's decoder does, where clients can see the difference: JSON.parse does the work, and only what it refuses is looked at again to say
 * why in Go's words (`invalid character '}' looking for beginning of object key string`).
 *
 * JSON.parse keeps silent about keys that stand twice and about how a number was written. `scanJson` passes over the text once without building anything:
 * whoever walks the parsed value and finds fewer members than the text has knows that one was doubled. Nesting deeper than a thousand is refused in
 * Go's words, before anything could overflow: Go's own limit is ten thousand, but JSON.stringify ends at less than five. Bytes that are no UTF-8 become U+FFFD.
 */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

const depthMax = 1000

export interface JsonText {
  readonly value: unknown
  readonly text: string
  readonly scan: JsonScan
}

/** Throws JsonSyntaxError. */
export function parseJson(bytes: Uint8Array): unknown {
  return readJson(bytes).value
}

/** Throws JsonSyntaxError. */
export function readJson(bytes: Uint8Array): JsonText {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const scan = scanJson(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new JsonSyntaxError(new GoScanner(bytes).problem())
  }
  // A lone surrogate cannot be UTF-8: Go puts U+FFFD in its place.
  return { text, scan, value: scan.hasEscapes && /\\u[dD][89a-fA-F]/.test(text) ? wellFormed(value) : value }
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (typeof value !== 'object' || value === null) return value
  const out: Record<string, unknown> = {}
  for (const [key, one] of Object.entries(value)) {
    Object.defineProperty(out, key.toWellFormed(), { value: wellFormed(one), writable: true, enumerable: true, configurable: true })
  }
  return out
}

export interface JsonScan {
  /** Keys in all objects together, the doubled ones too. */
  readonly members: number
  /** A number was written with a fraction, an exponent, or more digits than a number of JavaScript holds. */
  readonly hasOddNumbers: boolean
  readonly hasEscapes: boolean
}

const safeDigitsMax = 15

/** 3 µs for 2 KB. Throws JsonSyntaxError for what nests too deeply; of a text that is no JSON the numbers mean nothing. */
export function scanJson(text: string): JsonScan {
  let members = 0
  let depth = 0
  let hasOddNumbers = false
  let hasEscapes = false
  const { length } = text
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) {
      for (i++; i < length; i++) {
        const inner = text.charCodeAt(i)
        if (inner === 34) break
        if (inner === 92) {
          hasEscapes = true
          i++
        }
      }
    } else if (code === 58) members++
    else if (code === 123 || code === 91) {
      if (++depth > depthMax) throw new JsonSyntaxError(`invalid character '${text[i]}' exceeded max depth`)
    } else if (code === 125 || code === 93) depth--
    else if (code >= 48 && code <= 57) {
      const start = i
      for (; i + 1 < length; i++) {
        const next = text.charCodeAt(i + 1)
        if (next >= 48 && next <= 57) continue
        if (next !== 46 && next !== 101 && next !== 69 && next !== 43 && next !== 45) break
        hasOddNumbers = true
      }
      if (i - start >= safeDigitsMax) hasOddNumbers = true
    }
  }
  return { members, hasOddNumbers, hasEscapes }
}

/** Keys in all objects of a JSON value, which may nest deeper than calls can. */
export function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  const open: object[] = [value]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const values: readonly unknown[] = Array.isArray(one) ? one : Object.values(one)
    if (values !== one) count += values.length
    for (let i = 0; i < values.length; i++) {
      const inner = values[i]
      if (typeof inner === 'object' && inner !== null) open.push(inner)
    }
  }
  return count
}

const end = -1

/** encoding/json's scanner, for its words. */
class GoScanner {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  problem(): string {
    try {
      this.#value()
      this.#skipBlanks()
      if (this.#peek() !== end) this.#refuse('after top-level value')
    } catch (problem) {
      if (typeof problem === 'string') return problem
      throw problem
    }
    return 'unexpected end of JSON input'
  }

  #peek(): number {
    return this.#bytes[this.#at] ?? end
  }
  /** Go ends a text with a blank: within a word, a number or an escape that is a wrong character, elsewhere it is just the end. */
  #refuseWithin(where: string): never {
    throw `invalid character ${this.#peek() === end ? "' '" : quoted(this.#peek())} ${where}`
  }
  #refuse(where: string): never {
    const byte = this.#peek()
    throw byte === end ? 'unexpected end of JSON input' : `invalid character ${quoted(byte)} ${where}`
  }
  #skipBlanks(): void {
    while ([0x20, 0x09, 0x0a, 0x0d].includes(this.#peek())) this.#at++
  }

  #value(): void {
    this.#skipBlanks()
    const byte = this.#peek()
    if (byte === 0x7b) return this.#object()
    if (byte === 0x5b) return this.#array()
    if (byte === 0x22) return this.#string()
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return this.#number()
    for (const word of ['true', 'false', 'null']) if (byte === word.charCodeAt(0)) return this.#literal(word)
    this.#refuse('looking for beginning of value')
  }

  #object(): void {
    this.#at++
    this.#skipBlanks()
    if (this.#peek() === 0x7d) {
      this.#at++
      return
    }
    for (;;) {
      this.#skipBlanks()
      if (this.#peek() !== 0x22) this.#refuse('looking for beginning of object key string')
      this.#string()
      this.#skipBlanks()
      if (this.#peek() !== 0x3a) this.#refuse('after object key')
      this.#at++
      this.#value()
      this.#skipBlanks()
      if (this.#peek() === 0x7d) break
      if (this.#peek() !== 0x2c) this.#refuse('after object key:value pair')
      this.#at++
    }
    this.#at++
  }

  #array(): void {
    this.#at++
    this.#skipBlanks()
    if (this.#peek() === 0x5d) {
      this.#at++
      return
    }
    for (;;) {
      this.#value()
      this.#skipBlanks()
      if (this.#peek() === 0x5d) break
      if (this.#peek() !== 0x2c) this.#refuse('after array element')
      this.#at++
    }
    this.#at++
  }

  #string(): void {
    this.#at++
    for (;;) {
      const byte = this.#peek()
      if (byte === 0x22) break
      if (byte === end || byte < 0x20) this.#refuse('in string literal')
      this.#at++
      if (byte !== 0x5c) continue
      const escape = this.#peek()
      if (escape === 0x75) {
        this.#at++
        for (let digit = 0; digit < 4; digit++, this.#at++)
          if (!/[0-9a-fA-F]/.test(String.fromCharCode(Math.max(0, this.#peek())))) this.#refuseWithin('in \\u hexadecimal character escape')
      } else if (escape !== end && '"\\/bfnrt'.includes(String.fromCharCode(escape))) this.#at++
      else this.#refuseWithin('in string escape code')
    }
    this.#at++
  }

  #digits(): void {
    while (this.#peek() >= 0x30 && this.#peek() <= 0x39) this.#at++
  }
  #isDigit(): boolean {
    return this.#peek() >= 0x30 && this.#peek() <= 0x39
  }
  #number(): void {
    if (this.#peek() === 0x2d) {
      this.#at++
      if (!this.#isDigit()) this.#refuseWithin('in numeric literal')
    }
    if (this.#peek() === 0x30) this.#at++
    else this.#digits()
    if (this.#peek() === 0x2e) {
      this.#at++
      if (!this.#isDigit()) this.#refuseWithin('after decimal point in numeric literal')
      this.#digits()
    }
    if (this.#peek() === 0x65 || this.#peek() === 0x45) {
      this.#at++
      if (this.#peek() === 0x2b || this.#peek() === 0x2d) this.#at++
      if (!this.#isDigit()) this.#refuseWithin('in exponent of numeric literal')
      this.#digits()
    }
  }
  #literal(word: string): void {
    for (const letter of word) {
      if (this.#peek() !== letter.charCodeAt(0)) this.#refuseWithin(`in literal ${word} (expecting '${letter}')`)
      this.#at++
    }
  }
}

const escapes: Readonly<Record<number, string>> = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 92: '\\\\' }

/** One byte as Go quotes a character. */
function quoted(byte: number): string {
  if (byte === 0x27) return "'\\''"
  if (byte === 0x22) return `'"'`
  const escape = escapes[byte]
  if (escape !== undefined) return `'${escape}'`
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`
  return byte >= 0x80 && byte < 0xa0 ? `'\\u${byte.toString(16).padStart(4, '0')}'` : `'${String.fromCharCode(byte)}'`
}
