/**
 * Clients of several API servers read and write a few objects at once, and what they were answered is judged: there must be one order of all
 * that was done to an object which explains every answer, and in which nothing comes before what had ended when it began. The revisions are
 * that order. On the embedded store, on our etcd over gRPC, and on three members of a real etcd of which one is killed meanwhile.
 */
import { expect, test } from 'vitest'
import { openEtcdStore } from '../../src/etcd/client/etcd-store.ts'
import { realClock } from '../../src/std/clock.ts'
import { silentLog } from '../../src/std/log.ts'
import { realRandom, seededRandom } from '../../src/std/random.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { startTestApiServer, type TestApiServer } from '../../src/testing/api-server.ts'
import { startTestEtcd } from '../../src/testing/etcd-server.ts'
import { realEtcdVersion, startRealEtcd } from './real-etcd.ts'

const names = ['a', 'b', 'c']
const clientsEach = 3
const answersMin = 400
const configMaps = '/api/v1/namespaces/default/configmaps'
const headers = { 'content-type': 'application/json' }

interface Answer {
  readonly name: string
  readonly did: 'read' | 'wrote'
  /** Places in the order in which things were begun and answered. */
  readonly begun: number
  readonly answered: number
  readonly revision: number
  readonly value: string
  /** The revision that the write was to follow at once. */
  readonly after?: number
}

class History {
  readonly answers: Answer[] = []
  /** Values of writes of which nobody knows whether they happened. */
  readonly perhaps = new Set<string>()
  failures = 0
  conflicts = 0
  #now = 0

  tick(): number {
    return this.#now++
  }
}

async function client(server: TestApiServer, history: History, id: string, isOver: () => boolean): Promise<void> {
  const random = seededRandom(id.charCodeAt(0) * 31 + id.charCodeAt(1))
  for (let count = 0; !isOver(); count++) {
    // The embedded store answers at once: without a pause nobody else gets a turn.
    await realClock.sleep(0)
    const name = names[random.integer(names.length)] ?? 'a'
    const path = `${configMaps}/${name}`
    const readBegun = history.tick()
    const isList = random.integer(4) === 0
    const read = await server.request('GET', isList ? configMaps : path)
    const readAnswered = history.tick()
    const current = isList ? read.json?.items?.find((item: { metadata: { name: string } }) => item.metadata.name === name) : read.json
    if (read.status !== 200) {
      history.failures++
      await realClock.sleep(5)
      continue
    }
    const seen = Number(current.metadata.resourceVersion)
    history.answers.push({ name, did: 'read', begun: readBegun, answered: readAnswered, revision: seen, value: current.data.value })
    if (random.integer(2) === 0) continue
    if (random.integer(2) === 0) await realClock.sleep(0)
    const isConditional = random.integer(3) > 0
    const value = `${id}-${count}`
    const metadata = { name, ...(isConditional ? { resourceVersion: String(seen) } : {}) }
    const begun = history.tick()
    const written = await server.request('PUT', path, { kind: 'ConfigMap', apiVersion: 'v1', metadata, data: { value } }, { headers })
    const answered = history.tick()
    if (written.status === 200) {
      const revision = Number(written.json.metadata.resourceVersion)
      history.answers.push({ name, did: 'wrote', begun, answered, revision, value, ...(isConditional ? { after: seen } : {}) })
    } else if (written.status === 409) history.conflicts++
    else {
      history.failures++
      history.perhaps.add(value)
      await realClock.sleep(5)
    }
  }
}

/** What no order could explain, as sentences. */
function judge({ answers, perhaps }: History): string[] {
  const wrong: string[] = []
  for (const name of names) {
    const ofName = answers.filter((answer) => answer.name === name)
    const writes = ofName.filter(({ did }) => did === 'wrote').sort((a, b) => a.revision - b.revision)
    const byRevision = new Map(writes.map((write) => [write.revision, write]))
    if (byRevision.size !== writes.length) wrong.push(`${name}: two writes have one revision`)
    for (const [index, write] of writes.entries()) {
      const before = writes[index - 1]
      if (write.after !== undefined && before !== undefined && before.revision > write.after) {
        wrong.push(`${name}: ${write.value} was to follow ${write.after} and follows ${before.revision}`)
      }
    }
    for (const { did, revision, value, answered } of ofName) {
      if (did !== 'read') continue
      const write = byRevision.get(revision)
      if (write === undefined ? value !== 'first' && !perhaps.has(value) : write.value !== value) {
        wrong.push(`${name}: at ${revision} somebody read ${value}, which was not written then`)
      }
      if (write !== undefined && write.begun > answered) wrong.push(`${name}: ${value} was read before it was written`)
    }
    // Whatever began after something was answered comes after it, or sees it.
    const ends = [...ofName].sort((a, b) => a.answered - b.answered)
    let next = 0
    let floor = 0
    for (const answer of [...ofName].sort((a, b) => a.begun - b.begun)) {
      for (let end = ends[next]; end !== undefined && end.answered < answer.begun; end = ends[++next]) floor = Math.max(floor, end.revision)
      const isLate = answer.did === 'wrote' ? answer.revision <= floor : answer.revision < floor
      if (isLate)
        wrong.push(`${name}: ${answer.value} (${answer.did}, ${answer.revision}) comes after something of ${floor} had been answered`)
    }
  }
  return wrong
}

async function check(stores: readonly Store[], meanwhile: () => Promise<void>): Promise<History> {
  const history = new History()
  await using stack = new AsyncDisposableStack()
  const servers: TestApiServer[] = []
  for (const [index, store] of stores.entries()) {
    servers.push(stack.use(await startTestApiServer({ store, random: realRandom, flags: { advertiseAddress: `10.0.0.${index + 1}` } })))
  }
  for (const name of names) {
    const body = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name }, data: { value: 'first' } }
    expect((await servers[0]?.request('POST', configMaps, body, { headers }))?.status).toBe(201)
  }
  let isOver = false
  const clients = servers.flatMap((server, at) =>
    Array.from({ length: clientsEach }, (_, number) => client(server, history, `${at}${number}`, () => isOver)),
  )
  await meanwhile()
  // A machine that has other things to do takes longer for as many.
  for (let waits = 0; history.answers.length < answersMin && waits < 400; waits++) await realClock.sleep(50)
  isOver = true
  await Promise.all(clients)
  expect(judge(history)).toEqual([])
  expect(history.answers.length).toBeGreaterThanOrEqual(answersMin)
  expect(history.conflicts).toBeGreaterThan(0)
  return history
}

test('the judge knows what is wrong', () => {
  const wrote = { name: 'a', did: 'wrote', begun: 0, answered: 1, revision: 5, value: 'x' } as const
  const history = (answers: readonly Answer[]): History => Object.assign(new History(), { answers })
  expect(judge(history([wrote, { ...wrote, did: 'read', begun: 2, answered: 3 }]))).toEqual([])
  for (const bad of [
    { ...wrote, did: 'read', begun: 2, answered: 3, revision: 4, value: 'first' },
    { ...wrote, did: 'read', begun: 2, answered: 3, value: 'y' },
    { ...wrote, begun: 2, answered: 3, revision: 6, value: 'z', after: 4 },
    { ...wrote, begun: 2, answered: 3, value: 'z' },
  ] as const satisfies readonly Answer[]) {
    expect(judge(history([wrote, bad])), JSON.stringify(bad)).not.toEqual([])
  }
})

test('the embedded store', async () => {
  const store = await openEmbeddedStore({ clock: realClock, log: silentLog })
  const { failures } = await check([store], () => realClock.sleep(500))
  expect(failures).toBe(0)
})

test('three API servers on our etcd', async () => {
  await using etcd = await startTestEtcd()
  const open = () => openEtcdStore({ endpoints: [etcd.address], clock: realClock, log: silentLog, compactionMs: 0 })
  const { failures } = await check([await open(), await open(), await open()], () => realClock.sleep(1000))
  expect(failures).toBe(0)
})

test.skipIf(realEtcdVersion() === undefined)(
  'three API servers on three members of a real etcd, of which one is killed and comes back',
  async () => {
    await using etcd = await startRealEtcd({ members: 3 })
    const addresses = etcd.members.map(({ address }) => address)
    const stores: Store[] = []
    for (let i = 0; i < 3; i++) {
      const endpoints = [...addresses.slice(i), ...addresses.slice(0, i)]
      stores.push(await openEtcdStore({ endpoints, clock: realClock, log: silentLog, compactionMs: 0, callMsMax: 4000 }))
    }
    await check(stores, async () => {
      await realClock.sleep(700)
      await etcd.members[0]?.kill()
      await realClock.sleep(2500)
      await etcd.members[0]?.restart()
      await realClock.sleep(1000)
    })
  },
  60_000,
)
