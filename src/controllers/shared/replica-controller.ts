/**
 * Keeps as many Pods as an object asks for: the controller behind ReplicaSets and ReplicationControllers, which differ only in their selectors.
 * The decision is replica-plan.ts; here it is carried out: claim, create with a slow start, delete, tell, write the status.
 */
import type { Pod } from '../../api/core/pod.ts'
import { isTerminating } from '../../api/core/pod-facts.ts'
import type { PodTemplateSpec } from '../../api/core/pod-spec/pod-spec.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { controllerOf, type KubeObject } from '../../apimachinery/object.ts'
import { type LabelRequirements, requirementsOfLabels } from '../../apimachinery/selectors/labels.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { Expectations } from '../../client/expectations.ts'
import { type Controller, type ControllerContext, startLoop } from '../controller.ts'
import { messageOf } from './failures.ts'
import { OwnedPods } from './owned-pods.ts'
import { createPods, removePods, uidsOf } from './pod-actions.ts'
import { podFromTemplate } from './pod-from-template.ts'
import { countReplicas, nextAvailableMs, planReplicas, type ReplicaCounts } from './replica-plan.ts'

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

export function replicaController(flavour: ReplicaFlavour): Controller {
  const { name, account, component } = flavour
  return { name, account, component, start: (context) => new ReplicaManager(flavour, context).start() }
}

class ReplicaManager {
  readonly #flavour: ReplicaFlavour
  readonly #context: ControllerContext
  readonly #owned: OwnedPods<ReplicaOwner>
  readonly #expectations: Expectations

  constructor(flavour: ReplicaFlavour, context: ControllerContext) {
    this.#flavour = flavour
    this.#context = context
    this.#expectations = new Expectations(context.clock)
    const loop = startLoop(context, { name: flavour.name, workers, reconcile: (key, signal) => this.#reconcile(key, signal) })
    const { kind, selectorOf } = flavour
    this.#owned = new OwnedPods({ context, kind, selectorOf, expectations: this.#expectations, wake: (key) => loop.add(key) })
  }

  start(): void {
    this.#owned.subscribe()
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const owner = this.#owned.owners.get(key)
    if (owner === undefined) return undefined
    const { clock } = this.#context
    const needsSync = this.#expectations.areMet(key)
    const pods = await this.#owned.claimed(owner, signal)
    const nowMs = clock.now()
    const failure = needsSync && !isTerminating(owner) ? await this.#act(key, owner, pods, nowMs, signal) : undefined
    await this.#writeStatus(owner, pods, failure, nowMs, signal)
    if (failure !== undefined) throw failure.error
    return nextAvailableMs(pods, owner.spec.minReadySeconds ?? 0, nowMs)
  }

  async #act(key: string, owner: ReplicaOwner, pods: readonly Pod[], nowMs: number, signal: AbortSignal): Promise<Failure | undefined> {
    const { create, remove } = planReplicas({ wanted: owner.spec.replicas ?? 1, pods, related: this.#related(owner, pods), nowMs })
    const { kind } = this.#flavour
    const actor = { context: this.#context, kind, owner, key, expectations: this.#expectations, signal }
    if (create > 0) {
      this.#expectations.expect(key, create)
      const pod = podFromTemplate(owner.spec.template ?? ({} as PodTemplateSpec), owner, kind)
      const { failure: error } = await createPods(actor, Array<Pod>(create).fill(pod))
      return error === undefined ? undefined : { reason: 'FailedCreate', error }
    }
    if (remove.length === 0) return undefined
    this.#expectations.expect(key, 0, uidsOf(remove))
    const { failure: error } = await removePods(actor, remove)
    return error === undefined ? undefined : { reason: 'FailedDelete', error }
  }

  /** Pods of all siblings: of the same Deployment. */
  #related(owner: ReplicaOwner, pods: readonly Pod[]): readonly Pod[] {
    const parent = controllerOf(owner)
    if (parent === undefined) return pods
    const { owners, pods: all } = this.#owned
    return owners.ownedBy(parent.uid).flatMap(({ metadata }) => all.ownedBy(metadata.uid ?? ''))
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
