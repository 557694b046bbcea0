/**
 * Reading JSON as Go's decoder does, where clients can see the difference: JSON.parse does the work, and only what it refuses is looked at again to say
 * why in Go's words. Keys that stand twice in an object are found by a scan of their own (`duplicateKeys`), since JSON.parse keeps silent about them.
 *
 *     {"a": 1,}        invalid character '}' looking for beginning of object key string
 *     {"a": {"b": 1, "b": 2}}        → ['a.b']
 *
 * Nesting deeper than ten thousand is refused, as Go does, before anything else could overflow.
 */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

const depthMax = 10_000
/** A text shorter than this cannot nest too deeply. */
const deepTextMin = depthMax

/** Throws JsonSyntaxError. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  if (text.length > deepTextMin) checkDepth(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new JsonSyntaxError(new GoScanner(bytes).problem())
  }
  // A lone surrogate cannot be UTF-8: Go puts U+FFFD in its place.
  return text.includes('\\u') && /\\u[dD][89a-fA-F]/.test(text) ? wellFormed(value) : value
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

function checkDepth(text: string): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 92) i++
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 123 || code === 91) {
      if (++depth > depthMax) throw new JsonSyntaxError(`invalid character '${text[i]}' exceeded max depth`)
    } else if (code === 125 || code === 93) depth--
  }
}

/** Paths ("spec.containers[0].name") of keys that stand twice or more, in the order of the text. The text must be valid JSON. */
export function duplicateKeys(text: string): readonly string[] {
  const found: string[] = []
  const levels: Level[] = []
  let level: Level | undefined
  let expectsKey = false
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 34: {
        const start = i + 1
        let isEscaped = false
        for (i = start; ; i++) {
          const code = text.charCodeAt(i)
          if (code === 34) break
          if (code === 92) {
            isEscaped = true
            i++
          }
        }
        if (!expectsKey || level === undefined) break
        const key = isEscaped ? (JSON.parse(text.slice(start - 1, i + 1)) as string) : text.slice(start, i)
        if (level.keys.has(key)) found.push(pathOf(levels, key))
        else level.keys.add(key)
        level.key = key
        expectsKey = false
        break
      }
      case 123:
        level = { keys: new Set(), key: '', index: -1 }
        levels.push(level)
        expectsKey = true
        break
      case 91:
        level = { keys: noKeys, key: '', index: 0 }
        levels.push(level)
        expectsKey = false
        break
      case 125:
      case 93:
        levels.pop()
        level = levels.at(-1)
        expectsKey = false
        break
      case 44:
        if (level !== undefined && level.index >= 0) level.index++
        else expectsKey = true
    }
  }
  return found
}

interface Level {
  readonly keys: Set<string>
  key: string
  /** -1 in objects. */
  index: number
}
const noKeys = new Set<string>()

function pathOf(levels: readonly Level[], key: string): string {
  let path = ''
  for (const level of levels.slice(0, -1)) path += level.index >= 0 ? `[${level.index}]` : `${path === '' ? '' : '.'}${level.key}`
  return `${path}${path === '' ? '' : '.'}${key}`
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
          if (!/[0-9a-fA-F]/.test(String.fromCharCode(Math.max(0, this.#peek())))) this.#refuse('in \\u hexadecimal character escape')
      } else if (escape !== end && '"\\/bfnrt'.includes(String.fromCharCode(escape))) this.#at++
      else this.#refuse('in string escape code')
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
      if (!this.#isDigit()) this.#refuse('in numeric literal')
    }
    if (this.#peek() === 0x30) this.#at++
    else this.#digits()
    if (this.#peek() === 0x2e) {
      this.#at++
      if (!this.#isDigit()) this.#refuse('after decimal point in numeric literal')
      this.#digits()
    }
    if (this.#peek() === 0x65 || this.#peek() === 0x45) {
      this.#at++
      if (this.#peek() === 0x2b || this.#peek() === 0x2d) this.#at++
      if (!this.#isDigit()) this.#refuse('in exponent of numeric literal')
      this.#digits()
    }
  }
  #literal(word: string): void {
    for (const letter of word) {
      if (this.#peek() !== letter.charCodeAt(0)) this.#refuse(`in literal ${word} (expecting '${letter}')`)
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
