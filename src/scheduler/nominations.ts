/**
 * Pods for which a node is being cleared: victims were told to go, the place is promised (status.nominatedNodeName). Whoever comes
 * with less priority finds the place taken.
 */
import type { PodInfo } from './pod-info.ts'

export class Nominations {
  readonly #byNode = new Map<string, Map<string, PodInfo>>()
  readonly #nodeOf = new Map<string, string>()

  /** Empty `nodeName`: nothing is promised. */
  set(pod: PodInfo, nodeName: string): void {
    this.delete(pod.uid)
    if (nodeName === '') return
    this.#nodeOf.set(pod.uid, nodeName)
    const pods = this.#byNode.get(nodeName)
    if (pods === undefined) this.#byNode.set(nodeName, new Map([[pod.uid, pod]]))
    else pods.set(pod.uid, pod)
  }

  /** A new revision: what it says itself holds, or else what was promised and is not yet written. */
  update(pod: PodInfo, hadNominatedNode: string): void {
    const own = pod.pod.status?.nominatedNodeName ?? ''
    if (own !== '' || hadNominatedNode !== '') this.set(pod, own)
    else this.set(pod, this.#nodeOf.get(pod.uid) ?? '')
  }

  delete(uid: string): void {
    const nodeName = this.#nodeOf.get(uid)
    if (nodeName === undefined) return
    this.#nodeOf.delete(uid)
    const pods = this.#byNode.get(nodeName)
    pods?.delete(uid)
    if (pods?.size === 0) this.#byNode.delete(nodeName)
  }

  get isEmpty(): boolean {
    return this.#byNode.size === 0
  }

  nodeOf(uid: string): string | undefined {
    return this.#nodeOf.get(uid)
  }

  /** Undefined for nearly every node. */
  on(nodeName: string): ReadonlyMap<string, PodInfo> | undefined {
    return this.#byNode.get(nodeName)
  }
}
