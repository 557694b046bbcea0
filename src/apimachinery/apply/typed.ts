/**
 * A value of a type: is it one (`validateTyped`), and which fields does it have (`fieldsOf`)? This is what an applied
 * configuration goes through before it is merged, and where a client's mistakes show:
 *
 *     .spec.foo: field not declared in schema
 *     .spec.list: duplicate entries for key [k="a"]
 *     .spec.replicas: expected numeric (int or float), got string
 *
 * Several errors make one text of several lines. Bad values print as Go's %v and %#v of a boxed value would.
 */
import { quote } from '../go-strings.ts'
import { isObject, type JsonObject } from '../patch/plain-json.ts'
import { type FieldSet, leafSet, nodeOf } from './field-set.ts'
import { fieldElement, type PathElement, printElement } from './path-element.ts'
import { elementOfItem, type ListShape, type MapShape, type ScalarKind, type Shape, shapeOfAny, shapeOfEntry, TypedError } from './shape.ts'

/** Throws TypedError with all that is wrong. Live objects may hold duplicates, applied ones may not. */
export function validateTyped(shape: Shape, value: unknown, options: { readonly allowDuplicates: boolean }): void {
  const errors = [...problemsOf(shape, value, '', options.allowDuplicates)]
  if (errors.length === 1) throw new TypedError(errors[0])
  if (errors.length > 1) throw new TypedError(['errors:', ...errors.map((one) => `  ${one}`)].join('\n'))
}

function said(path: string, problem: string): string {
  return path === '' ? problem : `${path}: ${problem}`
}

function* problemsOf(shape: Shape, value: unknown, path: string, allowDuplicates: boolean): Generator<string> {
  if (value === null || value === undefined) return
  switch (shape.kind) {
    case 'any':
      return
    case 'scalar': {
      const problem = scalarProblem(shape.scalar, value)
      if (problem !== undefined) yield said(path, problem)
      return
    }
    case 'list':
      if (!Array.isArray(value)) yield said(path, `expected list, got &{${goValue(value)}}`)
      else yield* listProblems(shape, value, path, allowDuplicates)
      return
    case 'map':
      if (!isObject(value)) yield said(path, `expected map, got &{${goValue(value)}}`)
      else yield* mapProblems(shape, value, path, allowDuplicates)
  }
}

function scalarProblem(scalar: ScalarKind, value: unknown): string | undefined {
  switch (scalar) {
    case 'number':
      return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goType(value)}`
    case 'string':
      return typeof value === 'string' ? undefined : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got &{${goValue(value)}}`
    case 'untyped':
      return typeof value !== 'object' ? undefined : `expected any scalar, got &{${goValue(value)}}`
  }
}

function* listProblems(shape: ListShape, list: readonly unknown[], path: string, allowDuplicates: boolean): Generator<string> {
  const seen = new Set<PathElement>()
  for (const [i, item] of list.entries()) {
    let element: PathElement
    try {
      element = shape.isAtomic ? `i:${i}` : elementOfItem(shape, item)
    } catch (error) {
      // Without a name for the element nothing more can be said of the list.
      if (error instanceof TypedError) return yield said(path, `element ${i}: ${error.message}`)
      throw error
    }
    if (!shape.isAtomic) {
      if (seen.has(element) && !allowDuplicates) yield said(path, `duplicate entries for key ${printElement(element)}`)
      seen.add(element)
    }
    yield* problemsOf(shape.items, item, path + printElement(element), allowDuplicates)
  }
}

function* mapProblems(shape: MapShape, map: JsonObject, path: string, allowDuplicates: boolean): Generator<string> {
  for (const name of Object.keys(map)) {
    const entry = shape.fields.get(name)?.shape ?? shape.others
    if (entry === undefined) return yield `${path}.${name}: field not declared in schema`
    yield* problemsOf(entry, map[name], `${path}.${name}`, allowDuplicates)
  }
}

/** The fields that a configuration names: its leaves, the elements of its lists, the keys of its maps. */
export function fieldsOf(shape: Shape, value: unknown): FieldSet {
  switch (shape.kind) {
    case 'any':
      return fieldsOf(shapeOfAny(value, shape), value)
    case 'scalar':
      return leafSet
    case 'list':
      if (shape.isAtomic) return leafSet
      return nodeOf(false, Array.isArray(value) ? itemsOf(shape, value) : undefined)
    case 'map':
      if (shape.isAtomic) return leafSet
      return nodeOf(false, isObject(value) ? entriesOf(shape, value) : undefined)
  }
}

function itemsOf(shape: ListShape, list: readonly unknown[]): Map<PathElement, FieldSet> {
  const items = new Map<PathElement, FieldSet>()
  for (const item of list) {
    const element = elementOfItem(shape, item)
    // Elements that come twice are owned as one, without what is in them.
    items.set(element, items.has(element) ? leafSet : nodeOf(true, fieldsOf(shape.items, item).children))
  }
  return items
}

function entriesOf(shape: MapShape, map: JsonObject): Map<PathElement, FieldSet> {
  const entries = new Map<PathElement, FieldSet>()
  for (const name of Object.keys(map)) {
    const value = map[name]
    if (value === undefined) continue
    const below = fieldsOf(shapeOfEntry(shape, name), value)
    const isMember = below.isMember || isEmptyOrNull(value) || !shape.fields.has(name)
    if (isMember || below.children !== undefined) entries.set(fieldElement(name), nodeOf(isMember, below.children))
  }
  return entries
}

function isEmptyOrNull(value: unknown): boolean {
  return value === null || (isObject(value) && Object.keys(value).length === 0)
}

/** Adds the fields of structs on the way to members: {.a.b.c} becomes {.a, .a.b.c} when `a` is a field and `b` a map's key. */
export function withNamedFields(shape: Shape | undefined, set: FieldSet): FieldSet {
  if (set.children === undefined) return set
  const children = new Map<PathElement, FieldSet>()
  for (const [element, below] of set.children) {
    const isField = element[0] === 'f'
    const field = isField && shape?.kind === 'map' ? shape.fields.get(element.slice(2)) : undefined
    const named = withNamedFields(shapeBelow(shape, element, field?.shape), below)
    children.set(element, field !== undefined && named.children !== undefined ? { isMember: true, children: named.children } : named)
  }
  return { isMember: set.isMember, children }
}

function shapeBelow(shape: Shape | undefined, element: PathElement, field: Shape | undefined): Shape | undefined {
  switch (shape?.kind) {
    case 'map':
      return element[0] === 'f' ? (field ?? shape.others) : undefined
    case 'list':
      return element[0] === 'k' ? shape.items : undefined
    case 'any':
      return element[0] === 'f' ? shape : undefined
    default:
      return undefined
  }
}

/** %v of a decoded JSON value; numbers are float64 here, whatever they look like. */
function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return goFloat(value)
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`
  if (!isObject(value)) return String(value)
  return `map[${Object.keys(value)
    .sort()
    .map((name) => `${name}:${goValue(value[name])}`)
    .join(' ')}]`
}

/** %#v */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (typeof value === 'number') return goFloat(value)
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isObject(value)) return String(value)
  const entries = Object.keys(value).sort()
  return `map[string]interface {}{${entries.map((name) => `${quote(name)}:${goSyntax(value[name])}`).join(', ')}}`
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}'
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : typeof value
}

/** %g: an exponent from a million on, and below a ten-thousandth. */
function goFloat(value: number): string {
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
