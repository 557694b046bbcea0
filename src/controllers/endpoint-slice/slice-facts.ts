/**
 * Names, labels and comparisons of EndpointSlices that the controller for Services and the one that mirrors Endpoints share.
 */
import type { EndpointSlice } from '../../api/discovery/endpoint-slice.ts'
import type { Endpoint, EndpointPort } from '../../api/discovery/slice-schema.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { fnv128aHex, goPointer } from '../shared/go-hash.ts'

export const serviceNameLabel = 'kubernetes.io/service-name'
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'

export type AddressType = 'IPv4' | 'IPv6'

/** "web-", or the name alone where that would be too long. */
export function sliceNamePrefix(name: string): string {
  const prefix = `${name}-`
  return nameIsDnsSubdomain(prefix, true).length === 0 ? prefix : name
}

/** "shop/web": the Service (or Endpoints) that a slice is for. */
export function sliceServiceKey(slice: EndpointSlice): string {
  return `${slice.metadata.namespace ?? ''}/${slice.metadata.labels?.[serviceNameLabel] ?? ''}`
}

/** What an endpoint is known by: everything else of it may change in place. */
export function endpointKey({ addresses, hostname, targetRef }: Endpoint): string {
  return `${[...addresses].sort().join(' ')}|${hostname ?? ''}|${targetRef?.namespace ?? ''}|${targetRef?.name ?? ''}`
}

/** Of two endpoints with one key. Hints are not compared: they are added later. */
export function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    (a.nodeName ?? undefined) === (b.nodeName ?? undefined) &&
    (a.zone ?? undefined) === (b.zone ?? undefined) &&
    (a.conditions?.ready ?? undefined) === (b.conditions?.ready ?? undefined) &&
    (a.conditions?.serving ?? undefined) === (b.conditions?.serving ?? undefined) &&
    (a.conditions?.terminating ?? undefined) === (b.conditions?.terminating ?? undefined) &&
    semanticallyEqual({ ...a.targetRef, resourceVersion: '' }, { ...b.targetRef, resourceVersion: '' })
  )
}

/** In upstream's order, which is that of hashes. */
export function sortPorts(ports: readonly EndpointPort[]): readonly EndpointPort[] {
  if (ports.length < 2) return ports
  return ports
    .map((port) => ({ port, hash: fnv128aHex(portText(port)) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
    .map(({ port }) => port)
}

/** Slices with the same ports can hold each other's endpoints. */
export function portsKey(ports: readonly EndpointPort[] | null | undefined): string {
  return (ports ?? []).map(portText).sort().join(' ')
}

export function portText({ name, protocol, port, appProtocol }: EndpointPort): string {
  return `(v1.EndpointPort){Name:${goPointer('string', name)} Protocol:${goPointer('v1.Protocol', protocol)} Port:${goPointer('int32', port)} AppProtocol:${goPointer('string', appProtocol)}}`
}

/** Deletes turned into updates of what is created: one write instead of two, and clients see no gap. */
export function recycle(
  create: readonly EndpointSlice[],
  remove: readonly EndpointSlice[],
  mayRecycle: (slice: EndpointSlice) => boolean,
): { readonly create: readonly EndpointSlice[]; readonly update: readonly EndpointSlice[]; readonly remove: readonly EndpointSlice[] } {
  const left = [...create]
  const update: EndpointSlice[] = []
  const removed: EndpointSlice[] = []
  for (const old of remove) {
    const next = left.at(-1)
    if (next !== undefined && next.addressType === old.addressType && mayRecycle(old)) {
      left.pop()
      const { generateName: _, ...metadata } = next.metadata
      update.push({ ...next, metadata: { ...metadata, name: old.metadata.name } })
    } else removed.push(old)
  }
  return { create: left, update, remove: removed }
}
