/**
 * Sets of completion indexes as Indexed Jobs write them: "1,3-5,7". Increasing, below the number of completions.
 */
import { quote } from '../../apimachinery/go-strings.ts'

export interface IndexRange {
  readonly first: number
  readonly last: number
}

/** How many indexes there are, or what is wrong. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0
  let total = 0
  let previous: number | undefined
  for (const part of text.split(',')) {
    const range = parseRange(part, completions)
    if (typeof range === 'string') return range
    if (previous !== undefined && previous >= range.first) return nonIncreasing(previous, range.first)
    total += range.last - range.first + 1
    previous = range.last
  }
  return total
}

/** The first index that both hold; ranges that cannot be read are passed over. */
export function firstCommonIndex(left: string, right: string, completions: number): number | undefined {
  const lefts = readable(left, completions)
  const rights = readable(right, completions)
  let l = 0
  let r = 0
  while (l < lefts.length && r < rights.length) {
    const a = lefts[l] as IndexRange
    const b = rights[r] as IndexRange
    if (a.first <= b.last && b.first <= a.last) return Math.max(a.first, b.first)
    if (a.first <= b.first) l++
    else r++
  }
  return undefined
}

function readable(text: string, completions: number): readonly IndexRange[] {
  if (text === '') return []
  return text
    .split(',')
    .map((part) => parseRange(part, completions))
    .filter((range) => typeof range !== 'string')
}

function parseRange(text: string, completions: number): IndexRange | string {
  const parts = text.split('-')
  if (parts.length > 2) {
    return `the fragment ${quote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`
  }
  const numbers: number[] = []
  for (const part of parts) {
    if (!/^[+-]?[0-9]+$/.test(part)) return `cannot convert string to integer for index: ${quote(part)}`
    if (Number(part) >= completions) return `too large index: ${quote(part)}`
    numbers.push(Number(part))
  }
  const [first = 0, last = first] = numbers
  return parts.length === 2 && first >= last ? nonIncreasing(first, last) : { first, last }
}

function nonIncreasing(previous: number, current: number): string {
  return `non-increasing order, previous: ${previous}, current: ${current}`
}
