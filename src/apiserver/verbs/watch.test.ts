/** Watches through the handler: where they start, what selectors make of events, bookmarks, slow clients, the end. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../testing/api-server.ts'
import type { BodySink } from '../../wire/http.ts'

const cms = '/api/v1/namespaces/default/configmaps'
const merge = { headers: { 'content-type': 'application/merge-patch+json' } }

async function create(api: TestApiServer, name: string, labels: object = {}): Promise<string> {
  const { json, status } = await api.request('POST', cms, { metadata: { name, labels } })
  expect(status).toBe(201)
  return json.metadata.resourceVersion
}
const said = (watch: { events: { type: string; object: { metadata: { name?: string } } }[] }): string[] =>
  watch.events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim())

test('a watch without resourceVersion begins with what is there', async () => {
  await using api = await startTestApiServer()
  await create(api, 'a')
  const watch = await api.watch(`${cms}?watch=1&allowWatchBookmarks=true`)
  await api.clock.settled()
  expect(said(watch)).toEqual(['ADDED a', 'BOOKMARK'])
  expect(watch.events[1].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
})

test('a watch from a resourceVersion gets what came since, from the ring and from the history', async () => {
  await using api = await startTestApiServer()
  const from = await create(api, 'a')
  await create(api, 'b')
  const fromHistory = await api.watch(`${cms}?watch=1&resourceVersion=${from}`)
  await api.clock.settled()
  await create(api, 'c')
  const fromRing = await api.watch(`${cms}?watch=1&resourceVersion=${api.store.revision - 1}`)
  await api.clock.settled()
  await api.request('DELETE', `${cms}/b`)
  await api.clock.settled()
  expect(said(fromHistory)).toEqual(['ADDED b', 'ADDED c', 'DELETED b'])
  expect(said(fromRing)).toEqual(['ADDED c', 'DELETED b'])
})

test('a watch of one namespace never sees another, wherever its events come from', async () => {
  await using api = await startTestApiServer()
  const elsewhere = '/api/v1/namespaces/kube-system/configmaps'
  const from = await create(api, 'a')
  await api.request('POST', elsewhere, { metadata: { name: 'b' } })
  const fromHistory = await api.watch(`${cms}?watch=1&resourceVersion=${from}`)
  await api.clock.settled()
  await api.request('POST', elsewhere, { metadata: { name: 'c', labels: { x: '1' } } })
  const fromRing = await api.watch(`${cms}?watch=1&resourceVersion=${api.store.revision - 1}`)
  const selecting = await api.watch(`${cms}?watch=1&labelSelector=x&resourceVersion=${api.store.revision - 1}`)
  await api.clock.settled()
  await create(api, 'd', { x: '1' })
  await api.clock.settled()
  expect([fromHistory, fromRing, selecting].map(said)).toEqual([['ADDED d'], ['ADDED d'], ['ADDED d']])
})

test("a node's Pods in one namespace are only that namespace's", async () => {
  await using api = await startTestApiServer()
  for (const namespace of ['kube-system', 'default']) {
    await api.request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } })
  }
  const watch = await api.watch('/api/v1/namespaces/default/pods?watch=1&fieldSelector=spec.nodeName%3Dn1')
  await api.clock.settled()
  for (const namespace of ['kube-system', 'default']) {
    const pod = { metadata: { name: `in-${namespace}` }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] } }
    await api.request('POST', `/api/v1/namespaces/${namespace}/pods`, pod)
  }
  await api.clock.settled()
  expect(said(watch)).toEqual(['ADDED in-default'])
})

test('without initial events and without a revision a watch begins now', async () => {
  await using api = await startTestApiServer()
  await create(api, 'a')
  const query = 'watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
  const watches = [await api.watch(`${cms}?${query}`), await api.watch(`${cms}?${query}&resourceVersion=0`)]
  await api.clock.settled()
  await create(api, 'b')
  await api.clock.settled()
  expect(watches.map(said)).toEqual([['ADDED b'], ['ADDED b']])
})

test('watches that end at once: no time is left, or an event was to be a list', async () => {
  await using api = await startTestApiServer()
  await create(api, 'a')
  const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
  for (const watch of [await api.watch(`${cms}?watch=1&timeoutSeconds=-1`), await api.watch(`${cms}?watch=1`, { headers: { accept } })]) {
    await watch.ended
    expect([watch.status, watch.events]).toEqual([200, []])
  }
})

test('a compacted resourceVersion is 410 within a 200', async () => {
  await using api = await startTestApiServer()
  await create(api, 'a')
  await create(api, 'b')
  await api.store.compact(api.store.revision)
  const watch = await api.watch(`${cms}?watch=1&resourceVersion=3`)
  await watch.ended
  expect(watch.status).toBe(200)
  expect(watch.events).toEqual([
    {
      type: 'ERROR',
      object: expect.objectContaining({ code: 410, reason: 'Expired', message: expect.stringContaining('too old resource version: 3') }),
    },
  ])
})

test('objects enter and leave a selector', async () => {
  await using api = await startTestApiServer()
  const from = await create(api, 'a', { x: '1' })
  const watch = await api.watch(`${cms}?watch=1&labelSelector=x%3D2&resourceVersion=${from}`)
  for (const labels of [{ x: '2' }, { x: '2', y: '1' }, { x: '3' }]) {
    await api.request('PATCH', `${cms}/a`, { metadata: { labels } }, merge)
  }
  await api.clock.settled()
  expect(said(watch)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
  expect(watch.events[2].object.metadata.labels).toEqual({ x: '2', y: '1' })
  expect(Number(watch.events[2].object.metadata.resourceVersion)).toBe(api.store.revision)
})

test('one object can be watched, in both ways', async () => {
  await using api = await startTestApiServer()
  const from = await create(api, 'a')
  const selected = await api.watch(`${cms}?watch=1&fieldSelector=metadata.name%3Da&resourceVersion=${from}`)
  const old = await api.watch(`/api/v1/watch/namespaces/default/configmaps/a?resourceVersion=${from}`)
  await create(api, 'b')
  await api.request('DELETE', `${cms}/a`)
  await api.clock.settled()
  expect(said(selected)).toEqual(['DELETED a'])
  expect(said(old)).toEqual(['DELETED a'])
})

test('bookmarks come every minute, and the watch ends when its time is up', async () => {
  await using api = await startTestApiServer()
  const from = await create(api, 'a')
  const watch = await api.watch(`${cms}?watch=1&allowWatchBookmarks=true&timeoutSeconds=100&resourceVersion=${from}`)
  await api.clock.advance(61_000)
  expect(said(watch)).toEqual(['BOOKMARK'])
  await create(api, 'b')
  await api.clock.advance(40_000)
  expect(said(watch)).toEqual(['BOOKMARK', 'ADDED b', 'BOOKMARK'])
  expect(watch.isOpen()).toBe(false)
})

test('a Table watch names its columns once', async () => {
  await using api = await startTestApiServer()
  const from = await create(api, 'a')
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const watch = await api.watch(`${cms}?watch=1&resourceVersion=${from}`, { headers: { accept } })
  await create(api, 'b')
  await create(api, 'c')
  await api.clock.settled()
  expect(watch.events.map(({ object }) => [object.kind, object.columnDefinitions !== null, object.rows[0].cells[0]])).toEqual([
    ['Table', true, 'b'],
    ['Table', false, 'c'],
  ])
})

test('all watchers of one form get the same buffer', async () => {
  await using api = await startTestApiServer()
  const taken: Uint8Array[][] = [[], []]
  const stopping = new AbortController()
  for (const mine of taken) {
    const response = await api.server.handle(requestFor(`watch=1&resourceVersion=${api.store.revision}`, stopping.signal))
    if (typeof response.body !== 'function') throw new Error('A watch must stream')
    const sink: BodySink = {
      write: (bytes) => mine.push(bytes as Uint8Array),
      unsentBytes: 0,
      drained: async () => {},
      signal: stopping.signal,
    }
    void response.body(sink)
  }
  await api.clock.settled()
  await create(api, 'a')
  await api.clock.settled()
  expect(taken[0]?.[0]).toBeDefined()
  expect(taken[0]?.[0]).toBe(taken[1]?.[0])
  stopping.abort()
})

test('a client that does not read is told to start again, and nothing is kept for it', async () => {
  await using api = await startTestApiServer()
  const stopping = new AbortController()
  const response = await api.server.handle(requestFor(`watch=1&resourceVersion=${api.store.revision}`, stopping.signal))
  if (typeof response.body !== 'function') throw new Error('A watch must stream')
  const written: string[] = []
  let read = (): void => {}
  const sink = {
    write: (bytes: Uint8Array | string) => void written.push(Buffer.from(bytes as Uint8Array).toString()),
    unsentBytes: 300_000,
    drained: () => new Promise<void>((resolve) => (read = resolve)),
    signal: stopping.signal,
  }
  const ended = response.body(sink)
  await api.clock.settled()
  for (let i = 0; i < 1200; i++) await create(api, `a${i}`)
  await api.clock.settled()
  expect(written).toEqual([])
  sink.unsentBytes = 0
  read()
  await ended
  expect(JSON.parse(written.at(-1) ?? '{}')).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })
})

test('closing the server ends watches', async () => {
  const api = await startTestApiServer()
  const watch = await api.watch(`${cms}?watch=1`)
  await api.clock.settled()
  await api.server.close()
  await watch.ended
  expect(watch.isOpen()).toBe(false)
  await api.store.close()
})

function requestFor(query: string, signal: AbortSignal): Parameters<TestApiServer['server']['handle']>[0] {
  return {
    method: 'GET',
    path: cms,
    query,
    headers: {},
    peer: { address: '127.0.0.1', port: 1, session: { user: { name: 'admin', groups: ['system:masters'] } } },
    signal,
    body: () => new Uint8Array(0),
  }
}
