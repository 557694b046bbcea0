/**
 * VolumeZone: a volume that says in its labels where it is can only be used there. (Newer volumes say it in their node affinity, which is
 * VolumeBinding's.) Nodes that say nothing of zones take every volume.
 */
import { PersistentVolume } from '../../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { StorageClass } from '../../api/storage/storage-class.ts'
import type { Listers, Plugin, Rejection } from '../framework.ts'
import type { Labels, PodInfo } from '../pod-info.ts'
import { classNameOf, isOwnClaim } from './volume-claims.ts'

const name = 'VolumeZone'
const elsewhere: Rejection = { plugin: name, code: 'UnschedulableAndUnresolvable', reasons: ['node(s) had no available volume zone'] }

const newNames: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
}
const placeLabels = [...Object.keys(newNames), ...Object.values(newNames)]

interface Place {
  readonly label: string
  readonly values: ReadonlySet<string>
}

export function volumeZone(listers: Listers): Plugin {
  return {
    name,
    events: [
      { resource: 'StorageClass', actions: ['Add'] },
      { resource: 'Node', actions: ['Add', 'UpdateNodeLabel'] },
      { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'], hint: isOwnClaim },
      { resource: 'PersistentVolume', actions: ['Add', 'Update'] },
    ],
    preFilter(pod) {
      const places = placesOf(pod, listers)
      if (typeof places === 'string') return { plugin: name, code: 'UnschedulableAndUnresolvable', reasons: [places] }
      if (places.length === 0) return undefined
      return {
        filter({ labels }) {
          if (!placeLabels.some((label) => labels[label] !== undefined)) return undefined
          return places.every((place) => isAt(place, labels)) ? undefined : elsewhere
        },
      }
    },
  }
}

function isAt({ label, values }: Place, labels: Labels): boolean {
  const value = labels[label] ?? labels[newNames[label] ?? label]
  return value !== undefined && values.has(value)
}

/** Where the Pod's volumes are, or what is wrong with them. */
function placesOf({ pod, namespace }: PodInfo, listers: Listers): readonly Place[] | string {
  const places: Place[] = []
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (!persistentVolumeClaim) continue
    const { claimName } = persistentVolumeClaim
    if (claimName === '') return 'PersistentVolumeClaim had no name'
    const claim = listers.of(PersistentVolumeClaim).get(`${namespace}/${claimName}`)
    if (claim === undefined) return `persistentvolumeclaim "${claimName}" not found`
    const volumeName = claim.spec.volumeName ?? ''
    if (volumeName === '') {
      const problem = whyNoVolume(classNameOf(claim), listers)
      if (problem !== undefined) return problem
      continue
    }
    const volume = listers.of(PersistentVolume).get(volumeName)
    if (volume === undefined) return `persistentvolume "${volumeName}" not found`
    for (const label of placeLabels) {
      const value = volume.metadata.labels?.[label]
      // A volume in several zones names them all: "a__b".
      if (value !== undefined) places.push({ label, values: new Set(value.split('__')) })
    }
  }
  return places
}

/** Undefined when the volume comes after the node was chosen. */
function whyNoVolume(className: string, listers: Listers): string | undefined {
  if (className === '') return 'PersistentVolumeClaim had no pv name and storageClass name'
  const storageClass = listers.of(StorageClass).get(className)
  if (storageClass === undefined) return `storageclass.storage.k8s.io "${className}" not found`
  if (!storageClass.volumeBindingMode) return `VolumeBindingMode not set for StorageClass "${className}"`
  return storageClass.volumeBindingMode === 'WaitForFirstConsumer' ? undefined : 'PersistentVolume had no name'
}
