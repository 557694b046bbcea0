/**
 * Making and deleting Pods for an owner: told as events, counted in expectations, a failure never hidden. Many are made with a slow start.
 */
import { Pod } from '../../api/core/pod.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import type { Expectations } from '../../client/expectations.ts'
import type { ControllerContext } from '../controller.ts'
import { isNamespaceEnding, messageOf } from './failures.ts'
import { slowStart } from './slow-start.ts'

export interface PodActor<O extends KubeObject = KubeObject> {
  readonly context: Pick<ControllerContext, 'client' | 'events'>
  readonly kind: KindDefinition<O>
  readonly owner: O
  /** Under which expectations are counted. */
  readonly key: string
  readonly expectations: Expectations
  readonly signal: AbortSignal
}

export interface PodsOutcome {
  readonly done: number
  /** What went wrong, if anything. */
  readonly failure?: unknown
}

/** Expects nothing any more of those that failed or were not tried. */
export async function createPods<O extends KubeObject>(actor: PodActor<O>, pods: readonly Pod[]): Promise<PodsOutcome> {
  const { done, error } = await slowStart(pods.length, (index) => createPod(actor, pods[index] as Pod))
  if (error === undefined) return { done }
  actor.expectations.created(actor.key, pods.length - done)
  return isNamespaceEnding(error) ? { done } : { done, failure: error }
}

async function createPod<O extends KubeObject>({ context, kind, owner, signal }: PodActor<O>, pod: Pod): Promise<void> {
  const { client, events } = context
  try {
    const created = await client
      .of(Pod)
      .in(owner.metadata.namespace ?? '')
      .create(pod, { signal })
    events.record(kind, owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`)
  } catch (error) {
    // A namespace on its way out takes nothing: not worth an event, and trying again is no use.
    if (!isNamespaceEnding(error)) events.record(kind, owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`)
    throw error
  }
}

/** All are tried; those that are gone already count as done. `before` is done to each first. */
export async function removePods<O extends KubeObject>(
  actor: PodActor<O>,
  pods: readonly Pod[],
  before?: (pod: Pod) => Promise<unknown>,
): Promise<PodsOutcome> {
  const { context, kind, owner, key, expectations, signal } = actor
  const { client, events } = context
  const resource = client.of(Pod).in(owner.metadata.namespace ?? '')
  let failure: unknown
  let failed = 0
  await Promise.all(
    pods.map(async (pod) => {
      const { metadata } = pod
      const name = metadata.name ?? ''
      try {
        await before?.(pod)
        await resource.delete(name, { preconditions: { uid: metadata.uid ?? '' }, signal })
        events.record(kind, owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
      } catch (error) {
        expectations.deleted(key, metadata.uid ?? '')
        if (reasonOf(error) === 'NotFound') return
        events.record(kind, owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`)
        failure ??= error
        failed++
      }
    }),
  )
  return { done: pods.length - failed, ...(failure === undefined ? {} : { failure }) }
}

export function uidsOf(objects: readonly KubeObject[]): readonly string[] {
  return objects.map(({ metadata }) => metadata.uid ?? '')
}
