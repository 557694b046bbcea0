/**
 * Scales whatever has a scale subresource by what its Pods use: every fifteen seconds it asks the metrics, takes the highest of the proposals
 * (horizontal-pod-autoscaler/replicas.ts), and follows it as fast as it may (horizontal-pod-autoscaler/behavior.ts). Why it does or does not scale is
 * in three conditions: AbleToScale, ScalingActive, ScalingLimited.
 *
 * What a newcomer would get wrong: when one of several metrics cannot be had, the others may still scale up, never down.
 */
import { HorizontalPodAutoscaler } from '../api/autoscaling/horizontal-pod-autoscaler.ts'
import type { HorizontalPodAutoscalerCondition as Condition, MetricStatus } from '../api/autoscaling/horizontal-pod-autoscaler-schema.ts'
import { Pod } from '../api/core/pod.ts'
import { keyOf, parseApiVersion, splitKey, type UnknownObject } from '../apimachinery/object.ts'
import { parseLabelSelector } from '../apimachinery/selectors/label-parser.ts'
import { matchesLabels } from '../apimachinery/selectors/labels.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { semanticallyEqual } from '../apimachinery/validate-metadata.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { type History, limit, remember } from './horizontal-pod-autoscaler/behavior.ts'
import { computeMetric, failedReasons, type MetricWorld, metricName, tolerancesOf } from './horizontal-pod-autoscaler/compute.ts'
import { type DiscoveredResource, discoverPreferred } from './shared/discover.ts'
import { messageOf } from './shared/failures.ts'
import { timeText } from './shared/time-text.ts'

const workers = 5
const syncPeriodMs = 15_000
const kindsKnownMs = 30_000

export const horizontalPodAutoscalerController: Controller = {
  name: 'horizontal-pod-autoscaler-controller',
  account: 'horizontal-pod-autoscaler',
  component: 'horizontal-pod-autoscaler',
  start: (context) => new Autoscaler(context).start(),
}

interface Scale extends UnknownObject {
  readonly spec?: { readonly replicas?: number }
  readonly status?: { readonly replicas?: number; readonly selector?: string }
}
/** What one round found out, to become the status. */
interface Round {
  readonly autoscaler: HorizontalPodAutoscaler
  conditions: readonly Condition[]
  metrics: readonly MetricStatus[]
}

class Autoscaler {
  readonly #context: ControllerContext
  readonly #loop: ReconcileLoop
  readonly #histories = new Map<string, History>()
  #kinds: readonly DiscoveredResource[] = []
  #kindsMs = Number.NEGATIVE_INFINITY

  constructor(context: ControllerContext) {
    this.#context = context
    this.#loop = startLoop(context, {
      name: 'horizontal-pod-autoscaler-controller',
      workers,
      rateLimit: { baseMs: syncPeriodMs, maxMs: syncPeriodMs },
      reconcile: (key, signal) => this.#reconcile(key, signal),
    })
  }

  start(): void {
    const { informers } = this.#context
    informers.of(Pod)
    const changed = (autoscaler: HorizontalPodAutoscaler): void => this.#loop.add(keyOf(autoscaler))
    informers.of(HorizontalPodAutoscaler).subscribe({
      onAdd: changed,
      // Our own status must not set off the next round.
      onUpdate: (autoscaler, old) => {
        if (!semanticallyEqual(autoscaler.spec, old.spec)) changed(autoscaler)
      },
      onDelete: (autoscaler) => this.#histories.delete(keyOf(autoscaler)),
    })
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const autoscaler = this.#context.informers.of(HorizontalPodAutoscaler).get(key)
    if (autoscaler === undefined) return undefined
    const round: Round = { autoscaler, conditions: autoscaler.status?.conditions ?? [], metrics: [] }
    await this.#scaleOnce(round, key, signal)
    return syncPeriodMs
  }

  async #scaleOnce(round: Round, key: string, signal: AbortSignal): Promise<void> {
    const { spec } = round.autoscaler
    const target = await this.#target(round, key, signal)
    if (target === undefined) return
    const { scale, write } = target
    const current = scale.spec?.replicas ?? 0
    const [min, max] = [spec.minReplicas ?? 1, spec.maxReplicas]
    this.#say(round, 'AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
    const nowMs = this.#context.clock.now()
    let history = this.#histories.get(key)
    if (history === undefined)
      this.#histories.set(key, (history = { recommendations: [{ atMs: nowMs, count: current }], ups: [], downs: [] }))
    let desired = current
    let why = ''
    if (current === 0 && min !== 0) {
      this.#say(round, 'ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero')
    } else if (current > max) [desired, why] = [max, 'Current number of replicas above Spec.MaxReplicas']
    else if (current < min) [desired, why] = [min, 'Current number of replicas below Spec.MinReplicas']
    else {
      const proposal = await this.#propose(round, scale, key, signal)
      if (proposal === undefined) return this.#writeStatus(round, current, undefined, false, signal)
      why = proposal.replicas > current ? `${proposal.metric} above target` : proposal.replicas < current ? 'All metrics below target' : ''
      const limited = limit(round.autoscaler, { current, desired: proposal.replicas, min, max }, history, nowMs)
      this.#say(round, 'AbleToScale', 'True', ...limited.able)
      this.#say(round, 'ScalingLimited', ...limited.limited)
      desired = limited.replicas
    }
    if (desired !== current && !(await this.#rescale(round, write, current, desired, why, signal))) return
    if (desired !== current) remember(history, current, desired, nowMs)
    await this.#writeStatus(round, current, desired, desired !== current, signal)
  }

  async #target(
    round: Round,
    key: string,
    signal: AbortSignal,
  ): Promise<{ scale: Scale; write: (replicas: number) => Promise<unknown> } | undefined> {
    const { client, events } = this.#context
    const { kind, name, apiVersion = '' } = round.autoscaler.spec.scaleTargetRef
    try {
      const resource = await this.#resourceOf(apiVersion, kind, signal)
      const scales = client.dynamic(resource).in(splitKey(key).namespace).sub('scale')
      const scale = (await scales.get(name, { signal })) as Scale
      return { scale, write: (replicas) => scales.update(name, { ...scale, spec: { ...scale.spec, replicas } }, { signal }) }
    } catch (error) {
      if (signal.aborted) throw error
      events.record(HorizontalPodAutoscaler, round.autoscaler, 'Warning', 'FailedGetScale', messageOf(error))
      this.#say(
        round,
        'AbleToScale',
        'False',
        'FailedGetScale',
        `the HPA controller was unable to get the target's current scale: ${messageOf(error)}`,
      )
      await this.#writeStatus(round, undefined, undefined, false, signal)
      return undefined
    }
  }

  async #resourceOf(apiVersion: string, kind: string, signal: AbortSignal): Promise<DiscoveredResource> {
    const { client, clock } = this.#context
    if (clock.monotonicMs() - this.#kindsMs > kindsKnownMs) {
      this.#kinds = (await discoverPreferred(client, signal)).resources
      this.#kindsMs = clock.monotonicMs()
    }
    const { group } = parseApiVersion(apiVersion)
    const found = this.#kinds.find((one) => one.group === group && one.kind === kind)
    if (found === undefined) throw new Error(`no matches for kind "${kind}" in group "${group}"`)
    return found
  }

  async #rescale(
    round: Round,
    write: (replicas: number) => Promise<unknown>,
    current: number,
    desired: number,
    why: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { events } = this.#context
    try {
      await write(desired)
    } catch (error) {
      if (signal.aborted) throw error
      events.record(
        HorizontalPodAutoscaler,
        round.autoscaler,
        'Warning',
        'FailedRescale',
        `New size: ${desired}; reason: ${why}; error: ${messageOf(error)}`,
      )
      this.#say(
        round,
        'AbleToScale',
        'False',
        'FailedUpdateScale',
        `the HPA controller was unable to update the target scale: ${messageOf(error)}`,
      )
      await this.#writeStatus(round, current, undefined, false, signal)
      return false
    }
    this.#say(round, 'AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`)
    events.record(HorizontalPodAutoscaler, round.autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${why}`)
    return true
  }

  /** The highest of all metrics' proposals. Undefined: nothing can be said, and the conditions say why. */
  async #propose(round: Round, scale: Scale, key: string, signal: AbortSignal): Promise<{ replicas: number; metric: string } | undefined> {
    const { events } = this.#context
    const { autoscaler } = round
    const selector = scale.status?.selector ?? ''
    if (selector === '') {
      events.record(HorizontalPodAutoscaler, autoscaler, 'Warning', 'SelectorRequired', 'selector is required')
      this.#say(round, 'ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector")
      events.record(HorizontalPodAutoscaler, autoscaler, 'Warning', 'FailedComputeMetricsReplicas', 'selector is required')
      return undefined
    }
    const specs = autoscaler.spec.metrics ?? []
    const world = this.#metricWorld(autoscaler, scale, splitKey(key).namespace, selector, signal)
    const statuses: MetricStatus[] = []
    let best: { replicas: number; metric: string } | undefined
    let failure: { reason: string; error: unknown; metric: string } | undefined
    let failures = 0
    for (const spec of specs) {
      try {
        const computed = await computeMetric(world, spec)
        statuses.push(computed.status)
        if (best === undefined || computed.replicas > best.replicas) best = computed
      } catch (error) {
        if (signal.aborted) throw error
        events.record(HorizontalPodAutoscaler, autoscaler, 'Warning', failedReasons[spec.type] ?? '', messageOf(error))
        failure ??= { reason: failedReasons[spec.type] ?? '', error, metric: metricName(spec) }
        failures++
      }
    }
    round.metrics = statuses
    if (failure !== undefined) {
      const text = `invalid metrics (${failures} invalid out of ${specs.length}), first error is: failed to get ${failure.metric} metric value: ${messageOf(failure.error)}`
      if (best === undefined || best.replicas < (scale.spec?.replicas ?? 0)) {
        this.#say(
          round,
          'ScalingActive',
          'False',
          failure.reason,
          `the HPA was unable to compute the replica count: ${messageOf(failure.error)}`,
        )
        events.record(HorizontalPodAutoscaler, autoscaler, 'Warning', 'FailedComputeMetricsReplicas', text)
        return undefined
      }
    }
    if (best !== undefined)
      this.#say(
        round,
        'ScalingActive',
        'True',
        'ValidMetricFound',
        `the HPA was able to successfully calculate a replica count from ${best.metric}`,
      )
    return best
  }

  #metricWorld(autoscaler: HorizontalPodAutoscaler, scale: Scale, namespace: string, selector: string, signal: AbortSignal): MetricWorld {
    const { client, clock, informers } = this.#context
    const requirements = parseLabelSelector(selector)
    return {
      asking: { client, namespace, signal },
      selector,
      pods: informers
        .of(Pod)
        .inNamespace(namespace)
        .filter(({ metadata }) => matchesLabels(requirements, metadata.labels)),
      current: scale.spec?.replicas ?? 0,
      statusReplicas: scale.status?.replicas ?? 0,
      tolerances: tolerancesOf(autoscaler),
      nowMs: clock.now(),
      resourceOf: (apiVersion, kind) => this.#resourceOf(apiVersion, kind, signal),
    }
  }

  #say(round: Round, type: Condition['type'], status: string, reason: string, message: string): void {
    const old = round.conditions.find((one) => one.type === type)
    const since = old?.status === status ? old.lastTransitionTime : timeText(this.#context.clock.now())
    const next = { type, status, reason, message, ...(since === undefined ? {} : { lastTransitionTime: since }) } as Condition
    round.conditions = old === undefined ? [...round.conditions, next] : round.conditions.map((one) => (one === old ? next : one))
  }

  /** `desired` undefined: as it was. */
  async #writeStatus(
    round: Round,
    current: number | undefined,
    desired: number | undefined,
    isRescaled: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, clock } = this.#context
    const { autoscaler, conditions, metrics } = round
    const before = autoscaler.status
    const status: HorizontalPodAutoscaler['status'] = {
      ...before,
      ...(current === undefined ? {} : { currentReplicas: current }),
      desiredReplicas: desired ?? before?.desiredReplicas ?? 0,
      currentMetrics: metrics.length > 0 || current !== undefined ? metrics : (before?.currentMetrics ?? []),
      conditions,
      ...(isRescaled ? { lastScaleTime: timeText(clock.now()) } : {}),
    }
    if (semanticallyEqual(status, before)) return
    await client
      .of(HorizontalPodAutoscaler)
      .in(autoscaler.metadata.namespace ?? '')
      .updateStatus({ ...autoscaler, status }, { signal })
      .catch((error: unknown) => {
        if (reasonOf(error) !== 'NotFound') throw error
      })
  }
}
