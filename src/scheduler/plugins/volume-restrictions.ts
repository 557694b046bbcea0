/**
 * VolumeRestrictions: a claim with ReadWriteOncePod is for one Pod in the whole cluster, and some old kinds of disks are for one
 * node or one Pod at a time.
 */
import { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import type { Pod } from '../../api/core/pod.ts'
import type { Filter, Listers, Plugin, Rejection } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { PodInfo } from '../pod-info.ts'
import { isPlaced } from '../pod-place.ts'
import { isOwnClaim, sharesClaim } from './volume-claims.ts'

const name = 'VolumeRestrictions'
const diskTaken: Rejection = { plugin: name, code: 'Unschedulable', reasons: ['node(s) had no available disk'] }
const claimTaken: Rejection = {
  plugin: name,
  code: 'Unschedulable',
  reasons: ['node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod'],
}

type Volume = NonNullable<Pod['spec']['volumes']>[number]

export function volumeRestrictions(listers: Listers): Plugin {
  const claims = listers.of(PersistentVolumeClaim)
  return {
    name,
    events: [
      {
        resource: 'Pod',
        actions: ['Delete'],
        hint(pod, { old }) {
          const gone = old as Pod
          return isPlaced(gone) && (sharesClaim(pod, gone) || disksOf(pod.pod).some((disk) => isDiskTaken(disk, gone)))
        },
      },
      { resource: 'Node', actions: ['Add'] },
      { resource: 'PersistentVolumeClaim', actions: ['Add'], hint: isOwnClaim },
    ],
    preFilter(pod, { nodes }) {
      const exclusive: string[] = []
      for (const { persistentVolumeClaim } of pod.pod.spec.volumes ?? []) {
        if (!persistentVolumeClaim) continue
        const key = `${pod.namespace}/${persistentVolumeClaim.claimName}`
        const claim = claims.get(key)
        if (claim === undefined) {
          const reason = `persistentvolumeclaim "${persistentVolumeClaim.claimName}" not found`
          return { plugin: name, code: 'UnschedulableAndUnresolvable', reasons: [reason] }
        }
        if (claim.spec.accessModes?.includes('ReadWriteOncePod')) exclusive.push(key)
      }
      const disks = disksOf(pod.pod)
      let users = 0
      if (exclusive.length > 0) for (const node of nodes) users += usersOn(node, exclusive)
      if (disks.length === 0 && users === 0) return undefined
      return new RestrictionFilter(disks, exclusive, users)
    },
  }
}

class RestrictionFilter implements Filter {
  readonly #disks: readonly Volume[]
  readonly #exclusive: readonly string[]
  #users: number

  constructor(disks: readonly Volume[], exclusive: readonly string[], users: number) {
    this.#disks = disks
    this.#exclusive = exclusive
    this.#users = users
  }

  filter({ pods }: NodeInfo): Rejection | undefined {
    for (const disk of this.#disks) if (pods.some(({ pod }) => isDiskTaken(disk, pod))) return diskTaken
    return this.#users > 0 ? claimTaken : undefined
  }

  fork(): Filter {
    return new RestrictionFilter(this.#disks, this.#exclusive, this.#users)
  }
  addPod({ claims }: PodInfo): void {
    this.#users += claims.filter((claim) => this.#exclusive.includes(claim)).length
  }
  removePod({ claims }: PodInfo): void {
    this.#users -= claims.filter((claim) => this.#exclusive.includes(claim)).length
  }
}

function usersOn({ claims }: NodeInfo, exclusive: readonly string[]): number {
  return exclusive.reduce((sum, claim) => sum + (claims?.get(claim) === undefined ? 0 : 1), 0)
}

function disksOf({ spec }: Pod): readonly Volume[] {
  return (spec.volumes ?? []).filter(
    ({ gcePersistentDisk, awsElasticBlockStore, iscsi, rbd }) => gcePersistentDisk ?? awsElasticBlockStore ?? iscsi ?? rbd,
  )
}

/** Readers may share most disks; an EBS volume nobody may. */
function isDiskTaken(wanted: Volume, { spec }: Pod): boolean {
  return (spec.volumes ?? []).some((used) => {
    const [gce, gceUsed] = [wanted.gcePersistentDisk, used.gcePersistentDisk]
    if (gce && gceUsed && gce.pdName === gceUsed.pdName && !(gce.readOnly && gceUsed.readOnly)) return true
    const [ebs, ebsUsed] = [wanted.awsElasticBlockStore, used.awsElasticBlockStore]
    if (ebs && ebsUsed && ebs.volumeID === ebsUsed.volumeID) return true
    const [iscsi, iscsiUsed] = [wanted.iscsi, used.iscsi]
    if (iscsi && iscsiUsed && iscsi.iqn === iscsiUsed.iqn && !(iscsi.readOnly && iscsiUsed.readOnly)) return true
    const [rbd, rbdUsed] = [wanted.rbd, used.rbd]
    if (!rbd || !rbdUsed || (rbd.readOnly && rbdUsed.readOnly)) return false
    const isSameImage = rbd.image === rbdUsed.image && (rbd.pool ?? 'rbd') === (rbdUsed.pool ?? 'rbd')
    return isSameImage && rbd.monitors.some((monitor) => rbdUsed.monitors.includes(monitor))
  })
}
