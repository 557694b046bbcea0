/**
 * What may change in a claim: the volume's name once, the size and the attributes class of a bound claim; and what a status may say.
 *
 * What a newcomer would get wrong: a size may be reduced to just above what the volume has, so that an impossible
 * expansion can be taken back.
 */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { key } from '../../apimachinery/field-path.ts'
import { qualifiedNameErrors } from '../../apimachinery/names.ts'
import { compareQuantities, quantityValue } from '../../apimachinery/quantity.ts'
import { validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import { unifiedDiff } from '../../apimachinery/unified-diff.ts'
import { fieldIsImmutable, semanticallyEqual, validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { type ClaimRules, classAnnotation, normalizeDataSources, validateClaimSpec } from './persistent-volume-claim-rules.ts'
import type { ClaimObject, PersistentVolumeClaimSpec } from './persistent-volume-claim-schema.ts'

const immutable = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'

export function* validateClaimUpdate(next: ClaimObject, old: ClaimObject): Generator<FieldError> {
  yield* validateClaimSpec(next.spec, 'spec', tolerancesOf(old.spec))
  const isUpgrade = isUpgradeFromAnnotation(next, old)
  const annotation = next.metadata.annotations?.[classAnnotation] ?? ''
  if (!isUpgrade && annotation !== (old.metadata.annotations?.[classAnnotation] ?? '')) {
    yield invalidValue(`metadata.annotations.${classAnnotation}`, annotation, fieldIsImmutable)
  }
  const before = comparedSpec(old.spec, next.spec)
  const after = changedSpec(next, old, isUpgrade)
  if (!semanticallyEqual(after, before)) yield forbiddenField('spec', `${immutable}\n${unifiedDiff(goSpec(before), goSpec(after))}`)
  const size = next.spec.resources?.requests?.storage ?? '0'
  const hasShrunk = compareQuantities(size, old.spec.resources?.requests?.storage ?? '0') < 0
  if (hasShrunk && compareQuantities(size, old.status?.capacity?.storage ?? '0') <= 0) {
    yield forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity')
  }
  yield* validateImmutable(next.spec.volumeMode, old.spec.volumeMode, 'volumeMode')
  yield* validateAttributesClass(next, old)
}

function* validateAttributesClass(next: ClaimObject, old: ClaimObject): Generator<FieldError> {
  const name = next.spec.volumeAttributesClassName
  if ((name ?? null) === (old.spec.volumeAttributesClassName ?? null) || !isSet(old.status?.currentVolumeAttributesClassName)) return
  const when = 'is forbidden when status.currentVolumeAttributesClassName is not nil'
  if (!isSet(name)) yield forbiddenField('spec.volumeAttributesClassName', `update to nil ${when}`)
  else if (name === '') yield forbiddenField('spec.volumeAttributesClassName', `update to empty string ${when}`)
}

/** What was there stays valid. */
function tolerancesOf(old: PersistentVolumeClaimSpec): ClaimRules {
  const groups = [old.dataSource?.apiGroup, old.dataSourceRef?.apiGroup]
  return {
    allowsInvalidSelectorValues: [...validateLabelSelector(old.selector, '')].length > 0,
    allowsInvalidApiGroups: groups.some((group) => group && !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(group)),
  }
}

function isUpgradeFromAnnotation(next: ClaimObject, old: ClaimObject): boolean {
  const had = old.metadata.annotations?.[classAnnotation]
  const has = next.metadata.annotations?.[classAnnotation]
  const name = next.spec.storageClassName
  return had !== undefined && !isSet(old.spec.storageClassName) && name === had && (has === undefined || has === had)
}

function comparedSpec(old: PersistentVolumeClaimSpec, next: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const spec = { ...old, ...(old.volumeName ? {} : { volumeName: next.volumeName }) }
  normalizeDataSources(spec as never)
  return spec
}

/** The next spec without what may change. */
function changedSpec({ spec, status }: ClaimObject, old: ClaimObject, isUpgrade: boolean): PersistentVolumeClaimSpec {
  const had = old.metadata.annotations?.[classAnnotation]
  const { storageClassName } = spec
  const isNamedFirst = isSet(storageClassName) && !isSet(old.spec.storageClassName) && (had === undefined || storageClassName === had)
  const isBound = status?.phase === 'Bound'
  const requests = spec.resources?.requests
  return {
    ...spec,
    storageClassName: isUpgrade ? undefined : isNamedFirst ? old.spec.storageClassName : storageClassName,
    ...(isBound && requests
      ? { resources: { ...spec.resources, requests: { ...requests, storage: old.spec.resources?.requests?.storage ?? '0' } } }
      : {}),
    ...(isBound ? { volumeAttributesClassName: old.spec.volumeAttributesClassName } : {}),
  }
}

/** As Go's own type prints. */
function goSpec(spec: PersistentVolumeClaimSpec): object {
  const { selector, dataSource, dataSourceRef, resources } = spec
  const reference = (one: typeof dataSourceRef) => ({ APIGroup: one?.apiGroup ?? null, Kind: one?.kind ?? '', Name: one?.name ?? '' })
  return {
    AccessModes: spec.accessModes ?? null,
    Selector: selector ?? null,
    Resources: { Limits: resources?.limits ?? null, Requests: resources?.requests ?? null },
    VolumeName: spec.volumeName ?? '',
    StorageClassName: spec.storageClassName ?? null,
    VolumeMode: spec.volumeMode ?? null,
    DataSource: dataSource ? reference(dataSource) : null,
    DataSourceRef: dataSourceRef ? { ...reference(dataSourceRef), Namespace: dataSourceRef.namespace ?? null } : null,
    VolumeAttributesClassName: spec.volumeAttributesClassName ?? null,
  }
}

const resizeStatuses = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].sort()

export function* validateClaimStatus({ spec, status }: ClaimObject): Generator<FieldError> {
  if ((spec.accessModes ?? []).length === 0) yield required('Spec.accessModes')
  for (const [name, quantity] of Object.entries(status?.capacity ?? {})) yield* validateCapacity(quantity, key('status.capacity', name))
  for (const [name, value] of Object.entries(status?.allocatedResourceStatuses ?? {})) {
    yield* validateResourceName(name, 'status.allocatedResourceStatuses')
    // Upstream shows the name.
    if (!resizeStatuses.includes(value)) yield notSupported('status.allocatedResourceStatuses', name, resizeStatuses)
  }
  for (const [name, quantity] of Object.entries(status?.allocatedResources ?? {})) {
    const problems = [...validateResourceName(name, 'status.allocatedResources')]
    yield* problems
    if (problems.length === 0) yield* validateCapacity(quantity, key('status.allocatedResources', name))
  }
}

function* validateCapacity(quantity: string, path: string): Generator<FieldError> {
  const value = quantityValue(quantity)
  if (value < 0) yield invalidValue(path, value, 'must be a valid resource quantity')
}

function* validateResourceName(name: string, path: string): Generator<FieldError> {
  const problems = qualifiedNameErrors(name)
  for (const problem of problems) yield invalidValue(path, name, problem)
  const isNative = !name.includes('/') || name.split('/')[0]?.endsWith('kubernetes.io') === true
  if (problems.length === 0 && isNative && name !== 'storage') yield notSupported(path, name, ['storage'])
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
