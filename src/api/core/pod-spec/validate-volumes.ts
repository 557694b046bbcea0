/**
 * A Pod's volumes and where containers mount them (ValidateVolumes, ValidateVolumeMounts upstream): one source each, names unique, keys and paths that
 * stay inside, mounts of volumes that exist. The retired cloud sources are checked for being the only one, and no further.
 */
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
} from '../../../apimachinery/field-error.ts'
import { child, index } from '../../../apimachinery/field-path.ts'
import { configMapKeyErrors, dns1123LabelErrors, nameIsDnsSubdomain } from '../../../apimachinery/names.ts'
import { compareQuantities } from '../../../apimachinery/quantity.ts'
import type { Container } from './container.ts'
import { validateObjectFieldRef } from './validate-env.ts'
import type { Volume } from './volume.ts'

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']
const downwardFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

export function* validateVolumes(volumes: readonly Volume[], path: string): Generator<FieldError, ReadonlyMap<string, Volume>> {
  const known = new Map<string, Volume>()
  for (const [position, volume] of volumes.entries()) {
    const at = index(path, position)
    const errors = [...validateSource(volume, at)]
    if (volume.name === '') errors.push(required(child(at, 'name')))
    else for (const text of dns1123LabelErrors(volume.name)) errors.push(invalidValue(child(at, 'name'), volume.name, text))
    if (known.has(volume.name)) errors.push(duplicate(child(at, 'name'), volume.name))
    if (errors.length === 0) known.set(volume.name, volume)
    else yield* errors
  }
  return known
}

type Checks = { readonly [K in keyof Volume]?: (source: NonNullable<Volume[K]>, path: string) => Iterable<FieldError> }

/** In the order in which upstream looks at them. */
const sources: readonly (keyof Volume)[] = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
]

const checks: Checks = {
  emptyDir: function* (source, path) {
    if (source.sizeLimit !== undefined && compareQuantities(source.sizeLimit, '0') < 0)
      yield forbiddenField(child(path, 'sizeLimit'), 'SizeLimit field must be a valid resource quantity')
  },
  hostPath: function* (source, path) {
    if (source.path === '') yield required(child(path, 'path'))
    else yield* validateNoDots(source.path, child(path, 'path'))
    if (source.type !== undefined && !hostPathTypes.includes(source.type))
      yield notSupported(child(path, 'type'), source.type, hostPathTypes)
  },
  secret: function* (source, path) {
    if ((source.secretName ?? '') === '') yield required(child(path, 'secretName'))
    yield* validateMode(source.defaultMode, child(path, 'defaultMode'))
    yield* validateItems(source.items ?? [], path)
  },
  configMap: function* (source, path) {
    if ((source.name ?? '') === '') yield required(child(path, 'name'))
    yield* validateMode(source.defaultMode, child(path, 'defaultMode'))
    yield* validateItems(source.items ?? [], path)
  },
  nfs: function* (source, path) {
    if (source.server === '') yield required(child(path, 'server'))
    if (source.path === '') yield required(child(path, 'path'))
    else if (!source.path.startsWith('/')) yield invalidValue(child(path, 'path'), source.path, 'must be an absolute path')
  },
  persistentVolumeClaim: function* (source, path) {
    if (source.claimName === '') yield required(child(path, 'claimName'))
  },
  downwardAPI: function* (source, path) {
    yield* validateMode(source.defaultMode, child(path, 'defaultMode'))
    yield* validateDownwardItems(source.items ?? [], path)
  },
  projected: validateProjected,
  csi: function* (source, path) {
    if (source.driver === '') yield required(child(path, 'driver'))
    if (source.nodePublishSecretRef && (source.nodePublishSecretRef.name ?? '') === '')
      yield required(child(path, 'nodePublishSecretRef', 'name'))
  },
  ephemeral: function* (source, path) {
    if (!source.volumeClaimTemplate) yield required(child(path, 'volumeClaimTemplate'))
  },
}

function* validateSource(volume: Volume, path: string): Generator<FieldError> {
  let count = 0
  for (const name of sources) {
    const source = volume[name]
    if (source === undefined || source === null) continue
    if (count++ > 0) yield forbiddenField(child(path, name), 'may not specify more than 1 volume type')
    else yield* (checks[name] as ((source: unknown, path: string) => Iterable<FieldError>) | undefined)?.(source, child(path, name)) ?? []
  }
  if (count === 0) yield required(path, 'must specify a volume type')
}

function* validateProjected(source: NonNullable<Volume['projected']>, path: string): Generator<FieldError> {
  yield* validateMode(source.defaultMode, child(path, 'defaultMode'))
  const paths = new Set<string>()
  for (const [position, one] of (source.sources ?? []).entries()) {
    const at = child(index(child(path, 'sources'), position))
    const kinds = (['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate'] as const).filter(
      (name) => one[name],
    )
    if (kinds.length > 1) yield forbiddenField(child(at, kinds[1] as string), 'may not specify more than 1 volume type per source')
    if (one.secret) {
      if ((one.secret.name ?? '') === '') yield required(child(at, 'secret', 'name'))
      yield* validateItems(one.secret.items ?? [], child(at, 'secret'), paths)
    }
    if (one.configMap) {
      if ((one.configMap.name ?? '') === '') yield required(child(at, 'configMap', 'name'))
      yield* validateItems(one.configMap.items ?? [], child(at, 'configMap'), paths)
    }
    if (one.downwardAPI) yield* validateDownwardItems(one.downwardAPI.items ?? [], child(at, 'downwardAPI'))
    const token = one.serviceAccountToken
    if (token) {
      const seconds = token.expirationSeconds ?? 3600
      if (seconds < 600)
        yield invalidValue(
          child(at, 'serviceAccountToken', 'expirationSeconds'),
          seconds,
          'may not specify a duration less than 10 minutes',
        )
      if (seconds > 2 ** 32)
        yield invalidValue(
          child(at, 'serviceAccountToken', 'expirationSeconds'),
          seconds,
          'may not specify a duration larger than 2^32 seconds',
        )
      if (token.path === '') yield required(child(at, 'serviceAccountToken', 'path'))
      else yield* validateInsidePath(token.path, child(at, 'serviceAccountToken', 'path'))
    }
  }
}

function* validateItems(
  items: readonly { readonly key: string; readonly path: string; readonly mode?: number | undefined }[],
  path: string,
  paths?: Set<string>,
): Generator<FieldError> {
  for (const [position, item] of items.entries()) {
    const at = index(child(path, 'items'), position)
    if (item.key === '') yield required(child(at, 'key'))
    else for (const text of configMapKeyErrors(item.key)) yield invalidValue(child(at, 'key'), item.key, text)
    if (item.path === '') yield required(child(at, 'path'))
    else yield* validateInsidePath(item.path, child(at, 'path'))
    yield* validateMode(item.mode, child(at, 'mode'))
    if (paths === undefined || item.path === '') continue
    if (paths.has(item.path)) yield invalidValue(path, '', `conflicting duplicate paths`)
    paths.add(item.path)
  }
}

function* validateDownwardItems(
  items: readonly NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number][],
  path: string,
): Generator<FieldError> {
  for (const [position, item] of items.entries()) {
    const at = index(child(path, 'items'), position)
    if (item.path === '') yield required(child(at, 'path'))
    else yield* validateInsidePath(item.path, child(at, 'path'))
    if (item.fieldRef) {
      yield* validateObjectFieldRef(item.fieldRef, child(at, 'fieldRef'), downwardFields)
      if (item.resourceFieldRef) yield invalidValue(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
    } else if (!item.resourceFieldRef) yield required(at, 'one of fieldRef and resourceFieldRef is required')
    yield* validateMode(item.mode, child(at, 'mode'))
  }
}

function* validateMode(mode: number | undefined, path: string): Generator<FieldError> {
  if (mode !== undefined && (mode < 0 || mode > 0o777))
    yield invalidValue(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
}
function* validateNoDots(value: string, path: string): Generator<FieldError> {
  if (value.split('/').includes('..')) yield invalidValue(path, value, "must not contain '..'")
}
function* validateInsidePath(value: string, path: string): Generator<FieldError> {
  if (value.startsWith('/')) yield invalidValue(path, value, 'must be a relative path')
  yield* validateNoDots(value, path)
  if (value.startsWith('..') && !value.split('/').includes('..')) yield invalidValue(path, value, "must not start with '..'")
}

export function* validateVolumeMounts(container: Container, volumes: ReadonlyMap<string, Volume>, path: string): Generator<FieldError> {
  const places = new Set<string>()
  for (const [position, mount] of (container.volumeMounts ?? []).entries()) {
    const at = index(path, position)
    if (mount.name === '') yield required(child(at, 'name'))
    if (!volumes.has(mount.name)) yield notFoundValue(child(at, 'name'), mount.name)
    if (mount.mountPath === '') yield required(child(at, 'mountPath'))
    if (places.has(mount.mountPath)) yield invalidValue(child(at, 'mountPath'), mount.mountPath, 'must be unique')
    places.add(mount.mountPath)
    if ((mount.subPath ?? '') !== '') yield* validateInsidePath(mount.subPath as string, child(at, 'subPath'))
    if ((mount.subPathExpr ?? '') !== '') {
      if ((mount.subPath ?? '') !== '')
        yield invalidValue(child(at, 'subPathExpr'), mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive')
      yield* validateInsidePath(mount.subPathExpr as string, child(at, 'subPathExpr'))
    }
    yield* validatePropagation(mount.mountPropagation, container, child(at, 'mountPropagation'))
  }
}

function* validatePropagation(propagation: string | undefined, container: Container, path: string): Generator<FieldError> {
  if (propagation === undefined) return
  const supported = ['Bidirectional', 'HostToContainer', 'None']
  if (!supported.includes(propagation)) yield notSupported(path, propagation, supported)
  if (propagation === 'Bidirectional' && container.securityContext?.privileged !== true)
    yield forbiddenField(path, 'Bidirectional mount propagation is available only to privileged containers')
}

export function* validateClaimName(name: string, path: string): Generator<FieldError> {
  for (const text of nameIsDnsSubdomain(name, false)) yield invalidValue(path, name, text)
}
