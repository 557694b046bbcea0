/**
 * What a claim's spec must look like, wherever it stands: in a PersistentVolumeClaim, in a StatefulSet's volumeClaimTemplates, in a
 * generic ephemeral volume.
 *
 * What a newcomer would get wrong: the error of a missing request names `resources[storage]`, without `requests`; dataSource and
 * dataSourceRef are two spellings of one thing, kept equal by `normalizeDataSources`, and a dataSource of another kind than
 * a claim or a snapshot is silently dropped unless it was there before.
 */

import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, key } from '../../apimachinery/field-path.ts'
import { dns1123SubdomainErrors, nameIsDnsLabel, nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { compareQuantities, quantityMilli } from '../../apimachinery/quantity.ts'
import { validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import type { PersistentVolumeClaimSpec } from './persistent-volume-claim-schema.ts'
import { type Draft, roundAmounts, roundResources } from './pod-spec/draft.ts'
import type { TypedLocalObjectReference, TypedObjectReference } from './references.ts'

export const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
export const volumeModes = ['Block', 'Filesystem']

export interface ClaimRules {
  /** The old object had them: they stay. */
  readonly allowsInvalidSelectorValues?: boolean
  readonly allowsInvalidApiGroups?: boolean
}

export function* validateClaimSpec(spec: PersistentVolumeClaimSpec, path: string, rules: ClaimRules = {}): Generator<FieldError> {
  if ((spec.accessModes?.length ?? 0) === 0) yield required(child(path, 'accessModes'), 'at least 1 access mode is required')
  yield* validateLabelSelector(spec.selector, child(path, 'selector'), { allowInvalidValues: rules.allowsInvalidSelectorValues === true })
  yield* validateAccessModes(spec.accessModes, child(path, 'accessModes'))
  yield* validateRequest(spec.resources?.requests?.storage, key(child(path, 'resources'), 'storage'))
  const { storageClassName, volumeMode, volumeAttributesClassName } = spec
  if (storageClassName) yield* validateClassName(storageClassName, child(path, 'storageClassName'))
  if (isSet(volumeMode) && !volumeModes.includes(volumeMode)) yield notSupported(child(path, 'volumeMode'), volumeMode, volumeModes)
  yield* validateDataSources(spec, path, rules)
  if (volumeAttributesClassName) yield* validateClassName(volumeAttributesClassName, child(path, 'volumeAttributesClassName'))
}

export function* validateAccessModes(modes: readonly string[] | null | undefined, path: string): Generator<FieldError> {
  for (const mode of modes ?? []) if (!accessModes.includes(mode)) yield notSupported(path, mode, accessModes)
  const isAlone = (modes ?? []).every((mode) => mode === 'ReadWriteOncePod' || !accessModes.includes(mode))
  if (modes?.includes('ReadWriteOncePod') && !isAlone) yield forbiddenField(path, 'may not use ReadWriteOncePod with other access modes')
}

export function* validateClassName(name: string, path: string): Generator<FieldError> {
  for (const problem of nameIsDnsSubdomain(name, false)) yield invalidValue(path, name, problem)
}

function* validateRequest(storage: string | undefined, path: string): Generator<FieldError> {
  if (storage === undefined) yield required(path)
  else if (compareQuantities(storage, '0') <= 0) yield invalidValue(path, storage, 'must be greater than zero')
}

function* validateDataSources(
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  path: string,
  rules: ClaimRules,
): Generator<FieldError> {
  if (dataSource) yield* validateReference(dataSource, child(path, 'dataSource'), rules)
  if (dataSourceRef) {
    const at = child(path, 'dataSourceRef')
    yield* validateReference(dataSourceRef, at, rules)
    const namespace = dataSourceRef.namespace ?? ''
    if (namespace !== '')
      for (const problem of nameIsDnsLabel(namespace, false)) yield invalidValue(child(at, 'namespace'), namespace, problem)
  }
  if (!dataSource || !dataSourceRef) return
  // Upstream shows the path's Go value, which is an empty struct.
  if ((dataSourceRef.namespace ?? '') !== '') yield invalidValue(path, {}, 'may not be specified when dataSourceRef.namespace is specified')
  else if (!isSameReference(dataSource, dataSourceRef)) yield invalidValue(path, {}, 'must match dataSourceRef')
}

function isSameReference(source: TypedLocalObjectReference, reference: TypedObjectReference): boolean {
  return (
    (source.apiGroup ?? undefined) === (reference.apiGroup ?? undefined) && source.kind === reference.kind && source.name === reference.name
  )
}

function* validateReference(
  { apiGroup, kind = '', name = '' }: TypedLocalObjectReference | TypedObjectReference,
  path: string,
  rules: ClaimRules,
): Generator<FieldError> {
  if (name === '') yield required(child(path, 'name'))
  if (kind === '') yield required(child(path, 'kind'))
  if ((apiGroup ?? '') === '') {
    if (kind !== 'PersistentVolumeClaim') {
      yield invalidValue(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")
    }
  } else if (!rules.allowsInvalidApiGroups) {
    for (const problem of dns1123SubdomainErrors(apiGroup as string)) yield invalidValue(child(path, 'apiGroup'), apiGroup, problem)
  }
}

type Amounts = Readonly<Record<string, string>> | null | undefined
interface Claim {
  spec: Mutable<PersistentVolumeClaimSpec>
  status?: { phase?: string | undefined; capacity?: Amounts; allocatedResources?: Amounts } | undefined
}

export function setClaimDefaults(claim: Claim): void {
  claim.status = { ...claim.status }
  if (!claim.status.phase) claim.status.phase = 'Pending'
  claim.spec.volumeMode ??= 'Filesystem'
  roundResources(claim.spec.resources as Draft | undefined)
  roundAmounts(claim.status.capacity)
  roundAmounts(claim.status.allocatedResources)
}

/** On writes. `old`: what it replaces. */
export function prepareDataSources(spec: Mutable<PersistentVolumeClaimSpec>, gates: FeatureGates, old?: PersistentVolumeClaimSpec): void {
  const mayCross = gates.isOn('CrossNamespaceVolumeDataSource')
  if (!mayCross && (spec.dataSourceRef?.namespace ?? '') !== '' && !old?.dataSourceRef) delete spec.dataSourceRef
  const hadSource = Boolean(old?.dataSource) || Boolean(old?.dataSourceRef)
  if (!hadSource && !spec.dataSourceRef && !isClaimOrSnapshot(spec.dataSource)) delete spec.dataSource
  normalizeDataSources(spec)
}

function isClaimOrSnapshot(source: TypedLocalObjectReference | null | undefined): boolean {
  const apiGroup = source?.apiGroup ?? ''
  return (
    (source?.kind === 'PersistentVolumeClaim' && apiGroup === '') ||
    (source?.kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io')
  )
}

export function normalizeDataSources(spec: Mutable<Pick<PersistentVolumeClaimSpec, 'dataSource' | 'dataSourceRef'>>): void {
  const { dataSource, dataSourceRef } = spec
  if (dataSource && !dataSourceRef) spec.dataSourceRef = referenceOf(dataSource)
  else if (dataSourceRef && !dataSource && (dataSourceRef.namespace ?? '') === '') spec.dataSource = referenceOf(dataSourceRef)
}

function referenceOf({ apiGroup, kind, name }: TypedLocalObjectReference | TypedObjectReference): TypedLocalObjectReference {
  return { ...(isSet(apiGroup) ? { apiGroup } : { apiGroup: null as unknown as string }), kind, name }
}

export function* claimSpecWarnings({ resources }: PersistentVolumeClaimSpec, path: string): Generator<string> {
  for (const name of ['requests', 'limits'] as const) {
    const storage = resources?.[name]?.storage
    if (storage === undefined || quantityMilli(storage) % 1000 === 0) continue
    yield `${key(child(path, 'resources', name), 'storage')}: fractional byte value "${storage}" is invalid, must be an integer`
  }
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}

/** "RWO,ROX", in one order whatever was written. */
export function accessModesText(modes: readonly string[] | null | undefined): string {
  const short = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }
  return Object.entries(short)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, text]) => text)
    .join(',')
}

export const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** The annotation came before the field, and wins. */
export function classOf(object: {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined }
  readonly spec: { readonly storageClassName?: string | undefined }
}): string {
  return object.metadata.annotations?.[classAnnotation] ?? object.spec.storageClassName ?? ''
}
