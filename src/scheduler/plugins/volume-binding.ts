/**
 * VolumeBinding: a Pod goes where its volumes are, or where they can be. Claims that are bound say so through their volume's node
 * affinity; claims that wait for their first consumer are matched here with a free volume of the node, or one is made there.
 * What was found is held for the Pod when its node is chosen, and written before the binding (volume-writer.ts).
 */

import { matcherOfTerms } from '../../api/core/node-matcher.ts'
import { PersistentVolume } from '../../api/core/persistent-volume.ts'
import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { StorageClass } from '../../api/storage/storage-class.ts'
import type { Filter, Listers, Plugin, Rejection } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { PodInfo } from '../pod-info.ts'
import { isFullyBound, selectedNodeAnnotation, type VolumeBindings, type VolumeWriter } from '../volume-writer.ts'
import { claimsOfPod, classNameOf, isOwnClaim } from './volume-claims.ts'
import { canProvision, findVolume, hasCapacity, sizeOf } from './volume-matching.ts'

const name = 'VolumeBinding'
const wrongNode = "node(s) didn't match PersistentVolume's node affinity"
const noVolume = "node(s) didn't find available persistent volumes to bind"
const noSpace = 'node(s) did not have enough free storage'
const volumeGone = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'

interface Claims {
  readonly bound: readonly PersistentVolumeClaim[]
  readonly waiting: readonly PersistentVolumeClaim[]
}

/** Volumes that are promised but not yet written so: nobody else may have them. */
type Held = Map<string, string>

export function volumeBinding(listers: Listers, writer: Pick<VolumeWriter, 'bind'>): Plugin {
  const held: Held = new Map()
  return {
    name,
    events: [
      { resource: 'StorageClass', actions: ['Add', 'Update'] },
      { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'], hint: isOwnClaim },
      { resource: 'PersistentVolume', actions: ['Add', 'Update'] },
      { resource: 'Node', actions: ['Add', 'UpdateNodeLabel'] },
      { resource: 'CSINode', actions: ['Add', 'Update'] },
      { resource: 'CSIDriver', actions: ['Update'] },
      { resource: 'CSIStorageCapacity', actions: ['Add', 'Update'] },
    ],
    preFilter(pod) {
      if (pod.claims.length === 0) return undefined
      const sorted = sortClaims(pod, listers)
      if ('code' in sorted) return sorted
      const filter: Filter = {
        filter(node) {
          const outcome = findVolumes(sorted, node, listers, held)
          return 'code' in outcome ? outcome : undefined
        },
      }
      return filter
    },
    reserve(pod, node) {
      if (pod.claims.length === 0) return undefined
      const sorted = sortClaims(pod, listers)
      if ('code' in sorted) throw new Error(sorted.reasons.join(', '))
      if (sorted.waiting.length === 0) return undefined
      const bindings = findVolumes(sorted, node, listers, held)
      if ('code' in bindings) throw new Error(bindings.reasons.join(', '))
      for (const { volume } of bindings.found) held.set(volume.metadata.name ?? '', pod.uid)
      const release = (): void => {
        for (const { volume } of bindings.found) held.delete(volume.metadata.name ?? '')
      }
      return {
        async preBind(signal) {
          await writer.bind(bindings, signal)
          release()
        },
        unreserve: release,
      }
    },
  }
}

/** Those with a volume, and those that wait for a node; others make the Pod wait. */
function sortClaims(pod: PodInfo, listers: Listers): Claims | Rejection {
  const { claims, problem } = claimsOfPod(pod, listers)
  if (problem !== undefined) return unresolvable(problem)
  const bound: PersistentVolumeClaim[] = []
  const waiting: PersistentVolumeClaim[] = []
  for (const claim of claims) {
    if (isFullyBound(claim)) {
      bound.push(claim)
      continue
    }
    const className = classNameOf(claim)
    const storageClass = listers.of(StorageClass).get(className)
    const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
    if (!waits || (claim.spec.volumeName ?? '') !== '') return unresolvable('pod has unbound immediate PersistentVolumeClaims')
    waiting.push(claim)
  }
  // The smallest volumes are given away first, so that large ones are left for large claims.
  return { bound, waiting: waiting.sort((a, b) => sizeOf(a) - sizeOf(b)) }
}

function findVolumes({ bound, waiting }: Claims, node: NodeInfo, listers: Listers, held: Held): VolumeBindings | Rejection {
  const reasons: string[] = []
  for (const { spec } of bound) {
    const volume = listers.of(PersistentVolume).get(spec.volumeName ?? '')
    if (volume === undefined) return unresolvable(...reasons, volumeGone)
    const matches = matcherOfTerms(volume.spec.nodeAffinity?.required?.nodeSelectorTerms)
    if (matches !== undefined && !matches(node)) {
      reasons.push(wrongNode)
      break
    }
  }
  const found: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = []
  const provisioned: PersistentVolumeClaim[] = []
  for (const claim of waiting) {
    const selected = claim.metadata.annotations?.[selectedNodeAnnotation]
    if (selected !== undefined && selected !== node.name) return unresolvable(...reasons, noVolume)
    const isFree = ({ metadata }: PersistentVolume): boolean =>
      !held.has(metadata.name ?? '') && !found.some(({ volume }) => volume.metadata.name === metadata.name)
    const volume = selected === undefined ? findVolume(claim, node, listers, isFree) : undefined
    if (volume !== undefined) found.push({ claim, volume })
    else provisioned.push(claim)
  }
  if (!provisioned.every((claim) => canProvision(claim, node, listers))) reasons.push(noVolume)
  else if (!provisioned.every((claim) => hasCapacity(claim, node, listers))) reasons.push(noSpace)
  return reasons.length > 0 ? unresolvable(...reasons) : { node: node.name, found, provisioned }
}

function unresolvable(...reasons: readonly string[]): Rejection {
  return { plugin: name, code: 'UnschedulableAndUnresolvable', reasons }
}
