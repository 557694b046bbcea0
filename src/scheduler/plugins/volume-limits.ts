/**
 * NodeVolumeLimits: a storage driver can attach only so many volumes to a node; its CSINode says how many. A volume that is on the node
 * already costs nothing more.
 */
import { PersistentVolume } from '../../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import type { Pod } from '../../api/core/pod.ts'
import { CSINode } from '../../api/storage/csi-node.ts'
import { StorageClass } from '../../api/storage/storage-class.ts'
import type { Listers, Plugin, Rejection } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { isPlaced } from '../pod-place.ts'
import { claimsOfPod, classNameOf, isOwnClaim } from './volume-claims.ts'

const name = 'NodeVolumeLimits'
const tooMany: Rejection = { plugin: name, code: 'Unschedulable', reasons: ['node(s) exceed max volume count'] }

export function nodeVolumeLimits(listers: Listers): Plugin {
  const csiNodes = listers.of(CSINode)
  return {
    name,
    events: [
      { resource: 'CSINode', actions: ['Add', 'Update'] },
      {
        resource: 'Pod',
        actions: ['Delete'],
        hint: (_, { old }) => {
          const gone = old as Pod
          return isPlaced(gone) && (gone.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim ?? volume.ephemeral)
        },
      },
      { resource: 'PersistentVolumeClaim', actions: ['Add'], hint: isOwnClaim },
    ],
    preFilter(pod) {
      if (pod.claims.length === 0) return undefined
      const { problem } = claimsOfPod(pod, listers)
      if (problem !== undefined) return { plugin: name, code: 'UnschedulableAndUnresolvable', reasons: [problem] }
      const wanted = volumesOf(pod.claims, listers)
      if (wanted.size === 0) return undefined
      return {
        filter(node) {
          const drivers = csiNodes.get(node.name)?.spec.drivers ?? []
          for (const { name: driver, allocatable } of drivers) {
            const count = allocatable?.count ?? undefined
            if (count !== undefined && exceeds(driver, count, wanted, node, listers)) return tooMany
          }
          return undefined
        },
      }
    },
  }
}

function exceeds(driver: string, limit: number, wanted: ReadonlyMap<string, string>, node: NodeInfo, listers: Listers): boolean {
  const isOfDriver = ([, owner]: readonly [string, string]): boolean => owner === driver
  const ours = [...wanted].filter(isOfDriver)
  if (ours.length === 0) return false
  const attached = new Map([...volumesOf(node.claims?.keys() ?? [], listers)].filter(isOfDriver))
  return attached.size + ours.filter(([volume]) => !attached.has(volume)).length > limit
}

/** Volumes and their drivers. A claim without a volume stands for the one that it will get. */
function volumesOf(claims: Iterable<string>, listers: Listers): ReadonlyMap<string, string> {
  const volumes = new Map<string, string>()
  for (const key of claims) {
    const claim = listers.of(PersistentVolumeClaim).get(key)
    if (claim === undefined) continue
    const volume = listers.of(PersistentVolume).get(claim.spec.volumeName ?? '')
    if (volume !== undefined) {
      const { csi } = volume.spec
      if (csi) volumes.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver)
      continue
    }
    const provisioner = listers.of(StorageClass).get(classNameOf(claim))?.provisioner
    if (provisioner !== undefined) volumes.set(`${provisioner}/${key}`, provisioner)
  }
  return volumes
}
