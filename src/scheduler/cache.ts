/**
 * What the scheduler believes about nodes and the Pods on them. The truth comes from informers; ahead of it the scheduler assumes:
 * a Pod it has decided on counts on its node at once, long before the binding is written and comes back through the watch.
 *
 *     assume ──────────► confirmed by the watch (addPod)
 *        └─ forget: the binding failed
 *
 * An assumed Pod stays until it is confirmed or forgotten; nothing expires. Pods may be known before their node, and outlive it.
 */
import type { Node } from '../api/core/node.ts'
import { type ImageState, NodeInfo } from './node-info.ts'
import { NodeTree } from './node-tree.ts'
import { PodCounts } from './pod-counts.ts'
import type { PodInfo } from './pod-info.ts'
import type { Snapshot } from './snapshot.ts'
import { TermCounts } from './term-counts.ts'

interface PlacedPod {
  readonly pod: PodInfo
  readonly nodeName: string
  readonly isAssumed: boolean
}

export class SchedulerCache {
  readonly #nodes = new Map<string, NodeInfo>()
  readonly #pods = new Map<string, PlacedPod>()
  readonly #counts = new PodCounts()
  readonly #images = new Map<string, ImageState>()
  readonly #tree = new NodeTree()
  readonly #terms = new TermCounts()
  #ordered: readonly NodeInfo[] = []
  #isOrderStale = false
  #generation = 0

  /** Nodes that exist. */
  get nodeCount(): number {
    return this.snapshot().nodes.length
  }
  get podCount(): number {
    return this.#pods.size
  }

  isAssumed(uid: string): boolean {
    return this.#pods.get(uid)?.isAssumed === true
  }
  /** Where the Pod is or is about to be. */
  nodeOf(uid: string): string | undefined {
    return this.#pods.get(uid)?.nodeName
  }

  /** The revision that counts on its node. */
  podOf(uid: string): PodInfo | undefined {
    return this.#pods.get(uid)?.pod
  }

  setNode(node: Node): NodeInfo {
    const info = this.#nodeInfo(node.metadata.name ?? '')
    const { node: old } = info
    if (old === undefined) {
      this.#tree.add(node)
      this.#isOrderStale = true
    } else if (this.#tree.update(old, node)) this.#isOrderStale = true
    if (old === undefined || !sameLabels(old, node)) this.#nodesChanged()
    info.setNode(node)
    this.#setImages(info, node)
    this.#touch(info)
    return info
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name)
    if (info?.node === undefined) return
    this.#tree.remove(info.node)
    this.#isOrderStale = true
    this.#dropImages(info)
    this.#nodesChanged()
    info.node = undefined
    this.#touch(info)
    if (info.pods.length === 0) this.#nodes.delete(name)
  }

  assume(pod: PodInfo, nodeName: string): void {
    if (this.#pods.has(pod.uid)) throw new Error(`Cannot assume Pod "${pod.key}": it is on node "${this.nodeOf(pod.uid)}" already`)
    this.#place({ pod, nodeName, isAssumed: true })
  }

  /** Takes an assumption back; a Pod that was confirmed meanwhile stays. */
  forget(uid: string): void {
    const placed = this.#pods.get(uid)
    if (placed?.isAssumed === true) this.#displace(placed)
  }

  /** The watch says that the Pod is on the node: confirms, corrects, or replaces an older revision. */
  putPod(pod: PodInfo, nodeName: string): void {
    const placed = this.#pods.get(pod.uid)
    if (placed !== undefined) this.#displace(placed)
    this.#place({ pod, nodeName, isAssumed: false })
  }

  removePod(uid: string): void {
    const placed = this.#pods.get(uid)
    if (placed !== undefined) this.#displace(placed)
  }

  /** Good until the next change: use it at once, do not keep it. */
  snapshot(): Snapshot {
    if (this.#isOrderStale) {
      this.#ordered = this.#tree.list().map((name) => this.#nodes.get(name) as NodeInfo)
      this.#isOrderStale = false
    }
    return this.#view
  }

  readonly #view: Snapshot = this.#createView()

  #createView(): Snapshot {
    const ordered = (): readonly NodeInfo[] => this.#ordered
    return {
      get nodes() {
        return ordered()
      },
      get: (name) => {
        const info = this.#nodes.get(name)
        return info?.node === undefined ? undefined : info
      },
      mustNotTerms: () => this.#terms.mustNot(this.#ordered),
      opinionTerms: () => this.#terms.opinions(this.#ordered),
      countByNode: (pods) => this.#counts.byNode(pods, this.#ordered),
      countByValue: (pods, topologyKey) => this.#counts.byValue(pods, topologyKey, this.#ordered),
      domains: (topologyKeys) => this.#counts.domains(topologyKeys, this.#ordered),
    }
  }

  #place(placed: PlacedPod): void {
    this.#pods.set(placed.pod.uid, placed)
    const info = this.#nodeInfo(placed.nodeName)
    info.addPod(placed.pod)
    this.#counts.podCame(placed.pod, info)
    this.#terms.podCame(placed.pod, info)
    this.#touch(info)
  }

  #displace({ pod, nodeName }: PlacedPod): void {
    this.#pods.delete(pod.uid)
    const info = this.#nodes.get(nodeName)
    if (info === undefined) return
    info.removePod(pod)
    this.#counts.podWent(pod, info)
    this.#terms.podWent(pod, info)
    this.#touch(info)
    if (info.node === undefined && info.pods.length === 0) this.#nodes.delete(nodeName)
  }

  #nodeInfo(name: string): NodeInfo {
    const known = this.#nodes.get(name)
    if (known !== undefined) return known
    const info = new NodeInfo(name)
    this.#nodes.set(name, info)
    return info
  }

  #touch(info: NodeInfo): void {
    info.generation = ++this.#generation
  }

  #nodesChanged(): void {
    this.#counts.nodesChanged()
    this.#terms.nodesChanged()
  }

  #setImages(info: NodeInfo, node: Node): void {
    const images = new Map<string, ImageState>()
    for (const { names, sizeBytes } of node.status?.images ?? []) {
      for (const name of names ?? []) {
        const size = Number(sizeBytes ?? 0)
        const known = this.#images.get(name)
        const state: ImageState = known?.size === size ? known : { size, nodes: known?.nodes ?? new Set<string>() }
        this.#images.set(name, state)
        images.set(name, state)
        state.nodes.add(info.name)
      }
    }
    for (const [name, { nodes }] of info.images) {
      if (images.has(name)) continue
      nodes.delete(info.name)
      if (nodes.size === 0) this.#images.delete(name)
    }
    info.images = images
  }

  #dropImages(info: NodeInfo): void {
    for (const [name, { nodes }] of info.images) {
      nodes.delete(info.name)
      if (nodes.size === 0) this.#images.delete(name)
    }
    info.images = new Map()
  }
}

function sameLabels({ metadata: { labels: a = {} } }: Node, { metadata: { labels: b = {} } }: Node): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
