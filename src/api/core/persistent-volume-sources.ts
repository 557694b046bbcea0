/**
 * The sources of PersistentVolumes, each with its rules. Storage systems that Kubernetes no longer serves itself are checked all the same.
 *
 * What a newcomer would get wrong: paths in errors have history's spellings (`persistentDisk` for gcePersistentDisk, `cephFS` for the
 * second source), and secrets here have namespaces, so that the rules of Pods' volumes apply only in part.
 */
import { type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from '../../apimachinery/field-error.ts'
import { child, key } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors, rangeMessage } from '../../apimachinery/names.ts'
import type { PersistentVolumeSpec, persistentVolumeSource } from './persistent-volume-schema.ts'
import { checkAzureDisk, checkDisk, checkFlocker, checkQuobyte, checkStorageOs } from './pod-spec/validate-retired-volumes.ts'

export type SourceName = keyof typeof persistentVolumeSource.fields & keyof PersistentVolumeSpec

export interface VolumeSpecRules {
  /** Inside a VolumeAttachment. */
  readonly isInline?: boolean
  /** iSCSI mixes it into initiator names. */
  readonly name?: string
}

type Check<K extends SourceName> = (
  source: NonNullable<PersistentVolumeSpec[K]>,
  path: string,
  rules: VolumeSpecRules,
) => Iterable<FieldError>
interface SourceRule<K extends SourceName> {
  readonly name: K
  /** As the rules' paths spell it. */
  readonly path?: string
  /** As the path of "more than 1" spells it. */
  readonly extraPath?: string
  /** Fields that may not be empty. */
  readonly required?: readonly string[]
  readonly check?: Check<K>
}

/** In the order in which upstream looks at them. */
const sources: readonly { readonly [K in SourceName]: SourceRule<K> }[SourceName][] = [
  { name: 'hostPath', check: validateHostPath },
  { name: 'gcePersistentDisk', path: 'persistentDisk', check: (source, path) => found((out) => checkDisk(source, 'pdName', path, out)) },
  { name: 'awsElasticBlockStore', check: (source, path) => found((out) => checkDisk(source, 'volumeID', path, out)) },
  { name: 'glusterfs', required: ['endpoints', 'path'], check: validateGlusterfs },
  { name: 'flocker', check: (source, path) => found((out) => checkFlocker(source, path, out)) },
  { name: 'nfs', required: ['server', 'path'], check: validateNfs },
  { name: 'rbd', required: ['monitors', 'image'] },
  { name: 'quobyte', check: (source, path) => found((out) => checkQuobyte(source, path, out)) },
  { name: 'cephfs', extraPath: 'cephFS', required: ['monitors'] },
  { name: 'iscsi', required: ['targetPortal'], check: validateIscsi },
  { name: 'cinder', required: ['volumeID'], check: ({ secretRef }, path) => validateSecret(secretRef, path) },
  { name: 'fc', check: validateFibreChannel },
  { name: 'flexVolume', required: ['driver'], check: validateFlexVolume },
  { name: 'azureFile', required: ['secretName', 'shareName'], check: validateAzureFile },
  { name: 'vsphereVolume', required: ['volumePath'] },
  { name: 'photonPersistentDisk', required: ['pdID'] },
  { name: 'portworxVolume', required: ['volumeID'] },
  { name: 'azureDisk', check: (source, path) => found((out) => checkAzureDisk(source, path, out)) },
  { name: 'scaleIO', required: ['gateway', 'system', 'volumeName'] },
  { name: 'local', check: validateLocal },
  { name: 'storageos', check: validateStorageOs },
  { name: 'csi', check: validateCsi },
]
export function* validateSources(spec: PersistentVolumeSpec, path: string, rules: VolumeSpecRules): Generator<FieldError> {
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
    yield* (rule.check as Check<never> | undefined)?.(source as never, at, rules) ?? []
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
  // An empty name is also no domain.
  if (name === '') yield required(path)
  if (utf8Length(name) > driverNameBytesMax) yield tooLong(path, driverNameBytesMax)
  for (const problem of dns1123SubdomainErrors(name.toLowerCase())) yield invalidValue(path, name, problem)
}

/** The rules of Pods' volumes. */
function found(check: (out: FieldError[]) => void): readonly FieldError[] {
  const out: FieldError[] = []
  check(out)
  return out
}

function* validateSecret(
  secret: { readonly name?: string | undefined; readonly namespace?: string | undefined } | null | undefined,
  path: string,
): Generator<FieldError> {
  if (!secret) return
  for (const name of ['name', 'namespace'] as const) if (!secret[name]) yield required(child(path, 'secretRef', name))
}

function* validateGlusterfs({ endpointsNamespace }: NonNullable<PersistentVolumeSpec['glusterfs']>, path: string): Generator<FieldError> {
  if (!isSet(endpointsNamespace)) return
  const at = child(path, 'endpointsNamespace')
  const detail = 'if the endpointnamespace is set, it must be a valid namespace name'
  if (endpointsNamespace === '') yield invalidValue(at, endpointsNamespace, detail)
  else for (const problem of dns1123LabelErrors(endpointsNamespace)) yield invalidValue(at, endpointsNamespace, problem)
}

function* validateAzureFile({ secretNamespace }: NonNullable<PersistentVolumeSpec['azureFile']>, path: string): Generator<FieldError> {
  if (secretNamespace === '') yield required(child(path, 'secretNamespace'))
}

function* validateStorageOs(source: NonNullable<PersistentVolumeSpec['storageos']>, path: string): Generator<FieldError> {
  const { secretRef, ...rest } = source
  yield* found((out) => checkStorageOs(rest, path, out))
  yield* validateSecret(secretRef, path)
}
function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
