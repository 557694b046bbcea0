/**
 * The Service `kubernetes` in `default`: how Pods find the API server. It has the first address of the range; its Endpoints
 * and EndpointSlice name the address that this server advertises, and are put right when that has changed. Where several
 * servers share a store they name all that are alive (master-leases.ts), with the ports of whoever came first.
 */

import { Endpoints } from '../../api/core/endpoints.ts'
import { Service } from '../../api/core/service.ts'
import { EndpointSlice } from '../../api/discovery/endpoint-slice.ts'
import { formatIp, parseCidr } from '../../apimachinery/ip-address.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { lookUp } from '../registry/look-up.ts'
import type { Draft } from '../registry/resource-store.ts'
import { updateObject } from '../registry/update.ts'
import type { Server } from '../server-parts.ts'
import { createMissing, internalWrite } from './create-missing.ts'
import { masterAddresses, removeMasterLease, renewMasterLease } from './master-leases.ts'

const name = 'kubernetes'
const namespace = 'default'

export async function bootstrapKubernetesService(server: Server, signal: AbortSignal): Promise<void> {
  const { advertiseAddress: ip, securePort: port } = server.flags
  const clusterIP = firstAddress(server.flags.serviceClusterIpRange)
  const labels = { component: 'apiserver', provider: 'kubernetes' }
  const spec = {
    type: 'ClusterIP',
    clusterIP,
    clusterIPs: [clusterIP],
    sessionAffinity: 'None',
    ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
  }
  await createMissing(server, Service, { metadata: { name, namespace, labels } as { name: string; namespace: string }, spec }, { signal })
  if (server.store.isShared) {
    await renewMasterLease(server, signal)
    const addresses = await masterAddresses(server)
    // Our own was just written: finding none means that something is wrong, not that nobody is there.
    if (addresses.length === 0) throw new Error('No address of an API server is in the store, not even this one')
    await ensureEndpoints(server, addresses, signal)
  } else await ensureEndpoints(server, [ip], signal)
}

/** This server goes: the others need not wait until its time is over. */
export async function leaveKubernetesService(server: Server, signal: AbortSignal): Promise<void> {
  if (!server.store.isShared) return
  await removeMasterLease(server)
  await ensureEndpoints(server, await masterAddresses(server), signal)
}

interface Subset {
  readonly addresses?: readonly { readonly ip: string }[]
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[]
}

async function ensureEndpoints(server: Server, ips: readonly string[], signal: AbortSignal): Promise<void> {
  const ownPorts = [{ name: 'https', port: server.flags.securePort, protocol: 'TCP' }]
  const live = await liveObject(server, Endpoints as unknown as KindDefinition)
  const [subset, second] = (live?.subsets ?? []) as readonly Subset[]
  const isOurs = subset !== undefined && second === undefined
  const ports = server.store.isShared && isOurs ? (subset.ports ?? []) : ownPorts
  const known = isOurs ? (subset.addresses ?? []).map((address) => address.ip) : []
  const addresses = sameMembers(known, ips) ? known : ips
  const subsets = addresses.length === 0 ? [] : [{ addresses: addresses.map((ip) => ({ ip })), ports }]
  const labels = { 'endpointslice.kubernetes.io/skip-mirror': 'true' }
  await ensure(server, Endpoints as unknown as KindDefinition, { labels }, { subsets }, signal)
  const endpoints = addresses.map((ip) => ({ addresses: [ip], conditions: { ready: true } }))
  const slice = { addressType: 'IPv4', endpoints, ports: addresses.length === 0 ? [] : ports }
  await ensure(server, EndpointSlice as unknown as KindDefinition, { labels: { 'kubernetes.io/service-name': name } }, slice, signal)
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one))
}

export function firstAddress(range: string): string {
  const cidr = parseCidr(range)
  if (cidr === undefined) throw new Error(`Not a range of addresses: ${range}`)
  return formatIp({ ...cidr.address, value: cidr.address.value + 1n })
}

async function ensure(
  server: Server,
  kind: KindDefinition,
  metadata: object,
  content: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  await createMissing(server, kind, { metadata: { name, namespace, ...metadata }, ...content }, { signal })
  const write = internalWrite(server, kind, namespace, signal)
  const have = await liveObject(server, kind)
  if (have === undefined) return
  if (Object.entries(content).every(([field, value]) => semanticallyEqual(have[field], value))) return
  await updateObject(write, { name, isInternal: true, next: (live) => ({ ...(live as unknown as Draft), ...structuredClone(content) }) })
}

function liveObject(server: Server, kind: KindDefinition): Promise<(KubeObject & Readonly<Record<string, unknown>>) | undefined> {
  return lookUp(server, kind, namespace, name)
}
