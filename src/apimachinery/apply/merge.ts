/**
 * Lays an applied configuration over a live object: what the configuration names replaces, everything else stays. Nothing
 * is ever removed here (remove.ts does that); the only art is the order of lists:
 *
 *     live [a b c], applied [c a]     [b c a]: elements that both have come in the applied order,
 *     live [a b c], applied [a x c]   [a b x c]: those of one side stay where their neighbours are
 *
 * In: two valid values of one type, undefined for "not there". Out: the merged value; parts of the live object that nothing
 * changed are the same objects, so a configuration that changes nothing gives back the live object itself.
 */
import { type Draft, has, isObject, put } from '../patch/plain-json.ts'
import type { PathElement } from './path-element.ts'
import { printElement } from './path-element.ts'
import { elementOfItem, type ListShape, type MapShape, type Shape, shapeOfAny, shapeOfEntry, TypedError } from './shape.ts'

export function mergeTyped(shape: Shape, live: unknown, applied: unknown): unknown {
  switch (shape.kind) {
    case 'scalar':
      return applied === undefined ? live : applied
    case 'list':
      return mergeLists(shape, live, applied)
    case 'map':
      return mergeMaps(shape, live, applied)
    case 'any':
      return mergeTyped(shapeOfAny((applied === undefined ? live : applied) ?? {}, shape), live, applied)
  }
}

/** An atomic or empty value: the applied one wins. Null and empty are told apart this way. */
function mergeLeaf(live: unknown, applied: unknown): unknown {
  return applied === undefined ? live : applied
}

function mergeMaps(shape: MapShape, live: unknown, applied: unknown): unknown {
  const left = isObject(live) ? live : {}
  const right = isObject(applied) ? applied : {}
  if (shape.isAtomic || (Object.keys(left).length === 0 && Object.keys(right).length === 0)) return mergeLeaf(live, applied)
  const merged: Draft = {}
  let isLive = isObject(live)
  for (const name of Object.keys(left)) {
    const value = has(right, name) ? mergeTyped(shapeOfEntry(shape, name), left[name], right[name]) : left[name]
    if (value !== left[name]) isLive = false
    if (value !== undefined) put(merged, name, value)
  }
  for (const name of Object.keys(right)) {
    if (has(left, name)) continue
    const value = mergeTyped(shapeOfEntry(shape, name), undefined, right[name])
    if (value === undefined) continue
    isLive = false
    put(merged, name, value)
  }
  if (isLive) return live
  return Object.keys(merged).length === 0 ? undefined : merged
}

interface Indexed {
  readonly elements: readonly PathElement[]
  /** Null for elements that come twice: those are not merged with anything. */
  readonly items: ReadonlyMap<PathElement, unknown>
}

function indexed(shape: ListShape, list: readonly unknown[], allowDuplicates: boolean): Indexed {
  const elements: PathElement[] = []
  const items = new Map<PathElement, unknown>()
  for (const item of list) {
    const element = elementOfItem(shape, item)
    if (!items.has(element)) items.set(element, item)
    else if (allowDuplicates) items.set(element, null)
    else throw new TypedError(`duplicate entries for key ${printElement(element)}`)
    elements.push(element)
  }
  return { elements, items }
}

function mergeLists(shape: ListShape, live: unknown, applied: unknown): unknown {
  const left: readonly unknown[] = Array.isArray(live) ? live : []
  const right: readonly unknown[] = Array.isArray(applied) ? applied : []
  if (shape.isAtomic || (left.length === 0 && right.length === 0)) return mergeLeaf(live, applied)
  const merged = [...mergedItems(shape, left, indexed(shape, left, true), indexed(shape, right, false))]
  if (merged.length === left.length && merged.every((item, i) => item === left[i])) return live
  return merged.length === 0 ? undefined : merged
}

/** Walks both lists at once. `shared`: those of the applied list that live has too, in applied order; the next one is due. */
function* mergedItems(shape: ListShape, live: readonly unknown[], left: Indexed, right: Indexed): Generator<unknown> {
  const shared = right.elements.filter((element) => left.items.has(element))
  const done = new Set<PathElement>()
  let due = 0
  let l = 0
  let r = 0
  const take = (element: PathElement): unknown => {
    done.add(element)
    return mergeTyped(shape.items, left.items.get(element), right.items.get(element))
  }
  while (l < left.elements.length || r < right.elements.length) {
    const ours = left.elements[l]
    const theirs = right.elements[r]
    if (ours !== undefined && theirs !== undefined) {
      if (ours === theirs) {
        yield take(ours)
        l++
        r++
        due++
        continue
      }
      if (right.items.has(ours) && due < shared.length && shared[due] !== ours) {
        // Shared, but not the one that is due now: it comes where the applied list has it.
        l++
        continue
      }
    }
    if (ours !== undefined) {
      if (!right.items.has(ours)) {
        // As it stands: of two with one name each keeps its own content.
        yield live[l++]
        continue
      }
      if (done.has(ours)) l++
    }
    if (theirs !== undefined) {
      const isDue = due < shared.length && shared[due] === theirs
      yield take(theirs)
      r++
      if (isDue) due++
    }
  }
}
