/**
 * Between the version that a client speaks and the one that is stored. All judgement (defaults, validation, admission)
 * happens on the stored version's shape; clients see their own.
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import type { ServedResource } from './catalog.ts'
import type { Draft } from './resource-store.ts'

/** A fresh draft in the stored shape. */
export function toStored(resource: ServedResource, object: Draft): Draft {
  const convert = resource.version.toStored as ((object: KubeObject) => KubeObject) | undefined
  // The stored version converts too when it has defaults that others have not.
  if (resource.isStoredVersion && convert === undefined) return object
  const stored = (convert === undefined ? object : (structuredClone(convert(object as KubeObject)) as unknown)) as Draft
  return { ...stored, kind: resource.kind.kind, apiVersion: resource.store.apiVersion }
}

export function fromStored(resource: ServedResource, object: KubeObject): KubeObject {
  if (resource.isStoredVersion) return object
  const { fromStored: convert } = resource.version
  const served = convert === undefined ? object : convert(object)
  return { ...served, kind: resource.kind.kind, apiVersion: resource.apiVersion }
}
