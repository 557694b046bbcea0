/**
 * Volumes that no longer work, and files that would land in one place of a volume (warningsForOverlappingVirtualPaths upstream).
 */
import { quote } from '../../../apimachinery/go-strings.ts'
import { claimSpecWarnings } from '../persistent-volume-claim-rules.ts'
import type { Volume, VolumeProjection } from './volume.ts'

/** By volume type: how it is spelled in the path, and since when it is nothing. In upstream's order. */
const retired: readonly (readonly [source: keyof Volume, shown: string, since: string])[] = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['ephemeral', '', ''],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

export function volumeWarnings(volumes: readonly Volume[], path: string, out: string[]): void {
  for (const [i, volume] of volumes.entries()) {
    for (const [source, shown, since] of retired) {
      if (!volume[source]) continue
      if (source !== 'ephemeral') out.push(`${path}[${i}].${shown}: ${since}`)
      else if (volume.ephemeral?.volumeClaimTemplate) {
        out.push(...claimSpecWarnings(volume.ephemeral.volumeClaimTemplate.spec, `${path}[${i}].ephemeral.volumeClaimTemplate.spec`))
      }
    }
  }
  for (const volume of volumes) warnOfOverlaps(volume, out)
}

interface Place {
  readonly path: string
  /** '' where the volume has one source. */
  readonly source: string
}

function warnOfOverlaps(volume: Volume, out: string[]): void {
  const { name, configMap, secret, downwardAPI, projected } = volume
  const tell = (what: string, places: readonly Place[]): void => {
    for (const text of overlaps(places)) out.push(`volume ${quote(name)} (${what}): overlapping paths: ${text}`)
  }
  const bare = (items: readonly { readonly path: string }[]): readonly Place[] => items.map(({ path }) => ({ path, source: '' }))
  if (configMap?.items) tell(`ConfigMap ${quote(configMap.name ?? '')}`, bare(configMap.items))
  if (secret?.items) tell(`Secret ${quote(secret.secretName ?? '')}`, bare(secret.items))
  if (downwardAPI?.items) tell('DownwardAPI', bare(downwardAPI.items))
  if (!projected) return
  const places: Place[] = []
  for (const source of projected.sources ?? []) {
    if (Object.keys(source).length === 0) out.push(`volume ${quote(name)} (Projected) has no sources provided`)
    else places.push(...placesOf(source))
  }
  tell('Projected', places)
}

/** The first source that says where its files go. */
function placesOf(source: VolumeProjection): readonly Place[] {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source
  const all = (items: readonly { readonly path: string }[], what: string): readonly Place[] =>
    items.map(({ path }) => ({ path, source: what }))
  if (configMap?.items) return all(configMap.items, `ConfigMap ${quote(configMap.name ?? '')}`)
  if (secret?.items) return all(secret.items, `Secret ${quote(secret.name ?? '')}`)
  if (downwardAPI?.items) return all(downwardAPI.items, 'DownwardAPI')
  if (serviceAccountToken) return all([serviceAccountToken], 'ServiceAccountToken')
  if (clusterTrustBundle) {
    return all([clusterTrustBundle], `ClusterTrustBundle ${quote(clusterTrustBundle.name ?? clusterTrustBundle.signerName ?? '')}`)
  }
  const { certificateChainPath = '', keyPath = '', credentialBundlePath = '' } = podCertificate ?? {}
  return [
    { path: certificateChainPath, source: 'PodCertificate chain' },
    { path: keyPath, source: 'PodCertificate key' },
    { path: credentialBundlePath, source: 'PodCertificate credential bundle' },
  ].filter(({ path }) => path !== '')
}

function overlaps(places: readonly Place[]): readonly string[] {
  const texts: string[] = []
  const before: Place[] = []
  for (const { path: raw, source } of places) {
    const place = { path: raw.replace(/\/+$/, ''), source }
    if (place.path !== '') {
      for (const other of before) if (isOneInOther(other.path, place.path)) texts.push(`${shown(place)} with ${shown(other)}`)
    }
    before.push(place)
  }
  return texts
}

function isOneInOther(a: string, b: string): boolean {
  return a !== '' && (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`))
}

function shown({ path, source }: Place): string {
  return source === '' ? quote(path) : `${quote(path)} (${source})`
}
