/**
 * Makes the claims that Pods bring along: a volume with `ephemeral` gets a PersistentVolumeClaim `<pod>-<volume>`, owned by the Pod, so that it goes with
 * it. A claim of that name that belongs to somebody else is never taken: the Pod waits, and an event says why.
 */
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pod } from '../api/core/pod.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { controllerOf, keyOf, splitKey } from '../apimachinery/object.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { messageOf } from './shared/failures.ts'
import { controllerReference } from './shared/owner.ts'

type Volume = NonNullable<Pod['spec']['volumes']>[number]

export const ephemeralVolumeController: Controller = {
  name: 'ephemeral-volume-controller',
  account: 'ephemeral-volume-controller',
  component: 'ephemeral_volume',
  start: (context) => {
    const { informers } = context
    const pods = informers.of(Pod)
    const loop = startLoop(context, {
      name: 'ephemeral-volume-controller',
      workers: 5,
      reconcile: (key, signal) => makeClaims(context, key, signal),
    })
    const look = (pod: Pod): void => {
      if (!isTerminating(pod) && pod.spec.volumes?.some(({ ephemeral }) => ephemeral) === true) loop.add(keyOf(pod))
    }
    pods.subscribe({ onAdd: look, onUpdate: () => {}, onDelete: () => {} })
    informers.of(PersistentVolumeClaim).subscribe({
      onAdd: () => {},
      onUpdate: () => {},
      onDelete: (claim) => {
        const owner = controllerOf(claim)
        if (owner?.kind === 'Pod') loop.add(`${claim.metadata.namespace}/${owner.name}`)
      },
    })
  },
}

async function makeClaims({ client, informers, events }: ControllerContext, key: string, signal: AbortSignal): Promise<void> {
  const pod = informers.of(Pod).get(key)
  if (pod === undefined || isTerminating(pod)) return
  const claims = client.of(PersistentVolumeClaim).in(splitKey(key).namespace)
  for (const volume of pod.spec.volumes ?? []) {
    const claim = claimOf(pod, volume)
    if (claim === undefined) continue
    try {
      const found = informers.of(PersistentVolumeClaim).get(keyOf(claim))
      if (found !== undefined) checkOwner(pod, found)
      else
        await claims.create(claim, { signal }).catch((cause: unknown) => {
          throw new Error(`create PVC ${claim.metadata.name}: ${messageOf(cause)}`, { cause })
        })
    } catch (error) {
      const message = `ephemeral volume ${volume.name}: ${messageOf(error)}`
      events.record(Pod, pod, 'Warning', 'FailedBinding', message)
      throw new Error(`pod ${key}, ${message}`, { cause: error })
    }
  }
}

/** Undefined for volumes of other kinds. */
export function claimOf(pod: Pod, { name, ephemeral }: Volume): PersistentVolumeClaim | undefined {
  const template = ephemeral?.volumeClaimTemplate
  if (template === undefined || template === null) return undefined
  const { annotations, labels } = template.metadata ?? {}
  return {
    metadata: {
      name: `${pod.metadata.name}-${name}`,
      namespace: pod.metadata.namespace ?? '',
      ownerReferences: [controllerReference(Pod, pod)],
      ...(annotations === undefined ? {} : { annotations }),
      ...(labels === undefined ? {} : { labels }),
    },
    spec: template.spec,
  }
}

function checkOwner(pod: Pod, claim: PersistentVolumeClaim): void {
  if (controllerOf(claim)?.uid === pod.metadata.uid) return
  throw new Error(`PVC ${keyOf(claim)} was not created for pod ${keyOf(pod)} (pod is not owner)`)
}
