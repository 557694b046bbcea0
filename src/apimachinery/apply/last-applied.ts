/**
 * The bridge from client-side to server-side apply, for the manager "kubectl" only: conflicts over fields that the
 * annotation kubectl.kubernetes.io/last-applied-configuration says kubectl itself has set are no conflicts, and the
 * annotation is kept true by applies so that one can go back.
 */
import { goJson, sortStrings } from '../go-strings.ts'
import { get, isObject, type JsonObject } from '../patch/plain-json.ts'
import { annotationsAreTooLong } from '../validate-metadata.ts'
import { compareTyped } from './compare.ts'
import { differenceOf, type FieldSet } from './field-set.ts'
import type { Versions } from './ownership.ts'
import { shapeOfObject, TypedError } from './shape.ts'
import { fieldsOf, validateTyped } from './typed.ts'

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'
export const lastAppliedManager = 'kubectl'

function annotationsOf(object: JsonObject): Readonly<Record<string, string>> | undefined {
  const metadata = get(object, 'metadata')
  const annotations = isObject(metadata) ? get(metadata, 'annotations') : undefined
  return isObject(annotations) ? (annotations as Record<string, string>) : undefined
}

export function lastAppliedOf(object: JsonObject): string {
  return annotationsOf(object)?.[lastAppliedAnnotation] ?? ''
}

/** What client-side apply has set and what still has that value; undefined when the annotation does not tell. */
export function fieldsOfLastApplied(versions: Versions, live: JsonObject): FieldSet | undefined {
  const shape = shapeOfObject(versions.schema)
  try {
    const lastApplied: unknown = JSON.parse(lastAppliedOf(live))
    if (!isObject(lastApplied) || lastApplied.apiVersion !== versions.apiVersion) return undefined
    validateTyped(shape, live, { allowDuplicates: false })
    validateTyped(shape, lastApplied, { allowDuplicates: false })
    const { added, modified, removed } = compareTyped(shape, lastApplied, live)
    return differenceOf(differenceOf(differenceOf(fieldsOf(shape, lastApplied), modified), added), removed)
  } catch (error) {
    if (error instanceof TypedError || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The object with the annotation brought up to date, if it has one; without it when that would be too long. */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const annotations = annotationsOf(object)
  if (annotations === undefined || lastAppliedOf(object) === '') return object
  const updated = { ...annotations, [lastAppliedAnnotation]: `${goJson(sorted(withoutAnnotation(applied)))}\n` }
  const { [lastAppliedAnnotation]: _, ...others } = updated
  return {
    ...object,
    metadata: { ...(object.metadata as JsonObject), annotations: annotationsAreTooLong(updated) ? others : updated },
  }
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const annotations = annotationsOf(applied)
  if (annotations === undefined) return applied
  const { [lastAppliedAnnotation]: _, ...others } = annotations
  return { ...applied, metadata: { ...(applied.metadata as JsonObject), annotations: others } }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(sortStrings(Object.keys(value)).map((name) => [name, sorted(value[name])]))
}
