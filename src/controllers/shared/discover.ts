/**
 * What the API server serves right now, for controllers that must look at everything: the namespace controller and the garbage collector.
 * Two requests for the aggregated documents. Of a resource served in several versions only the preferred one is told.
 *
 * What a newcomer would get wrong: a group whose server is down does not fail the request: its versions are marked stale and have no
 * resources. They are told as failures, because "nothing there" and "nobody knows" must not be mixed up.
 */
import type { GroupVersionResource } from '../../apimachinery/object.ts'
import type { Client } from '../../client/client.ts'

export interface DiscoveredResource extends GroupVersionResource {
  readonly kind: string
  readonly isNamespaced: boolean
  readonly verbs: readonly string[]
}
export interface Discovered {
  /** Each resource once, in its preferred version. */
  readonly resources: readonly DiscoveredResource[]
  /** In every version. */
  readonly allVersions: readonly DiscoveredResource[]
  /** Group versions that nobody could tell of, as "group/version: why". */
  readonly failures: readonly string[]
}

interface AggregatedResource {
  readonly resource: string
  readonly responseKind?: { readonly kind?: string }
  readonly scope?: string
  readonly verbs?: readonly string[]
}
export interface AggregatedGroup {
  readonly metadata?: { readonly name?: string }
  readonly versions?: readonly {
    readonly version: string
    readonly resources?: readonly AggregatedResource[]
    readonly freshness?: string
  }[]
}

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;q=0.9'

export async function discoverPreferred(client: Client, signal: AbortSignal): Promise<Discovered> {
  const documents = await Promise.all(['/api', '/apis'].map((path) => client.raw(path, { accept, signal })))
  return preferredOf(documents.flatMap((document) => (document as { items?: readonly AggregatedGroup[] }).items ?? []))
}

/** The first version that serves a resource is the preferred one. */
export function preferredOf(groups: readonly AggregatedGroup[]): Discovered {
  const resources: DiscoveredResource[] = []
  const allVersions: DiscoveredResource[] = []
  const failures: string[] = []
  for (const { metadata, versions } of groups) {
    const group = metadata?.name ?? ''
    const seen = new Set<string>()
    for (const { version, resources: served, freshness } of versions ?? []) {
      const groupVersion = group === '' ? version : `${group}/${version}`
      if (freshness === 'Stale') failures.push(`${groupVersion}: stale GroupVersion discovery: ${groupVersion}`)
      for (const { resource, responseKind, scope, verbs } of served ?? []) {
        const isNamespaced = scope === 'Namespaced'
        const found = { group, version, resource, kind: responseKind?.kind ?? '', isNamespaced, verbs: verbs ?? [] }
        allVersions.push(found)
        if (seen.has(resource)) continue
        seen.add(resource)
        resources.push(found)
      }
    }
  }
  return { resources, allVersions, failures }
}

/** "apps/v1, Resource=deployments": how client-go prints a resource in messages. */
export function resourceText({ group, version, resource }: GroupVersionResource): string {
  return `${group}/${version}, Resource=${resource}`
}
