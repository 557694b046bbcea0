/**
 * Takes fields out of a value: what an applier owned before and no longer names. A list or map of which nothing is left
 * becomes null, as upstream has it; mostly the field itself is among those that go.
 *
 * And mends sets of owned fields after a schema changed: a list or map that was owned entry by entry and is atomic now is
 * owned as a whole (`reconcileWithSchema`).
 */
import { type Draft, isObject, put } from '../patch/plain-json.ts'
import { type FieldSet, isEmptySet, leafSet, nodeOf, recursiveDifferenceOf, subsetAt, unionOf } from './field-set.ts'
import { fieldElement, type PathElement } from './path-element.ts'
import { elementOfItem, type ListShape, type MapShape, type Shape, shapeOfAny, shapeOfEntry } from './shape.ts'

export function removeFields(shape: Shape, value: unknown, fields: FieldSet): unknown {
  if (isEmptySet(fields)) return value
  switch (shape.kind) {
    case 'scalar':
      return value
    case 'list':
      return removeItems(shape, value, fields)
    case 'map':
      return removeEntries(shape, value, fields)
    case 'any':
      return removeFields(shapeOfAny(value ?? {}, shape), value, fields)
  }
}

function removeItems(shape: ListShape, list: unknown, fields: FieldSet): unknown {
  if (!Array.isArray(list) || list.length === 0 || shape.isAtomic) return null
  const kept: unknown[] = []
  for (const item of list) {
    const below = subsetAt(fields, elementOfItem(shape, item))
    if (below.isMember) continue
    kept.push(removeFields(shape.items, item, below))
  }
  return kept.length === 0 ? null : kept
}

function removeEntries(shape: MapShape, map: unknown, fields: FieldSet): unknown {
  if (!isObject(map) || Object.keys(map).length === 0 || shape.isAtomic) return null
  const kept: Draft = {}
  for (const name of Object.keys(map)) {
    const below = subsetAt(fields, fieldElement(name))
    if (below.isMember) continue
    put(kept, name, isEmptySet(below) ? map[name] : removeFields(shapeOfEntry(shape, name), map[name], below))
  }
  return Object.keys(kept).length === 0 ? null : kept
}

/** The very same set when there was nothing to mend. */
export function reconcileWithSchema(shape: Shape, set: FieldSet): FieldSet {
  if (fitting.get(set) === shape) return set
  const granular = granularInsideAtomic(shape, set)
  if (granular !== undefined) return unionOf(recursiveDifferenceOf(set, granular), granular)
  fitting.set(set, shape)
  return set
}

/** Most sets outlive many updates: they are looked at once. */
const fitting = new WeakMap<FieldSet, Shape>()

/** The paths that are atomic by the schema but owned below. */
function granularInsideAtomic(shape: Shape, set: FieldSet): FieldSet | undefined {
  if (set.children === undefined || shape.kind === 'any' || shape.kind === 'scalar') return undefined
  let found: Map<PathElement, FieldSet> | undefined
  for (const [element, below] of set.children) {
    const entry = shapeBelow(shape, element)
    if (entry === undefined) continue
    const isWrong = below.children !== undefined && isAtomic(entry)
    const mended = isWrong ? leafSet : granularInsideAtomic(entry, below)
    if (mended !== undefined) (found ??= new Map()).set(element, mended)
  }
  return found === undefined ? undefined : nodeOf(false, found)
}

function isAtomic(shape: Shape): boolean {
  return shape.kind !== 'scalar' && shape.isAtomic
}

function shapeBelow(shape: ListShape | MapShape, element: PathElement): Shape | undefined {
  if (shape.kind === 'list') return shape.items
  return element[0] === 'f' ? (shape.fields.get(element.slice(2))?.shape ?? shape.others) : shape.others
}
