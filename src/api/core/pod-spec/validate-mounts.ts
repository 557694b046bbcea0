/**
 * Where containers mount volumes, as files or as block devices (ValidateVolumeMounts, ValidateVolumeDevices upstream).
 *
 * What a newcomer would get wrong: what is wrong with a subPath or a propagation is reported at the list, not at the entry.
 */
import { forbiddenField, invalidValue, notFoundValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import type { Container, VolumeMount } from './container.ts'
import { checkInside, type Errors, isSet } from './validate-paths.ts'
import type { Volume } from './volume.ts'

export type VolumesByName = ReadonlyMap<string, Volume>

export function checkMounts(container: Container, volumes: VolumesByName, path: string, out: Errors): void {
  const { volumeMounts, volumeDevices } = container
  if (volumeMounts) checkVolumeMounts(container, volumeMounts, volumes, `${path}.volumeMounts`, out)
  if (volumeDevices) checkVolumeDevices(container, volumeDevices, volumes, `${path}.volumeDevices`, out)
}

function checkVolumeMounts(container: Container, mounts: readonly VolumeMount[], volumes: VolumesByName, path: string, out: Errors): void {
  const { volumeDevices } = container
  const places = new Set<string>()
  for (let i = 0; i < mounts.length; i++) {
    const mount = mounts[i] as VolumeMount
    const { name = '', mountPath = '', subPath = '', subPathExpr = '' } = mount
    const at = `${path}[${i}]`
    if (name === '') out.push(required(`${at}.name`))
    if (!volumes.has(name)) out.push(notFoundValue(`${at}.name`, name))
    if (mountPath === '') out.push(required(`${at}.mountPath`))
    if (places.has(mountPath)) out.push(invalidValue(`${at}.mountPath`, mountPath, 'must be unique'))
    places.add(mountPath)
    if (volumeDevices?.some((device) => device.name === name)) {
      out.push(invalidValue(`${at}.name`, name, 'must not already exist in volumeDevices'))
    }
    if (volumeDevices?.some(({ devicePath }) => devicePath === mountPath)) {
      out.push(invalidValue(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'))
    }
    if (subPath !== '') checkInside(subPath, `${path}.subPath`, out)
    if (subPathExpr !== '') {
      if (subPath !== '') out.push(invalidValue(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
      checkInside(subPathExpr, `${path}.subPathExpr`, out)
    }
    if (isSet(mount.mountPropagation)) checkPropagation(mount.mountPropagation, container, `${path}.mountPropagation`, out)
    if (isSet(mount.recursiveReadOnly)) checkRecursiveReadOnly(mount, mount.recursiveReadOnly, `${path}.recursiveReadOnly`, out)
  }
}

const propagations = ['Bidirectional', 'HostToContainer', 'None']

function checkPropagation(propagation: string, { securityContext }: Container, path: string, out: Errors): void {
  if (!propagations.includes(propagation)) out.push(notSupported(path, propagation, propagations))
  if (propagation === 'Bidirectional' && securityContext?.privileged !== true) {
    out.push(forbiddenField(path, 'Bidirectional mount propagation is available only to privileged containers'))
  }
}

function checkRecursiveReadOnly({ readOnly, mountPropagation }: VolumeMount, value: string, path: string, out: Errors): void {
  if (value === 'Disabled') return
  if (value !== 'Enabled' && value !== 'IfPossible') {
    return void out.push(notSupported(path, value, ['Disabled', 'Enabled', 'IfPossible']))
  }
  if (readOnly !== true) out.push(forbiddenField(path, 'may only be specified when readOnly is true'))
  if (isSet(mountPropagation) && mountPropagation !== 'None') {
    out.push(forbiddenField(path, 'may only be specified when mountPropagation is None or not specified'))
  }
}

function checkVolumeDevices(
  { volumeMounts }: Container,
  devices: NonNullable<Container['volumeDevices']>,
  volumes: VolumesByName,
  path: string,
  out: Errors,
): void {
  const places = new Set<string>()
  const names = new Set<string>()
  for (let i = 0; i < devices.length; i++) {
    const { name = '', devicePath = '' } = devices[i] as (typeof devices)[number]
    const at = `${path}[${i}]`
    const volume = volumes.get(name)
    if (name === '') out.push(required(`${at}.name`))
    if (names.has(name)) out.push(invalidValue(`${at}.name`, name, 'must be unique'))
    if (volume === undefined) out.push(notFoundValue(`${at}.name`, name))
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      out.push(invalidValue(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'))
    }
    if (devicePath === '') out.push(required(`${at}.devicePath`))
    if (places.has(devicePath)) out.push(invalidValue(`${at}.devicePath`, devicePath, 'must be unique'))
    if (devicePath.split('/').includes('..')) {
      out.push(invalidValue(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"))
    } else places.add(devicePath)
    if (volumeMounts?.some((mount) => mount.name === name)) {
      out.push(invalidValue(`${at}.name`, name, 'must not already exist in volumeMounts'))
    }
    if (volumeMounts?.some(({ mountPath }) => mountPath === devicePath)) {
      out.push(invalidValue(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'))
    }
    if (name !== '') names.add(name)
  }
}
