/**
 * Which fields differ between two values of a type: added, modified, removed. This is how an update is turned into
 * ownership, and how an apply finds out what it would take from others.
 *
 *     old {a: 1, l: [{k: x}]}   new {a: 2, l: [{k: y}]}
 *     modified .a   added .l[k="y"] .l[k="y"].k   removed .l[k="x"] .l[k="x"].k
 *
 * Absent (undefined) and null differ, as for Go's reflection: null is a value. Values that are the same object are taken
 * for equal without a look, so whoever shares structure between revisions pays only for what changed.
 * Results are built bottom-up, a node per path, see field-set.ts. Throws TypedError for list elements without a name.
 */
import { has, isObject, type JsonObject, jsonEqual } from '../patch/plain-json.ts'
import { emptySet, type FieldSet, leafSet, nodeOf, recursiveDifferenceOf, unionOf } from './field-set.ts'
import { fieldElement, type PathElement } from './path-element.ts'
import { type AnyShape, elementOfItem, type ListShape, type MapShape, type Shape, shapeOfAny, shapeOfEntry } from './shape.ts'

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}
const same: Comparison = { added: emptySet, modified: emptySet, removed: emptySet }
const leafAdded: Comparison = { ...same, added: leafSet }
const leafModified: Comparison = { ...same, modified: leafSet }
const leafRemoved: Comparison = { ...same, removed: leafSet }

/** The set of no path, the root, is never a member. */
export function compareTyped(shape: Shape, old: unknown, next: unknown): Comparison {
  const { added, modified, removed } = compare(shape, old, next)
  return { added: asRoot(added), modified: asRoot(modified), removed: asRoot(removed) }
}
function asRoot(set: FieldSet): FieldSet {
  return set.isMember ? nodeOf(false, set.children) : set
}

/** Leaves out `fields` and all below them. */
export function excludeFields(comparison: Comparison, fields: FieldSet | undefined): Comparison {
  if (fields === undefined) return comparison
  return {
    added: recursiveDifferenceOf(comparison.added, fields),
    modified: recursiveDifferenceOf(comparison.modified, fields),
    removed: recursiveDifferenceOf(comparison.removed, fields),
  }
}

function compare(shape: Shape, old: unknown, next: unknown): Comparison {
  if (old === next) return same
  switch (shape.kind) {
    case 'scalar':
      return compareLeaf(old, next)
    case 'list':
      return compareLists(shape, old, next)
    case 'map':
      return compareMaps(shape, old, next)
    case 'any':
      return compareAny(shape, old, next)
  }
}

function compareLeaf(old: unknown, next: unknown): Comparison {
  if (old === undefined) return leafAdded
  if (next === undefined) return leafRemoved
  return jsonEqual(old, next) ? same : leafModified
}

/** Values that look different are compared as what each of them is. */
function compareAny(shape: AnyShape, old: unknown, next: unknown): Comparison {
  const oldShape = shapeOfAny(old ?? {}, shape)
  const nextShape = shapeOfAny(next ?? {}, shape)
  if (next === undefined) return compare(oldShape, old, next)
  if (old === undefined || oldShape === nextShape) return compare(nextShape, old, next)
  const one = compare(oldShape, old, next)
  const other = compare(nextShape, old, next)
  return {
    added: unionOf(one.added, other.added),
    modified: unionOf(one.modified, other.modified),
    removed: unionOf(one.removed, other.removed),
  }
}

function compareMaps(shape: MapShape, old: unknown, next: unknown): Comparison {
  const left = isObject(old) ? old : undefined
  const right = isObject(next) ? next : undefined
  if (shape.isAtomic || (isEmptyMap(left) && isEmptyMap(right))) return compareLeaf(old, next)
  const collected = new Collected()
  for (const name in left) {
    if (left[name] === undefined) continue
    const value = right !== undefined && has(right, name) ? right[name] : undefined
    if (left[name] !== value) collected.add(fieldElement(name), compare(shapeOfEntry(shape, name), left[name], value))
  }
  for (const name in right) {
    if (right[name] === undefined || (left !== undefined && has(left, name) && left[name] !== undefined)) continue
    collected.add(fieldElement(name), compare(shapeOfEntry(shape, name), undefined, right[name]))
  }
  return collected.finish(old, next)
}

function isEmptyMap(map: JsonObject | undefined): boolean {
  for (const name in map) if (map[name] !== undefined) return false
  return true
}

function compareLists(shape: ListShape, old: unknown, next: unknown): Comparison {
  const left: readonly unknown[] = Array.isArray(old) ? old : []
  const right: readonly unknown[] = Array.isArray(next) ? next : []
  if (shape.isAtomic || (left.length === 0 && right.length === 0)) return compareLeaf(old, next)
  const collected = new Collected()
  const leftItems = itemsByElement(shape, left)
  const rightItems = itemsByElement(shape, right)
  for (const [element, items] of leftItems) collected.add(element, compareItems(shape, items, rightItems.get(element) ?? none))
  for (const [element, items] of rightItems) if (!leftItems.has(element)) collected.add(element, compareItems(shape, none, items))
  return collected.finish(old, next)
}

const none: readonly unknown[] = []

function itemsByElement(shape: ListShape, list: readonly unknown[]): Map<PathElement, readonly unknown[]> {
  const items = new Map<PathElement, readonly unknown[]>()
  for (const item of list) {
    const element = elementOfItem(shape, item)
    const known = items.get(element)
    items.set(element, known === undefined ? [item] : [...known, item])
  }
  return items
}

/** Elements that come twice are one atomic thing, and coming or going twice is a change of the element itself. */
function compareItems(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): Comparison {
  if (old.length <= 1 && next.length <= 1) return compare(shape.items, old[0], next[0])
  if (old.length >= 2 && next.length >= 2) return jsonEqual(old, next) ? same : leafModified
  if (old.length >= 2) {
    const comparison = next.length === 0 ? same : compare(shape.items, undefined, next[0])
    return { ...comparison, removed: unionOf(comparison.removed, leafSet) }
  }
  const comparison = old.length === 0 ? same : compare(shape.items, old[0], undefined)
  return { ...comparison, added: unionOf(comparison.added, leafSet) }
}

/** Gathers what the entries of one map or list said. */
class Collected {
  #added: Map<PathElement, FieldSet> | undefined
  #modified: Map<PathElement, FieldSet> | undefined
  #removed: Map<PathElement, FieldSet> | undefined

  add(element: PathElement, { added, modified, removed }: Comparison): void {
    if (added !== emptySet) (this.#added ??= new Map()).set(element, added)
    if (modified !== emptySet) (this.#modified ??= new Map()).set(element, modified)
    if (removed !== emptySet) (this.#removed ??= new Map()).set(element, removed)
  }

  /** A value that was not there before is itself added, besides what is in it. */
  finish(old: unknown, next: unknown): Comparison {
    const isAdded = old === undefined
    const isRemoved = next === undefined
    if (!isAdded && !isRemoved && this.#added === undefined && this.#modified === undefined && this.#removed === undefined) return same
    return {
      added: nodeOf(isAdded, this.#added),
      modified: nodeOf(false, this.#modified),
      removed: nodeOf(isRemoved, this.#removed),
    }
  }
}
