/**
 * A patched object as an error shows it. Upstream's library takes apart only what a patch touches, and puts that together again with sorted keys; the
 * rest stays as the server wrote it.
 *
 *     {kind, apiVersion, metadata: {name, labels: {b, a}}}  merged with  {kind: …}
 *       → {"apiVersion":…,"kind":…,"metadata":{"name":…,"labels":{"b":…,"a":…}}}
 */
import { goJson } from '../go-strings.ts'
import { get, isObject } from './plain-json.ts'

export function mergedText(patched: unknown, patch: unknown): string {
  return goJson(sortedWhereMerged(patched, patch))
}

function sortedWhereMerged(value: unknown, patch: unknown): unknown {
  if (!isObject(value) || !isObject(patch)) return value
  const inner = (key: string): unknown => sortedWhereMerged(value[key], get(patch, key))
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, inner(key)]),
  )
}

/** Each operation takes apart what lies on its path. */
export function operatedText(patched: unknown, operations: unknown): string {
  const touched: Touched = new Map()
  for (const operation of Array.isArray(operations) ? operations : []) {
    const { path, from } = operation as { readonly path?: unknown; readonly from?: unknown }
    for (const pointer of [path, from]) if (typeof pointer === 'string') touch(touched, pointer)
  }
  return goJson(sortedWhereTouched(patched, touched))
}

interface Touched extends Map<string, Touched> {}

function touch(touched: Touched, pointer: string): void {
  let at = touched
  for (const token of pointer.split('/').slice(1, -1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    let next = at.get(key)
    if (next === undefined) at.set(key, (next = new Map()))
    at = next
  }
}

function sortedWhereTouched(value: unknown, touched: Touched | undefined): unknown {
  if (touched === undefined) return value
  if (Array.isArray(value)) return value.map((one, i) => sortedWhereTouched(one, touched.get(`${i}`)))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortedWhereTouched(value[key], touched.get(key))]),
  )
}
