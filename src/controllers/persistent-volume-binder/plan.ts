/**
 * What must happen next with a claim, or with a volume. Pure: both are looked at by themselves, again and again, and every step can be the last before
 * a crash; whoever looks next finds out from the objects how far it came.
 *
 * Binding is four writes, in this order: the volume names the claim, the volume is Bound, the claim names the volume (and is marked as
 * complete), the claim is Bound. The volume goes first, because what it says decides between two claims.
 */
import type { PersistentVolume } from '../../api/core/persistent-volume.ts'
import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import type { StorageClass } from '../../api/storage/storage-class.ts'
import { classOfClaim, findVolume, isOtherMode, isPromisedTo, mismatch } from './match.ts'

export const bindCompleted = 'pv.kubernetes.io/bind-completed'
export const boundByController = 'pv.kubernetes.io/bound-by-controller'
export const provisionedBy = 'pv.kubernetes.io/provisioned-by'
export const selectedNode = 'volume.kubernetes.io/selected-node'
const defaultClassAnnotations = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

interface Said {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}
export type ClaimPlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'bind'; readonly volume: PersistentVolume }
  | { readonly do: 'phase'; readonly phase: 'Pending' | 'Lost'; readonly say?: Said }
  | { readonly do: 'provision'; readonly provisioner: string; readonly say: Said }
  | { readonly do: 'default-class'; readonly name: string }

export interface ClaimWorld {
  readonly claim: PersistentVolumeClaim
  readonly volumes: Iterable<PersistentVolume>
  readonly volumeByName: (name: string) => PersistentVolume | undefined
  readonly classes: Iterable<StorageClass>
  /** Names of Pods that use the claim and have no node yet. */
  readonly waitingPods: () => readonly string[]
}

export function planClaim(world: ClaimWorld): ClaimPlan {
  const { claim } = world
  return claim.metadata.annotations?.[bindCompleted] === undefined ? planUnbound(world) : planBound(world)
}

function planUnbound(world: ClaimWorld): ClaimPlan {
  const { claim, volumeByName, classes } = world
  const { volumeName = '' } = claim.spec
  if (volumeName === '') {
    const byDefault = claim.spec.storageClassName === undefined && classOfClaim(claim) === '' ? defaultClass(classes) : undefined
    if (byDefault !== undefined) return { do: 'default-class', name: byDefault }
    return planSearch(world)
  }
  const volume = volumeByName(volumeName)
  if (volume === undefined) return { do: 'phase', phase: 'Pending' }
  if (!volume.spec.claimRef) {
    const problem = mismatch(volume, claim)
    if (problem === undefined) return { do: 'bind', volume }
    const message = `Cannot bind to requested volume "${volumeName}": ${problem}`
    return { do: 'phase', phase: 'Pending', say: { type: 'Warning', reason: 'VolumeMismatch', message } }
  }
  if (isPromisedTo(volume, claim)) return { do: 'bind', volume }
  const message = `volume "${volumeName}" already bound to a different claim.`
  return { do: 'phase', phase: 'Pending', say: { type: 'Warning', reason: 'FailedBinding', message } }
}

function planSearch({ claim, volumes, classes, waitingPods }: ClaimWorld): ClaimPlan {
  const className = classOfClaim(claim)
  const storageClass = [...classes].find(({ metadata }) => metadata.name === className)
  const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
  const volume = findVolume(claim, volumes, waits)
  if (volume !== undefined) return { do: 'bind', volume }
  if (waits && claim.metadata.annotations?.[selectedNode] === undefined) {
    return { do: 'phase', phase: 'Pending', say: waitingFor(waitingPods()) }
  }
  if (className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    return { do: 'phase', phase: 'Pending', say: { type: 'Normal', reason: 'FailedBinding', message } }
  }
  return planProvision(className, storageClass)
}

function waitingFor(pods: readonly string[]): Said {
  if (pods.length === 0)
    return { type: 'Normal', reason: 'WaitForFirstConsumer', message: 'waiting for first consumer to be created before binding' }
  const message = pods.length === 1 ? `waiting for pod ${pods[0]} to be scheduled` : `waiting for pods ${pods.join(',')} to be scheduled`
  return { type: 'Normal', reason: 'WaitForPodScheduled', message }
}

function planProvision(className: string, storageClass: StorageClass | undefined): ClaimPlan {
  const failed = (message: string): ClaimPlan => ({
    do: 'phase',
    phase: 'Pending',
    say: { type: 'Warning', reason: 'ProvisioningFailed', message },
  })
  if (storageClass === undefined) return failed(`storageclass.storage.k8s.io "${className}" not found`)
  const { provisioner } = storageClass
  // Built-in provisioners are gone; what is not built in runs somewhere in the cluster and watches for its name.
  if (provisioner.startsWith('kubernetes.io/')) return failed('no volume plugin matched')
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`
  return { do: 'provision', provisioner, say: { type: 'Normal', reason: 'ExternalProvisioning', message } }
}

/** Of several default classes the newest counts, of equally old ones the first by name. */
export function defaultClass(classes: Iterable<StorageClass>): string | undefined {
  const found = [...classes].filter(({ metadata }) => defaultClassAnnotations.some((name) => metadata.annotations?.[name] === 'true'))
  const [first] = found.sort((a, b) => {
    const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
    if (left !== right) return left > right ? -1 : 1
    return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
  })
  return first?.metadata.name
}

function planBound({ claim, volumeByName }: ClaimWorld): ClaimPlan {
  const lost = (reason: string, message: string): ClaimPlan => ({ do: 'phase', phase: 'Lost', say: { type: 'Warning', reason, message } })
  const { volumeName = '' } = claim.spec
  if (volumeName === '') return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!')
  const volume = volumeByName(volumeName)
  if (volume === undefined) return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  const ref = volume.spec.claimRef
  if (!ref || ref.uid === claim.metadata.uid) return { do: 'bind', volume }
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly')
}

export type VolumePlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'phase'; readonly phase: 'Available' | 'Bound' }
  | { readonly do: 'wake-claim' }
  | { readonly do: 'say-mismatch' }
  /** Its claim is gone. */
  | { readonly do: 'release' }
  /** Its claim has another volume. */
  | { readonly do: 'unbind' }

/** `claim`: the one that the volume names, if it is there and is the same. */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const { spec, metadata } = volume
  if (!spec.claimRef || (spec.claimRef.uid ?? '') === '') return { do: 'phase', phase: 'Available' }
  if (claim === undefined) return { do: 'release' }
  const { volumeName = '' } = claim.spec
  if (volumeName === '') return isOtherMode(volume, claim) ? { do: 'say-mismatch' } : { do: 'wake-claim' }
  if (volumeName === metadata.name) return { do: 'phase', phase: 'Bound' }
  const isDynamic = metadata.annotations?.[provisionedBy] !== undefined
  return isDynamic && spec.persistentVolumeReclaimPolicy === 'Delete' ? { do: 'release' } : { do: 'unbind' }
}
