/**
 * YAML as kubectl prints it: sorted keys, two blanks, lists not indented below their key, long lines folded at column 80, and quotes
 * only where the text would otherwise be read as something else. People compare this output, and programs do, so it follows
 * sigs.k8s.io/yaml to the byte, including what is odd: keys sort by letters, then numbers by value (`a2` before `a10`); a text with a line break is a
 * `|-` block unless a line ends in a blank; a key of more than 128 bytes begins with `?`.
 *
 * Input is plain JSON values; `undefined` members are left out. Reading is in `yaml.ts`; nothing here needs a library.
 */
import { resolvesToString } from './yaml-scalars.ts'

const lineWidth = 80
const simpleKeyBytesMax = 128

/** One document, with a line break at its end. */
export function formatYaml(value: unknown): string {
  const writer = new YamlWriter()
  writer.node(value, -1, false)
  return writer.finish()
}

type Mapping = Readonly<Record<string, unknown>>

class YamlWriter {
  #text = ''
  #column = 0
  /** The last thing written was a blank or nothing, so no blank is needed. */
  #isAfterBlank = true
  /** Only indentation and indicators are on this line. */
  #isIndentation = true

  finish(): string {
    return this.#column > 0 ? `${this.#text}\n` : this.#text
  }

  /** `indent`: of what holds the node; -1 for the document. */
  node(value: unknown, indent: number, isInMapping: boolean): void {
    if (Array.isArray(value)) {
      if (value.length === 0) return this.#indicator('[]', true, false)
      const inner = indent < 0 ? 0 : isInMapping && !this.#isIndentation ? indent : indent + 2
      for (const item of value) {
        this.#indent(inner)
        this.#indicator('-', true, true)
        this.node(item, inner, false)
      }
      return
    }
    if (typeof value === 'object' && value !== null) {
      const keys = Object.keys(value).filter((key) => (value as Mapping)[key] !== undefined)
      if (keys.length === 0) return this.#indicator('{}', true, false)
      const inner = indent < 0 ? 0 : indent + 2
      for (const key of keys.sort(compareKeys)) this.#member(key, (value as Mapping)[key], inner)
      return
    }
    this.#scalar(value, indent, false)
  }

  #member(key: string, value: unknown, indent: number): void {
    this.#indent(indent)
    if (Buffer.byteLength(key, 'utf8') <= simpleKeyBytesMax && !/[\r\n\u0085\u2028\u2029]/.test(key)) {
      this.#scalar(key, indent, true)
      this.#indicator(':', false, false)
    } else {
      this.#indicator('?', true, true)
      this.#scalar(key, indent, false)
      this.#indent(indent)
      this.#indicator(':', true, true)
    }
    this.node(value, indent, true)
  }

  #scalar(value: unknown, indent: number, isSimpleKey: boolean): void {
    const inner = indent + 2 < 2 ? 2 : indent + 2
    if (typeof value !== 'string') return this.#plain(formatScalar(value), inner, false)
    const style = chooseStyle(value, isSimpleKey)
    if (style === 'plain') this.#plain(value, inner, !isSimpleKey)
    else if (style === 'single') this.#single(value, inner, !isSimpleKey)
    else if (style === 'double') this.#double(value, inner, !isSimpleKey)
    else this.#literal(value, inner)
  }

  #plain(text: string, indent: number, mayFold: boolean): void {
    if (!this.#isAfterBlank) this.#put(' ')
    if (text.length + this.#column <= lineWidth) this.#put(text)
    else {
      let isAfterSpace = false
      for (let index = 0; index < text.length; ) {
        const character = String.fromCodePoint(text.codePointAt(index) as number)
        if (character === ' ' && mayFold && !isAfterSpace && this.#column > lineWidth && text[index + 1] !== ' ') this.#indent(indent)
        else this.#put(character)
        isAfterSpace = character === ' '
        if (character !== ' ') this.#isIndentation = false
        index += character.length
      }
    }
    this.#isAfterBlank = false
    this.#isIndentation = false
  }

  #single(text: string, indent: number, mayFold: boolean): void {
    this.#indicator("'", true, false)
    let isAfterSpace = false
    let isAfterBreak = false
    for (let index = 0; index < text.length; ) {
      const character = String.fromCodePoint(text.codePointAt(index) as number)
      if (character === ' ') {
        const folds =
          mayFold && !isAfterSpace && this.#column > lineWidth && index > 0 && index < text.length - 1 && text[index + 1] !== ' '
        if (folds) this.#indent(indent)
        else this.#put(' ')
        isAfterSpace = true
      } else if (isBreak(character)) {
        this.#text += character
        this.#column = 0
        this.#isIndentation = true
        isAfterBreak = true
      } else {
        if (isAfterBreak) this.#indent(indent)
        this.#put(character === "'" ? "''" : character)
        this.#isIndentation = false
        isAfterSpace = false
        isAfterBreak = false
      }
      index += character.length
    }
    this.#indicator("'", false, false)
  }

  #double(text: string, indent: number, mayFold: boolean): void {
    this.#indicator('"', true, false)
    // A byte order mark at the front makes go-yaml escape everything behind it too.
    const escapesAll = text[0] === '\ufeff'
    let isAfterSpace = false
    for (let index = 0; index < text.length; ) {
      const character = String.fromCodePoint(text.codePointAt(index) as number)
      if (character === ' ' && !escapesAll) {
        if (mayFold && !isAfterSpace && this.#column > lineWidth && index > 0 && index < text.length - 1) {
          this.#indent(indent)
          if (text[index + 1] === ' ') this.#put('\\')
        } else this.#put(' ')
        isAfterSpace = true
      } else {
        this.#put(escapeCharacter(character, escapesAll))
        isAfterSpace = false
      }
      index += character.length
    }
    this.#indicator('"', false, false)
  }

  #literal(text: string, indent: number): void {
    this.#indicator('|', true, false)
    if (text[0] === ' ' || isBreak(text[0] as string)) this.#indicator('2', false, false)
    const last = text[text.length - 1] as string
    const beforeLast = text[text.length - 2]
    if (!isBreak(last)) this.#indicator('-', false, false)
    else if (beforeLast === undefined || isBreak(beforeLast)) this.#indicator('+', false, false)
    this.#break()
    this.#isAfterBlank = true
    let isAfterBreak = true
    for (const character of text) {
      if (isBreak(character)) {
        if (character === '\n') this.#break()
        else {
          this.#text += character
          this.#column = 0
        }
        this.#isIndentation = true
        isAfterBreak = true
      } else {
        if (isAfterBreak) this.#indent(indent)
        this.#put(character)
        this.#isIndentation = false
        isAfterBreak = false
      }
    }
  }

  /** Goes to column `indent` of a line that has nothing else yet. */
  #indent(indent: number): void {
    if (!this.#isIndentation || this.#column > indent || (this.#column === indent && !this.#isAfterBlank)) this.#break()
    if (this.#column < indent) this.#put(' '.repeat(indent - this.#column))
    this.#isAfterBlank = true
    this.#isIndentation = true
  }

  #indicator(text: string, needsBlank: boolean, isIndentation: boolean): void {
    if (needsBlank && !this.#isAfterBlank) this.#put(' ')
    this.#put(text)
    this.#isAfterBlank = false
    this.#isIndentation = this.#isIndentation && isIndentation
  }

  #break(): void {
    this.#text += '\n'
    this.#column = 0
    this.#isIndentation = true
  }

  #put(text: string): void {
    this.#text += text
    this.#column += text.length === 1 ? 1 : [...text].length
  }
}

function formatScalar(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return formatNumber(value)
  return String(value)
}

/** Integers of 64 bits in full; the rest as Go's `strconv.FormatFloat(value, 'g', -1, 64)` does: 1.5, 1e-07, 1.2345675e+06. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  // JavaScript's own digits, so that 12345678901234567000 stays what JSON said.
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64) return String(value)
  const exponent = Math.floor(Number(value.toExponential().split('e')[1]))
  return exponent < -4 || exponent >= 6 ? formatExponent(value) : String(value)
}

function formatExponent(value: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const size = exponent.slice(1)
  return `${mantissa}e${exponent[0]}${size.length < 2 ? `0${size}` : size}`
}

const isBreak = (character: string): boolean =>
  character === '\n' || character === '\r' || character === '\u0085' || character === '\u2028' || character === '\u2029'

type ScalarStyle = 'plain' | 'single' | 'double' | 'literal'

const firstIndicators = new Set('#,[]{}&*!|>\'"%@`')

function chooseStyle(text: string, isSimpleKey: boolean): ScalarStyle {
  if (text === '') return 'double'
  const wanted: ScalarStyle = text.includes('\n') ? 'literal' : resolvesToString(text) ? 'plain' : 'double'
  if (wanted === 'double') return 'double'
  let hasIndicator = text.startsWith('---') || text.startsWith('...')
  let hasBreak = false
  let hasSpecial = false
  let breakThenSpace = false
  let spaceThenBreak = false
  let before = ''
  const characters = [...text]
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] as string
    const after = characters[index + 1]
    const isBeforeBlank = after === undefined || after === ' ' || after === '\t'
    if (index === 0)
      hasIndicator ||= firstIndicators.has(character) || ((character === '?' || character === ':' || character === '-') && isBeforeBlank)
    else if (character === ':') hasIndicator ||= isBeforeBlank
    else if (character === '#') hasIndicator ||= before === ' ' || before === '\t' || isBreak(before)
    if (!isPrintable(character)) hasSpecial = true
    if (character === ' ') breakThenSpace ||= isBreak(before)
    else if (isBreak(character)) {
      hasBreak = true
      spaceThenBreak ||= before === ' '
    }
    before = character
  }
  const first = characters[0] as string
  const isPaddedOutside = first === ' ' || isBreak(first) || before === ' ' || isBreak(before)
  if (wanted === 'literal') return spaceThenBreak || hasSpecial || before === ' ' || isSimpleKey ? 'double' : 'literal'
  if (spaceThenBreak || hasSpecial || breakThenSpace) return 'double'
  return hasIndicator || hasBreak || isPaddedOutside ? 'single' : 'plain'
}

function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) as number
  return (
    code === 0x0a ||
    (code >= 0x20 && code <= 0x7e) ||
    (code >= 0xa0 && code < 0xd800) ||
    (code >= 0xe000 && code < 0xfffe && code !== 0xfeff)
  )
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function escapeCharacter(character: string, always: boolean): string {
  const known = escapes[character]
  if (known !== undefined) return known
  if (isPrintable(character) && !always) return character
  const code = character.codePointAt(0) as number
  const hex = code.toString(16).toUpperCase()
  return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

const isLetter = (character: string): boolean => /\p{L}/u.test(character)
const isDigit = (character: string | undefined): boolean => character !== undefined && /\p{Nd}/u.test(character)

/** go-yaml's order of keys: letters by code point, before them everything else, runs of digits by their value. */
export function compareKeys(left: string, right: string): number {
  const a = [...left]
  const b = [...right]
  for (let index = 0; index < a.length && index < b.length; index++) {
    const one = a[index] as string
    const other = b[index] as string
    if (one === other) continue
    const byCode = (one.codePointAt(0) as number) - (other.codePointAt(0) as number)
    const isOneLetter = isLetter(one)
    const isOtherLetter = isLetter(other)
    if (isOneLetter && isOtherLetter) return byCode
    if (isOneLetter || isOtherLetter) return isOtherLetter ? -1 : 1
    const start = (one === '0' || other === '0') && hasDigitsBefore(a, index) ? 1 : 0
    const [oneValue, oneEnd] = readDigits(a, index, start)
    const [otherValue, otherEnd] = readDigits(b, index, start)
    if (oneValue !== otherValue) return oneValue < otherValue ? -1 : 1
    return oneEnd !== otherEnd ? oneEnd - otherEnd : byCode
  }
  return a.length - b.length
}

function hasDigitsBefore(characters: readonly string[], index: number): boolean {
  for (let at = index - 1; at >= 0 && isDigit(characters[at]); at--) if (characters[at] !== '0') return true
  return false
}

function readDigits(characters: readonly string[], from: number, start: number): [value: bigint, end: number] {
  let value = BigInt(start)
  let end = from
  for (; isDigit(characters[end]); end++)
    value = BigInt.asIntN(64, value * 10n + BigInt((characters[end] as string).codePointAt(0) as number) - 48n)
  return [value, end]
}
