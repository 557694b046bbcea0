/**
 * Volumes made ready for a Pod that has its node: a volume that was found is promised to its claim, a claim that needs a new one is
 * told the node (the provisioner reads the annotation), and then it waits until the volume controller has bound them all.
 */
import { PersistentVolume } from '../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { keyOf } from '../apimachinery/object.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../std/clock.ts'
import type { Listers } from './framework.ts'

export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node'
const bindCompletedAnnotation = 'pv.kubernetes.io/bind-completed'
const boundByControllerAnnotation = 'pv.kubernetes.io/bound-by-controller'
const bindTimeoutMs = 600_000
const pollFirstMs = 50
const pollMaxMs = 1000

export interface VolumeBindings {
  readonly node: string
  /** Volumes found among those there are. */
  readonly found: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[]
  /** Claims for which a volume must be made. */
  readonly provisioned: readonly PersistentVolumeClaim[]
}

export interface VolumeWriterOptions {
  readonly client: Client
  readonly clock: Clock
  readonly listers: Listers
}

export class VolumeWriter {
  readonly #options: VolumeWriterOptions

  constructor(options: VolumeWriterOptions) {
    this.#options = options
  }

  /** Rejects when it does not come about in ten minutes, or the claims went another way. */
  async bind({ node, found, provisioned }: VolumeBindings, signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#options
    const claims = client.of(PersistentVolumeClaim)
    await Promise.all([
      ...found.map(({ claim, volume }) =>
        client.of(PersistentVolume).patch(volume.metadata.name ?? '', promiseOf(claim, volume), { type: 'merge', signal }),
      ),
      ...provisioned.map(({ metadata }) =>
        claims
          .in(metadata.namespace ?? '')
          .patch(
            metadata.name ?? '',
            { metadata: { uid: metadata.uid, annotations: { [selectedNodeAnnotation]: node } } },
            { type: 'merge', signal },
          ),
      ),
    ])
    const wanted = [...found.map(({ claim }) => claim), ...provisioned]
    const startMs = clock.monotonicMs()
    for (let waitMs = pollFirstMs; !this.#areBound(wanted, provisioned, node); waitMs = Math.min(waitMs * 2, pollMaxMs)) {
      if (clock.monotonicMs() - startMs > bindTimeoutMs) throw new Error('binding volumes: context deadline exceeded')
      await clock.sleep(waitMs, signal)
    }
  }

  #areBound(claims: readonly PersistentVolumeClaim[], provisioned: readonly PersistentVolumeClaim[], node: string): boolean {
    const lister = this.#options.listers.of(PersistentVolumeClaim)
    for (const claim of claims) {
      const now = lister.get(keyOf(claim))
      if (now === undefined) throw new Error(`binding volumes: persistentvolumeclaim "${claim.metadata.name}" not found`)
      const selected = now.metadata.annotations?.[selectedNodeAnnotation]
      const isSeen = now.metadata.resourceVersion !== claim.metadata.resourceVersion
      if (provisioned.includes(claim) && isSeen && selected !== node) {
        throw new Error(`binding volumes: provisioning failed for PVC "${claim.metadata.name}"`)
      }
      if (!isFullyBound(now)) return false
    }
    return true
  }
}

export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return (spec.volumeName ?? '') !== '' && metadata.annotations?.[bindCompletedAnnotation] !== undefined
}

function promiseOf({ metadata: claim }: PersistentVolumeClaim, { metadata, spec }: PersistentVolume): object {
  const isOwn = spec.claimRef?.uid === claim.uid
  return {
    metadata: {
      resourceVersion: metadata.resourceVersion,
      ...(isOwn ? {} : { annotations: { [boundByControllerAnnotation]: 'yes' } }),
    },
    spec: {
      claimRef: {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        namespace: claim.namespace,
        name: claim.name,
        uid: claim.uid,
        resourceVersion: claim.resourceVersion,
      },
    },
  }
}
