/**
 * Keeps the status of PodDisruptionBudgets, which evictions ask before they delete a Pod; and takes back what was said about evictions that never
 * happened. The arithmetic is disruption/budget.ts, pure.
 */
import { Pod } from '../api/core/pod.ts'
import { isPodTerminal, isTerminating, podCondition } from '../api/core/pod-facts.ts'
import { PodDisruptionBudget } from '../api/policy/pod-disruption-budget.ts'
import { keyOf } from '../apimachinery/object.ts'
import { matchesLabels, selectorFromLabelSelector } from '../apimachinery/selectors/labels.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import type { Informer } from '../client/informer.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import {
  type BudgetStatus,
  budgetStatus,
  failedStatus,
  goSelectorText,
  healthyWanted,
  isSameStatus,
  needsScale,
  stillDisrupted,
} from './disruption/budget.ts'
import { ScaleFinder } from './disruption/expected-scale.ts'
import { messageOf, unlessGone } from './shared/failures.ts'
import { timeMs } from './shared/time-text.ts'

const staleMs = 120_000

export const disruptionController: Controller = {
  name: 'disruption-controller',
  account: 'disruption-controller',
  component: 'controllermanager',
  start: (context) => new DisruptionManager(context).start(),
}

class DisruptionManager {
  readonly #context: ControllerContext
  readonly #budgets: Informer<PodDisruptionBudget>
  readonly #pods: Informer<Pod>
  readonly #scales: ScaleFinder
  readonly #loop: ReconcileLoop
  readonly #stale: ReconcileLoop

  constructor(context: ControllerContext) {
    this.#context = context
    this.#budgets = context.informers.of(PodDisruptionBudget)
    this.#pods = context.informers.of(Pod)
    this.#scales = new ScaleFinder(context)
    this.#loop = startLoop(context, { name: 'disruption', workers: 1, reconcile: (key, signal) => this.#reconcile(key, signal) })
    this.#stale = startLoop(context, { name: 'stale disruptions', workers: 1, reconcile: (key, signal) => this.#takeBack(key, signal) })
  }

  start(): void {
    const wake = (budget: PodDisruptionBudget): void => this.#loop.add(keyOf(budget))
    this.#budgets.subscribe({ onAdd: wake, onUpdate: wake, onDelete: () => {} })
    const changed = (pod: Pod): void => {
      this.#wakeGuards(pod)
      if (this.#staleAfterMs(pod) !== undefined) this.#stale.add(keyOf(pod))
    }
    this.#pods.subscribe({ onAdd: changed, onUpdate: changed, onDelete: (pod) => this.#wakeGuards(pod) })
  }

  #wakeGuards(pod: Pod): void {
    const guards = this.#budgets.inNamespace(pod.metadata.namespace ?? '').filter((budget) => guardsPod(budget, pod))
    for (const budget of guards) this.#loop.add(keyOf(budget))
    if (guards.length < 2) return
    const { namespace, name } = pod.metadata
    const message = `Pod ${JSON.stringify(namespace)}/${JSON.stringify(name)} matches multiple PodDisruptionBudgets.  Chose ${JSON.stringify(guards[0]?.metadata.name)} arbitrarily.`
    this.#context.events.record(Pod, pod, 'Warning', 'MultiplePodDisruptionBudgets', message)
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const budget = this.#budgets.get(key)
    if (budget === undefined) return undefined
    try {
      return await this.#count(budget, signal)
    } catch (error) {
      if (reasonOf(error) === 'Conflict' || signal.aborted) throw error
      await this.#write(budget, failedStatus(budget, messageOf(error), this.#context.clock.now()), signal)
      return undefined
    }
  }

  async #count(budget: PodDisruptionBudget, signal: AbortSignal): Promise<number | undefined> {
    const { events, clock } = this.#context
    const pods = this.#pods.inNamespace(budget.metadata.namespace ?? '').filter((pod) => guardsPod(budget, pod))
    if (pods.length === 0) events.record(PodDisruptionBudget, budget, 'Normal', 'NoPods', 'No matching pods found')
    const scale = needsScale(budget) ? await this.#expectedScale(budget, pods, signal) : 0
    const nowMs = clock.now()
    const disrupted = stillDisrupted(budget, pods, nowMs)
    for (const pod of disrupted.overdue) {
      const { namespace } = budget.metadata
      // Upstream names the namespace twice.
      events.record(Pod, pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`)
    }
    await this.#write(budget, budgetStatus(budget, pods, disrupted, healthyWanted(budget, pods.length, scale), nowMs), signal)
    return disrupted.recheckMs === undefined ? undefined : disrupted.recheckMs + 1000
  }

  async #expectedScale(budget: PodDisruptionBudget, pods: readonly Pod[], signal: AbortSignal): Promise<number> {
    const { events } = this.#context
    try {
      const { scale, hasUnmanaged } = await this.#scales.find(pods, signal)
      if (hasUnmanaged) {
        const message = `Pods selected by this PodDisruptionBudget (selector: ${goSelectorText(budget)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`
        events.record(PodDisruptionBudget, budget, 'Warning', 'UnmanagedPods', message)
      }
      return scale
    } catch (error) {
      const message = `Failed to calculate the number of expected pods: ${messageOf(error)}`
      events.record(PodDisruptionBudget, budget, 'Warning', 'CalculateExpectedPodCountFailed', message)
      throw error
    }
  }

  async #write(budget: PodDisruptionBudget, status: BudgetStatus, signal: AbortSignal): Promise<void> {
    if (isSameStatus(budget.status, status)) return
    const resource = this.#context.client.of(PodDisruptionBudget).in(budget.metadata.namespace ?? '')
    await unlessGone(resource.updateStatus({ ...budget, status }, { signal }))
  }

  /** A Pod that was to be evicted and is still there after two minutes is no target any more. */
  async #takeBack(key: string, signal: AbortSignal): Promise<number | undefined> {
    const pod = this.#pods.get(key)
    const afterMs = pod === undefined ? undefined : this.#staleAfterMs(pod)
    if (pod === undefined || afterMs === undefined || afterMs > 0) return afterMs
    const lastTransitionTime = new Date(this.#context.clock.now()).toISOString()
    const conditions = pod.status?.conditions?.map((one) =>
      one.type === 'DisruptionTarget'
        ? { type: one.type, status: 'False', lastTransitionTime: `${lastTransitionTime.slice(0, 19)}Z` }
        : one,
    )
    const next = { ...pod, status: { ...pod.status, conditions } } as Pod
    await unlessGone(
      this.#context.client
        .of(Pod)
        .in(pod.metadata.namespace ?? '')
        .updateStatus(next, { signal }),
    )
    return undefined
  }

  /** Undefined: there is nothing to take back. */
  #staleAfterMs(pod: Pod): number | undefined {
    const condition = podCondition(pod, 'DisruptionTarget')
    const isKept = condition?.status !== 'True' || condition.reason === 'TerminationByKubelet'
    if (isKept || isTerminating(pod) || isPodTerminal(pod)) return undefined
    return Math.max(0, timeMs(condition.lastTransitionTime) + staleMs - this.#context.clock.now())
  }
}

function guardsPod({ spec }: PodDisruptionBudget, { metadata }: Pod): boolean {
  return matchesLabels(selectorFromLabelSelector(spec.selector), metadata.labels)
}
