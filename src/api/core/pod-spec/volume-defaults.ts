/**
 * Defaults of volumes: modes of files, how long tokens last, what the retired kinds of storage were called.
 */
import { type Draft, isEmpty, items, part, roundResources, setFieldRefDefaults } from './draft.ts'
import { defaultPullPolicy } from './image-reference.ts'

const fileMode = 0o644
const tokenSeconds = 3600

/** By volume type: what stands there when it is empty. */
const texts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
}
/** By volume type: what stands there when it is absent. */
const absents: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  secret: { defaultMode: fileMode },
  configMap: { defaultMode: fileMode },
  downwardAPI: { defaultMode: fileMode },
  projected: { defaultMode: fileMode },
  hostPath: { type: '' },
  azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
}

export function setVolumeDefaults(volume: Draft): void {
  let isBare = true
  for (const name in volume) {
    const source = name === 'name' ? undefined : part(volume, name)
    if (source === undefined) continue
    isBare = false
    for (const key in texts[name]) if (isEmpty(source[key])) source[key] = texts[name]?.[key]
    for (const key in absents[name]) source[key] ??= absents[name]?.[key]
  }
  if (isBare) volume.emptyDir = {}
  setDownwardDefaults(part(volume, 'downwardAPI'))
  for (const source of items(part(volume, 'projected')?.sources)) {
    const token = part(source, 'serviceAccountToken')
    if (token !== undefined) token.expirationSeconds ??= tokenSeconds
    setDownwardDefaults(part(source, 'downwardAPI'))
  }
  const claim = part(part(part(volume, 'ephemeral'), 'volumeClaimTemplate'), 'spec')
  if (claim !== undefined) {
    claim.volumeMode ??= 'Filesystem'
    roundResources(part(claim, 'resources'))
  }
  const image = part(volume, 'image')
  if (image !== undefined && isEmpty(image.pullPolicy)) image.pullPolicy = defaultPullPolicy((image.reference as string | undefined) ?? '')
}

function setDownwardDefaults(source: Draft | undefined): void {
  for (const item of items(source?.items)) setFieldRefDefaults(part(item, 'fieldRef'))
}
