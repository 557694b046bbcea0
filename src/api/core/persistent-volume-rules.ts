/**
 * What a PersistentVolume must look like: a capacity, modes, exactly one source. A spec without capacity and claim stands inline in
 * VolumeAttachments too. Sources of storage systems that Kubernetes no longer serves itself are checked for what they require.
 *
 * What a newcomer would get wrong: paths in errors have history's spellings (`persistentDisk` for gcePersistentDisk, `cephFS` for the
 * second source, a bare `volumeMode`), and updates are validated twice.
 */
import { type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from '../../apimachinery/field-error.ts'
import { child, index, key } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors, rangeMessage } from '../../apimachinery/names.ts'
import { compareQuantities, quantityValue } from '../../apimachinery/quantity.ts'
import { unifiedDiff } from '../../apimachinery/unified-diff.ts'
import { semanticallyEqual, validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { deprecatedNodeLabels } from './node-labels.ts'
import type { NodeSelector } from './node-selector.ts'
import { validateAccessModes, validateClassName, volumeModes } from './persistent-volume-claim-rules.ts'
import { type PersistentVolumeSpec, persistentVolumeSource, type VolumeObject } from './persistent-volume-schema.ts'
import { validateNodeTerm } from './pod-spec/validate-affinity.ts'

export interface VolumeSpecRules {
  /** Inside a VolumeAttachment. */
  readonly isInline?: boolean
  /** iSCSI mixes it into initiator names. */
  readonly name?: string
}

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
    const diff = unifiedDiff(had, source)
    yield forbiddenField('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${diff}`)
  }
  yield* validateImmutable(next.spec.volumeMode, old.spec.volumeMode, 'volumeMode')
  if (isSet(old.spec.nodeAffinity) && !semanticallyEqual(renamedLabels(next.spec.nodeAffinity), renamedLabels(old.spec.nodeAffinity))) {
    const detail = 'field is immutable, except for updating from beta label to GA'
    yield invalidValue('nodeAffinity', next.spec.nodeAffinity ?? null, detail)
  }
  if (isSet(old.spec.volumeAttributesClassName) && !isSet(next.spec.volumeAttributesClassName)) {
    yield forbiddenField('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden')
  }
}

type Source = Pick<PersistentVolumeSpec, SourceName>
type SourceName = keyof typeof persistentVolumeSource.fields & keyof PersistentVolumeSpec

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

type Check<K extends SourceName> = (
  source: NonNullable<PersistentVolumeSpec[K]>,
  path: string,
  rules: VolumeSpecRules,
) => Iterable<FieldError>
interface SourceRule {
  readonly name: SourceName
  /** As the rules' paths spell it. */
  readonly path?: string
  /** As the path of "more than 1" spells it. */
  readonly extraPath?: string
  /** Fields that may not be empty. */
  readonly required?: readonly string[]
  readonly check?: Check<never>
}

/** In the order in which upstream looks at them. */
const sources: readonly SourceRule[] = [
  { name: 'hostPath', check: validateHostPath },
  { name: 'gcePersistentDisk', path: 'persistentDisk', required: ['pdName'] },
  { name: 'awsElasticBlockStore', required: ['volumeID'] },
  { name: 'glusterfs', required: ['endpoints', 'path'] },
  { name: 'flocker' },
  { name: 'nfs', required: ['server', 'path'], check: validateNfs },
  { name: 'rbd', required: ['monitors', 'image'] },
  { name: 'quobyte', required: ['registry'] },
  { name: 'cephfs', extraPath: 'cephFS', required: ['monitors'] },
  { name: 'iscsi', required: ['targetPortal'], check: validateIscsi },
  { name: 'cinder', required: ['volumeID'] },
  { name: 'fc', check: validateFibreChannel },
  { name: 'flexVolume', required: ['driver'], check: validateFlexVolume },
  { name: 'azureFile', required: ['secretName', 'shareName'] },
  { name: 'vsphereVolume', required: ['volumePath'] },
  { name: 'photonPersistentDisk', required: ['pdID'] },
  { name: 'portworxVolume', required: ['volumeID'] },
  { name: 'azureDisk', required: ['diskName', 'diskURI'] },
  { name: 'scaleIO', required: ['gateway', 'system', 'volumeName'] },
  { name: 'local', check: validateLocal },
  { name: 'storageos' },
  { name: 'csi', check: validateCsi },
]
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

function* validateSources(spec: PersistentVolumeSpec, path: string, rules: VolumeSpecRules): Generator<FieldError> {
  let count = 0
  for (const rule of sources) {
    const source = spec[rule.name]
    if (!isSet(source)) continue
    count++
    // A flexVolume is never one too many.
    if (count > 1 && rule.name !== 'flexVolume') {
      yield forbiddenField(child(path, rule.extraPath ?? rule.name), 'may not specify more than 1 volume type')
      continue
    }
    const at = child(path, rule.path ?? rule.name)
    for (const name of rule.required ?? [])
      if (isEmpty((source as Readonly<Record<string, unknown>>)[name])) yield required(child(at, name))
    yield* rule.check?.(source as never, at, rules) ?? []
    if (rule.name === 'local' && !spec.nodeAffinity) yield required(child(path, 'nodeAffinity'), 'Local volume requires node affinity')
  }
  if (count === 0) yield required(path, 'must specify a volume type')
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

function* validateHostPath(source: NonNullable<PersistentVolumeSpec['hostPath']>, path: string): Generator<FieldError> {
  if (!source.path) return yield required(child(path, 'path'))
  yield* validateNoBacksteps(source.path, child(path, 'path'))
  if (isSet(source.type) && !hostPathTypes.includes(source.type)) yield notSupported(child(path, 'type'), source.type, hostPathTypes)
}
function* validateLocal(source: NonNullable<PersistentVolumeSpec['local']>, path: string): Generator<FieldError> {
  if (source.path) yield* validateNoBacksteps(source.path, child(path, 'path'))
  else yield required(child(path, 'path'))
}
function* validateNoBacksteps(value: string, path: string): Generator<FieldError> {
  if (value.split('/').includes('..')) yield invalidValue(path, value, "must not contain '..'")
}
function isRoot(path: string): boolean {
  return path.startsWith('/') && path.split('/').every((part) => part === '' || part === '.')
}

function* validateNfs(source: NonNullable<PersistentVolumeSpec['nfs']>, path: string): Generator<FieldError> {
  if (!source.path?.startsWith('/')) yield invalidValue(child(path, 'path'), source.path ?? '', 'must be an absolute path')
}

function isInitiatorName(name: string): boolean {
  return (
    /^iqn\.\d{4}-\d{2}\.([A-Za-z0-9-.]+)(:[^,;*&$|\s]+)$/.test(name) ||
    /^eui\.[0-9a-fA-F]{16}$/.test(name) ||
    /^naa\.[0-9a-fA-F]{32}$/.test(name)
  )
}

function* validateIscsi(
  source: NonNullable<PersistentVolumeSpec['iscsi']>,
  path: string,
  { name = '' }: VolumeSpecRules,
): Generator<FieldError> {
  const { iqn = '', lun = 0, initiatorName, secretRef, targetPortal = '' } = source
  if (isSet(initiatorName) && utf8Length(`${name}:${targetPortal}`) > 64) {
    const detail = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'
    yield invalidValue(child(path, 'targetportal'), targetPortal, detail)
  }
  if (iqn === '') yield required(child(path, 'iqn'))
  else if (!isInitiatorName(iqn)) yield invalidValue(child(path, 'iqn'), iqn, 'must be valid format')
  if (lun < 0 || lun > 255) yield invalidValue(child(path, 'lun'), lun, rangeMessage(0, 255))
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !secretRef) yield required(child(path, 'secretRef'))
  if (secretRef && !secretRef.name) yield required(child(path, 'secretRef', 'name'))
  if (isSet(initiatorName) && !isInitiatorName(initiatorName)) {
    yield invalidValue(child(path, 'initiatorname'), initiatorName, 'must be valid format')
  }
}

function* validateFibreChannel({ targetWWNs, wwids, lun }: NonNullable<PersistentVolumeSpec['fc']>, path: string): Generator<FieldError> {
  const at = child(path, 'targetWWNs')
  if (isEmpty(targetWWNs) && isEmpty(wwids)) yield required(at, 'must specify either targetWWNs or wwids, but not both')
  if (!isEmpty(targetWWNs) && !isEmpty(wwids))
    yield invalidValue(at, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')
  if (isEmpty(targetWWNs)) return
  if (!isSet(lun)) yield required(child(path, 'lun'), 'lun is required if targetWWNs is specified')
  else if (lun < 0 || lun > 255) yield invalidValue(child(path, 'lun'), lun, rangeMessage(0, 255))
}

function* validateFlexVolume({ options }: NonNullable<PersistentVolumeSpec['flexVolume']>, path: string): Generator<FieldError> {
  for (const name of Object.keys(options ?? {})) {
    const namespace = `.${(name.split('/')[0] ?? '').toLowerCase()}`
    const isReserved = namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io')
    if (isReserved) yield invalidValue(key(child(path, 'options'), name), name, 'kubernetes.io and k8s.io namespaces are reserved')
  }
}

function* validateCsi(source: NonNullable<PersistentVolumeSpec['csi']>, path: string): Generator<FieldError> {
  yield* validateDriverName(source.driver ?? '', child(path, 'driver'))
  if (!source.volumeHandle) yield required(child(path, 'volumeHandle'))
  for (const name of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const) {
    const secret = source[name]
    if (!secret) continue
    const at = child(path, name)
    if (!secret.name) yield required(child(at, 'name'))
    else for (const problem of dns1123SubdomainErrors(secret.name)) yield invalidValue(child(at, 'name'), secret.name, problem)
    if (!secret.namespace) yield required(child(at, 'namespace'))
    else for (const problem of dns1123LabelErrors(secret.namespace)) yield invalidValue(child(at, 'namespace'), secret.namespace, problem)
  }
}

const driverNameBytesMax = 63

/** Names of CSI drivers, wherever they stand. */
export function* validateDriverName(name: string, path: string): Generator<FieldError> {
  if (name === '') return yield required(path)
  if (utf8Length(name) > driverNameBytesMax) yield tooLong(path, driverNameBytesMax)
  for (const problem of dns1123SubdomainErrors(name.toLowerCase())) yield invalidValue(path, name, problem)
}

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
