/**
 * The text form of label selectors, as clients send it in `labelSelector=`. A scanner makes tokens, a parser walks them
 * once; both follow upstream step by step because every dead end has its own message:
 *
 *     "=a"      found '=', expected: !, identifier, or 'end of string'
 *     "a,,b"    found ',', expected: identifier after ','
 *     "a=(b"    unable to parse requirement: found '(', expected: identifier
 *
 * In: text. Out: requirements sorted by key (labels.ts), or a SelectorError.
 */
import { sortStrings } from '../go-strings.ts'
import {
  checkSelectorKey,
  type LabelOperator,
  type LabelRequirement,
  type LabelRequirements,
  labelRequirement,
  SelectorError,
  sortedByKey,
} from './labels.ts'

type TokenType = 'error' | 'end' | ')' | ',' | '!' | '==' | '=' | '>' | 'identifier' | 'in' | '<' | '!=' | 'notin' | '('
interface Token {
  readonly type: TokenType
  readonly text: string
}

const keywords: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', 'in', '<', '!=', 'notin', '('])
const special = '=!(),><'
const whitespace = ' \t\r\n'
const wordEnds = `${special}${whitespace}\0`

export function parseLabelSelector(text: string): LabelRequirements {
  return sortedByKey(new Parser(scan(text)).parse())
}

/** A NUL where a token should begin is the end, as upstream's scanner has it; behind a word it only ends the word. */
function scan(input: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < input.length && input[at] !== '\0') {
    if (whitespace.includes(input[at] as string)) {
      at++
      continue
    }
    const token = special.includes(input[at] as string) ? scanSymbol(input, at) : scanWord(input, at)
    tokens.push(token.token)
    at = token.next
  }
  tokens.push({ type: 'end', text: '' })
  return tokens
}

function scanWord(input: string, from: number): { token: Token; next: number } {
  let next = from
  while (next < input.length && !wordEnds.includes(input[next] as string)) next++
  const text = input.slice(from, next)
  return { token: { type: keywords.has(text) ? (text as TokenType) : 'identifier', text }, next: input[next] === '\0' ? next + 1 : next }
}

/** The longest run of special characters that is a keyword. */
function scanSymbol(input: string, from: number): { token: Token; next: number } {
  let next = from
  let found: Token | undefined
  while (next < input.length && special.includes(input[next] as string)) {
    const text = input.slice(from, next + 1)
    if (keywords.has(text)) found = { type: text as TokenType, text }
    else if (found !== undefined) break
    next++
  }
  const token: Token = found ?? { type: 'error', text: `error expected: keyword found '${input.slice(from, next)}'` }
  return { token, next: input[next] === '\0' ? next + 1 : next }
}

class Parser {
  readonly #tokens: readonly Token[]
  #position = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = []
    for (;;) {
      const { type, text } = this.#peek()
      if (type === 'end') return requirements
      if (type !== 'identifier' && type !== '!') throw new SelectorError(`found '${text}', expected: !, identifier, or 'end of string'`)
      requirements.push(this.#requirement())
      const after = this.#next()
      if (after.type === 'end') return requirements
      if (after.type !== ',') throw new SelectorError(`found '${after.text}', expected: ',' or 'end of string'`)
      const following = this.#peek()
      if (following.type !== 'identifier' && following.type !== '!') {
        throw new SelectorError(`found '${following.text}', expected: identifier after ','`)
      }
    }
  }

  /** Where values and keys may stand, `in` and `notin` are ordinary words. */
  #peek(): Token {
    const token = this.#tokens[this.#position] ?? { type: 'end', text: '' }
    return token.type === 'in' || token.type === 'notin' ? { type: 'identifier', text: token.text } : token
  }
  #next(): Token {
    const token = this.#peek()
    this.#position++
    return token
  }

  #requirement(): LabelRequirement {
    try {
      return this.#parseRequirement()
    } catch (error) {
      if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`)
      throw error
    }
  }

  #parseRequirement(): LabelRequirement {
    let token = this.#next()
    const isNegated = token.type === '!'
    if (isNegated) token = this.#next()
    if (token.type !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`)
    const key = token.text
    checkSelectorKey(key)
    if (isNegated) return labelRequirement(key, '!', [])
    const { type } = this.#peek()
    if (type === 'end' || type === ',') return labelRequirement(key, 'exists', [])
    const operator = this.#operator()
    const values = operator === 'in' || operator === 'notin' ? this.#values() : this.#exactValue()
    return labelRequirement(key, operator, values)
  }

  #operator(): LabelOperator {
    const { type, text } = this.#tokens[this.#position++] as Token
    switch (type) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
        return type
      case '>':
        return 'gt'
      case '<':
        return 'lt'
      default:
        throw new SelectorError(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`)
    }
  }

  #values(): string[] {
    const open = this.#next()
    if (open.type !== '(') throw new SelectorError(`found '${open.text}' expected: '('`)
    const first = this.#peek()
    if (first.type === ')') {
      this.#next()
      return ['']
    }
    if (first.type !== 'identifier' && first.type !== ',') {
      throw new SelectorError(`found '${first.text}', expected: ',', ')' or identifier`)
    }
    const values = this.#identifiers()
    // The message names the first token of the list, not the one in the way: so does upstream.
    if (this.#next().type !== ')') throw new SelectorError(`found '${first.text}', expected: ')'`)
    return values
  }

  /** "x,,y" has an empty value between the commas, "(,x" one before, "x,)" one behind. */
  #identifiers(): string[] {
    const values = new Set<string>()
    for (;;) {
      const { type, text } = this.#next()
      if (type === 'identifier') {
        values.add(text)
        const following = this.#peek()
        if (following.type === ')') return sortStrings(values)
        if (following.type !== ',') throw new SelectorError(`found '${following.text}', expected: ',' or ')'`)
      } else if (type === ',') {
        if (values.size === 0) values.add('')
        const following = this.#peek()
        if (following.type === ')') return sortStrings(values.add(''))
        if (following.type === ',') {
          this.#next()
          values.add('')
        }
      } else throw new SelectorError(`found '${text}', expected: ',', or identifier`)
    }
  }

  #exactValue(): string[] {
    const { type } = this.#peek()
    if (type === 'end' || type === ',') return ['']
    const { type: found, text } = this.#next()
    if (found !== 'identifier') throw new SelectorError(`found '${text}', expected: identifier`)
    return [text]
  }
}
