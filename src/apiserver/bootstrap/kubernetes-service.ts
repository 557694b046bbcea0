/**
 * The Service `kubernetes` in `default`: how Pods find the API server. It has the first address of the range; its Endpoints
 * and EndpointSlice name the address that this server advertises, and are put right when that has changed.
 */

import { Endpoints } from '../../api/core/endpoints.ts'
import { Service } from '../../api/core/service.ts'
import { EndpointSlice } from '../../api/discovery/endpoint-slice.ts'
import { formatIp, parseCidr } from '../../apimachinery/ip-address.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import type { Draft } from '../registry/resource-store.ts'
import { updateObject } from '../registry/update.ts'
import type { Server } from '../server-parts.ts'
import { createMissing, internalWrite } from './create-missing.ts'

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
  const subsets = [{ addresses: [{ ip }], ports: [{ name: 'https', port, protocol: 'TCP' }] }]
  await ensure(
    server,
    Endpoints as unknown as KindDefinition,
    { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    { subsets },
    signal,
  )
  const slice = {
    addressType: 'IPv4',
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  }
  await ensure(server, EndpointSlice as unknown as KindDefinition, { labels: { 'kubernetes.io/service-name': name } }, slice, signal)
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
  const kv = await server.store.get(write.resource.store.keyOf(namespace, name))
  if (kv === undefined) return
  const have = write.resource.store.objectOf(kv) as unknown as Draft
  if (Object.entries(content).every(([field, value]) => semanticallyEqual(have[field], value))) return
  await updateObject(write, { name, isInternal: true, next: (live) => ({ ...(live as unknown as Draft), ...structuredClone(content) }) })
}
