/**
 * The Pods of a kind of owner, and who is to look when one changes: its owner, its owner before, or, for an orphan, everybody who selects it. What
 * was expected of an owner's Pods (expectations.ts) is met here, as the watch brings it.
 */
import { Pod } from '../../api/core/pod.ts'
import { isTerminating } from '../../api/core/pod-facts.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { controllerOf, type KubeObject, keyOf } from '../../apimachinery/object.ts'
import { type LabelRequirements, matchesLabels } from '../../apimachinery/selectors/labels.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import type { Expectations } from '../../client/expectations.ts'
import type { Informer } from '../../client/informer.ts'
import type { ControllerContext } from '../controller.ts'
import { claim } from './claim.ts'

const orphanIndex = 'orphans in namespace'

export interface OwnedPodsOptions<O extends KubeObject> {
  readonly context: ControllerContext
  readonly kind: KindDefinition<O>
  readonly selectorOf: (owner: O) => LabelRequirements
  readonly expectations?: Expectations
  /** What keeps its Pods until it has looked at them. */
  readonly finalizer?: string
  /** Somebody should look at this owner. */
  readonly wake: (key: string) => void
}

export class OwnedPods<O extends KubeObject> {
  readonly owners: Informer<O>
  readonly pods: Informer<Pod>
  readonly #options: OwnedPodsOptions<O>

  constructor(options: OwnedPodsOptions<O>) {
    this.#options = options
    this.owners = options.context.informers.of(options.kind)
    this.pods = options.context.informers.of(Pod)
    this.pods.addIndex(orphanIndex, (pod) => (controllerOf(pod) === undefined ? [pod.metadata.namespace ?? ''] : []))
  }

  subscribe(): void {
    const { wake, expectations } = this.#options
    this.owners.subscribe({
      onAdd: (owner) => wake(keyOf(owner)),
      onUpdate: (owner) => wake(keyOf(owner)),
      onDelete: (owner) => {
        expectations?.forget(keyOf(owner))
        wake(keyOf(owner))
      },
    })
    this.pods.subscribe({
      onAdd: (pod) => this.#added(pod),
      onUpdate: (pod, old) => this.#updated(pod, old),
      onDelete: (pod) => this.#deleted(pod),
    })
  }

  /** Undefined for another kind's, and for an owner of that name that is not the same any more. */
  ownerKeyOf(pod: Pod): string | undefined {
    const reference = controllerOf(pod)
    if (reference?.kind !== this.#options.kind.kind) return undefined
    const key = `${pod.metadata.namespace}/${reference.name}`
    return this.owners.get(key)?.metadata.uid === reference.uid ? key : undefined
  }

  /** Those that are its own, after adopting and releasing. `mayMean`: orphans that are not adopted whatever their labels. */
  claimed(owner: O, signal: AbortSignal, mayMean: (pod: Pod) => boolean = () => true): Promise<readonly Pod[]> {
    const { context, kind, selectorOf, finalizer } = this.#options
    const { namespace = '', name = '', uid = '' } = owner.metadata
    const orphans = this.pods.byIndex(orphanIndex, namespace).filter(mayMean)
    return claim([...this.pods.ownedBy(uid), ...orphans], {
      owner,
      ownerKind: kind,
      selector: selectorOf(owner),
      resource: context.client.of(Pod).in(namespace),
      liveOwner: () => context.client.of(kind).in(namespace).get(name, { signal }),
      ...(finalizer === undefined ? {} : { finalizer }),
      signal,
    })
  }

  #added(pod: Pod): void {
    if (isTerminating(pod)) return this.#deleted(pod)
    const key = this.ownerKeyOf(pod)
    if (key !== undefined) {
      this.#options.expectations?.created(key)
      this.#options.wake(key)
    } else if (controllerOf(pod) === undefined) this.#wakeMatching(pod)
  }

  #updated(pod: Pod, old: Pod): void {
    const key = this.ownerKeyOf(pod)
    if (isTerminating(pod) && !isTerminating(old)) this.#gone(pod)
    const oldKey = this.ownerKeyOf(old)
    if (oldKey !== undefined && oldKey !== key) this.#options.wake(oldKey)
    if (key !== undefined) this.#options.wake(key)
    else if (controllerOf(pod) === undefined && (oldKey !== undefined || !semanticallyEqual(pod.metadata.labels, old.metadata.labels)))
      this.#wakeMatching(pod)
  }

  #deleted(pod: Pod): void {
    this.#gone(pod)
    const key = this.ownerKeyOf(pod)
    if (key !== undefined) this.#options.wake(key)
  }

  #gone(pod: Pod): void {
    const key = this.ownerKeyOf(pod)
    if (key !== undefined) this.#options.expectations?.deleted(key, pod.metadata.uid ?? '')
  }

  #wakeMatching(pod: Pod): void {
    for (const owner of this.owners.inNamespace(pod.metadata.namespace ?? '')) {
      if (matchesLabels(this.#options.selectorOf(owner), pod.metadata.labels)) this.#options.wake(keyOf(owner))
    }
  }
}
