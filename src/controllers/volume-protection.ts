/**
 * Claims and volumes that are in use do not go: a finalizer holds a claim while a Pod on a node uses it, and a volume while it is bound. Admission puts
 * the finalizers on; here they are put on what lacks them, and taken off what is being deleted and used by nobody.
 *
 * What a newcomer would get wrong: before a claim is let go the Pods are asked for live. A Pod that our cache has not seen yet would lose its data.
 */

import { PersistentVolume } from '../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pod } from '../api/core/pod.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { claimNameOf } from '../api/core/pod-references.ts'
import type { KubeObject } from '../apimachinery/object.ts'
import { controllerOf, keyOf, splitKey } from '../apimachinery/object.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'

const claimFinalizer = 'kubernetes.io/pvc-protection'
const volumeFinalizer = 'kubernetes.io/pv-protection'
const claimIndex = 'claim'

export const claimProtectionController: Controller = {
  name: 'persistentvolumeclaim-protection-controller',
  account: 'pvc-protection-controller',
  component: 'pvc-protection-controller',
  start: (context) => {
    const { informers } = context
    const claims = informers.of(PersistentVolumeClaim)
    const pods = informers.of(Pod)
    pods.addIndex(claimIndex, claimKeysOf)
    const loop = startLoop(context, {
      name: 'persistentvolumeclaim-protection-controller',
      workers: 5,
      reconcile: (key, signal) => protectClaim(context, key, signal),
    })
    const claimChanged = (claim: PersistentVolumeClaim): void => {
      if (needsWork(claim, claimFinalizer)) loop.add(keyOf(claim))
    }
    const podLeft = (pod: Pod): void => {
      for (const key of claimKeysOf(pod)) loop.add(key)
    }
    claims.subscribe({ onAdd: claimChanged, onUpdate: claimChanged, onDelete: () => {} })
    pods.subscribe({
      onAdd: () => {},
      onUpdate: (pod, old) => {
        if (isShutDown(pod) && !isShutDown(old)) podLeft(pod)
      },
      onDelete: podLeft,
    })
  },
}

export const volumeProtectionController: Controller = {
  name: 'persistentvolume-protection-controller',
  account: 'pv-protection-controller',
  component: 'pv-protection-controller',
  start: (context) => {
    const { client, informers } = context
    const volumes = informers.of(PersistentVolume)
    const loop = startLoop(context, {
      name: 'persistentvolume-protection-controller',
      workers: 1,
      reconcile: async (name, signal) => {
        const volume = volumes.get(name)
        if (volume === undefined) return
        const finalizers = nextFinalizers(volume, volumeFinalizer, volume.status?.phase === 'Bound')
        if (finalizers !== undefined) await client.of(PersistentVolume).update(withFinalizers(volume, finalizers), { signal })
      },
    })
    const changed = (volume: PersistentVolume): void => {
      if (needsWork(volume, volumeFinalizer)) loop.add(keyOf(volume))
    }
    volumes.subscribe({ onAdd: changed, onUpdate: changed, onDelete: () => {} })
  },
}

async function protectClaim({ client, informers }: ControllerContext, key: string, signal: AbortSignal): Promise<void> {
  const claim = informers.of(PersistentVolumeClaim).get(key)
  if (claim === undefined || !needsWork(claim, claimFinalizer)) return
  const { namespace } = splitKey(key)
  if (isTerminating(claim)) {
    if (
      informers
        .of(Pod)
        .byIndex(claimIndex, key)
        .some((pod) => usesClaim(pod, claim))
    )
      return
    const { items } = await client.of(Pod).in(namespace).list({ signal })
    if (items.some((pod) => usesClaim(pod, claim))) return
  }
  const finalizers = nextFinalizers(claim, claimFinalizer, false)
  if (finalizers !== undefined) await client.of(PersistentVolumeClaim).in(namespace).update(withFinalizers(claim, finalizers), { signal })
}

export function needsWork(object: KubeObject, finalizer: string): boolean {
  return isTerminating(object) === (object.metadata.finalizers?.includes(finalizer) ?? false)
}

/** Undefined: as they should be. */
export function nextFinalizers(object: KubeObject, finalizer: string, isUsed: boolean): readonly string[] | undefined {
  const finalizers = object.metadata.finalizers ?? []
  if (!needsWork(object, finalizer)) return undefined
  if (!isTerminating(object)) return [...finalizers, finalizer]
  return isUsed ? undefined : finalizers.filter((one) => one !== finalizer)
}

export function withFinalizers<T extends KubeObject>(object: T, finalizers: readonly string[]): T {
  return { ...object, metadata: { ...object.metadata, finalizers } }
}

/** The kubelet is done with it. */
function isShutDown({ metadata }: Pod): boolean {
  return typeof metadata.deletionTimestamp === 'string' && metadata.deletionGracePeriodSeconds === 0
}

function claimKeysOf(pod: Pod): readonly string[] {
  const { namespace = '', name = '' } = pod.metadata
  const keys: string[] = []
  for (const volume of pod.spec.volumes ?? []) {
    const claim = claimNameOf(name, volume)
    if (claim !== undefined) keys.push(`${namespace}/${claim}`)
  }
  return keys
}

/** A Pod without a node uses nothing yet. */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if ((pod.spec.nodeName ?? '') === '') return false
  const { name } = claim.metadata
  return (pod.spec.volumes ?? []).some((volume) => {
    if (volume.persistentVolumeClaim?.claimName === name) return true
    if (!volume.ephemeral || isShutDown(pod) || `${pod.metadata.name}-${volume.name}` !== name) return false
    return controllerOf(claim)?.uid === pod.metadata.uid
  })
}
