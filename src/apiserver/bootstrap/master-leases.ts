/**
 * Which API servers are alive, when several share a store: each keeps the key /registry/masterleases/<address> with a time to live that it
 * renews at every round of upkeep. Whoever dies is forgotten when its time is over; whoever leaves takes its key along.
 *
 * The value is an Endpoints object without a name, because upstream's apiservers keep theirs in the same place and read ours.
 */

import { prefixRange } from '../../store/store.ts'
import { keyBytes, registryPrefix } from '../registry/keys.ts'
import { bytesOf } from '../registry/storage-codec.ts'
import type { Server } from '../server-parts.ts'

const prefix = `${registryPrefix}masterleases/`
/** Upstream's: --master-endpoint-reconcile-ttl. Upkeep comes every ten. */
const ttlSeconds = 15

interface LeaseValue {
  readonly metadata?: { readonly generation?: number }
  readonly subsets?: readonly { readonly addresses?: readonly { readonly ip?: string }[] }[]
}

export async function renewMasterLease({ store, flags }: Server, signal: AbortSignal): Promise<void> {
  const ip = flags.advertiseAddress
  const key = `${prefix}${keyBytes(ip)}`
  const [kv, lease] = await Promise.all([store.get(key), store.grantLease(ttlSeconds)])
  const generation = (valueOf(kv?.value)?.metadata?.generation ?? 0) + 1
  const value = { kind: 'Endpoints', apiVersion: 'v1', metadata: { generation }, subsets: [{ addresses: [{ ip }] }] }
  await store.transact({ compare: [], then: [{ do: 'put', key, value: bytesOf(JSON.stringify(value)), lease: lease.id }] }, signal)
}

export async function removeMasterLease({ store, flags }: Server): Promise<void> {
  await store.transact({ compare: [], then: [{ do: 'delete', range: { start: `${prefix}${keyBytes(flags.advertiseAddress)}` } }] })
}

/** The addresses of all that are alive, in the order of their keys. */
export async function masterAddresses({ store }: Server): Promise<string[]> {
  const { items } = await store.range(prefixRange(prefix))
  const addresses = items.map(({ value }) => valueOf(value)?.subsets?.[0]?.addresses?.[0]?.ip ?? '')
  return addresses.filter((ip) => ip !== '')
}

function valueOf(bytes: Uint8Array | undefined): LeaseValue | undefined {
  try {
    return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString('utf8')) as LeaseValue)
  } catch {
    return undefined
  }
}
