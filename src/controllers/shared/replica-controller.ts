/**
 * Keeps as many Pods as an object asks for: the controller behind ReplicaSets and ReplicationControllers, which differ only in their selectors.
 * The decision is replica-plan.ts; here it is carried out: claim, create with a slow start, delete, tell, write the status.
 */
import { Pod } from '../../api/core/pod.ts'
import { isTerminating } from '../../api/core/pod-facts.ts'
import type { PodTemplateSpec } from '../../api/core/pod-spec/pod-spec.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { controllerOf, type KubeObject, keyOf } from '../../apimachinery/object.ts'
import { type LabelRequirements, matchesLabels, requirementsOfLabels } from '../../apimachinery/selectors/labels.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { Expectations } from '../../client/expectations.ts'
import type { Informer } from '../../client/informer.ts'
import type { ReconcileLoop } from '../../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop } from '../controller.ts'
import { claim } from './claim.ts'
import { podFromTemplate } from './pod-from-template.ts'
import { countReplicas, nextAvailableMs, planReplicas, type ReplicaCounts } from './replica-plan.ts'
import { slowStart } from './slow-start.ts'

interface ReplicaCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly lastTransitionTime?: string | null | undefined
}
export interface ReplicaOwner extends KubeObject {
  readonly spec: {
    readonly replicas?: number | undefined
    readonly template?: PodTemplateSpec | undefined
    readonly minReadySeconds?: number | undefined
  }
  readonly status?:
    | (Partial<ReplicaCounts> & { readonly observedGeneration?: number; readonly conditions?: readonly ReplicaCondition[] })
    | undefined
}

export interface ReplicaFlavour {
  readonly name: string
  readonly account: string
  readonly component: string
  readonly kind: KindDefinition<ReplicaOwner>
  readonly selectorOf: (owner: ReplicaOwner) => LabelRequirements
}

const workers = 5
export const orphanIndex = 'orphans in namespace'

export function replicaController(flavour: ReplicaFlavour): Controller {
  const { name, account, component } = flavour
  return { name, account, component, start: (context) => new ReplicaManager(flavour, context).start() }
}

class ReplicaManager {
  readonly #flavour: ReplicaFlavour
  readonly #context: ControllerContext
  readonly #owners: Informer<ReplicaOwner>
  readonly #pods: Informer<Pod>
  readonly #expectations: Expectations
  readonly #loop: ReconcileLoop

  constructor(flavour: ReplicaFlavour, context: ControllerContext) {
    this.#flavour = flavour
    this.#context = context
    this.#owners = context.informers.of(flavour.kind)
    this.#pods = context.informers.of(Pod)
    this.#expectations = new Expectations(context.clock)
    this.#loop = startLoop(context, { name: flavour.name, workers, reconcile: (key, signal) => this.#reconcile(key, signal) })
  }

  start(): void {
    this.#pods.addIndex(orphanIndex, (pod) => (controllerOf(pod) === undefined ? [pod.metadata.namespace ?? ''] : []))
    this.#owners.subscribe({
      onAdd: (owner) => this.#loop.add(keyOf(owner)),
      onUpdate: (owner) => this.#loop.add(keyOf(owner)),
      onDelete: (owner) => {
        this.#expectations.forget(keyOf(owner))
        this.#loop.add(keyOf(owner))
      },
    })
    this.#pods.subscribe({
      onAdd: (pod) => this.#podAdded(pod),
      onUpdate: (pod, old) => this.#podUpdated(pod, old),
      onDelete: (pod) => this.#podDeleted(pod),
    })
  }

  #ownerKeyOf(pod: Pod): string | undefined {
    const reference = controllerOf(pod)
    if (reference?.kind !== this.#flavour.kind.kind) return undefined
    const key = `${pod.metadata.namespace}/${reference.name}`
    return this.#owners.get(key)?.metadata.uid === reference.uid ? key : undefined
  }

  #podAdded(pod: Pod): void {
    if (isTerminating(pod)) return this.#podDeleted(pod)
    const key = this.#ownerKeyOf(pod)
    if (key !== undefined) {
      this.#expectations.created(key)
      this.#loop.add(key)
    } else if (controllerOf(pod) === undefined) this.#wakeMatching(pod)
  }

  #podUpdated(pod: Pod, old: Pod): void {
    if (isTerminating(pod)) return this.#podDeleted(pod)
    const key = this.#ownerKeyOf(pod)
    const oldKey = this.#ownerKeyOf(old)
    if (oldKey !== undefined && oldKey !== key) this.#loop.add(oldKey)
    if (key !== undefined) this.#loop.add(key)
    else if (controllerOf(pod) === undefined && (oldKey !== undefined || !semanticallyEqual(pod.metadata.labels, old.metadata.labels)))
      this.#wakeMatching(pod)
  }

  #podDeleted(pod: Pod): void {
    const key = this.#ownerKeyOf(pod)
    if (key === undefined) return
    this.#expectations.deleted(key, pod.metadata.uid ?? '')
    this.#loop.add(key)
  }

  /** An orphan: whoever selects it should look. */
  #wakeMatching(pod: Pod): void {
    for (const owner of this.#owners.inNamespace(pod.metadata.namespace ?? '')) {
      if (matchesLabels(this.#flavour.selectorOf(owner), pod.metadata.labels)) this.#loop.add(keyOf(owner))
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const owner = this.#owners.get(key)
    if (owner === undefined) return undefined
    const { clock } = this.#context
    const needsSync = this.#expectations.areMet(key)
    const pods = await this.#claimed(owner, signal)
    const nowMs = clock.now()
    const failure = needsSync && !isTerminating(owner) ? await this.#act(key, owner, pods, nowMs, signal) : undefined
    await this.#writeStatus(owner, pods, failure, nowMs, signal)
    if (failure !== undefined) throw failure.error
    return nextAvailableMs(pods, owner.spec.minReadySeconds ?? 0, nowMs)
  }

  #claimed(owner: ReplicaOwner, signal: AbortSignal): Promise<readonly Pod[]> {
    const { client } = this.#context
    const { kind, selectorOf } = this.#flavour
    const namespace = owner.metadata.namespace ?? ''
    const candidates = [...this.#pods.ownedBy(owner.metadata.uid ?? ''), ...this.#pods.byIndex(orphanIndex, namespace)]
    return claim(candidates, {
      owner,
      ownerKind: kind,
      selector: selectorOf(owner),
      resource: client.of(Pod).in(namespace),
      liveOwner: () =>
        client
          .of(kind)
          .in(namespace)
          .get(owner.metadata.name ?? '', { signal }),
      signal,
    })
  }

  async #act(key: string, owner: ReplicaOwner, pods: readonly Pod[], nowMs: number, signal: AbortSignal): Promise<Failure | undefined> {
    const { create, remove } = planReplicas({ wanted: owner.spec.replicas ?? 1, pods, related: this.#related(owner, pods), nowMs })
    if (create > 0) return this.#create(key, owner, create, signal)
    if (remove.length > 0) return this.#remove(key, owner, remove, signal)
    return undefined
  }

  /** Pods of all siblings: of the same Deployment. */
  #related(owner: ReplicaOwner, pods: readonly Pod[]): readonly Pod[] {
    const parent = controllerOf(owner)
    if (parent === undefined) return pods
    return this.#owners.ownedBy(parent.uid).flatMap(({ metadata }) => this.#pods.ownedBy(metadata.uid ?? ''))
  }

  async #create(key: string, owner: ReplicaOwner, count: number, signal: AbortSignal): Promise<Failure | undefined> {
    const { client, events } = this.#context
    const { kind } = this.#flavour
    const resource = client.of(Pod).in(owner.metadata.namespace ?? '')
    const pod = podFromTemplate(owner.spec.template ?? ({} as PodTemplateSpec), owner, kind)
    this.#expectations.expect(key, count)
    const { done, error } = await slowStart(count, async () => {
      try {
        const created = await resource.create(pod, { signal })
        events.record(kind, owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`)
      } catch (error) {
        // A namespace on its way out takes nothing: not worth an event, and trying again is no use.
        if (!isNamespaceEnding(error)) events.record(kind, owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`)
        throw error
      }
    })
    if (error === undefined) return undefined
    this.#expectations.created(key, count - done)
    return isNamespaceEnding(error) ? undefined : { reason: 'FailedCreate', error }
  }

  async #remove(key: string, owner: ReplicaOwner, pods: readonly Pod[], signal: AbortSignal): Promise<Failure | undefined> {
    const { client, events } = this.#context
    const { kind } = this.#flavour
    const resource = client.of(Pod).in(owner.metadata.namespace ?? '')
    this.#expectations.expect(
      key,
      0,
      pods.map(({ metadata }) => metadata.uid ?? ''),
    )
    let failure: Failure | undefined
    await Promise.all(
      pods.map(async ({ metadata }) => {
        const name = metadata.name ?? ''
        try {
          await resource.delete(name, { preconditions: { uid: metadata.uid ?? '' }, signal })
          events.record(kind, owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
        } catch (error) {
          this.#expectations.deleted(key, metadata.uid ?? '')
          if (reasonOf(error) === 'NotFound') return
          events.record(kind, owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`)
          failure ??= { reason: 'FailedDelete', error }
        }
      }),
    )
    return failure
  }

  async #writeStatus(
    owner: ReplicaOwner,
    pods: readonly Pod[],
    failure: Failure | undefined,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const before = owner.status ?? {}
    const templateLabels = requirementsOfLabels(owner.spec.template?.metadata?.labels)
    const counts = countReplicas(pods, { templateLabels, minReadySeconds: owner.spec.minReadySeconds ?? 0, nowMs })
    const conditions = conditionsWith(before.conditions ?? [], failure, nowMs)
    const status = { ...before, ...counts, observedGeneration: owner.metadata.generation ?? 0, conditions }
    const isSame =
      (before.replicas ?? 0) === counts.replicas &&
      (before.fullyLabeledReplicas ?? 0) === counts.fullyLabeledReplicas &&
      (before.readyReplicas ?? 0) === counts.readyReplicas &&
      (before.availableReplicas ?? 0) === counts.availableReplicas &&
      (before.observedGeneration ?? 0) === status.observedGeneration &&
      semanticallyEqual(before.conditions ?? [], conditions)
    if (isSame) return
    const { client } = this.#context
    const resource = client.of(this.#flavour.kind).in(owner.metadata.namespace ?? '')
    await resource.updateStatus({ ...owner, status }, { signal }).catch((error: unknown) => {
      if (reasonOf(error) !== 'NotFound') throw error
    })
  }
}

interface Failure {
  readonly reason: string
  readonly error: unknown
}

function conditionsWith(conditions: readonly ReplicaCondition[], failure: Failure | undefined, nowMs: number): readonly ReplicaCondition[] {
  const isKnown = conditions.some(({ type }) => type === 'ReplicaFailure')
  if (failure === undefined) return isKnown ? conditions.filter(({ type }) => type !== 'ReplicaFailure') : conditions
  if (isKnown) return conditions
  const lastTransitionTime = `${new Date(nowMs).toISOString().slice(0, 19)}Z`
  return [
    ...conditions,
    { type: 'ReplicaFailure', status: 'True', lastTransitionTime, reason: failure.reason, message: messageOf(failure.error) },
  ]
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A create was refused because the namespace is on its way out. */
export function isNamespaceEnding(error: unknown): boolean {
  return reasonOf(error) === 'Forbidden' && /because it is being terminated/.test(messageOf(error))
}
