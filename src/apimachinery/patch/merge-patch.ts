/**
 * JSON merge patch (RFC 7386), `application/merge-patch+json`: what stands in the patch replaces, null removes, objects
 * are merged, lists are values. In: object and patch, already parsed. Out: a new object; parts that did not change are shared.
 *
 * What a newcomer would get wrong: nulls inside objects that the patch brings along are dropped too, even inside lists, unless
 * the list takes the place of an object (upstream's library is like that); and a patch of `null` is an error here,
 * though the same body is a no-op as a strategic merge patch or a JSON patch.
 */
import { badRequest } from '../status-error.ts'
import { type Draft, get, has, isObject, type JsonObject, jsonTypeOf, put } from './plain-json.ts'

/** Throws 400 for a patch that is no object. */
export function mergePatch(original: JsonObject, patch: unknown): JsonObject {
  if (patch === null || patch === undefined) throw badRequest('Invalid JSON Patch')
  if (!isObject(patch)) {
    throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonTypeOf(patch)} into Go value of type map[string]interface {}`)
  }
  return mergeObjects(original, patch)
}

function mergeObjects(original: JsonObject, patch: JsonObject): JsonObject {
  let merged: Draft | undefined
  for (const key of Object.keys(patch)) {
    const wanted = patch[key]
    const current = get(original, key)
    if (wanted === null) {
      if (!has(original, key)) continue
      merged ??= { ...original }
      delete merged[key]
      continue
    }
    const value = mergeValues(current, wanted)
    if (value === current && has(original, key)) continue
    merged ??= { ...original }
    put(merged, key, value)
  }
  return merged ?? original
}

function mergeValues(current: unknown, wanted: unknown): unknown {
  if (!isObject(current)) return withoutNulls(wanted)
  return isObject(wanted) ? mergeObjects(current, wanted) : wanted
}

/** Null members go; null elements of lists stay. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const kept: Draft = {}
  for (const key of Object.keys(value)) if (value[key] !== null) put(kept, key, withoutNulls(value[key]))
  return kept
}
