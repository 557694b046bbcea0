/**
 * Field selectors: `metadata.name=web,status.phase!=Running`, with \\, \, and \= escaped in values. Which fields a kind
 * can be selected by is the kind's business (KindDefinition.selectableFields); here are only text, data and matching.
 *
 * What a newcomer would get wrong: the terms are sorted as text; there are no set operators, and `==` is `=`; a field that
 * an object does not have counts as ''.
 */
import { sortStrings } from '../go-strings.ts'
import { SelectorError } from './labels.ts'

export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}
/** All must hold. */
export type FieldRequirements = readonly FieldRequirement[]

const operators = ['!=', '==', '='] as const

/** Throws SelectorError with the client's message. */
export function parseFieldSelector(text: string): FieldRequirements {
  const requirements: FieldRequirement[] = []
  for (const term of sortStrings(splitTerms(text))) {
    if (term === '') continue
    const split = splitTerm(term)
    if (split === undefined) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`)
    const { field, operator, value } = split
    const unescaped = unescapeFieldValue(value)
    if (field === '' && unescaped === '') continue
    requirements.push({ field, operator: operator === '!=' ? '!=' : '=', value: unescaped })
  }
  return requirements
}

function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === ',') {
      terms.push(text.slice(start, i))
      start = i + 1
    }
  }
  terms.push(text.slice(start))
  return terms
}

function splitTerm(term: string): { field: string; operator: string; value: string } | undefined {
  for (let i = 0; i < term.length; i++) {
    const operator = operators.find((one) => term.startsWith(one, i))
    if (operator !== undefined) return { field: term.slice(0, i), operator, value: term.slice(i + operator.length) }
  }
  return undefined
}

export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}

export function unescapeFieldValue(text: string): string {
  if (!/[\\,=]/.test(text)) return text
  let value = ''
  let inSlash = false
  for (const character of text) {
    const isSpecial = character === '\\' || character === ',' || character === '='
    if (inSlash) {
      if (!isSpecial) throw new SelectorError(`invalid field selector: invalid escape sequence: \\${character}`)
      value += character
      inSlash = false
    } else if (character === '\\') inSlash = true
    // Go prints the character's number here.
    else if (isSpecial) throw new SelectorError(`invalid field selector: unescaped character in value: ${character.codePointAt(0)}`)
    else value += character
  }
  if (inSlash) throw new SelectorError('invalid field selector: invalid escape sequence: \\')
  return value
}

export function formatFieldSelector(requirements: FieldRequirements): string {
  return requirements.map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`).join(',')
}

/** `fieldOf` gives a field's value, '' when the object has none. */
export function matchesFields(requirements: FieldRequirements, fieldOf: (field: string) => string): boolean {
  return requirements.every(({ field, operator, value }) => (fieldOf(field) === value) === (operator === '='))
}

/** The value that `field` must have, if the selector says so: `metadata.name=x` turns a list into a look-up. */
export function requiredFieldValue(requirements: FieldRequirements, field: string): string | undefined {
  return requirements.find((one) => one.field === field && one.operator === '=')?.value
}
