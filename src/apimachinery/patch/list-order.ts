/**
 * The order of lists after a strategic merge. The elements that the patch speaks of keep the patch's order, those that only
 * the server has keep theirs, and the two are woven together by where they stood on the server:
 *
 *     server [a b c], patch [x b]     →  [a x b c]?  no: [x b] keeps its order, a stands before b on the server,
 *                                        but x is unknown there and goes first:  [x a b c]
 *
 * `mergeKey` is '' for lists of scalars. Elements are maps or scalars, never both; lists of lists are refused.
 */
import { SchemaMismatch } from './patch-error.ts'
import { goText, goTypeOf, has, isObject } from './plain-json.ts'

export type ListKind = 'map' | 'scalar'

/** All elements must have one Go type. */
export function elementKindOf(...lists: readonly (readonly unknown[])[]): ListKind {
  let type: string | undefined
  for (const list of lists) {
    for (const element of list) {
      const found = goTypeOf(element)
      if (type === undefined && found === '[]interface {}') throw new SchemaMismatch('lists of lists are not supported', 422)
      type ??= found
      if (type !== found) throw new SchemaMismatch(`list element types are not identical: ${goText(lists)}`)
    }
  }
  if (type === undefined) throw new SchemaMismatch('no elements in any of the given slices')
  return type === 'map[string]interface {}' ? 'map' : 'scalar'
}

function keyOf(element: unknown, mergeKey: string): unknown {
  if (mergeKey === '') return element
  return isObject(element) && has(element, mergeKey) ? element[mergeKey] : undefined
}

function positionsOf(list: readonly unknown[], mergeKey: string): Map<unknown, number> {
  const positions = new Map<unknown, number>()
  for (const [i, element] of list.entries()) {
    const key = keyOf(element, mergeKey)
    if (!positions.has(key)) positions.set(key, i)
  }
  return positions
}

/** Those that `by` speaks of, and the others. */
export function partitionByPresence(list: readonly unknown[], by: readonly unknown[], mergeKey: string): [unknown[], unknown[]] {
  if (mergeKey !== '') requireMergeKeys(list, mergeKey)
  for (const [i, element] of by.entries()) {
    if (mergeKey !== '' && list.length > 0 && !isObject(element)) throw new SchemaMismatch(`value for key ${i} is not a map`)
  }
  const present = new Set<unknown>()
  for (const element of by) {
    if (mergeKey === '' || (isObject(element) && has(element, mergeKey))) present.add(keyOf(element, mergeKey))
  }
  const inside: unknown[] = []
  const outside: unknown[] = []
  for (const element of list) (present.has(keyOf(element, mergeKey)) ? inside : outside).push(element)
  return [inside, outside]
}

function requireMergeKeys(list: readonly unknown[], mergeKey: string): void {
  for (const element of list) {
    if (!isObject(element)) throw new SchemaMismatch(`expected a map[string]interface {}, but received a ${goTypeOf(element)}`)
    if (!has(element, mergeKey)) throw new SchemaMismatch(`map: ${goText(element)} does not contain declared merge key: ${mergeKey}`)
  }
}

/** `list` in the order of `order`. Upstream lets an element that is not in there jump over its left neighbour. */
export function keepsOrderOf(order: readonly unknown[], list: readonly unknown[], mergeKey: string, kind: ListKind): unknown[] {
  if (kind === 'map') {
    requireMergeKeys(list, mergeKey)
    requireMergeKeys(order, mergeKey)
  }
  const positions = positionsOf(order, mergeKey)
  const at = (element: unknown): number => positions.get(keyOf(element, mergeKey)) ?? -1
  if (list.every((element) => at(element) >= 0)) return [...list].sort((a, b) => at(a) - at(b))
  const sorted = [...list]
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0; j--) {
      const left = at(sorted[j - 1])
      const right = at(sorted[j])
      if (left >= 0 && right >= 0 && right >= left) break
      ;[sorted[j - 1], sorted[j]] = [sorted[j], sorted[j - 1]]
    }
  }
  return sorted
}

/** Weaves `serverOnly` into `patched`: before an element only if it stood before it on the server. */
export function insertByServerOrder(
  serverOnly: readonly unknown[],
  patched: readonly unknown[],
  server: readonly unknown[],
  mergeKey: string,
  kind: ListKind,
): unknown[] {
  const positions = positionsOf(server, kind === 'map' ? mergeKey : '')
  const at = (element: unknown): number | undefined => positions.get(keyOf(element, kind === 'map' ? mergeKey : ''))
  const woven: unknown[] = []
  let i = 0
  let j = 0
  while (i < serverOnly.length && j < patched.length) {
    const left = at(serverOnly[i])
    const right = at(patched[j])
    if (left !== undefined && right !== undefined && left < right) woven.push(serverOnly[i++])
    else woven.push(patched[j++])
  }
  return [...woven, ...serverOnly.slice(i), ...patched.slice(j)]
}
