/**
 * Keeps the Pods of a StatefulSet, each with a number, a name that stays and claims of its own. The decisions are stateful-set/*.ts, all pure; here
 * they are carried out: revisions kept, claims and Pods made and deleted, status written.
 *
 * What a newcomer would get wrong: Pods keep their revision in a label that holds the whole name of a ControllerRevision, and the set moves on to the
 * new revision (currentRevision) only when every Pod has it and is ready.
 */
import { ControllerRevision } from '../api/apps/controller-revision.ts'
import { StatefulSet } from '../api/apps/stateful-set.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pod } from '../api/core/pod.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { controllerOf } from '../apimachinery/object.ts'
import { selectorFromLabelSelector } from '../apimachinery/selectors/labels.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { Expectations } from '../client/expectations.ts'
import type { Informer } from '../client/informer.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { messageOf, unlessGone } from './shared/failures.ts'
import { type HistoryOwner, historyOf, orphanIndex, truncateHistory } from './shared/history.ts'
import { OwnedPods } from './shared/owned-pods.ts'
import { templateOf } from './shared/revisions.ts'
import { slowStart } from './shared/slow-start.ts'
import { backInShape, claimNames, claimsOf, isOutOfShape, ordinalOf, type Revisioned, revisionOf } from './stateful-set/identity.ts'
import { planStatefulSet, type StatefulStatus, type StatefulWorld, type Step, statefulStatus } from './stateful-set/plan.ts'
import { isLeftOver, judgeRetention } from './stateful-set/retention.ts'

const workers = 5

export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  account: 'statefulset-controller',
  component: 'statefulset-controller',
  start: (context) => new StatefulSetManager(context).start(),
}

class StatefulSetManager {
  readonly #context: ControllerContext
  readonly #owned: OwnedPods<StatefulSet>
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #revisions: Informer<ControllerRevision>
  readonly #expectations: Expectations
  readonly #loop: ReconcileLoop

  constructor(context: ControllerContext) {
    this.#context = context
    this.#claims = context.informers.of(PersistentVolumeClaim)
    this.#revisions = context.informers.of(ControllerRevision)
    this.#expectations = new Expectations(context.clock)
    this.#loop = startLoop(context, { name: 'statefulset', workers, reconcile: (key, signal) => this.#reconcile(key, signal) })
    this.#owned = new OwnedPods({
      context,
      kind: StatefulSet,
      selectorOf: ({ spec }) => selectorFromLabelSelector(spec.selector),
      expectations: this.#expectations,
      wake: (key) => this.#loop.add(key),
    })
  }

  start(): void {
    this.#revisions.addIndex(orphanIndex, (one) => (controllerOf(one) === undefined ? [one.metadata.namespace ?? ''] : []))
    this.#owned.subscribe()
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const set = this.#owned.owners.get(key)
    if (set === undefined) return undefined
    const selector = selectorFromLabelSelector(set.spec.selector)
    const claimed = await this.#owned.claimed(set, signal, (pod) => ordinalOf(set, pod) !== undefined)
    const pods = claimed.filter((pod) => ordinalOf(set, pod) !== undefined)
    const { client } = this.#context
    const of: HistoryOwner<StatefulSet> = {
      kind: StatefulSet,
      owner: set,
      selector,
      template: set.spec.template,
      collisionCount: set.status?.collisionCount ?? 0,
      client,
      revisions: this.#revisions,
      signal,
    }
    const { known, update, collisionCount } = await historyOf(of)
    const current = known.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update
    const world: StatefulWorld = {
      set,
      pods,
      current: revisioned(current),
      update: revisioned(update),
      nowMs: this.#context.clock.now(),
      hasWrongClaims: (pod) => this.#claimsOf(set, pod).some((one) => judgeRetention(set, pod, one).owners !== undefined),
      hasLeftOverClaims: (pod) => this.#claimsOf(set, pod).some((one) => isLeftOver(set, pod, one)),
    }
    const { updating, failure } = await this.#act(key, world, signal)
    const status = statefulStatus(world, collisionCount, updating)
    await this.#writeStatus(set, status, signal)
    const used = new Set([current.metadata.name ?? '', update.metadata.name ?? '', ...pods.map(revisionOf)])
    await truncateHistory(of, known, used, set.spec.revisionHistoryLimit ?? 10)
    if (failure !== undefined) throw failure
    const minReadySeconds = set.spec.minReadySeconds ?? 0
    return minReadySeconds > 0 && status.availableReplicas !== (set.spec.replicas ?? 1) ? minReadySeconds * 1000 : undefined
  }

  #claimsOf(set: StatefulSet, pod: Pod): readonly PersistentVolumeClaim[] {
    const names = claimNames(set, ordinalOf(set, pod) ?? -1).values()
    return [...names].flatMap((name) => this.#claims.get(`${set.metadata.namespace}/${name}`) ?? [])
  }

  async #act(key: string, world: StatefulWorld, signal: AbortSignal): Promise<{ updating: number; failure?: unknown }> {
    const { set } = world
    if (isTerminating(set) || !this.#expectations.areMet(key)) return { updating: 0 }
    const { steps, updating } = planStatefulSet(world)
    const created = steps.filter((step) => step.do === 'create').length
    const deleted = steps.filter((step) => step.do === 'delete').map(({ pod }) => pod.metadata.uid ?? '')
    this.#expectations.expect(key, created, deleted)
    const outstanding = new Set(steps)
    const run = async (step: Step): Promise<void> => {
      await this.#carryOut(set, step, signal)
      outstanding.delete(step)
    }
    const { error } = await this.#inTurn(set, steps, run)
    for (const step of outstanding) {
      if (step.do === 'create') this.#expectations.created(key)
      else if (step.do === 'delete') this.#expectations.deleted(key, step.pod.metadata.uid ?? '')
    }
    return error === undefined ? { updating } : { updating: 0, failure: error }
  }

  /** In order, or many at once; what follows a failure is left for another time. */
  async #inTurn({ spec }: StatefulSet, steps: readonly Step[], run: (step: Step) => Promise<void>): Promise<{ readonly error?: unknown }> {
    if (spec.podManagementPolicy === 'Parallel') return slowStart(steps.length, (index) => run(steps[index] as Step))
    try {
      for (const step of steps) await run(step)
      return {}
    } catch (error) {
      return { error }
    }
  }

  async #carryOut(set: StatefulSet, step: Step, signal: AbortSignal): Promise<void> {
    if (step.do === 'create') return this.#create(set, step, signal)
    if (step.do === 'delete') return this.#delete(set, step, signal)
    if (step.do === 'claims') await this.#makeClaims(set, step, signal)
    await this.#giveClaims(set, step.pod, signal)
    if (step.do === 'mend' && isOutOfShape(set, step.ordinal, step.pod)) await this.#mend(set, step, signal)
  }

  async #create(set: StatefulSet, step: Step, signal: AbortSignal): Promise<void> {
    try {
      await this.#makeClaims(set, step, signal)
      await this.#pods(set).create(step.pod, { signal })
      await this.#giveClaims(set, step.pod, signal)
    } catch (error) {
      if (reasonOf(error) !== 'AlreadyExists') this.#tell(set, 'create', step.pod, error)
      throw error
    }
    this.#tell(set, 'create', step.pod)
  }

  async #delete(set: StatefulSet, { pod }: Step, signal: AbortSignal): Promise<void> {
    const { name = '', uid = '' } = pod.metadata
    try {
      await this.#pods(set).delete(name, { preconditions: { uid }, signal })
    } catch (error) {
      if (reasonOf(error) === 'NotFound' || reasonOf(error) === 'Conflict') return
      this.#tell(set, 'delete', pod, error)
      throw error
    }
    this.#tell(set, 'delete', pod)
  }

  async #mend(set: StatefulSet, { pod, ordinal }: Step, signal: AbortSignal): Promise<void> {
    try {
      await this.#makeClaims(set, { pod, ordinal }, signal)
      await this.#pods(set).update(backInShape(set, ordinal, pod), { signal })
    } catch (error) {
      this.#tell(set, 'update', pod, error)
      throw error
    }
    this.#tell(set, 'update', pod)
  }

  async #makeClaims(set: StatefulSet, { pod, ordinal }: Pick<Step, 'pod' | 'ordinal'>, signal: AbortSignal): Promise<void> {
    const namespace = set.metadata.namespace ?? ''
    const problems: string[] = []
    for (const wanted of claimsOf(set, ordinal)) {
      const name = wanted.metadata.name ?? ''
      const existing = this.#claims.get(`${namespace}/${name}`)
      if (existing !== undefined) {
        if (isTerminating(existing)) problems.push(`pvc ${name} is being deleted`)
        continue
      }
      try {
        await this.#context.client.of(PersistentVolumeClaim).in(namespace).create(wanted, { signal })
        this.#tellOfClaim(set, pod, name)
      } catch (error) {
        if (reasonOf(error) === 'AlreadyExists') continue
        problems.push(`failed to create PVC ${name}: ${messageOf(error)}`)
        this.#tellOfClaim(set, pod, name, error)
      }
    }
    if (problems.length > 0) throw new Error(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`)
  }

  async #giveClaims(set: StatefulSet, pod: Pod, signal: AbortSignal): Promise<void> {
    if (pod.metadata.uid === undefined) return
    for (const claim of this.#claimsOf(set, pod)) {
      const { owners, isForeign } = judgeRetention(set, pod, claim)
      const name = claim.metadata.name ?? ''
      if (isForeign) {
        const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`
        this.#context.events.record(StatefulSet, set, 'Warning', 'ConflictingController', message)
      }
      if (owners === undefined) continue
      const resource = this.#context.client.of(PersistentVolumeClaim).in(set.metadata.namespace ?? '')
      await unlessGone(resource.update({ ...claim, metadata: { ...claim.metadata, ownerReferences: owners } }, { signal }))
    }
  }

  async #writeStatus(set: StatefulSet, status: StatefulStatus, signal: AbortSignal): Promise<void> {
    const before = set.status
    const isSame =
      before !== undefined &&
      (before.observedGeneration ?? 0) >= (status.observedGeneration ?? 0) &&
      before.currentRevision === status.currentRevision &&
      before.updateRevision === status.updateRevision &&
      counted.every((name) => (before[name] ?? 0) === (status[name] ?? 0))
    if (isSame) return
    const resource = this.#context.client.of(StatefulSet).in(set.metadata.namespace ?? '')
    await unlessGone(resource.updateStatus({ ...set, status }, { signal }))
  }

  #pods({ metadata }: StatefulSet) {
    return this.#context.client.of(Pod).in(metadata.namespace ?? '')
  }

  #tell(set: StatefulSet, verb: 'create' | 'update' | 'delete', { metadata }: Pod, error?: unknown): void {
    const what = `${verb} Pod ${metadata.name} in StatefulSet ${set.metadata.name}`
    this.#event(set, verb, `${what} successful`, what, error)
  }

  #tellOfClaim(set: StatefulSet, { metadata }: Pod, claim: string, error?: unknown): void {
    const head = `create Claim ${claim}`
    const tail = `Pod ${metadata.name} in StatefulSet ${set.metadata.name}`
    this.#event(set, 'create', `${head} ${tail} success`, `${head} for ${tail}`, error)
  }

  #event(set: StatefulSet, verb: string, success: string, what: string, error: unknown): void {
    const { events } = this.#context
    const title = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`
    if (error === undefined) events.record(StatefulSet, set, 'Normal', `Successful${title}`, success)
    else events.record(StatefulSet, set, 'Warning', `Failed${title}`, `${what} failed error: ${messageOf(error)}`)
  }
}

const counted = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const

function revisioned(revision: ControllerRevision): Revisioned {
  return { name: revision.metadata.name ?? '', template: templateOf(revision) }
}
