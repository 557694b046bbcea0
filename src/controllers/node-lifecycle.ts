/**
 * Watches over nodes: every five seconds it looks who has fallen silent, says so in their conditions, marks their Pods as not ready, and taints them, so
 * that nothing new comes and what is there is driven out in time (taint-eviction.ts does that).
 *
 * The decisions are node-lifecycle/*.ts. What a newcomer would get wrong: a node is judged by when *we* last saw news of it, never by its own clock.
 */
import { Lease } from '../api/coordination/lease.ts'
import { Node } from '../api/core/node.ts'
import { isNodeReady } from '../api/core/node-facts.ts'
import { Pod } from '../api/core/pod.ts'
import { isPodReady } from '../api/core/pod-facts.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { type Controller, type ControllerContext, startLoop, startPasses } from './controller.ts'
import { type Seen, see, silentConditions } from './node-lifecycle/health.ts'
import { executeTaints, scheduleTaints, wantsEviction, withoutExecuteTaints } from './node-lifecycle/taints.ts'
import { EvictionBudget, rateOf, zonesOf } from './node-lifecycle/zones.ts'
import { timeText } from './shared/time-text.ts'

const nodeIndex = 'node'
const leaseNamespace = 'kube-node-lease'
const workers = 8

export const nodeLifecycleController: Controller = {
  name: 'node-lifecycle-controller',
  account: 'node-controller',
  component: 'node-controller',
  start: (context) => new NodeMonitor(context).start(),
}

export function indexPodsByNode(context: ControllerContext): (nodeName: string) => readonly Pod[] {
  const pods = context.informers.of(Pod)
  pods.addIndex(nodeIndex, ({ spec }) => ((spec.nodeName ?? '') === '' ? [] : [spec.nodeName as string]))
  return (nodeName) => pods.byIndex(nodeIndex, nodeName)
}

class NodeMonitor {
  readonly #context: ControllerContext
  readonly #seen = new Map<string, Seen>()
  readonly #registered = new Set<string>()
  readonly #budgets = new Map<string, EvictionBudget>()
  /** Every zone is down: more likely it is us who hear nothing. Nobody is driven out. */
  #isEverythingDown = false
  readonly #podsOn: (nodeName: string) => readonly Pod[]

  constructor(context: ControllerContext) {
    this.#context = context
    this.#podsOn = indexPodsByNode(context)
  }

  start(): void {
    const { informers, events, flags } = this.#context
    const nodes = informers.of(Node)
    informers.of(Lease)
    const loop = startLoop(this.#context, { name: 'node-taints', workers, reconcile: (name, signal) => this.#putRight(name, signal) })
    const evictions = startLoop(this.#context, { name: 'node-evictions', workers: 1, reconcile: (_, signal) => this.#evict(signal) })
    nodes.subscribe({
      onAdd: (node) => {
        const name = node.metadata.name ?? ''
        if (!this.#registered.has(name))
          events.record(Node, node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`)
        this.#registered.add(name)
        loop.add(name)
        if (wantsEviction(node)) evictions.add('')
      },
      onUpdate: (node) => {
        loop.add(node.metadata.name ?? '')
        if (wantsEviction(node)) evictions.add('')
      },
      onDelete: (node) => {
        const name = node.metadata.name ?? ''
        this.#seen.delete(name)
        this.#registered.delete(name)
        events.record(Node, node, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`)
      },
    })
    startPasses(this.#context, 'node-lifecycle', flags.nodeMonitorPeriodMs, async (signal) => {
      await this.#pass(signal)
      if ([...nodes.list()].some(wantsEviction)) evictions.add('')
    })
  }

  /** Taints and labels that follow from the node itself. */
  async #putRight(name: string, signal: AbortSignal): Promise<void> {
    const { client, informers, clock } = this.#context
    const node = informers.of(Node).get(name)
    if (node === undefined) return
    const taints = scheduleTaints(node, timeText(clock.now()))
    // A node that is back need not wait to have its NoExecute taints taken off.
    const free = isNodeReady(node)
      ? executeTaints({ ...node, spec: { ...node.spec, taints: taints ?? node.spec.taints } }, false, '')
      : undefined
    const labels = missingLabels(node)
    if (taints === undefined && free === undefined && labels === undefined) return
    const { resourceVersion } = node.metadata
    const patch = {
      metadata: { resourceVersion, ...(labels === undefined ? {} : { labels }) },
      ...(taints === undefined && free === undefined ? {} : { spec: { taints: free ?? taints } }),
    }
    await client.of(Node).patch(name, patch, { type: 'merge', signal }).catch(tolerateGone)
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const nodes = [...this.#context.informers.of(Node).list()]
    for (const node of nodes) await this.#checkHealth(node, signal)
    await this.#judgeDisruption([...this.#context.informers.of(Node).list()], signal)
  }

  async #checkHealth(node: Node, signal: AbortSignal): Promise<void> {
    const { client, informers, clock, flags, events } = this.#context
    const name = node.metadata.name ?? ''
    const nowMs = clock.now()
    const seen = see(node, informers.of(Lease).get(`${leaseNamespace}/${name}`), this.#seen.get(name), nowMs)
    this.#seen.set(name, seen)
    const conditions = silentConditions(node, seen, {
      graceMs: flags.nodeMonitorGracePeriodMs,
      startupGraceMs: flags.nodeStartupGracePeriodMs,
      nowMs,
    })
    if (conditions === undefined) return
    try {
      await client.of(Node).updateStatus({ ...node, status: { ...node.status, conditions } }, { signal })
    } catch (error) {
      // Written by somebody else just now, so it is not silent; or gone.
      if (reasonOf(error) === 'Conflict' || reasonOf(error) === 'NotFound') return
      throw error
    }
    // A kubelet that itself says "not ready" still looks after its Pods.
    if (!isNodeReady(node)) return
    events.record(Node, node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
    await this.#markPods(name, signal)
  }

  /** When everything has fallen silent nobody is driven out; when the first are back, all get their time anew. */
  async #judgeDisruption(nodes: readonly Node[], signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#context
    const isEverythingDown = zonesOf(nodes).isEverythingDown
    const wasEverythingDown = this.#isEverythingDown
    this.#isEverythingDown = isEverythingDown
    if (wasEverythingDown && !isEverythingDown)
      for (const [name, seen] of this.#seen) this.#seen.set(name, { ...seen, seenMs: clock.now() })
    if (wasEverythingDown || !isEverythingDown) return
    for (const node of nodes) {
      const taints = withoutExecuteTaints(node)
      if (taints === undefined) continue
      const patch = { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints } }
      await client
        .of(Node)
        .patch(node.metadata.name ?? '', patch, { type: 'merge', signal })
        .catch(tolerateGone)
    }
  }

  /** Nobody can tell any more whether they are ready. */
  async #markPods(nodeName: string, signal: AbortSignal): Promise<void> {
    const { client, clock, events } = this.#context
    for (const pod of this.#podsOn(nodeName)) {
      if (!isPodReady(pod)) continue
      const { namespace = '', name = '' } = pod.metadata
      const condition = { type: 'Ready', status: 'False', lastTransitionTime: timeText(clock.now()) }
      await client
        .of(Pod)
        .in(namespace)
        .patch(name, { status: { conditions: [condition] } }, { type: 'strategic', subresource: 'status', signal })
        .catch(tolerateGone)
      events.record(Pod, pod, 'Warning', 'NodeNotReady', 'Node is not ready')
    }
  }

  /** Gives up nodes that are down, as fast as their zone allows; answers when the next one may be. */
  async #evict(signal: AbortSignal): Promise<number | undefined> {
    const { client, clock, informers } = this.#context
    const nodes = [...informers.of(Node).list()]
    const { zoneOf, isEverythingDown } = zonesOf(nodes)
    let soonestMs: number | undefined
    for (const node of nodes) {
      if (!wantsEviction(node)) continue
      const { name: zone, state, size } = zoneOf(node)
      let budget = this.#budgets.get(zone)
      if (budget === undefined) this.#budgets.set(zone, (budget = new EvictionBudget(clock.now())))
      const rate = rateOf(state, size, isEverythingDown || this.#isEverythingDown)
      // From not ready to unreachable, or back: it has been given up already.
      const isChange = executeTaints(node, false, '') !== undefined
      if (!isChange && !budget.take(rate, clock.now())) {
        if (rate > 0) soonestMs = Math.min(soonestMs ?? Number.POSITIVE_INFINITY, budget.waitMs(rate))
        continue
      }
      const taints = executeTaints(node, true, timeText(clock.now()))
      if (taints === undefined) continue
      const patch = { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints } }
      await client
        .of(Node)
        .patch(node.metadata.name ?? '', patch, { type: 'merge', signal })
        .catch((error: unknown) => {
          // Changed meanwhile: its event, or the next pass, brings us here again.
          if (reasonOf(error) !== 'Conflict') tolerateGone(error)
          budget.giveBack()
        })
    }
    return soonestMs
  }
}

/** Two labels have old names too, which say the same. */
function missingLabels({ metadata }: Node): Record<string, string> | undefined {
  const wanted: Record<string, string> = {}
  for (const [old, stable] of [
    ['beta.kubernetes.io/os', 'kubernetes.io/os'],
    ['beta.kubernetes.io/arch', 'kubernetes.io/arch'],
  ] as const) {
    const value = metadata.labels?.[stable]
    if (value !== undefined && metadata.labels?.[old] !== value) wanted[old] = value
  }
  return Object.keys(wanted).length === 0 ? undefined : wanted
}

function tolerateGone(error: unknown): void {
  if (reasonOf(error) !== 'NotFound') throw error
}
