/**
 * Which zone (or node) an endpoint is best used from, for Services that ask with spec.trafficDistribution: its own. kube-proxy then prefers
 * endpoints whose hint names its own zone. Only ready endpoints are hinted; without the wish, hints are taken away.
 */

import type { Service } from '../../api/core/service.ts'
import type { EndpointSlice } from '../../api/discovery/endpoint-slice.ts'
import type { Endpoint } from '../../api/discovery/slice-schema.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import type { Filled } from './fill.ts'

type Distribution = 'zone' | 'node' | 'none'

const distributions: Readonly<Record<string, Distribution>> = { PreferClose: 'zone', PreferSameZone: 'zone', PreferSameNode: 'node' }

/** Adds slices to `update` whose hints alone are wrong. */
export function withHints(filled: Filled, existing: readonly EndpointSlice[], service: Service): Filled {
  const distribution = distributions[service.spec.trafficDistribution ?? ''] ?? 'none'
  const touched = new Set([...filled.update, ...filled.remove].map(({ metadata }) => metadata.name))
  const stale = existing.filter((slice) => !touched.has(slice.metadata.name) && needsHints(slice, distribution))
  const hint = (slice: EndpointSlice): EndpointSlice => hinted(slice, distribution)
  return { create: filled.create.map(hint), update: [...filled.update, ...stale].map(hint), remove: filled.remove }
}

function needsHints(slice: EndpointSlice, distribution: Distribution): boolean {
  return (slice.endpoints ?? []).some((endpoint) => {
    if (distribution === 'none') return endpoint.hints !== undefined && endpoint.hints !== null
    return endpoint.conditions?.ready === true && !semanticallyEqual(endpoint.hints, hintsOf(endpoint, distribution))
  })
}

function hinted(slice: EndpointSlice, distribution: Distribution): EndpointSlice {
  const endpoints = (slice.endpoints ?? []).map((endpoint): Endpoint => {
    if (distribution !== 'none' && endpoint.conditions?.ready !== true) return endpoint
    const wanted = hintsOf(endpoint, distribution)
    if (semanticallyEqual(endpoint.hints, wanted)) return endpoint
    const { hints: _, ...bare } = endpoint
    return wanted === undefined ? bare : { ...bare, hints: wanted }
  })
  return { ...slice, endpoints }
}

function hintsOf({ zone, nodeName }: Endpoint, distribution: Distribution): Endpoint['hints'] {
  if (distribution === 'none') return undefined
  const forZones = zone === undefined || zone === null ? undefined : [{ name: zone }]
  const forNodes = distribution !== 'node' || nodeName === undefined || nodeName === null ? undefined : [{ name: nodeName }]
  if (forZones === undefined && forNodes === undefined) return undefined
  return { ...(forZones === undefined ? {} : { forZones }), ...(forNodes === undefined ? {} : { forNodes }) }
}
