/**
 * Keeps a Deployment's ReplicaSets: one per template that it has had, the newest with all the Pods in the end. Each look takes one step (make the new
 * ReplicaSet, or scale some), tells it, and writes the status; what happens to the ReplicaSets brings the next look.
 *
 * The decisions are deployment/*.ts, all pure; here they are carried out.
 */
import { Deployment, type DeploymentStatus } from '../api/apps/deployment.ts'
import { ReplicaSet } from '../api/apps/replica-set.ts'
import { Pod } from '../api/core/pod.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { controllerOf, type KubeObject, keyOf } from '../apimachinery/object.ts'
import { matchesLabels, selectorFromLabelSelector } from '../apimachinery/selectors/labels.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { semanticallyEqual } from '../apimachinery/validate-metadata.ts'
import type { Informer } from '../client/informer.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { annotations, byAge, isRolling, revisionOf, type Scaling, wantedOf } from './deployment/arithmetic.ts'
import {
  annotationsFor,
  findNewReplicaSet,
  hasTemplate,
  makeReplicaSet,
  nextRevision,
  replicaAnnotations,
} from './deployment/new-replica-set.ts'
import { isScalingEvent, planScaling } from './deployment/proportional-scaling.ts'
import { planRecreate } from './deployment/recreate.ts'
import { planRollingUpdate } from './deployment/rolling-update.ts'
import {
  conditionOf,
  countStatus,
  hasProgressDeadline,
  isComplete,
  makeCondition,
  nextCheckMs,
  rolloutStatus,
  timedOutReason,
  withCondition,
} from './deployment/rollout-status.ts'
import { claim } from './shared/claim.ts'
import { isNamespaceEnding, messageOf } from './shared/failures.ts'

const workers = 5
const orphanIndex = 'orphans in namespace'

export const deploymentController: Controller = {
  name: 'deployment-controller',
  account: 'deployment-controller',
  component: 'deployment-controller',
  start: (context) => new DeploymentManager(context).start(),
}

class DeploymentManager {
  readonly #context: ControllerContext
  readonly #deployments: Informer<Deployment>
  readonly #replicaSets: Informer<ReplicaSet>
  readonly #pods: Informer<Pod>
  readonly #loop: ReconcileLoop

  constructor(context: ControllerContext) {
    this.#context = context
    this.#deployments = context.informers.of(Deployment)
    this.#replicaSets = context.informers.of(ReplicaSet)
    this.#pods = context.informers.of(Pod)
    this.#loop = startLoop(context, { name: 'deployment', workers, reconcile: (key, signal) => this.#reconcile(key, signal) })
  }

  start(): void {
    this.#replicaSets.addIndex(orphanIndex, (one) => (controllerOf(one) === undefined ? [one.metadata.namespace ?? ''] : []))
    const add = (deployment: Deployment): void => this.#loop.add(keyOf(deployment))
    this.#deployments.subscribe({ onAdd: add, onUpdate: add, onDelete: add })
    this.#replicaSets.subscribe({
      onAdd: (one) => this.#replicaSetChanged(one),
      onUpdate: (one, old) => this.#replicaSetChanged(one, old),
      onDelete: (one) => this.#replicaSetChanged(one),
    })
    // Only Recreate waits for Pods to end.
    this.#pods.subscribe({
      onAdd: () => {},
      onUpdate: () => {},
      onDelete: (pod) => {
        const replicaSet = this.#replicaSets.get(`${pod.metadata.namespace}/${controllerOf(pod)?.name}`)
        const deployment = replicaSet === undefined ? undefined : this.#ownerOf(replicaSet)
        if (deployment !== undefined && !isRolling(deployment)) add(deployment)
      },
    })
  }

  #ownerOf(object: KubeObject): Deployment | undefined {
    const reference = controllerOf(object)
    if (reference?.kind !== 'Deployment') return undefined
    const deployment = this.#deployments.get(`${object.metadata.namespace}/${reference.name}`)
    return deployment?.metadata.uid === reference.uid ? deployment : undefined
  }

  #replicaSetChanged(one: ReplicaSet, old?: ReplicaSet): void {
    const owner = this.#ownerOf(one)
    const before = old === undefined ? undefined : this.#ownerOf(old)
    if (before !== undefined && before !== owner) this.#loop.add(keyOf(before))
    if (owner !== undefined) return this.#loop.add(keyOf(owner))
    if (controllerOf(one) !== undefined) return
    for (const deployment of this.#deployments.inNamespace(one.metadata.namespace ?? '')) {
      if (matchesLabels(selectorFromLabelSelector(deployment.spec.selector), one.metadata.labels)) this.#loop.add(keyOf(deployment))
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const deployment = this.#deployments.get(key)
    if (deployment === undefined) return undefined
    const { spec } = deployment
    if (Object.keys(spec.selector.matchLabels ?? {}).length + (spec.selector.matchExpressions?.length ?? 0) === 0) {
      this.#tell(deployment, 'Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.')
      return undefined
    }
    return new DeploymentStep({
      context: this.#context,
      deployment,
      all: await this.#claimed(deployment, signal),
      podsOf: (one) => this.#pods.ownedBy(one.metadata.uid ?? ''),
      signal,
    }).take()
  }

  #claimed(deployment: Deployment, signal: AbortSignal): Promise<readonly ReplicaSet[]> {
    const { client } = this.#context
    const { namespace = '', name = '', uid = '' } = deployment.metadata
    return claim([...this.#replicaSets.ownedBy(uid), ...this.#replicaSets.byIndex(orphanIndex, namespace)], {
      owner: deployment,
      ownerKind: Deployment,
      selector: selectorFromLabelSelector(deployment.spec.selector),
      resource: client.of(ReplicaSet).in(namespace),
      liveOwner: () => client.of(Deployment).in(namespace).get(name, { signal }),
      signal,
    })
  }

  #tell(deployment: Deployment, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.record(Deployment, deployment, type, reason, message)
  }
}

interface StepWorld {
  readonly context: ControllerContext
  readonly deployment: Deployment
  readonly all: readonly ReplicaSet[]
  readonly podsOf: (one: ReplicaSet) => readonly Pod[]
  readonly signal: AbortSignal
}

/** One look at one Deployment: what it read, and what it has written since. */
class DeploymentStep {
  readonly #world: StepWorld
  #deployment: Deployment
  #all: readonly ReplicaSet[]

  constructor(world: StepWorld) {
    this.#world = world
    this.#deployment = world.deployment
    this.#all = world.all.toSorted(byAge)
  }

  async take(): Promise<number | undefined> {
    if (isTerminating(this.#deployment)) return this.#writeStatus(countStatus(this.#rollout(this.#newOne())))
    await this.#notePause()
    if (this.#deployment.spec.paused === true || isScalingEvent(this.#deployment, this.#all)) return this.#scaleOnly()
    return isRolling(this.#deployment) ? this.#rollingUpdate() : this.#recreate()
  }

  #newOne(): ReplicaSet | undefined {
    return findNewReplicaSet(this.#deployment, this.#all)
  }
  #others(newOne: ReplicaSet | undefined): readonly ReplicaSet[] {
    return this.#all.filter(({ metadata }) => metadata.uid !== newOne?.metadata.uid)
  }
  #rollout(newOne: ReplicaSet | undefined) {
    return { deployment: this.#deployment, newOne, all: this.#all, nowMs: this.#world.context.clock.now() }
  }

  async #scaleOnly(): Promise<undefined> {
    const found = this.#newOne()
    if (found !== undefined) await this.#refresh(found)
    const newOne = this.#newOne()
    await this.#scale(planScaling(this.#deployment, newOne, this.#others(newOne)))
    if (this.#deployment.spec.paused === true) await this.#cleanUp(this.#others(newOne))
    return this.#writeStatus(countStatus(this.#rollout(this.#newOne())))
  }

  async #rollingUpdate(): Promise<number | undefined> {
    const newOne = await this.#ensureNew()
    if (newOne === undefined) return undefined
    const scaled = await this.#scale(planRollingUpdate(this.#deployment, newOne, this.#others(newOne)))
    return this.#finish(scaled)
  }

  async #recreate(): Promise<number | undefined> {
    const newOne = this.#newOne()
    const others = this.#others(newOne)
    const plan = planRecreate(this.#deployment, newOne, others, others.flatMap(this.#world.podsOf))
    if (plan.do === 'wait') return this.#finish(true)
    if (newOne !== undefined && plan.do === 'scale' && others.every((one) => wantedOf(one) === 0)) await this.#refresh(newOne)
    if (plan.do === 'scale') return this.#finish(await this.#scale(plan.scalings))
    await this.#ensureNew()
    return this.#finish(true)
  }

  /** `isMoving`: something was changed, so old ReplicaSets are not cleaned up yet. */
  async #finish(isMoving: boolean): Promise<number | undefined> {
    const newOne = this.#newOne()
    if (!isMoving && isComplete(this.#deployment, this.#deployment.status ?? {})) await this.#cleanUp(this.#others(newOne))
    const status = rolloutStatus(this.#rollout(newOne))
    await this.#writeStatus(status)
    return nextCheckMs(this.#deployment, status, this.#world.context.clock.now())
  }

  /** The ReplicaSet of the current template, with everything it should carry. Undefined: it could not be made now. */
  async #ensureNew(): Promise<ReplicaSet | undefined> {
    const found = this.#newOne()
    if (found === undefined) return this.#makeNew()
    await this.#refresh(found)
    const { clock } = this.#world.context
    if (hasProgressDeadline(this.#deployment) && conditionOf(this.#deployment.status, 'Progressing') === undefined) {
      const condition = makeCondition(
        'Progressing',
        'True',
        'FoundNewReplicaSet',
        `Found new replica set "${found.metadata.name}"`,
        clock.now(),
      )
      await this.#writeConditions(withCondition(this.#deployment.status?.conditions ?? [], condition))
    }
    return this.#newOne()
  }

  /** Annotations, minReadySeconds and the revision of a ReplicaSet that is there; and the Deployment's revision. */
  async #refresh(found: ReplicaSet): Promise<void> {
    const { context, signal } = this.#world
    const others = this.#others(found)
    const wanted = annotationsFor(this.#deployment, found.metadata.annotations, nextRevision(others))
    const { minReadySeconds } = this.#deployment.spec
    let current = found
    if (wanted !== undefined || (found.spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)) {
      const changed = {
        ...found,
        metadata: { ...found.metadata, annotations: wanted ?? found.metadata.annotations },
        spec: { ...found.spec, minReadySeconds },
      }
      current = await context.client
        .of(ReplicaSet)
        .in(found.metadata.namespace ?? '')
        .update(changed, { signal })
      this.#replace(current)
    }
    await this.#noteRevision(String(revisionOf(current)))
  }

  async #makeNew(): Promise<ReplicaSet | undefined> {
    const { context, signal } = this.#world
    const wanted = makeReplicaSet(this.#deployment, this.#all, nextRevision(this.#all))
    const resource = context.client.of(ReplicaSet).in(wanted.metadata.namespace ?? '')
    const name = wanted.metadata.name ?? ''
    let made: ReplicaSet
    try {
      made = await resource.create(wanted, { signal })
    } catch (error) {
      if (reasonOf(error) === 'AlreadyExists') return this.#collided(await resource.get(name, { signal }), error)
      if (isNamespaceEnding(error)) return undefined
      return this.#notMade(name, error)
    }
    this.#all = [...this.#all, made].toSorted(byAge)
    if (wantedOf(made) > 0) this.#tell('Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${wantedOf(made)}`)
    await this.#noteRevision(made.metadata.annotations?.[annotations.revision] ?? '1')
    if (hasProgressDeadline(this.#deployment)) {
      const condition = makeCondition(
        'Progressing',
        'True',
        'NewReplicaSetCreated',
        `Created new replica set "${name}"`,
        context.clock.now(),
      )
      await this.#writeConditions(withCondition(this.#deployment.status?.conditions ?? [], condition))
    }
    return made
  }

  /** Its name is taken: by our own, seen too late, or by a stranger whose template has the same hash. */
  async #collided(existing: ReplicaSet, error: unknown): Promise<ReplicaSet> {
    if (controllerOf(existing)?.uid === this.#deployment.metadata.uid && hasTemplate(existing, this.#deployment.spec.template)) {
      this.#all = [...this.#all.filter(({ metadata }) => metadata.uid !== existing.metadata.uid), existing].toSorted(byAge)
      await this.#noteRevision(String(revisionOf(existing)))
      return existing
    }
    const { status } = this.#deployment
    await this.#writeStatus({ ...status, collisionCount: (status?.collisionCount ?? 0) + 1 })
    throw error
  }

  async #notMade(name: string, error: unknown): Promise<never> {
    const message = `Failed to create new replica set "${name}": ${messageOf(error)}`
    if (hasProgressDeadline(this.#deployment)) {
      const condition = makeCondition('Progressing', 'False', 'ReplicaSetCreateError', message, this.#world.context.clock.now())
      await this.#writeConditions(withCondition(this.#deployment.status?.conditions ?? [], condition))
    }
    this.#tell('Warning', 'ReplicaSetCreateError', message)
    throw error
  }

  /** True when a size changed. */
  async #scale(scalings: readonly Scaling[]): Promise<boolean> {
    const { context, signal } = this.#world
    let isChanged = false
    for (const { replicaSet, to } of scalings) {
      const from = wantedOf(replicaSet)
      const marks = replicaAnnotations(this.#deployment)
      const isMarked = Object.entries(marks).every(([name, value]) => replicaSet.metadata.annotations?.[name] === value)
      if (from === to && isMarked) continue
      const { metadata } = replicaSet
      const changed = {
        ...replicaSet,
        metadata: { ...metadata, annotations: { ...metadata.annotations, ...marks } },
        spec: { ...replicaSet.spec, replicas: to },
      }
      this.#replace(
        await context.client
          .of(ReplicaSet)
          .in(metadata.namespace ?? '')
          .update(changed, { signal }),
      )
      if (from === to) continue
      isChanged = true
      this.#tell('Normal', 'ScalingReplicaSet', `Scaled ${from < to ? 'up' : 'down'} replica set ${metadata.name} from ${from} to ${to}`)
    }
    return isChanged
  }

  /** Old ReplicaSets beyond the history that is kept. */
  async #cleanUp(old: readonly ReplicaSet[]): Promise<void> {
    const { context, signal } = this.#world
    const { revisionHistoryLimit } = this.#deployment.spec
    if (revisionHistoryLimit === undefined) return
    const living = old.filter((one) => !isTerminating(one)).toSorted((a, b) => Number(revisionOf(a) - revisionOf(b)) || byAge(a, b))
    for (const one of living.slice(0, Math.max(0, living.length - revisionHistoryLimit))) {
      const { metadata, status } = one
      const isBusy = (status?.replicas ?? 0) !== 0 || wantedOf(one) !== 0 || (metadata.generation ?? 0) > (status?.observedGeneration ?? 0)
      if (isBusy) continue
      await context.client
        .of(ReplicaSet)
        .in(metadata.namespace ?? '')
        .delete(metadata.name ?? '', { signal })
        .catch((error: unknown) => {
          if (reasonOf(error) !== 'NotFound') throw error
        })
    }
  }

  /** Pausing stops the clock of the deadline; resuming starts it anew. */
  async #notePause(): Promise<void> {
    if (!hasProgressDeadline(this.#deployment)) return
    const current = conditionOf(this.#deployment.status, 'Progressing')
    if (current?.reason === timedOutReason) return
    const isPaused = this.#deployment.spec.paused === true
    if (isPaused === (current?.reason === 'DeploymentPaused')) return
    const nowMs = this.#world.context.clock.now()
    const condition = isPaused
      ? makeCondition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', nowMs)
      : makeCondition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', nowMs)
    await this.#writeConditions(withCondition(this.#deployment.status?.conditions ?? [], condition))
  }

  async #noteRevision(revision: string): Promise<void> {
    const { metadata } = this.#deployment
    if (metadata.annotations?.[annotations.revision] === revision) return
    this.#deployment = {
      ...this.#deployment,
      metadata: { ...metadata, annotations: { ...metadata.annotations, [annotations.revision]: revision } },
    }
    await this.#put()
  }

  #writeConditions(conditions: DeploymentStatus['conditions']): Promise<void> {
    this.#deployment = { ...this.#deployment, status: { ...this.#deployment.status, conditions } }
    return this.#put()
  }

  async #writeStatus(status: DeploymentStatus): Promise<undefined> {
    if (isSameStatus(this.#deployment.status, status)) return
    this.#deployment = { ...this.#deployment, status }
    await this.#put()
  }

  async #put(): Promise<void> {
    const { context, signal } = this.#world
    this.#deployment = await context.client
      .of(Deployment)
      .in(this.#deployment.metadata.namespace ?? '')
      .updateStatus(this.#deployment, { signal })
  }

  #replace(changed: ReplicaSet): void {
    this.#all = this.#all.map((one) => (one.metadata.uid === changed.metadata.uid ? changed : one))
  }

  #tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#world.context.events.record(Deployment, this.#deployment, type, reason, message)
  }
}

/** Zero and absent are one. */
function isSameStatus(before: DeploymentStatus | undefined, now: DeploymentStatus): boolean {
  const plain = ({ conditions = [], ...counts }: DeploymentStatus): unknown => [
    Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0 && count !== undefined)),
    conditions,
  ]
  return semanticallyEqual(plain(before ?? {}), plain(now))
}
