/**
 * The standard rules for every kind, around what a KindDefinition says for itself: what clients may not set, how generation
 * grows, and in which order an object is checked. rest.BeforeCreate and rest.BeforeUpdate upstream.
 *
 * What a newcomer would get wrong: metadata is checked twice, by the kind's rules and generically; on updates both lists
 * come together in one answer, on creates the second is only asked when the first is empty.
 */

import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { type FieldError, gatherErrors } from '../../apimachinery/field-error.ts'
import type { UpdateContext, WriteContext } from '../../apimachinery/kind.ts'
import { nameIsDnsSubdomain, pathSegmentNameErrors } from '../../apimachinery/names.ts'
import type { KubeObject, ObjectMeta } from '../../apimachinery/object.ts'
import { invalid, type StatusError } from '../../apimachinery/status-error.ts'
import {
  hasKubernetesFinalizers,
  semanticallyEqual,
  validateCommonFieldsOfUpdate,
  validateKubernetesFinalizers,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../apimachinery/validate-metadata.ts'
import type { Write } from '../server-parts.ts'
import type { Draft, ResourceStore } from './resource-store.ts'
import { timeText } from './write.ts'

const generateNameMax = 58
const suffixLength = 5

/** The name is made anew for each attempt. */
export function generatedName(prefix: string, random: { suffix(length: number): string }): string {
  return prefix.slice(0, generateNameMax) + random.suffix(suffixLength)
}

/** Who wrote these fields of a new object is the server, whatever was sent. */
export function wipeSystemFields({ metadata }: Draft): void {
  delete metadata.uid
  delete metadata.creationTimestamp
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.selfLink
}

/** The kind's own functions, with drafts of a type that is not too deep for the compiler. */
interface Judging {
  readonly validate?: (object: KubeObject, apiVersion: string, gates: FeatureGates) => Iterable<FieldError>
  readonly prepareForCreate?: (draft: Draft, context: WriteContext) => void
  readonly prepareForUpdate?: (draft: Draft, old: KubeObject, context: UpdateContext) => void
}

function contextOf(server: Write['server']): WriteContext {
  return { now: timeText(server.clock.now()), gates: server.gates }
}

export function prepareForCreate({ server, resource }: Write, draft: Draft): void {
  const { kind } = resource
  const { metadata } = draft
  if (kind.hasStatus && kind.keepsStatusOnCreate !== true) delete draft.status
  if (kind.generation !== 'none') metadata.generation = 1
  metadata.uid = server.random.uuid()
  const context = contextOf(server)
  metadata.creationTimestamp = context.now
  ;(kind as unknown as Judging).prepareForCreate?.(draft, context)
}

/** Role names may hold colons; all others are DNS names unless their kind says otherwise. */
function nameRuleOf({ group }: { readonly group: string }): typeof nameIsDnsSubdomain {
  return group === 'rbac.authorization.k8s.io' ? pathSegmentNameErrors : nameIsDnsSubdomain
}

export function validateCreate({ server, resource, warn }: Write, draft: Draft): void {
  const { kind } = resource
  const scope = kind.scope
  const metadata = draft.metadata as ObjectMeta
  const errors = gatherErrors(
    kind.validatesMetadata ? [] : validateObjectMeta(metadata, { scope, validateName: kind.validateName ?? nameRuleOf(kind) }),
    !kind.validatesMetadata && hasKubernetesFinalizers(kind.group) ? validateKubernetesFinalizers(metadata) : [],
    (kind as unknown as Judging).validate?.(draft as KubeObject, resource.apiVersion, server.gates) ?? [],
  )
  if (errors.length > 0) throw invalidObject(resource.store, draft, errors)
  const generic = [...validateObjectMeta(metadata, { scope, validateName: pathSegmentNameErrors })]
  if (generic.length > 0) throw invalidObject(resource.store, draft, generic)
  for (const text of kind.warnings?.(draft as KubeObject) ?? []) warn(text)
}

export function invalidObject(
  store: ResourceStore,
  draft: { readonly metadata: Draft['metadata'] },
  errors: readonly FieldError[],
): StatusError {
  return invalid(store.kind.group, store.kind.kind, draft.metadata.name ?? '', errors)
}

export function prepareForUpdate({ server, resource, subresource }: Write, draft: Draft, old: KubeObject): void {
  const { kind } = resource
  const { metadata } = draft
  const had = old.metadata
  setOrDelete(metadata, 'generation', had.generation)
  // An approval is written into the status too.
  if (subresource === 'status' || subresource === 'approval') keepAllBut(draft, old, 'status')
  else if (kind.hasStatus) setOrDelete(draft, 'status', (old as unknown as Draft).status)
  ;(kind as unknown as Judging).prepareForUpdate?.(draft, old, { ...contextOf(server), subresource })
  if (subresource !== 'status' && subresource !== 'approval') growGeneration(kind.generation, draft, old)
  if ((metadata.uid ?? '') === '') setOrDelete(metadata, 'uid', had.uid)
  setOrDelete(metadata, 'creationTimestamp', had.creationTimestamp)
  setOrDelete(metadata, 'selfLink', had.selfLink)
  if (had.deletionTimestamp) metadata.deletionTimestamp = had.deletionTimestamp
  if (had.deletionGracePeriodSeconds !== undefined && had.deletionGracePeriodSeconds !== null) {
    if (metadata.deletionGracePeriodSeconds === undefined) metadata.deletionGracePeriodSeconds = had.deletionGracePeriodSeconds
  }
}

function setOrDelete<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value === undefined) delete target[key]
  else target[key] = value
}

/** A write through /status leaves everything outside metadata and status as it is. */
function keepAllBut(draft: Draft, old: KubeObject, changed: string): void {
  const before = old as unknown as Draft
  for (const key of Object.keys(draft)) if (!isKept(key, changed) && !(key in before)) delete draft[key]
  for (const key of Object.keys(before)) if (!isKept(key, changed)) draft[key] = before[key]
}
function isKept(key: string, changed: string): boolean {
  return key === 'metadata' || key === 'kind' || key === 'apiVersion' || key === changed
}

type Generation = ResourceStore['kind']['generation']
function growGeneration(generation: Generation, draft: Draft, old: KubeObject): void {
  if (generation === 'none') return
  const grows = generation === undefined ? isOtherwise(draft, old as unknown as Draft) : generation(draft as KubeObject, old)
  if (grows) draft.metadata.generation = (old.metadata.generation ?? 0) + 1
}
/** Something outside metadata and status differs. */
function isOtherwise(draft: Draft, old: Draft): boolean {
  for (const key of new Set([...Object.keys(draft), ...Object.keys(old)])) {
    if (!isKept(key, 'status') && !semanticallyEqual(draft[key], old[key])) return true
  }
  return false
}

export function validateUpdate({ server, resource, subresource, warn }: Write, draft: Draft, old: KubeObject): void {
  const { kind } = resource
  const next = draft as KubeObject
  const metadata = draft.metadata as ObjectMeta
  const ofPart = kind.validateSubresourceUpdate?.[subresource]
  const isOwn = kind.validatesMetadata === true && subresource !== 'status' && ofPart === undefined
  const own = (): Iterable<FieldError> | undefined => {
    if (subresource === 'status') return kind.validateStatusUpdate?.(next, old, contextOf(server))
    return ofPart === undefined ? kind.validateUpdate?.(next, old, resource.apiVersion, server.gates) : ofPart(next, old)
  }
  const errors = gatherErrors(
    validateCommonFieldsOfUpdate(metadata, old.metadata, kind.scope),
    isOwn ? [] : validateObjectMetaUpdate(metadata, old.metadata),
    !isOwn && hasKubernetesFinalizers(kind.group) ? validateKubernetesFinalizers(metadata) : [],
    own() ?? [],
  )
  if (errors.length > 0) throw invalidObject(resource.store, draft, errors)
  const warnings = subresource === '' ? kind.warnings?.(next, old) : subresource === 'status' ? kind.statusWarnings?.(next) : undefined
  for (const text of warnings ?? []) warn(text)
}
