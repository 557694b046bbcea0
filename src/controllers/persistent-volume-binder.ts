/**
 * Brings claims and volumes together, and says of volumes what became of them. What must happen is persistent-volume-binder/plan.ts; here it is done,
 * one object after the other: two claims must not be given one volume. Whoever loses a race is told by a conflict, and looks again.
 *
 * Volumes are made and deleted by provisioners that run in the cluster; they are only asked, by annotations.
 */
import { PersistentVolume } from '../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pod } from '../api/core/pod.ts'
import { StorageClass } from '../api/storage/storage-class.ts'
import { keyOf, splitKey } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { semanticallyEqual } from '../apimachinery/validate-metadata.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop, startPasses } from './controller.ts'
import { isPromisedTo } from './persistent-volume-binder/match.ts'
import { bindCompleted, boundByController, planClaim, planVolume, provisionedBy } from './persistent-volume-binder/plan.ts'
import { timeText } from './shared/time-text.ts'

const resyncMs = 15_000
const provisionerAnnotation = 'volume.kubernetes.io/storage-provisioner'
const oldProvisionerAnnotation = 'volume.beta.kubernetes.io/storage-provisioner'

export const volumeBinderController: Controller = {
  name: 'persistentvolume-binder-controller',
  account: 'persistent-volume-binder',
  component: 'persistentvolume-controller',
  start: (context) => new VolumeBinder(context).start(),
}

class VolumeBinder {
  readonly #context: ControllerContext
  readonly #loop: ReconcileLoop

  constructor(context: ControllerContext) {
    this.#context = context
    this.#loop = startLoop(context, {
      name: 'persistentvolume-binder-controller',
      workers: 1,
      reconcile: (key, signal) =>
        key.startsWith('claim ') ? this.#syncClaim(key.slice(6), signal) : this.#syncVolume(key.slice(7), signal),
    })
  }

  start(): void {
    const { informers } = this.#context
    const claims = informers.of(PersistentVolumeClaim)
    const volumes = informers.of(PersistentVolume)
    informers.of(StorageClass)
    informers.of(Pod)
    const claimChanged = (claim: PersistentVolumeClaim): void => this.#loop.add(`claim ${keyOf(claim)}`)
    const volumeChanged = (volume: PersistentVolume): void => this.#loop.add(`volume ${keyOf(volume)}`)
    const wakeVolumeOf = (claim: PersistentVolumeClaim): void => {
      if ((claim.spec.volumeName ?? '') !== '') this.#loop.add(`volume ${claim.spec.volumeName}`)
    }
    claims.subscribe({ onAdd: claimChanged, onUpdate: claimChanged, onDelete: wakeVolumeOf })
    volumes.subscribe({
      onAdd: volumeChanged,
      onUpdate: volumeChanged,
      onDelete: ({ spec }) => {
        if (spec.claimRef) this.#loop.add(`claim ${spec.claimRef.namespace}/${spec.claimRef.name}`)
      },
    })
    // A claim that found nothing tries again; nothing tells it that there is a new class, or a volume that became free.
    startPasses(this.#context, 'persistentvolume-binder-controller', resyncMs, async () => {
      for (const claim of claims.list()) if (claim.status?.phase !== 'Bound') claimChanged(claim)
      for (const volume of volumes.list()) if (volume.status?.phase !== 'Bound') volumeChanged(volume)
    })
  }

  async #syncClaim(key: string, signal: AbortSignal): Promise<void> {
    const { client, informers, events } = this.#context
    const claim = informers.of(PersistentVolumeClaim).get(key)
    if (claim === undefined) return
    const volumes = informers.of(PersistentVolume)
    const plan = planClaim({
      claim,
      volumes: volumes.list(),
      volumeByName: (name) => volumes.get(name),
      classes: informers.of(StorageClass).list(),
      waitingPods: () => this.#waitingPods(claim),
    })
    const resource = client.of(PersistentVolumeClaim).in(splitKey(key).namespace)
    if (plan.do === 'bind') return this.#bind(plan.volume, claim, signal)
    if (plan.do === 'default-class') {
      await resource.update({ ...claim, spec: { ...claim.spec, storageClassName: plan.name } }, { signal })
    } else if (plan.do === 'provision') {
      const wanted = { [oldProvisionerAnnotation]: plan.provisioner, [provisionerAnnotation]: plan.provisioner }
      const annotations = { ...claim.metadata.annotations, ...wanted }
      if (!semanticallyEqual(annotations, claim.metadata.annotations))
        await resource.update({ ...claim, metadata: { ...claim.metadata, annotations } }, { signal })
      events.record(PersistentVolumeClaim, claim, plan.say.type, plan.say.reason, plan.say.message)
    } else if (plan.do === 'phase') {
      const { phase, say } = plan
      const isNew = claim.status?.phase !== phase
      if (isNew) await resource.updateStatus({ ...claim, status: { ...claim.status, phase } }, { signal })
      // A lost claim is told of once, one that waits each time it is looked at.
      if (say !== undefined && (isNew || phase === 'Pending'))
        events.record(PersistentVolumeClaim, claim, say.type, say.reason, say.message)
    }
  }

  #waitingPods(claim: PersistentVolumeClaim): readonly string[] {
    const { namespace = '', name = '' } = claim.metadata
    const waiting = this.#context.informers
      .of(Pod)
      .inNamespace(namespace)
      .filter(({ spec }) => (spec.nodeName ?? '') === '' && spec.volumes?.some((one) => one.persistentVolumeClaim?.claimName === name))
    return waiting.map(({ metadata }) => metadata.name ?? '').sort()
  }

  /** Each write only when it is still missing. */
  async #bind(found: PersistentVolume, claim: PersistentVolumeClaim, signal: AbortSignal): Promise<void> {
    const { client } = this.#context
    const volume = await this.#setPhase(await this.#bindVolume(found, claim, signal), 'Bound', undefined, signal)
    const claims = client.of(PersistentVolumeClaim).in(claim.metadata.namespace ?? '')
    const { name: volumeName = '' } = volume.metadata
    const isOurs = claim.spec.volumeName !== volumeName
    const marks = { ...(isOurs ? { [boundByController]: 'yes' } : {}), [bindCompleted]: 'yes' }
    const annotations = { ...claim.metadata.annotations, ...marks }
    const isBound = !isOurs && semanticallyEqual(annotations, claim.metadata.annotations)
    const bound = isBound
      ? claim
      : await claims.update({ ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName } }, { signal })
    const status: PersistentVolumeClaim['status'] = {
      ...bound.status,
      phase: 'Bound',
      ...(volume.spec.accessModes === undefined ? {} : { accessModes: volume.spec.accessModes }),
      // A volume that grows tells of its new size through its provisioner, not here.
      ...(bound.status?.phase === 'Bound' || volume.spec.capacity === undefined ? {} : { capacity: volume.spec.capacity }),
    }
    if (!semanticallyEqual(status, bound.status)) await claims.updateStatus({ ...bound, status }, { signal })
  }

  async #bindVolume(volume: PersistentVolume, claim: PersistentVolumeClaim, signal: AbortSignal): Promise<PersistentVolume> {
    const ref = volume.spec.claimRef
    const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata
    if (ref && ref.namespace === namespace && ref.name === name && ref.uid === uid) return volume
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion }
    const isPromised = isPromisedTo(volume, claim)
    const annotations = isPromised ? volume.metadata.annotations : { ...volume.metadata.annotations, [boundByController]: 'yes' }
    const metadata = annotations === undefined ? volume.metadata : { ...volume.metadata, annotations }
    return this.#context.client.of(PersistentVolume).update({ ...volume, metadata, spec: { ...volume.spec, claimRef } }, { signal })
  }

  async #setPhase(volume: PersistentVolume, phase: string, message: string | undefined, signal: AbortSignal): Promise<PersistentVolume> {
    if (volume.status?.phase === phase) return volume
    const { client, clock } = this.#context
    const { message: _, ...rest } = volume.status ?? {}
    const said = message === undefined ? {} : { message }
    const status = { ...rest, ...said, phase, lastPhaseTransitionTime: timeText(clock.now()) } as PersistentVolume['status']
    return client.of(PersistentVolume).updateStatus({ ...volume, status }, { signal })
  }

  async #syncVolume(name: string, signal: AbortSignal): Promise<void> {
    const { informers, events } = this.#context
    const volume = informers.of(PersistentVolume).get(name)
    if (volume === undefined) return
    const claim = await this.#claimOf(volume, signal)
    const plan = planVolume(volume, claim)
    if (plan.do === 'phase') await this.#setPhase(volume, plan.phase, undefined, signal)
    else if (plan.do === 'wake-claim' && claim !== undefined) this.#loop.add(`claim ${keyOf(claim)}`)
    else if (plan.do === 'say-mismatch' && claim !== undefined) {
      const why = `Cannot bind PersistentVolume "${name}" to requested PersistentVolumeClaim "${claim.metadata.name}" due to incompatible volumeMode.`
      events.record(PersistentVolume, volume, 'Warning', 'VolumeMismatch', why)
      const other = `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata.name}" due to incompatible volumeMode.`
      events.record(PersistentVolumeClaim, claim, 'Warning', 'VolumeMismatch', other)
    } else if (plan.do === 'unbind') await this.#unbind(volume, signal)
    else if (plan.do === 'release') await this.#release(volume, signal)
  }

  /** The claim that the volume names. Asked for live before it counts as gone: data hangs on it. */
  async #claimOf({ spec }: PersistentVolume, signal: AbortSignal): Promise<PersistentVolumeClaim | undefined> {
    const ref = spec.claimRef
    if (!ref || (ref.uid ?? '') === '') return undefined
    const { namespace = '', name = '', uid } = ref
    const cached = this.#context.informers.of(PersistentVolumeClaim).get(`${namespace}/${name}`)
    if (cached?.metadata.uid === uid) return cached
    try {
      const live = await this.#context.client.of(PersistentVolumeClaim).in(namespace).get(name, { signal })
      return live.metadata.uid === uid ? live : undefined
    } catch (error) {
      if (reasonOf(error) === 'NotFound') return undefined
      throw error
    }
  }

  async #unbind(volume: PersistentVolume, signal: AbortSignal): Promise<void> {
    const { [boundByController]: byUs, ...annotations } = volume.metadata.annotations ?? {}
    const { claimRef, ...spec } = volume.spec
    const { uid: _, ...promise } = claimRef ?? {}
    const free =
      byUs === undefined
        ? { ...volume, spec: { ...spec, claimRef: promise } }
        : { ...volume, metadata: { ...volume.metadata, annotations }, spec }
    const written = await this.#context.client.of(PersistentVolume).update(free, { signal })
    await this.#setPhase(written, 'Available', undefined, signal)
  }

  async #release(found: PersistentVolume, signal: AbortSignal): Promise<void> {
    const phase = found.status?.phase
    if (phase === 'Failed') return
    const volume = await this.#setPhase(found, 'Released', undefined, signal)
    const { persistentVolumeReclaimPolicy: policy = 'Retain' } = volume.spec
    if (policy === 'Retain') return
    // Whoever made the volume sees that it is released, and deletes it.
    if (policy === 'Delete' && volume.metadata.annotations?.[provisionedBy] !== undefined) return
    const [reason, message] =
      policy === 'Recycle'
        ? ['VolumeFailedRecycle', 'No recycler plugin found for the volume!']
        : ['VolumeFailedDelete', `error getting deleter volume plugin for volume "${volume.metadata.name}": no volume plugin matched`]
    await this.#setPhase(volume, 'Failed', message, signal)
    this.#context.events.record(PersistentVolume, volume, 'Warning', reason, message)
  }
}
