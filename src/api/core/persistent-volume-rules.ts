/**
 * What a PersistentVolume must look like: a capacity, modes, exactly one source. A spec without capacity and claim stands inline in
 * VolumeAttachments too. The sources are in persistent-volume-sources.ts.
 *
 * What a newcomer would get wrong: paths in errors have history's spellings (a bare `volumeMode`), and updates are validated twice.
 */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index, key } from '../../apimachinery/field-path.ts'
import { compareQuantities, quantityValue } from '../../apimachinery/quantity.ts'
import { unifiedDiff } from '../../apimachinery/unified-diff.ts'
import { semanticallyEqual, validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { goForm } from '../go-form.ts'
import { deprecatedNodeLabels } from './node-labels.ts'
import type { NodeSelector } from './node-selector.ts'
import { validateAccessModes, validateClassName, volumeModes } from './persistent-volume-claim-rules.ts'
import { type PersistentVolumeSpec, persistentVolumeSource, type VolumeObject } from './persistent-volume-schema.ts'
import { type SourceName, type VolumeSpecRules, validateSources } from './persistent-volume-sources.ts'
import { validateNodeTerm } from './pod-spec/validate-affinity.ts'

export function* validateVolume({ metadata, spec }: VolumeObject): Generator<FieldError> {
  yield* validateVolumeSpec(spec, 'spec', { name: metadata.name ?? '' })
  const takesOptions = sourcesWithMountOptions.some((name) => isSet(spec[name]))
  if (!takesOptions && metadata.annotations?.[mountOptions] !== undefined) {
    yield forbiddenField(`metadata.annotations.${mountOptions}`, 'may not specify mount options for this volume type')
  }
}

export function* validateVolumeUpdate(next: VolumeObject, old: VolumeObject): Generator<FieldError> {
  yield* validateVolume(next)
  yield* validateVolumeSpec(next.spec, 'spec', { name: next.metadata.name ?? '' })
  const source = sourceOf(next.spec)
  const had = sourceOf(old.spec)
  if (!semanticallyEqual(withoutNewSecret(source, had), had)) {
    const diff = unifiedDiff(goForm('PersistentVolumeSource', had), goForm('PersistentVolumeSource', source))
    yield forbiddenField('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${diff}`)
  }
  yield* validateImmutable(next.spec.volumeMode, old.spec.volumeMode, 'volumeMode')
  if (isSet(old.spec.nodeAffinity) && !semanticallyEqual(renamedLabels(next.spec.nodeAffinity), renamedLabels(old.spec.nodeAffinity))) {
    const detail = 'field is immutable, except for updating from beta label to GA'
    const affinity = next.spec.nodeAffinity
    yield invalidValue('nodeAffinity', affinity ? goForm('VolumeNodeAffinity', affinity) : null, detail)
  }
  if (isSet(old.spec.volumeAttributesClassName) && !isSet(next.spec.volumeAttributesClassName)) {
    yield forbiddenField('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden')
  }
}

type Source = Pick<PersistentVolumeSpec, SourceName>

function sourceOf(spec: PersistentVolumeSpec): Source {
  const names = Object.keys(persistentVolumeSource.fields) as readonly SourceName[]
  return Object.fromEntries(names.filter((name) => isSet(spec[name])).map((name) => [name, spec[name]]))
}

/** A driver's expansion secret may be added later. */
function withoutNewSecret(source: Source, old: Source): Source {
  if (!source.csi?.controllerExpandSecretRef || !old.csi || old.csi.controllerExpandSecretRef) return source
  const { controllerExpandSecretRef: _added, ...csi } = source.csi
  return { ...source, csi }
}

const renamed: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
}
function renamedLabels(affinity: PersistentVolumeSpec['nodeAffinity']): unknown {
  return affinity?.required?.nodeSelectorTerms?.map((term) => ({
    ...term,
    matchExpressions: term.matchExpressions?.map((one) => ({ ...one, key: renamed[one.key] ?? one.key })),
  }))
}

export function* validateVolumeSpec(spec: PersistentVolumeSpec, path: string, rules: VolumeSpecRules): Generator<FieldError> {
  const inInline = 'in the context of inline volumes'
  if (rules.isInline) {
    if (spec.claimRef) yield forbiddenField(child(path, 'claimRef'), `may not be specified ${inInline}`)
    if (Object.keys(spec.capacity ?? {}).length > 0) yield forbiddenField(child(path, 'capacity'), `may not be specified ${inInline}`)
    if (!spec.csi) yield required(child(path, 'csi'), `has to be specified ${inInline}`)
  }
  if ((spec.accessModes ?? []).length === 0) yield required(child(path, 'accessModes'))
  yield* validateAccessModes(spec.accessModes, child(path, 'accessModes'))
  if (!rules.isInline) yield* validateCapacity(spec.capacity ?? {}, child(path, 'capacity'))
  yield* validateReclaimPolicy(spec, path, rules)
  if (spec.nodeAffinity) {
    const at = child(path, 'nodeAffinity')
    if (rules.isInline) yield forbiddenField(at, `may not be specified ${inInline}`)
    else if (spec.nodeAffinity.required) yield* validateNodeSelector(spec.nodeAffinity.required, child(at, 'required'))
    else yield required(child(at, 'required'), 'must specify required node constraints')
  }
  yield* validateSources(spec, path, rules)
  if (spec.hostPath && isRoot(spec.hostPath.path) && spec.persistentVolumeReclaimPolicy === 'Recycle') {
    yield forbiddenField(child(path, 'persistentVolumeReclaimPolicy'), "may not be 'recycle' for a hostPath mount of '/'")
  }
  yield* validateClasses(spec, path, rules)
}

function* validateClasses(spec: PersistentVolumeSpec, path: string, { isInline }: VolumeSpecRules): Generator<FieldError> {
  const { storageClassName, volumeMode, volumeAttributesClassName } = spec
  const classPath = child(path, 'storageClassName')
  if (storageClassName) {
    if (isInline) yield forbiddenField(classPath, 'may not be specified in the context of inline volumes')
    else yield* validateClassName(storageClassName, classPath)
  }
  if (isSet(volumeMode)) {
    if (isInline) {
      const detail = 'may not specify volumeMode other than Filesystem in the context of inline volumes'
      if (volumeMode !== 'Filesystem') yield forbiddenField(child(path, 'volumeMode'), detail)
    } else if (!volumeModes.includes(volumeMode)) yield notSupported(child(path, 'volumeMode'), volumeMode, volumeModes)
  }
  if (!isSet(volumeAttributesClassName) || isInline) return
  const attributesPath = child(path, 'volumeAttributesClassName')
  if (volumeAttributesClassName === '') yield required(attributesPath, 'an empty string is disallowed')
  else yield* validateClassName(volumeAttributesClassName, attributesPath)
  if (!spec.csi) yield required(child(path, 'csi'), 'has to be specified when using volumeAttributesClassName')
}

function* validateCapacity(capacity: Readonly<Record<string, string>>, path: string): Generator<FieldError> {
  const names = Object.keys(capacity)
  if (names.length === 0) yield required(path)
  if (!names.includes('storage') || names.length > 1) yield notSupported(path, names.length === 0 ? null : capacity, ['storage'])
  for (const name of names) {
    const quantity = capacity[name] as string
    if (quantityValue(quantity) < 0) yield invalidValue(key(path, name), quantityValue(quantity), 'must be a valid resource quantity')
    if (compareQuantities(quantity, '0') <= 0) yield invalidValue(key(path, name), quantity, 'must be greater than zero')
  }
}

const reclaimPolicies = ['Delete', 'Recycle', 'Retain']
function* validateReclaimPolicy(
  { persistentVolumeReclaimPolicy: policy }: PersistentVolumeSpec,
  path: string,
  { isInline }: VolumeSpecRules,
): Generator<FieldError> {
  const at = child(path, 'persistentVolumeReclaimPolicy')
  if (!policy) return
  if (isInline) {
    if (policy !== 'Retain') yield forbiddenField(at, 'may only be Retain in the context of inline volumes')
  } else if (!reclaimPolicies.includes(policy)) yield notSupported(at, policy, reclaimPolicies)
}

export function* validateNodeSelector({ nodeSelectorTerms }: NodeSelector, path: string): Generator<FieldError> {
  const at = child(path, 'nodeSelectorTerms')
  if ((nodeSelectorTerms ?? []).length === 0) return yield required(at, 'must have at least one node selector term')
  for (const [i, term] of (nodeSelectorTerms ?? []).entries()) yield* validateNodeTerm(term, index(at, i))
}

function isRoot(path: string): boolean {
  return path.startsWith('/') && path.split('/').every((part) => part === '' || part === '.')
}

const mountOptions = 'volume.beta.kubernetes.io/mount-options'
const sourcesWithMountOptions: readonly SourceName[] = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
]

const retired: readonly (readonly [SourceName, string])[] = [
  ['cephfs', 'spec.cephfs: deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'spec.photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'spec.scaleIO: deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'spec.storageOS: deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'spec.glusterfs: deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'spec.rbd: deprecated in v1.28, non-functional in v1.31+'],
]

export function* volumeWarnings({ metadata, spec }: VolumeObject): Generator<string> {
  const deprecated = {
    'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead',
    [mountOptions]: 'deprecated since v1.31; use "mountOptions" attribute instead',
  }
  for (const [name, text] of Object.entries(deprecated)) {
    if (metadata.annotations?.[name] !== undefined) yield `metadata.annotations[${name}]: ${text}`
  }
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    yield 'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'
  }
  for (const [i, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries()) {
    for (const [j, { key: label }] of (term.matchExpressions ?? []).entries()) {
      const text = deprecatedNodeLabels[label]
      const path = `spec.nodeAffinity.required.nodeSelectorTerms[${i}].matchExpressions[${j}].key`
      if (text !== undefined) yield `${path}: ${label} is ${text}`
    }
  }
  for (const [name, text] of retired) if (isSet(spec[name])) yield text
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
