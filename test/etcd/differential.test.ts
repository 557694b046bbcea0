/**
 * The same random requests to our etcd and to a real one: the same answers, the same errors, the same events, the same hash. Skipped where no
 * `etcd` is on the PATH. A run is its seed: ETCD_SEEDS=1,2,3 and ETCD_REQUESTS=1000 choose others.
 */
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/std/random.ts'
import { EtcdClient, type Watching } from '../../src/testing/etcd-client.ts'
import { startTestEtcd } from '../../src/testing/etcd-server.ts'
import { type Request, Requests } from './operations.ts'
import { realEtcdVersion, startRealEtcd } from './real-etcd.ts'

const version = realEtcdVersion()
const seeds = (process.env.ETCD_SEEDS ?? '1,2,3,4').split(',').map(Number)
const requestsPerSeed = Number(process.env.ETCD_REQUESTS ?? 400)
/** What we behave as; older ones differ in what they check and tell. */
const isCurrent = version !== undefined && Number(version.split('.')[1]) >= 6

async function call(client: EtcdClient, request: Request): Promise<unknown> {
  switch (request.do) {
    case 'put':
      return client.put(request.value)
    case 'range':
      return client.range(request.value)
    case 'delete':
      return client.deleteRange(request.value)
    case 'txn':
      return client.txn(request.value)
    case 'compact':
      return client.compact({ revision: request.revision })
    case 'hash': {
      const { hash, hashRevision } = await client.hashKv(Math.max(1, request.revision))
      return { hash, ...(isCurrent ? { hashRevision } : {}) }
    }
    case 'grant':
      return client.grant({ TTL: 1000, ID: request.id })
    case 'revoke':
      return client.revoke(request.id)
    case 'timeToLive': {
      const { keys, ...rest } = await client.timeToLive({ ID: request.id, keys: true })
      return { ...rest, TTL: Math.min(rest.TTL as number, 900), keys: [...keys].sort() }
    }
    case 'leases':
      return (await client.leases()).leases.map(({ ID }) => String(ID)).sort()
  }
}

/** As text, without what names the server: its numbers, and bytes as what they say. */
function shown(value: unknown): string {
  return JSON.stringify(value, (name, one: unknown) => {
    if (name === 'clusterId' || name === 'memberId' || name === 'raftTerm') return undefined
    if (typeof one === 'bigint') return `${one}n`
    if (one !== null && typeof one === 'object' && (one as { type?: string }).type === 'Buffer')
      return Buffer.from(one as never).toString('latin1')
    return one instanceof Uint8Array ? Buffer.from(one).toString('latin1') : one
  })
}

async function outcome(client: EtcdClient, request: Request): Promise<{ text: string; revision: number }> {
  try {
    const answer = await call(client, request)
    return { text: shown(answer), revision: Number((answer as { header?: { revision?: number } }).header?.revision ?? 0) }
  } catch (error) {
    const { code, details } = error as { code?: number; details?: string }
    if (code === undefined) throw error
    return { text: `${code} ${details}`, revision: 0 }
  }
}

function eventsOf(watching: Watching): string[] {
  return watching.responses.flatMap((response) => response.events.map((event) => shown(event)))
}

/** All that the streams' first watches will tell up to now: a last put, and waiting for it. */
async function drained(watchings: readonly Watching[], clients: readonly EtcdClient[], word: string): Promise<void> {
  for (const client of clients) await client.put({ key: 'zz-last', value: new TextEncoder().encode(word) })
  for (const watching of watchings) {
    await watching.until((all) => all.some(({ watchId, events }) => watchId === 0 && shown(events.at(-1) ?? '').includes(word)))
  }
}

describe.skipIf(version === undefined)(`against etcd ${version}`, () => {
  test.each(seeds)('seed %i', async (seed) => {
    await using real = await startRealEtcd()
    await using ours = await startTestEtcd()
    using theirClient = new EtcdClient(real.address)
    using ourClient = new EtcdClient(ours.address)
    const clients = [ourClient, theirClient] as const
    const everything = { key: '\0', rangeEnd: '\0', prevKv: true }
    const [ourLive, theirLive] = clients.map((client) => client.watch(everything, { ...everything, filters: [0], watchId: 5 })) as [
      Watching,
      Watching,
    ]
    await Promise.all([ourLive, theirLive].map((watching) => watching.until((all) => all.length === 2)))

    const requests = new Requests(seededRandom(seed), { hasWrongSorts: isCurrent, hasCompactions: seed % 2 === 0 })
    const trail: string[] = []
    for (let index = 0; index < requestsPerSeed; index++) {
      const request = requests.next()
      trail.push(shown(request))
      const [our, their] = (await Promise.all(clients.map((client) => outcome(client, request)))) as [
        { text: string },
        { text: string; revision: number },
      ]
      expect(our.text, `request ${index}: ${trail.slice(-3).join('\n')}`).toBe(their.text)
      requests.revision = Math.max(requests.revision, their.revision)
    }

    await drained([ourLive, theirLive], clients, 'now')
    expect(eventsOf(ourLive).sort()).toEqual(eventsOf(theirLive).sort())
    // From the oldest that can be watched, and from one before.
    const from = ours.store.compactedRevision
    const [ourPast, theirPast] = clients.map((client) =>
      client.watch({ ...everything, startRevision: from + 1 }, { ...everything, startRevision: Math.max(1, from - 1), watchId: 6 }),
    ) as [Watching, Watching]
    await drained([ourPast, theirPast], clients, 'then')
    const past = (watching: Watching) =>
      watching.responses.filter((one) => one.watchId === 0).flatMap((one) => one.events.map((event) => shown(event)))
    expect(past(ourPast)).toEqual(past(theirPast))
    if (from > 2) {
      for (const watching of [ourPast, theirPast]) await watching.until((all) => all.some((one) => one.compactRevision !== 0))
      const ends = [ourPast, theirPast].map((watching) => watching.responses.filter((one) => one.canceled).map((one) => shown(one)))
      expect(ends[0]).toEqual(ends[1])
    }
    for (const watching of [ourLive, theirLive, ourPast, theirPast]) watching.stream.cancel()
  })
})
