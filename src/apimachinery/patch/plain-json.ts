/**
 * Reading and writing plain JSON objects whose keys come from strangers. A key may be `__proto__` or `constructor`: a
 * plain `object[key]` would then read or even set the prototype, so whoever patches objects goes through `get` and `put`.
 * `goText` prints values as Go's %v does, since some errors of patches show whole maps.
 *
 *     goText({b: [1, 'x', null], a: true})   map[a:true b:[1 x <nil>]]
 */
import { sortStrings } from '../go-strings.ts'

export type JsonObject = Readonly<Record<string, unknown>>
/** An object that nobody else has seen yet. */
export type Draft = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function has(object: JsonObject, key: string): boolean {
  return Object.hasOwn(object, key)
}
export function get(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
export function put(draft: Draft, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(draft, key, { value, writable: true, enumerable: true, configurable: true })
  else draft[key] = value
}

/** Same JSON, whatever the order of keys. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]))
  }
  if (Array.isArray(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => has(b as JsonObject, name) && jsonEqual((a as JsonObject)[name], (b as JsonObject)[name]))
}

export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  const object = value as JsonObject
  return `map[${sortStrings(Object.keys(object))
    .map((name) => `${name}:${goText(object[name])}`)
    .join(' ')}]`
}

/** The Go type that a JSON value has once decoded without a schema. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '%!s(<nil>)'
  if (Array.isArray(value)) return '[]interface {}'
  switch (typeof value) {
    case 'object':
      return 'map[string]interface {}'
    case 'boolean':
      return 'bool'
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64'
    default:
      return 'string'
  }
}

/** What encoding/json calls a JSON value that does not fit. */
export function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : value === null ? 'null' : typeof value
}
