/**
 * Empties a namespace: everything that can be deleted in it, whatever it is. Pods go first, and nothing else is touched before the last one is gone
 * (ordered deletion, 1.34): a Pod must not outlive the NetworkPolicy or the Secret that it was meant to have.
 *
 *     pass 1   Pods marked, 30 s of grace     → look again in 16 s
 *     pass 2   no Pods; all else deleted      → done, or finalizers remain: look again in 8 s
 *
 * One pass deletes what it can and tells what it found; errors of one resource do not keep it from the next.
 */
import type { Namespace } from '../../api/core/namespace.ts'
import { Pod } from '../../api/core/pod.ts'
import { isPodTerminal } from '../../api/core/pod-facts.ts'
import type { UnknownObject } from '../../apimachinery/object.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import type { Client } from '../../client/client.ts'
import { type Discovered, type DiscoveredResource, discoverPreferred, resourceText } from '../shared/discover.ts'
import { messageOf } from '../shared/failures.ts'
import { timeMs } from '../shared/time-text.ts'
import { discoveryFailureText, type Findings } from './conditions.ts'

export interface Emptied {
  readonly findings: Findings
  /** How long until it is worth looking again; 0: nothing remains. */
  readonly estimateSeconds: number
  readonly errors: readonly string[]
}

interface World {
  readonly client: Client
  readonly namespace: string
  readonly deletedMs: number
  readonly nowMs: number
  readonly signal: AbortSignal
}

interface Remaining {
  readonly estimateSeconds: number
  readonly items: readonly UnknownObject[]
  readonly error?: string
}

/** Whatever has finalizers may take a while. */
const finalizerEstimateSeconds = 15

export async function emptyNamespace(client: Client, namespace: Namespace, nowMs: number, signal: AbortSignal): Promise<Emptied> {
  const world: World = {
    client,
    namespace: namespace.metadata.name ?? '',
    deletedMs: timeMs(namespace.metadata.deletionTimestamp),
    nowMs,
    signal,
  }
  const tally = new Tally()
  const { resources, failures } = await discover(world, tally)
  const deletable = resources.filter((one) => one.isNamespaced && one.verbs.includes('delete'))
  const pods = deletable.find(isPods)
  if (pods !== undefined) {
    const found = await emptyResource(world, pods)
    tally.add(
      pods,
      found,
      found.error === undefined ? undefined : `failed to delete pods for namespace: ${world.namespace}, err: ${found.error}`,
    )
    // What remains is not told as remaining content while only Pods have been looked at.
    if (found.items.length > 0) return tally.emptied(failures, false)
  }
  for (const resource of deletable) {
    if (isPods(resource)) continue
    const found = await emptyResource(world, resource)
    tally.add(resource, found, found.error)
  }
  return tally.emptied(failures, true)
}

function isPods({ group, resource }: DiscoveredResource): boolean {
  return group === '' && resource === 'pods'
}

async function discover({ client, signal }: World, tally: Tally): Promise<Discovered> {
  try {
    return await discoverPreferred(client, signal)
  } catch (error) {
    tally.discoveryError = messageOf(error)
    return { resources: [], allVersions: [], failures: [] }
  }
}

async function emptyResource(world: World, resource: DiscoveredResource): Promise<Remaining> {
  let estimateSeconds = 0
  try {
    const before = await itemsOf(world, resource)
    if (before.length === 0) return { estimateSeconds, items: [] }
    if (isPods(resource)) estimateSeconds = await podsEstimate(world)
    await deleteAll(world, resource, before)
    const items = await itemsOf(world, resource)
    if (items.length === 0) return { estimateSeconds: 0, items }
    if (estimateSeconds > 0) return { estimateSeconds, items }
    if (items.some((item) => (item.metadata.finalizers?.length ?? 0) > 0)) return { estimateSeconds: finalizerEstimateSeconds, items }
    const error = `unexpected items still remain in namespace: ${world.namespace} for gvr: ${resourceText(resource)}`
    return { estimateSeconds, items, error }
  } catch (error) {
    return { estimateSeconds, items: [], error: messageOf(error) }
  }
}

async function itemsOf({ client, namespace, signal }: World, resource: DiscoveredResource): Promise<readonly UnknownObject[]> {
  if (!resource.verbs.includes('list')) return []
  try {
    return (await client.dynamic(resource).in(namespace).list({ metadataOnly: true, signal })).items ?? []
  } catch (error) {
    if (isNotThere(error)) return []
    throw error
  }
}

async function deleteAll(
  { client, namespace, signal }: World,
  resource: DiscoveredResource,
  items: readonly UnknownObject[],
): Promise<void> {
  const resources = client.dynamic(resource).in(namespace)
  const options = { propagationPolicy: 'Background', signal } as const
  if (resource.verbs.includes('deletecollection')) {
    try {
      return await resources.deleteCollection(options)
    } catch (error) {
      if (!isNotThere(error)) throw error
    }
  }
  for (const { metadata } of items) {
    await resources.delete(metadata.name ?? '', options).catch((error: unknown) => {
      if (!isNotThere(error)) throw error
    })
  }
}

/** The longest grace of a Pod that still runs, unless that has passed already. */
async function podsEstimate({ client, namespace, deletedMs, nowMs, signal }: World): Promise<number> {
  const { items } = await client.of(Pod).in(namespace).list({ signal })
  let seconds = 0
  for (const pod of items) if (!isPodTerminal(pod)) seconds = Math.max(seconds, pod.spec.terminationGracePeriodSeconds ?? 0)
  return nowMs - deletedMs >= seconds * 1000 ? 0 : seconds
}

function isNotThere(error: unknown): boolean {
  const reason = reasonOf(error)
  return reason === 'NotFound' || reason === 'MethodNotAllowed'
}

class Tally {
  discoveryError: string | undefined
  readonly #errors: string[] = []
  readonly #remaining = new Map<string, number>()
  readonly #finalizers = new Map<string, number>()
  #estimateSeconds = 0

  add({ resource, group }: DiscoveredResource, { estimateSeconds, items }: Remaining, error: string | undefined): void {
    this.#estimateSeconds = Math.max(this.#estimateSeconds, estimateSeconds)
    if (error !== undefined) this.#errors.push(error)
    if (items.length > 0) this.#remaining.set(`${resource}.${group}`, items.length)
    for (const item of items) {
      for (const finalizer of item.metadata.finalizers ?? []) this.#finalizers.set(finalizer, (this.#finalizers.get(finalizer) ?? 0) + 1)
    }
  }

  emptied(discoveryFailures: readonly string[], isComplete: boolean): Emptied {
    const none = new Map<string, number>()
    const discoveryError = this.discoveryError ?? discoveryFailureText(discoveryFailures)
    return {
      findings: {
        discoveryFailures,
        discoveryError: this.discoveryError,
        deletionErrors: this.#errors,
        remaining: isComplete ? this.#remaining : none,
        finalizers: isComplete ? this.#finalizers : none,
      },
      estimateSeconds: this.#estimateSeconds,
      errors: discoveryError === undefined ? this.#errors : [discoveryError, ...this.#errors],
    }
  }
}
