/**
 * Puts endpoints into slices of at most a hundred with as few writes as possible: every write of a slice goes to every node of the cluster.
 *
 *  1. Keep in each slice what still belongs there; a slice from which something goes (or in which something changes) is written anyway.
 *  2. New endpoints go into slices that are written anyway, fullest first.
 *  3. If any are left: into the one slice that they fill best, or into a new one. Half-empty slices stay half empty: moving endpoints
 *     around would cost more than it saves.
 */
import type { EndpointSlice } from '../../api/discovery/endpoint-slice.ts'
import type { Endpoint } from '../../api/discovery/slice-schema.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { endpointKey, isSameEndpoint } from './slice-facts.ts'

export interface Filled {
  readonly create: readonly EndpointSlice[]
  readonly update: readonly EndpointSlice[]
  readonly remove: readonly EndpointSlice[]
}

interface Draft {
  readonly slice: EndpointSlice
  endpoints: Endpoint[]
  isWritten: boolean
}

export interface Filling {
  /** Of one address type and one set of ports. */
  readonly existing: readonly EndpointSlice[]
  readonly desired: readonly Endpoint[]
  /** An empty slice to fill: labels, owner, ports. */
  readonly template: EndpointSlice
  readonly endpointsMax: number
}

export function fillSlices({ existing, desired, template, endpointsMax }: Filling): Filled {
  const waiting = new Map(desired.map((endpoint) => [endpointKey(endpoint), endpoint]))
  const remove: EndpointSlice[] = []
  const drafts: Draft[] = []
  for (const slice of existing) {
    const draft = keepWanted(slice, waiting, template)
    if (draft.isWritten && draft.endpoints.length === 0) remove.push(slice)
    else drafts.push(draft)
  }
  const written = drafts.filter(({ isWritten }) => isWritten).sort((a, b) => b.endpoints.length - a.endpoints.length)
  for (const draft of written) take(waiting, draft.endpoints, endpointsMax)
  const create: EndpointSlice[] = []
  while (waiting.size > 0) {
    const fitting = waiting.size < endpointsMax ? bestFit(drafts, waiting.size, endpointsMax) : undefined
    if (fitting !== undefined) {
      take(waiting, fitting.endpoints, endpointsMax)
      fitting.isWritten = true
    } else create.push({ ...template, endpoints: take(waiting, [], endpointsMax) })
  }
  const update = drafts
    .filter(({ isWritten }) => isWritten)
    .map(({ slice, endpoints }) => ({ ...slice, metadata: { ...slice.metadata, labels: template.metadata.labels }, endpoints }))
  return { create, update, remove }
}

function keepWanted(slice: EndpointSlice, waiting: Map<string, Endpoint>, template: EndpointSlice): Draft {
  const endpoints: Endpoint[] = []
  let isWritten = !semanticallyEqual(slice.metadata.labels ?? {}, template.metadata.labels ?? {})
  for (const old of slice.endpoints ?? []) {
    const key = endpointKey(old)
    const wanted = waiting.get(key)
    if (wanted === undefined) {
      isWritten = true
      continue
    }
    waiting.delete(key)
    if (isSameEndpoint(wanted, old)) endpoints.push(old)
    else {
      endpoints.push(wanted)
      isWritten = true
    }
  }
  return { slice, endpoints, isWritten }
}

function take(waiting: Map<string, Endpoint>, into: Endpoint[], endpointsMax: number): Endpoint[] {
  for (const [key, endpoint] of waiting) {
    if (into.length >= endpointsMax) break
    into.push(endpoint)
    waiting.delete(key)
  }
  return into
}

/** The slice that has room for all and least room left after. */
function bestFit(drafts: readonly Draft[], count: number, endpointsMax: number): Draft | undefined {
  let best: Draft | undefined
  let bestRest = endpointsMax
  for (const draft of drafts) {
    const rest = endpointsMax - count - draft.endpoints.length
    if (draft.isWritten || rest < 0 || rest >= bestRest) continue
    best = draft
    bestRest = rest
  }
  return best
}
