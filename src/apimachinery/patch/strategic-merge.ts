/**
 * Strategic merge patch, `application/strategic-merge-patch+json`: a merge patch that knows from the schema which lists are
 * sets or maps in disguise (patchStrategy, patchMergeKey), and takes orders of its own:
 *
 *     {"$patch": "replace" | "delete"}        in a map: replace or empty it; in an element of a list: drop the rest, or that one
 *     {"$retainKeys": ["type"]}               drop all keys but these
 *     {"$setElementOrder/env": [{"name": …}]} how the list should be ordered afterwards
 *     {"$deleteFromPrimitiveList/finalizers": ["x"]}
 *
 * What a newcomer would get wrong: new elements come to stand in front of those that only the server has (list-order.ts);
 * which of the errors are 400, 422 and 500 without reason is upstream's doing (patch-error.ts); and a list without a strategy is
 * replaced whole, directives and all.
 *
 * In: schema, object, patch, parsed. Out: a new object; neither input is changed.
 */
import type { Schema, StructSchema } from '../schema/schema.ts'
import { badRequest } from '../status-error.ts'
import { elementKindOf, insertByServerOrder, keepsOrderOf, type ListKind, partitionByPresence } from './list-order.ts'
import { badArgumentType, badPatchFormat, noMergeKey, SchemaMismatch, unknownPatchType } from './patch-error.ts'
import { fieldSchemaOf, listFactsOf } from './patch-schema.ts'
import { type Draft, get, goText, has, isObject, type JsonObject, jsonTypeOf, put } from './plain-json.ts'

const directive = '$patch'
const retainKeys = '$retainKeys'
const orderPrefix = '$setElementOrder'
const deletePrefix = '$deleteFromPrimitiveList'

/** Throws what the API server answers: 400, 422, or 500 without a reason. A patch of `null` changes nothing. */
export function strategicMergePatch(schema: StructSchema, original: JsonObject, patch: unknown): JsonObject {
  if (patch === null || patch === undefined) return original
  if (!isObject(patch)) {
    throw badRequest(`json: cannot unmarshal ${jsonTypeOf(patch)} into Go value of type map[string]interface {}`)
  }
  return mergeMap(schema, original, patch)
}

function mergeMap(schema: Schema, original: JsonObject, givenPatch: JsonObject): JsonObject {
  if (has(givenPatch, directive)) return obeyMapDirective(givenPatch)
  const merged: Draft = { ...original }
  const patch: Draft = { ...givenPatch }
  obeyRetainKeys(merged, patch)
  mergeOrderedLists(schema, merged, patch)
  for (const key of Object.keys(patch)) mergeField(schema, merged, key, patch[key])
  return merged
}

function obeyMapDirective(patch: JsonObject): JsonObject {
  switch (patch[directive]) {
    case 'replace': {
      const { [directive]: _, ...rest } = patch
      return rest
    }
    case 'delete':
      return {}
    default:
      throw unknownPatchType(patch[directive], patch)
  }
}

function obeyRetainKeys(merged: Draft, patch: Draft): void {
  if (!has(patch, retainKeys)) return
  const list = patch[retainKeys]
  delete patch[retainKeys]
  if (!Array.isArray(list)) throw badPatchFormat('retainKeys')
  const retained = new Set<unknown>(list)
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith(deletePrefix) || key.startsWith(orderPrefix)) continue
    if (!retained.has(key)) throw badPatchFormat('retainKeys')
  }
  for (const key of Object.keys(merged)) if (!retained.has(key)) delete merged[key]
}

function mergeField(schema: Schema, merged: Draft, patchKey: string, value: unknown): void {
  const isDeletion = patchKey.startsWith(deletePrefix)
  const key = isDeletion ? behindSlash(patchKey, deletePrefix, 'primitive list') : patchKey
  if (value === null) {
    delete merged[key]
    return
  }
  const current = get(merged, key)
  if (!has(merged, key) || goKindOf(current) !== goKindOf(value)) {
    if (!isDeletion) putUnlessDirective(merged, key, removeDirectives(discardNulls(value)))
  } else if (isObject(value)) {
    const { schema: below, strategy } = fieldSchemaOf(schema, key)
    put(merged, key, strategy === 'replace' ? value : mergeMap(below, current as JsonObject, value))
  } else if (Array.isArray(value)) {
    put(merged, key, mergeList(listFactsOf(schema, key), current as readonly unknown[], value, isDeletion))
  } else put(merged, key, value)
}

/** Values of different Go types replace each other; whole and broken numbers are different types. */
function goKindOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return jsonTypeOf(value)
}

/** "$setElementOrder/env" is about "env". */
function behindSlash(key: string, prefix: string, what: string): string {
  const slash = key.indexOf('/')
  if (slash < 0 || key.slice(0, slash) !== prefix) throw badPatchFormat(what)
  return key.slice(slash + 1)
}

/** Lists with an order of their own are merged first, and taken out of the patch. */
function mergeOrderedLists(schema: Schema, merged: Draft, patch: Draft): void {
  for (const orderKey of Object.keys(patch)) {
    if (!orderKey.startsWith(orderPrefix)) continue
    const order = patch[orderKey]
    delete patch[orderKey]
    if (!Array.isArray(order)) throw badArgumentType('[]interface {}', order)
    const key = behindSlash(orderKey, orderPrefix, 'setElementOrder list')
    const current = listAt(merged, key)
    const wanted = listAt(patch, key)
    const facts = listFactsOf(schema, key)
    checkOrder(wanted ?? [], order, facts.mergeKey)
    if (current === undefined && wanted === undefined) continue
    const list = mergeForOrder(facts, current, wanted)
    const [inOrder, serverOnly] = partitionByPresence(list, order, facts.mergeKey)
    const kind = elementKindOf(current ?? [], wanted ?? [])
    const orderedServerOnly = keepsOrderOf(current ?? [], serverOnly, facts.mergeKey, kind)
    const ordered = keepsOrderOf(order, inOrder, facts.mergeKey, kind)
    put(merged, key, insertByServerOrder(orderedServerOnly, ordered, current ?? [], facts.mergeKey, kind))
    delete patch[key]
  }
}

function listAt(object: JsonObject, key: string): readonly unknown[] | undefined {
  if (!has(object, key)) return undefined
  const list = object[key]
  if (!Array.isArray(list)) throw badArgumentType('[]interface {}', list)
  return list
}

function mergeForOrder(
  facts: ListFacts,
  current: readonly unknown[] | undefined,
  wanted: readonly unknown[] | undefined,
): readonly unknown[] {
  if (wanted === undefined) return current as readonly unknown[]
  if (current === undefined) return removeDirectives(wanted) as readonly unknown[]
  return mergeList(facts, current, wanted, false)
}

/** The elements of the patch must come in the same order as in $setElementOrder, and all be there. */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (order.length === 0 || patch.length === 0) return
  const kept = mergeKey === '' ? patch : patch.filter((element) => !isDeletedElement(element))
  let next = 0
  let at = 0
  while (next < kept.length && at < order.length) {
    const element = kept[next]
    if (isObject(element) && has(element, directive)) {
      next++
      continue
    }
    if (sameElement(element, order[at], mergeKey)) next++
    at++
  }
  if (next < kept.length && at >= order.length) {
    throw new SchemaMismatch(`The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`)
  }
}

function isDeletedElement(element: unknown): boolean {
  if (!isObject(element)) throw badArgumentType('map[string]interface {}', element)
  return element[directive] === 'delete'
}

function sameElement(left: unknown, right: unknown, mergeKey: string): boolean {
  return mergeKey === '' ? left === right : mergeValueOf(left, mergeKey) === mergeValueOf(right, mergeKey)
}

function mergeValueOf(element: unknown, mergeKey: string): unknown {
  if (!isObject(element)) throw badArgumentType('map[string]interface {}', element)
  if (!has(element, mergeKey)) throw noMergeKey(element, mergeKey)
  return element[mergeKey]
}

type ListFacts = ReturnType<typeof listFactsOf>

function mergeList(facts: ListFacts, current: readonly unknown[], patch: readonly unknown[], isDeletion: boolean): readonly unknown[] {
  if (facts.strategy !== 'merge' && !isDeletion) return patch
  if (current.length === 0 && patch.length === 0) return current
  const kind = elementKindOf(current, patch)
  if (kind !== 'map') {
    if (isDeletion) return current.filter((element) => !patch.includes(element))
    return ordered(withoutDuplicates([...current, ...patch]), patch, current, facts.mergeKey, kind)
  }
  const { mergeKey } = facts
  if (mergeKey === '') throw new SchemaMismatch(`cannot merge lists without merge key for ${facts.elementGoKind}`)
  const { original, rest } = obeyElementDirectives(current as readonly JsonObject[], patch as readonly JsonObject[], mergeKey)
  const merged = mergeElements(facts, original, rest)
  return ordered(merged, rest, original, mergeKey, kind)
}

function ordered(
  merged: readonly unknown[],
  patch: readonly unknown[],
  original: readonly unknown[],
  mergeKey: string,
  kind: ListKind,
): readonly unknown[] {
  const [fromPatch, serverOnly] = partitionByPresence(merged, patch, mergeKey)
  const left = keepsOrderOf(original, serverOnly, mergeKey, kind)
  const right = keepsOrderOf(patch, fromPatch, mergeKey, kind)
  return insertByServerOrder(left, right, original, mergeKey, kind)
}

/** The later of two takes the place of the last, as upstream's loop leaves them. */
function withoutDuplicates(elements: unknown[]): unknown[] {
  if (new Set(elements).size === elements.length) return elements
  let last = elements.length - 1
  for (let i = 0; i < last; i++) {
    for (let j = i + 1; j <= last; j++) {
      if (elements[i] !== elements[j]) continue
      elements[j] = elements[last]
      last--
      j--
    }
  }
  return elements.slice(0, last + 1)
}

interface ElementDirectives {
  readonly original: readonly JsonObject[]
  readonly rest: readonly JsonObject[]
}
function obeyElementDirectives(current: readonly JsonObject[], patch: readonly JsonObject[], mergeKey: string): ElementDirectives {
  if (!patch.some((element) => has(element, directive))) return { original: current, rest: patch }
  const rest: JsonObject[] = []
  let original = current
  let replaces = false
  for (const element of patch) {
    if (!has(element, directive)) {
      rest.push(element)
      continue
    }
    switch (element[directive]) {
      case 'delete': {
        const value = mergeValueOf(element, mergeKey)
        original = original.filter((one) => !(has(one, mergeKey) && one[mergeKey] === value))
        break
      }
      case 'replace':
        replaces = true
        break
      case 'merge':
        throw new SchemaMismatch('merging lists cannot yet be specified in the patch')
      default:
        throw unknownPatchType(element[directive], element)
    }
  }
  return replaces ? { original: rest, rest: [] } : { original, rest }
}

function mergeElements(facts: ListFacts, original: readonly JsonObject[], patch: readonly JsonObject[]): readonly JsonObject[] {
  const { mergeKey } = facts
  const merged = [...original]
  const positions = new Map<unknown, number>()
  for (const [i, element] of merged.entries()) {
    if (has(element, mergeKey) && !positions.has(element[mergeKey])) positions.set(element[mergeKey], i)
  }
  for (const element of patch) {
    const value = mergeValueOf(element, mergeKey)
    const position = positions.get(value)
    if (position !== undefined) merged[position] = mergeMap(facts.elements, merged[position] as JsonObject, element)
    else {
      positions.set(value, merged.length)
      merged.push(element)
    }
  }
  return merged
}

/** Null members are gone at every depth; null elements of lists stay. */
function discardNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(discardNulls)
  if (!isObject(value)) return value
  const kept: Draft = {}
  for (const key of Object.keys(value)) if (value[key] !== null) put(kept, key, discardNulls(value[key]))
  return kept
}

const nothingLeft = Symbol('a map with a directive is not kept')

/** Maps that carry $patch vanish where there was nothing to apply them to. */
function removeDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(removeDirectives).filter((element) => element !== nothingLeft)
  if (!isObject(value)) return value
  if (has(value, directive)) return nothingLeft
  const kept: Draft = {}
  for (const key of Object.keys(value)) putUnlessDirective(kept, key, removeDirectives(value[key]))
  return kept
}
function putUnlessDirective(draft: Draft, key: string, value: unknown): void {
  if (value === nothingLeft) delete draft[key]
  else put(draft, key, value)
}
