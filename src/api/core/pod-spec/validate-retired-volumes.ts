/**
 * Volume types of single vendors and of old: no kubelet of ours mounts them, but an object that names them must still be right.
 */
import { invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { utf8Length } from '../../../apimachinery/go-strings.ts'
import { rangeMessage } from '../../../apimachinery/names.ts'
import { checkInside, checkLabel, type Errors, isSet } from './validate-paths.ts'
import type {
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GitRepoVolumeSource,
  ISCSIVolumeSource,
  QuobyteVolumeSource,
  StorageOSVolumeSource,
} from './volume.ts'

/** Each of `names` must be a text that is not empty. */
export function checkRequired(source: object, path: string, out: Errors, ...names: readonly string[]): void {
  for (const name of names) {
    const value = (source as Readonly<Record<string, unknown>>)[name]
    if (value === undefined || value === null || value === '') out.push(required(`${path}.${name}`))
  }
}

export function checkGitRepo(source: GitRepoVolumeSource, path: string, out: Errors): void {
  checkRequired(source, path, out, 'repository')
  checkInside(source.directory ?? '', `${path}.directory`, out)
}

/** Google's and Amazon's disks. */
export function checkDisk(source: { readonly partition?: number | undefined }, name: string, path: string, out: Errors): void {
  checkRequired(source, path, out, name)
  const partition = source.partition ?? 0
  if (partition < 0 || partition > 255) out.push(invalidValue(`${path}.partition`, partition, rangeMessage(1, 255)))
}

const qualifiedNames: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
}

function checkQualifiedName(name: string, path: string, out: Errors): void {
  const form = qualifiedNames[name.slice(0, 3)]
  if (form === undefined) out.push(invalidValue(path, name, 'must be valid format starting with iqn, eui, or naa'))
  else if (!form.test(name)) out.push(invalidValue(path, name, 'must be valid format'))
}

export function checkIscsi(source: ISCSIVolumeSource, path: string, out: Errors): void {
  const { iqn = '', lun = 0, initiatorName, secretRef } = source
  checkRequired(source, path, out, 'targetPortal')
  if (iqn === '') out.push(required(`${path}.iqn`))
  else checkQualifiedName(iqn, `${path}.iqn`, out)
  if (lun < 0 || lun > 255) out.push(invalidValue(`${path}.lun`, lun, rangeMessage(0, 255)))
  if ((source.chapAuthDiscovery === true || source.chapAuthSession === true) && !secretRef) out.push(required(`${path}.secretRef`))
  if (isSet(initiatorName)) checkQualifiedName(initiatorName, `${path}.initiatorname`, out)
}

/** `path`: the volume's. */
export function checkIscsiName({ initiatorName, targetPortal = '' }: ISCSIVolumeSource, name: string, path: string, out: Errors): void {
  if (!isSet(initiatorName) || utf8Length(`${name}:${targetPortal}`) <= 64) return
  const detail = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'
  out.push(invalidValue(`${path}.name`, name, detail))
}

export function checkFlocker({ datasetName = '', datasetUUID = '' }: FlockerVolumeSource, path: string, out: Errors): void {
  if (datasetName === '' && datasetUUID === '') out.push(required(path, 'one of datasetName and datasetUUID is required'))
  if (datasetName !== '' && datasetUUID !== '') {
    out.push(invalidValue(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'))
  }
  if (datasetName.includes('/')) out.push(invalidValue(`${path}.datasetName`, datasetName, "must not contain '/'"))
}

const hostAndPort = /^(?:\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/

export function checkQuobyte({ registry = '', tenant = '', volume = '' }: QuobyteVolumeSource, path: string, out: Errors): void {
  const pairs = 'must be a host:port pair or multiple pairs separated by commas'
  if (registry === '') out.push(required(`${path}.registry`, pairs))
  else if (utf8Length(tenant) >= 65) {
    out.push(required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'))
  } else {
    for (const pair of registry.split(',')) if (!hostAndPort.test(pair)) out.push(invalidValue(`${path}.registry`, registry, pairs))
  }
  if (volume === '') out.push(required(`${path}.volume`))
}

export function checkFc({ targetWWNs, wwids, lun }: FCVolumeSource, path: string, out: Errors): void {
  const [names, ids] = [targetWWNs?.length ?? 0, wwids?.length ?? 0]
  if (names === 0 && ids === 0) out.push(required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'))
  if (names > 0 && ids > 0) {
    out.push(invalidValue(`${path}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'))
  }
  if (names === 0) return
  if (!isSet(lun)) out.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'))
  else if (lun < 0 || lun > 255) out.push(invalidValue(`${path}.lun`, lun, rangeMessage(0, 255)))
}

export function checkFlex(source: FlexVolumeSource, path: string, out: Errors): void {
  checkRequired(source, path, out, 'driver')
  for (const name in source.options) {
    const domain = `.${(name.split('/')[0] as string).toLowerCase()}`
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) {
      out.push(invalidValue(`${path}.options[${name}]`, name, 'kubernetes.io and k8s.io namespaces are reserved'))
    }
  }
}

const cachingModes = ['None', 'ReadOnly', 'ReadWrite']
const diskKinds = ['Dedicated', 'Managed', 'Shared']
const managedUri = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const blobUri = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

export function checkAzureDisk(source: AzureDiskVolumeSource, path: string, out: Errors): void {
  const { cachingMode, kind, diskURI = '' } = source
  checkRequired(source, path, out, 'diskName', 'diskURI')
  if (isSet(cachingMode) && !cachingModes.includes(cachingMode)) {
    out.push(notSupported(`${path}.cachingMode`, cachingMode, cachingModes))
  }
  if (!isSet(kind)) return
  if (!diskKinds.includes(kind)) out.push(notSupported(`${path}.kind`, kind, diskKinds))
  const isManaged = kind === 'Managed'
  if (!diskURI.startsWith(isManaged ? '/subscriptions/' : 'https://')) {
    out.push(notSupported(`${path}.diskURI`, diskURI, [isManaged ? managedUri : blobUri]))
  }
}

export function checkStorageOs(
  { volumeName = '', volumeNamespace = '', secretRef }: StorageOSVolumeSource,
  path: string,
  out: Errors,
): void {
  if (volumeName === '') out.push(required(`${path}.volumeName`))
  else checkLabel(volumeName, `${path}.volumeName`, out)
  if (volumeNamespace !== '') checkLabel(volumeNamespace, `${path}.volumeNamespace`, out)
  if (secretRef && (secretRef.name ?? '') === '') out.push(required(`${path}.secretRef.name`))
}
