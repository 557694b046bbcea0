/**
 * One step of a path in server-side apply, as the string that stands in FieldsV1: a path element is its own serialisation,
 * so that comparing two is comparing strings.
 *
 *     f:replicas                            a field or a map's key
 *     k:{"containerPort":80,"protocol":"TCP"}  the element of a list with these keys (sorted by name)
 *     v:"finalizer.example.com"             the element of a set
 *     i:3                                   an index; only decoded, nobody writes it
 *
 * What a newcomer would get wrong: the text behind k: and v: is JSON as Go prints it (<, > and & escaped), and elements
 * sort by what they mean, not as strings: fields before keys before values before indexes, 9 before 10.
 */
import { compareStrings, goJson, quote } from '../go-strings.ts'
import { isObject } from '../patch/plain-json.ts'

export type PathElement = string
export type Path = readonly PathElement[]

export class BadPathElement extends Error {}

export function fieldElement(name: string): PathElement {
  return `f:${name}`
}
/** `key` in order of names: the caller's list type has them sorted. */
export function keyElement(key: readonly (readonly [string, unknown])[]): PathElement {
  let text = 'k:{'
  for (const [i, [name, value]] of key.entries()) text += `${i === 0 ? '' : ','}${JSON.stringify(name)}:${scalarText(value)}`
  return `${text}}`
}
export function valueElement(value: unknown): PathElement {
  return `v:${scalarText(value)}`
}

const plain = /^[ !#-%'-;=?-[\]-~]*$/
export function scalarText(value: unknown): string {
  if (typeof value === 'string' && plain.test(value)) return `"${value}"`
  return typeof value === 'number' ? String(value) : goJson(value)
}

/**
 * The element in the form above, from text that a client or an older server wrote. Undefined for a kind of element that
 * nobody knows yet; throws BadPathElement for broken text.
 */
export function canonicalElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new BadPathElement('key must be 2 characters long:')
  if (text[1] !== ':') throw new BadPathElement(`missing colon: ${text}`)
  switch (text[0]) {
    case 'f':
      return text
    case 'v':
      return valueElement(parsed(text))
    case 'k': {
      const key = parsed(text)
      if (!isObject(key)) throw new BadPathElement('expect { or n')
      return keyElement(Object.entries(key).sort(([a], [b]) => compareStrings(a, b)))
    }
    case 'i': {
      if (!/^[+-]?[0-9]+$/.test(text.slice(2))) throw new BadPathElement(`strconv.Atoi: parsing ${quote(text.slice(2))}: invalid syntax`)
      return `i:${Number(text.slice(2))}`
    }
    default:
      return undefined
  }
}

function parsed(element: string): unknown {
  try {
    return JSON.parse(element.slice(2))
  } catch (error) {
    throw new BadPathElement('parsing key as path element', { cause: error })
  }
}

const ranks: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 }

export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0
  const rank = (ranks[a[0] as string] as number) - (ranks[b[0] as string] as number)
  if (rank !== 0) return rank
  switch (a[0]) {
    case 'k':
      return compareKeys(parsed(a) as object, parsed(b) as object)
    case 'v':
      return compareJson(parsed(a), parsed(b))
    case 'i':
      return Number(a.slice(2)) - Number(b.slice(2))
    default:
      return compareStrings(a, b)
  }
}

function compareKeys(a: object, b: object): number {
  const left = Object.entries(a)
  const right = Object.entries(b)
  for (let i = 0; ; i++) {
    const [x, y] = [left[i], right[i]]
    if (x === undefined || y === undefined) return (x === undefined ? 0 : 1) - (y === undefined ? 0 : 1)
    const order = compareStrings(x[0], y[0]) || compareJson(x[1], y[1])
    if (order !== 0) return order
  }
}

/** Numbers, strings, booleans, lists, maps, null. */
function rankOf(value: unknown): number {
  if (value === null) return 5
  if (typeof value === 'object') return Array.isArray(value) ? 3 : 4
  return typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2
}

function compareJson(a: unknown, b: unknown): number {
  const rank = rankOf(a) - rankOf(b)
  if (rank !== 0) return rank
  if (typeof a === 'string') return compareStrings(a, b as string)
  if (typeof a === 'object') return compareStrings(goJson(a), goJson(b))
  return Number(a) - Number(b)
}

/** As in error messages: `.replicas`, `[name="a"]`, `[="x"]`, `[3]`. */
export function printElement(element: PathElement): string {
  switch (element[0]) {
    case 'k':
      return `[${Object.entries(parsed(element) as object)
        .map(([name, value]) => `${name}=${printValue(value)}`)
        .join(',')}]`
    case 'v':
      return `[=${printValue(parsed(element))}]`
    case 'i':
      return `[${element.slice(2)}]`
    default:
      return `.${element.slice(2)}`
  }
}

function printValue(value: unknown): string {
  return typeof value === 'string' ? quote(value) : String(value)
}

export function printPath(path: Path): string {
  return path.map(printElement).join('')
}
