/**
 * Keeps one Pod of a DaemonSet on every node that it means, and moves them from one template to the next. The decisions are daemon-set/*.ts, all
 * pure; here they are carried out: revisions kept, Pods made and deleted, status written.
 *
 * What a newcomer would get wrong: observedGeneration moves only when the Pods were really looked at, not while earlier work is still outstanding;
 * and a Pod that fails again and again is replaced later each time (1 s to 15 min), or a node that refuses it would be asked in a loop.
 */
import { ControllerRevision } from '../api/apps/controller-revision.ts'
import { DaemonSet } from '../api/apps/daemon-set.ts'
import { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { controllerOf, keyOf } from '../apimachinery/object.ts'
import { selectorFromLabelSelector } from '../apimachinery/selectors/labels.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { semanticallyEqual } from '../apimachinery/validate-metadata.ts'
import { Expectations } from '../client/expectations.ts'
import type { Informer } from '../client/informer.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { daemonPod, hashLabel } from './daemon-set/daemon-pod.ts'
import { nodeJudge } from './daemon-set/nodes.ts'
import { countDaemons, type DaemonPlan, type DaemonWorld, groupByNode, planDaemons } from './daemon-set/plan.ts'
import { planDaemonUpdate, type RollingStep } from './daemon-set/rolling-update.ts'
import { Backoff } from './shared/backoff.ts'
import { unlessGone } from './shared/failures.ts'
import { claimRevisions, orphanIndex } from './shared/history.ts'
import { OwnedPods } from './shared/owned-pods.ts'
import { controllerReference } from './shared/owner.ts'
import { createPods, removePods, uidsOf } from './shared/pod-actions.ts'
import { hasData, maxRevision, revisionData, revisionName, surplusRevisions } from './shared/revisions.ts'
import { templateHash } from './shared/template-hash.ts'

const workers = 2

export const daemonSetController: Controller = {
  name: 'daemonset-controller',
  account: 'daemon-set-controller',
  component: 'daemonset-controller',
  start: (context) => new DaemonSetManager(context).start(),
}

interface History {
  readonly current: ControllerRevision
  readonly old: readonly ControllerRevision[]
}

class DaemonSetManager {
  readonly #context: ControllerContext
  readonly #owned: OwnedPods<DaemonSet>
  readonly #nodes: Informer<Node>
  readonly #revisions: Informer<ControllerRevision>
  readonly #expectations: Expectations
  readonly #backoff: Backoff
  readonly #loop: ReconcileLoop

  constructor(context: ControllerContext) {
    this.#context = context
    this.#nodes = context.informers.of(Node)
    this.#revisions = context.informers.of(ControllerRevision)
    this.#expectations = new Expectations(context.clock)
    this.#backoff = new Backoff(context.clock, { baseMs: 1000, maxMs: 900_000 })
    this.#loop = startLoop(context, { name: 'daemonset', workers, reconcile: (key, signal) => this.#reconcile(key, signal) })
    this.#owned = new OwnedPods({
      context,
      kind: DaemonSet,
      selectorOf: ({ spec }) => selectorFromLabelSelector(spec.selector),
      expectations: this.#expectations,
      wake: (key) => this.#loop.add(key),
    })
  }

  start(): void {
    this.#revisions.addIndex(orphanIndex, (one) => (controllerOf(one) === undefined ? [one.metadata.namespace ?? ''] : []))
    this.#owned.subscribe()
    this.#nodes.subscribe({
      onAdd: (node) => this.#nodeChanged(node),
      onUpdate: (node, old) => this.#nodeChanged(node, old),
      onDelete: () => this.#wakeAll(),
    })
    this.#revisions.subscribe({
      onAdd: () => {},
      onUpdate: (one) => this.#revisionChanged(one),
      onDelete: (one) => this.#revisionChanged(one),
    })
  }

  #wakeAll(): void {
    for (const daemonSet of this.#owned.owners.list()) this.#loop.add(keyOf(daemonSet))
  }

  /** Kubelets report all the time: only what changes a verdict counts. */
  #nodeChanged(node: Node, old?: Node): void {
    if (
      old !== undefined &&
      semanticallyEqual(node.metadata.labels, old.metadata.labels) &&
      semanticallyEqual(node.spec?.taints, old.spec?.taints)
    )
      return
    for (const daemonSet of this.#owned.owners.list()) {
      const judge = nodeJudge(daemonSet)
      const now = judge(node)
      const before = old === undefined ? { shouldRun: false, mayStay: false } : judge(old)
      if (now.shouldRun !== before.shouldRun || now.mayStay !== before.mayStay) this.#loop.add(keyOf(daemonSet))
    }
  }

  #revisionChanged(one: ControllerRevision): void {
    const owner = controllerOf(one)
    if (owner?.kind === 'DaemonSet') this.#loop.add(`${one.metadata.namespace}/${owner.name}`)
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const daemonSet = this.#owned.owners.get(key)
    if (daemonSet === undefined || isTerminating(daemonSet)) return undefined
    const { matchLabels, matchExpressions } = daemonSet.spec.selector
    if (Object.keys(matchLabels ?? {}).length + (matchExpressions?.length ?? 0) === 0) {
      const message = 'This daemon set is selecting all pods. A non-empty selector is required.'
      this.#context.events.record(DaemonSet, daemonSet, 'Warning', 'SelectingAll', message)
      return undefined
    }
    const { current, old } = await this.#history(daemonSet, signal)
    const hash = current.metadata.labels?.[hashLabel] ?? ''
    const pods = await this.#owned.claimed(daemonSet, signal)
    const world: DaemonWorld = {
      daemonSet,
      nodes: [...this.#nodes.list()],
      judge: nodeJudge(daemonSet),
      podsByNode: groupByNode(pods),
      hash,
      nowMs: this.#context.clock.now(),
      isBackingOff: (node) => this.#backoff.isWaiting(backoffKey(daemonSet, node)),
    }
    if (!this.#expectations.areMet(key)) {
      await this.#writeStatus(world, daemonSet.status?.observedGeneration, signal)
      return undefined
    }
    const failure = await this.#act(key, world, signal)
    if (failure === undefined) await this.#cleanUp(daemonSet, old, pods, signal)
    await this.#writeStatus(world, daemonSet.metadata.generation, signal)
    if (failure !== undefined) throw failure
    return this.#nextLookMs(world)
  }

  async #act(key: string, world: DaemonWorld, signal: AbortSignal): Promise<unknown> {
    const plan = planDaemons(world)
    this.#tellEnded(world.daemonSet, plan)
    const failure = await this.#carryOut(key, world, plan, signal)
    if (failure !== undefined || world.daemonSet.spec.updateStrategy?.type !== 'RollingUpdate') return failure
    return this.#expectations.areMet(key) ? this.#carryOut(key, world, planDaemonUpdate(world), signal) : undefined
  }

  async #carryOut(key: string, { daemonSet, hash }: DaemonWorld, { create, remove }: RollingStep, signal: AbortSignal): Promise<unknown> {
    if (create.length === 0 && remove.length === 0) return undefined
    const actor = { context: this.#context, kind: DaemonSet, owner: daemonSet, key, expectations: this.#expectations, signal }
    this.#expectations.expect(key, create.length, uidsOf(remove))
    const pods = create.map((node) => daemonPod(daemonSet, node, hash))
    const { failure } = await createPods(actor, pods)
    return (await removePods(actor, remove)).failure ?? failure
  }

  #tellEnded(daemonSet: DaemonSet, { ended }: DaemonPlan): void {
    const { events } = this.#context
    for (const { pod, node } of ended) {
      const what = `daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`
      if (pod.status?.phase === 'Failed') {
        this.#backoff.failed(backoffKey(daemonSet, node))
        events.record(DaemonSet, daemonSet, 'Warning', 'FailedDaemonPod', `Found failed ${what}, will try to kill it`)
      } else events.record(DaemonSet, daemonSet, 'Normal', 'SucceededDaemonPod', `Found succeeded ${what}, will try to delete it`)
    }
  }

  #nextLookMs(world: DaemonWorld): number | undefined {
    const waits = planDaemons(world).waiting.map((node) => this.#backoff.remainingMs(backoffKey(world.daemonSet, node)))
    const { numberReady, numberAvailable } = countDaemons(world)
    const minReadySeconds = world.daemonSet.spec.minReadySeconds ?? 0
    if (minReadySeconds > 0 && numberReady !== numberAvailable) waits.push(minReadySeconds * 1000)
    return waits.length === 0 ? undefined : Math.min(...waits)
  }

  async #writeStatus(world: DaemonWorld, observedGeneration: number | undefined, signal: AbortSignal): Promise<void> {
    const { daemonSet } = world
    const before = daemonSet.status
    const counts = countDaemons(world)
    const isSame = Object.entries(counts).every(([name, count]) => (before?.[name as keyof typeof counts] ?? 0) === count)
    if (isSame && before !== undefined && (before.observedGeneration ?? 0) >= (daemonSet.metadata.generation ?? 0)) return
    const status = { ...before, ...counts, ...(observedGeneration === undefined ? {} : { observedGeneration }) }
    if (before !== undefined && semanticallyEqual(before, status)) return
    const resource = this.#context.client.of(DaemonSet).in(daemonSet.metadata.namespace ?? '')
    await unlessGone(resource.updateStatus({ ...daemonSet, status }, { signal }))
  }

  async #history(daemonSet: DaemonSet, signal: AbortSignal): Promise<History> {
    const { client } = this.#context
    const resource = client.of(ControllerRevision).in(daemonSet.metadata.namespace ?? '')
    const selector = selectorFromLabelSelector(daemonSet.spec.selector)
    const revisions = await claimRevisions({ kind: DaemonSet, owner: daemonSet, selector, client, revisions: this.#revisions, signal })
    const data = revisionData(daemonSet.spec.template)
    const equal = revisions.filter((one) => hasData(one, data))
    const old = revisions.filter((one) => !hasData(one, data))
    const revision = maxRevision(old) + 1
    const found = equal.at(-1)
    if (found === undefined) return { current: await this.#snapshot(daemonSet, data, revision, signal), old }
    if (found.revision >= revision) return { current: found, old }
    return { current: await resource.update({ ...found, revision }, { signal }), old }
  }

  async #snapshot(
    daemonSet: DaemonSet,
    data: NonNullable<ControllerRevision['data']>,
    revision: number,
    signal: AbortSignal,
  ): Promise<ControllerRevision> {
    const { client } = this.#context
    const { metadata, spec, status } = daemonSet
    const { namespace = '', annotations } = metadata
    const hash = templateHash(spec.template, status?.collisionCount ?? 0)
    const name = revisionName(metadata.name ?? '', hash)
    const resource = client.of(ControllerRevision).in(namespace)
    const wanted: ControllerRevision = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        namespace,
        labels: { ...spec.template.metadata?.labels, [hashLabel]: hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [controllerReference(DaemonSet, daemonSet)],
      },
      data,
      revision,
    }
    try {
      return await resource.create(wanted, { signal })
    } catch (error) {
      if (reasonOf(error) !== 'AlreadyExists') throw error
      const existing = await resource.get(name, { signal })
      if (hasData(existing, data)) return existing
      // Something else has that name: count up, so that the next hash is another.
      const live = await client
        .of(DaemonSet)
        .in(namespace)
        .get(metadata.name ?? '', { signal })
      if ((live.status?.collisionCount ?? 0) === (status?.collisionCount ?? 0)) {
        const counted = { ...live.status, collisionCount: (status?.collisionCount ?? 0) + 1 } as NonNullable<DaemonSet['status']>
        await client
          .of(DaemonSet)
          .in(namespace)
          .updateStatus({ ...live, status: counted }, { signal })
      }
      throw error
    }
  }

  async #cleanUp(daemonSet: DaemonSet, old: readonly ControllerRevision[], pods: readonly Pod[], signal: AbortSignal): Promise<void> {
    const used = new Set(pods.map(({ metadata }) => metadata.labels?.[hashLabel]))
    const unused = old.filter(({ metadata }) => !used.has(metadata.labels?.[hashLabel]))
    // Those in use count towards what is kept.
    const surplus = surplusRevisions(unused, Math.max(0, (daemonSet.spec.revisionHistoryLimit ?? 10) - (old.length - unused.length)))
    const resource = this.#context.client.of(ControllerRevision).in(daemonSet.metadata.namespace ?? '')
    for (const { metadata } of surplus) await unlessGone(resource.delete(metadata.name ?? '', { signal }))
  }
}

function backoffKey({ metadata, status }: DaemonSet, node: string): string {
  return `${metadata.uid}/${status?.observedGeneration ?? 0}/${node}`
}
