/**
 * Watches, as upstream's tests of its storage layer have it (watcher_tests.go): each test has the name of one there. What upstream asks of single
 * keys and of prefixes is asked here of a name in a field selector and of a collection.
 */
import { expect, test } from 'vitest'
import { podPath, type StoredPods, said, startWithPods } from '../../testing/stored-pods.ts'
import type { BodySink } from '../../wire/http.ts'

const place = 'test-ns/foo'
const initialEnd = { 'k8s.io/initial-events-end': 'true' }

test('Watch', async () => {
  type Step = readonly [change: 'create' | 'label' | 'unlabel' | 'touch', event: string]
  const cases: readonly (readonly [selector: string, labels: object, steps: readonly Step[]])[] = [
    ['', {}, [['create', 'ADDED']]],
    [
      'labelSelector=select',
      {},
      [
        ['create', ''],
        ['label', 'ADDED'],
      ],
    ],
    [
      '',
      {},
      [
        ['create', 'ADDED'],
        ['label', 'MODIFIED'],
      ],
    ],
    [
      'labelSelector=!select',
      {},
      [
        ['create', 'ADDED'],
        ['label', 'DELETED'],
      ],
    ],
    [
      'labelSelector=select',
      { select: 'true' },
      [
        ['create', 'ADDED'],
        ['unlabel', 'DELETED'],
        ['label', 'ADDED'],
        ['touch', 'MODIFIED'],
        ['unlabel', 'DELETED'],
        ['touch', ''],
      ],
    ],
  ]
  for (const collection of ['', '&fieldSelector=metadata.name%3Dfoo']) {
    await using pods = await startWithPods('ns0', 'ns1', 'ns2', 'ns3', 'ns4')
    for (const [i, [selector, labels, steps]] of cases.entries()) {
      const foo = `ns${i}/foo`
      const watch = await pods.watchPods(`ns${i}`, `resourceVersion=${pods.store.revision}&${selector}${collection}`)
      let before: unknown
      for (const [change, event] of steps) {
        watch.events.length = 0
        const annotations = { at: String(pods.store.revision) }
        const metadata = change === 'touch' ? { annotations } : { labels: { select: change === 'label' ? 'true' : null } }
        const now = change === 'create' ? await pods.create(foo, { labels }) : await pods.patch(foo, { metadata })
        await pods.clock.settled()
        expect([i, change, said(watch)]).toEqual([i, change, event === '' ? [] : [`${event} ${foo}`]])
        // What left the selection is shown as it was, with the revision at which it left.
        const shown = event === 'DELETED' ? withVersion(before, now.metadata.resourceVersion) : now
        if (event !== '') expect(watch.events[0].object).toEqual(shown)
        before = now
      }
    }
  }
})

function withVersion(object: unknown, resourceVersion: string): unknown {
  const { metadata } = object as { metadata: object }
  return { ...(object as object), metadata: { ...metadata, resourceVersion } }
}

test('WatchFromZero', async () => {
  await using pods = await startWithPods('test-ns')
  await pods.create(place)
  const watch = await pods.watchPods('test-ns', 'resourceVersion=0')
  const updated = await pods.patch(place, { metadata: { annotations: { a: '1' } } })
  await pods.clock.settled()
  expect(said(watch)).toEqual([`ADDED ${place}`, `MODIFIED ${place}`])
  const again = await pods.watchPods('test-ns', 'resourceVersion=0')
  expect([said(again), again.events[0].object]).toEqual([[`ADDED ${place}`], updated])
  const newest = await pods.patch(place, { metadata: { annotations: null } })
  await pods.store.compact(Number(newest.metadata.resourceVersion))
  expect((await pods.watchPods('test-ns', 'resourceVersion=0')).events[0].object).toEqual(newest)
})

test('WatchFromZero: too old a revision is Expired', async () => {
  await using pods = await startWithPods('test-ns')
  const { resourceVersion } = (await pods.create(place)).metadata
  await pods.patch(place, { metadata: { annotations: { a: '1' } } })
  const newest = await pods.patch(place, { metadata: { annotations: { a: '2' } } })
  await pods.store.compact(Number(newest.metadata.resourceVersion))
  const watch = await pods.watchPods('test-ns', `resourceVersion=${resourceVersion}`)
  await watch.ended
  expect(watch.events.map(({ type, object }) => [type, object.code, object.reason])).toEqual([['ERROR', 410, 'Expired']])
})

test('DeleteTriggerWatch', async () => {
  await using pods = await startWithPods('test-ns')
  const { resourceVersion } = (await pods.create(place)).metadata
  const watch = await pods.watchPods('test-ns', `resourceVersion=${resourceVersion}`)
  await pods.remove(place)
  await pods.clock.settled()
  expect(said(watch)).toEqual([`DELETED ${place}`])
})

test('WatchFromNonZero', async () => {
  await using pods = await startWithPods('test-ns')
  const { resourceVersion } = (await pods.create(place)).metadata
  const watch = await pods.watchPods('test-ns', `resourceVersion=${resourceVersion}`)
  const updated = await pods.patch(place, { metadata: { annotations: { version: '2' } } })
  await pods.clock.settled()
  expect(watch.events).toEqual([{ type: 'MODIFIED', object: updated }])
})

test('DelayedWatchDelivery', async () => {
  await using pods = await startWithPods('test-ns')
  const reader = await slowWatch(pods, `resourceVersion=${pods.store.revision}`)
  for (let i = 0; i < 21; i++) await pods.create(`test-ns/foo-${i}`)
  await pods.clock.settled()
  expect(reader.names).toEqual([])
  reader.read()
  await pods.clock.settled()
  expect(reader.names).toEqual(Array.from({ length: 21 }, (_, i) => `foo-${i}`))
  reader.stop()
})

/** A watch whose client reads nothing until it is told to. */
async function slowWatch(pods: StoredPods, query: string): Promise<{ readonly names: string[]; read(): void; stop(): void }> {
  const stopping = new AbortController()
  const response = await pods.server.handle({
    method: 'GET',
    path: podPath('test-ns'),
    query: `watch=1&${query}`,
    headers: {},
    peer: { address: '127.0.0.1', port: 1, session: { user: { name: 'admin', groups: ['system:masters'] } } },
    signal: stopping.signal,
    body: () => new Uint8Array(0),
  })
  if (typeof response.body !== 'function') throw new Error('A watch must stream')
  const names: string[] = []
  const waiting: (() => void)[] = []
  let isReading = false
  const sink: BodySink = {
    write: (bytes) => void names.push(JSON.parse(Buffer.from(bytes as Uint8Array).toString()).object.metadata.name),
    get unsentBytes() {
      return isReading ? 0 : 300_000
    },
    drained: () => (isReading ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    signal: stopping.signal,
  }
  void response.body(sink)
  await pods.clock.settled()
  const read = (): void => {
    isReading = true
    for (const go of waiting.splice(0)) go()
  }
  return { names, read, stop: () => stopping.abort() }
}

test('WatchError', async () => {
  await using pods = await startWithPods('test-ns')
  const start = pods.store.revision
  await pods.store.transact({ compare: [], then: [{ do: 'put', key: '/registry/pods/test-ns/foo', value: Buffer.from('otherprefix!{}') }] })
  const watch = await pods.watchPods('test-ns', `resourceVersion=${start}`)
  await watch.ended
  expect(watch.events.map(({ type, object }) => [type, object.code, object.reason])).toEqual([['ERROR', 500, 'InternalError']])
})

test('WatchErrorIsBlockingFurtherEvents', async () => {
  await using pods = await startWithPods('test')
  const start = pods.store.revision
  const queries = ['', '&labelSelector=!a', '&allowWatchBookmarks=true', '&fieldSelector=metadata.namespace%3Dtest']
  const early = await Promise.all(queries.map((query) => pods.watchPods('', `resourceVersion=${start}${query}`)))
  const elsewhere = await pods.watchPods('', `resourceVersion=${start}&fieldSelector=spec.nodeName%3Dn1`)
  await pods.store.transact({ compare: [], then: [{ do: 'put', key: '/registry/pods/test/bar', value: Buffer.from('otherprefix!{}') }] })
  await pods.create('test/baz')
  await pods.create('test/qux', { nodeName: 'n1' })
  await pods.clock.settled()
  const late = await Promise.all(queries.map((query) => pods.watchPods('', `resourceVersion=${start}${query}`)))
  for (const watch of [...early, ...late]) {
    expect(said(watch)).toEqual(['ERROR'])
    await watch.ended
  }
  expect(said(elsewhere)).toEqual(['ADDED test/qux'])
})

test('WatchWithUnsafeDelete', async () => {
  // The gate of unsafe deletion is alpha and off: what cannot be read cannot be deleted, and a watch hears of nothing.
  await using pods = await startWithPods('test-ns')
  await pods.store.transact({ compare: [], then: [{ do: 'put', key: '/registry/pods/test-ns/foo', value: Buffer.from('otherprefix!{}') }] })
  const watch = await pods.watchPods('test-ns', `resourceVersion=${pods.store.revision}`)
  for (const body of [{}, { ignoreStoreReadErrorWithClusterBreakingPotential: true }]) {
    expect((await pods.request('DELETE', podPath(place), body)).json).toMatchObject({ code: 500, reason: 'InternalError' })
  }
  await pods.clock.settled()
  expect([watch.events, watch.isOpen()]).toEqual([[], true])
})

test('WatchContextCancel', async () => {
  await using pods = await startWithPods('test-ns')
  await pods.create(place)
  const watching = pods.watch(`${podPath('test-ns')}?watch=1&resourceVersion=0`)
  const watch = await watching
  watch.stop()
  await watch.ended
  expect([watch.status, watch.isOpen()]).toEqual([200, false])
})

test('WatcherTimeout', async () => {
  await using pods = await startWithPods('test-ns')
  const query = `resourceVersion=${pods.store.revision}`
  const idle = await Promise.all(Array.from({ length: 50 }, () => slowWatch(pods, query)))
  const watch = await pods.watchPods('test-ns', query)
  for (let i = 0; i < 22; i++) {
    await pods.create(`test-ns/foo-${i}`)
    await pods.clock.settled()
    // Those who do not read hold nobody up.
    expect(said(watch).at(-1)).toBe(`ADDED test-ns/foo-${i}`)
  }
  expect(idle.every(({ names }) => names.length === 0)).toBe(true)
  for (const one of idle) one.stop()
})

test('WatchDeleteEventObjectHaveLatestRV', async () => {
  await using pods = await startWithPods('test-ns')
  const created = await pods.create(place)
  const watch = await pods.watchPods('test-ns', `resourceVersion=${created.metadata.resourceVersion}`)
  await pods.remove(place)
  const { revision } = pods.store
  await pods.clock.settled()
  expect(watch.events).toEqual([{ type: 'DELETED', object: withVersion(created, String(revision)) }])
})

test('WatchInitializationSignal', async () => {
  // A watch has begun as soon as its head is there, though nothing has happened yet.
  await using pods = await startWithPods('test-ns')
  const watch = await pods.watch(`${podPath('test-ns')}?watch=1&resourceVersion=${pods.store.revision}`)
  expect([watch.status, watch.isOpen(), watch.events]).toEqual([200, true, []])
})

test('ProgressNotify', async () => {
  await using pods = await startWithPods('test-ns')
  const { resourceVersion } = (await pods.create(place)).metadata
  const watch = await pods.watchPods('test-ns', `resourceVersion=${resourceVersion}&allowWatchBookmarks=true`)
  const revision = await pods.increaseRevision()
  await pods.clock.advance(61_000)
  // Nothing in it but the revision and what the kind always shows.
  expect(watch.events).toEqual([
    {
      type: 'BOOKMARK',
      object: { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: String(revision) }, spec: { containers: null }, status: {} },
    },
  ])
})

test('ClusterScopedWatch', async () => {
  await using pods = await startWithPods()
  const cases: readonly (readonly [query: string, expected: readonly string[]])[] = [
    ['', ['ADDED t1', 'ADDED t2', 'MODIFIED t1', 'DELETED t2']],
    ['fieldSelector=metadata.name%3Dt1', ['ADDED t1', 'MODIFIED t1']],
    ['fieldSelector=metadata.name!%3Dt1', ['ADDED t2', 'DELETED t2']],
    ['labelSelector=a', ['ADDED t1']],
    ['fieldSelector=spec.unschedulable%3Dtrue', ['ADDED t1']],
    ['fieldSelector=spec.unschedulable!%3Dtrue', ['ADDED t1', 'ADDED t2', 'DELETED t1', 'DELETED t2']],
    ['fieldSelector=metadata.name%3Dt1,spec.unschedulable%3Dtrue', ['ADDED t1']],
  ]
  const watches = await Promise.all(
    cases.map(([query]) => pods.watch(`/api/v1/nodes?watch=1&resourceVersion=${pods.store.revision}&${query}`)),
  )
  await pods.clock.settled()
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
  for (const name of ['t1', 't2']) await pods.request('POST', '/api/v1/nodes', { metadata: { name } })
  await pods.request('PATCH', '/api/v1/nodes/t1', { metadata: { labels: { a: '1' } }, spec: { unschedulable: true } }, merge)
  await pods.request('DELETE', '/api/v1/nodes/t2')
  await pods.clock.settled()
  for (const [i, [query, expected]] of cases.entries()) {
    const events = watches[i]?.events.map(({ type, object }) => `${type} ${object.metadata.name}`)
    expect([query, events]).toEqual([query, expected])
  }
})

test('NamespaceScopedWatch', async () => {
  await using pods = await startWithPods('ns1', 'ns2')
  const start = pods.store.revision
  const cases: readonly (readonly [namespace: string, selector: string, expected: readonly string[]])[] = [
    ['', '', ['ADDED ns1/t1', 'ADDED ns1/t2', 'ADDED ns2/t1', 'ADDED ns2/t2', 'MODIFIED ns1/t1', 'DELETED ns2/t2']],
    ['', 'metadata.namespace=ns1', ['ADDED ns1/t1', 'ADDED ns1/t2', 'MODIFIED ns1/t1']],
    ['', 'metadata.namespace!=ns1', ['ADDED ns2/t1', 'ADDED ns2/t2', 'DELETED ns2/t2']],
    ['', 'metadata.name=t1', ['ADDED ns1/t1', 'ADDED ns2/t1', 'MODIFIED ns1/t1']],
    ['', 'spec.nodeName=n1', ['ADDED ns1/t1', 'ADDED ns2/t1', 'MODIFIED ns1/t1']],
    ['', 'spec.nodeName=n2', ['ADDED ns1/t2', 'ADDED ns2/t2', 'DELETED ns2/t2']],
    ['', 'spec.nodeName!=n1', ['ADDED ns1/t2', 'ADDED ns2/t2', 'DELETED ns2/t2']],
    ['', 'spec.nodeName=n1,metadata.namespace=ns2', ['ADDED ns2/t1']],
    ['ns1', '', ['ADDED ns1/t1', 'ADDED ns1/t2', 'MODIFIED ns1/t1']],
    ['ns1', 'metadata.namespace=ns1', ['ADDED ns1/t1', 'ADDED ns1/t2', 'MODIFIED ns1/t1']],
    ['ns1', 'metadata.namespace=ns2', []],
    ['ns1', 'metadata.name=t1', ['ADDED ns1/t1', 'MODIFIED ns1/t1']],
    ['ns1', 'metadata.name!=t1', ['ADDED ns1/t2']],
    ['ns1', 'spec.nodeName=n1', ['ADDED ns1/t1', 'MODIFIED ns1/t1']],
    ['ns2', 'metadata.name=t2,spec.nodeName=n2', ['ADDED ns2/t2', 'DELETED ns2/t2']],
    ['ns2', 'metadata.name=t2,spec.nodeName=n1', []],
  ]
  const queryOf = (selector: string): string => `resourceVersion=${start}&fieldSelector=${encodeURIComponent(selector)}`
  const watches = await Promise.all(cases.map(([namespace, selector]) => pods.watchPods(namespace, queryOf(selector))))
  for (const namespace of ['ns1', 'ns2']) {
    await pods.create(`${namespace}/t1`, { nodeName: 'n1' })
    await pods.create(`${namespace}/t2`, { nodeName: 'n2' })
  }
  await pods.patch('ns1/t1', { metadata: { labels: { a: '1' } } })
  await pods.remove('ns2/t2')
  await pods.clock.settled()
  for (const [i, [namespace, selector, expected]] of cases.entries()) {
    expect([namespace, selector, said(watches[i] as (typeof watches)[0])]).toEqual([namespace, selector, expected])
    // Whoever comes later and asks for the same past gets the same.
    expect([namespace, selector, said(await pods.watchPods(namespace, queryOf(selector)))]).toEqual([namespace, selector, expected])
  }
})

test('WatchDispatchBookmarkEvents', async () => {
  await using pods = await startWithPods('test-ns', 'other-ns')
  const { resourceVersion } = (await pods.create(place)).metadata
  const [without, asked] = [
    await pods.watchPods('test-ns', `resourceVersion=${resourceVersion}&timeoutSeconds=3`),
    await pods.watchPods('test-ns', `resourceVersion=${resourceVersion}&timeoutSeconds=3&allowWatchBookmarks=true`),
  ]
  const other = await pods.create('other-ns/foo')
  await pods.clock.advance(3100)
  expect(said(without)).toEqual([])
  // Two seconds before its end a watch says how far it has come, though nothing of it was for this client.
  expect(asked.events.map(({ type, object }) => [type, object.metadata.resourceVersion])).toEqual([
    ['BOOKMARK', other.metadata.resourceVersion],
  ])
})

test('WatchBookmarksWithCorrectResourceVersion', async () => {
  await using pods = await startWithPods('test-ns')
  const watch = await pods.watchPods('test-ns', `resourceVersion=${pods.store.revision}&allowWatchBookmarks=true&timeoutSeconds=180`)
  for (let i = 0; i < 100; i++) {
    await pods.create(`test-ns/foo-${i}`)
    await pods.clock.advance(1800)
  }
  await watch.ended
  let last = 0
  for (const { type, object } of watch.events) {
    const version = Number(object.metadata.resourceVersion)
    if (type === 'BOOKMARK') expect(version).toBeGreaterThanOrEqual(last)
    else expect(version).toBeGreaterThan(last)
    last = version
  }
  expect(said(watch).filter((one) => one === 'BOOKMARK').length).toBeGreaterThanOrEqual(3)
})

test('SendInitialEventsBackwardCompatibility', async () => {
  await using pods = await startWithPods('test-ns')
  for (const version of ['', '&resourceVersion=0', '&resourceVersion=']) {
    const watch = await pods.watchPods('', `sendInitialEvents=true&resourceVersionMatch=NotOlderThan${version}`)
    expect([watch.status, watch.isOpen(), watch.events]).toEqual([200, true, []])
  }
})

test('WatchSemantics', async () => {
  await using pods = await startWithPods('ns')
  for (const name of ['1', '2', '3']) await pods.create(`ns/pod-${name}`)
  const { revision } = pods.store
  const added = ['ADDED ns/pod-1', 'ADDED ns/pod-2', 'ADDED ns/pod-3']
  const initial = (isSent: boolean): string => `sendInitialEvents=${isSent}&resourceVersionMatch=NotOlderThan`
  const cases: readonly (readonly [query: string, first: readonly string[]])[] = ['', '0', '1', String(revision)].flatMap((version) => {
    const at = version === '' ? '' : `&resourceVersion=${version}`
    const isPast = version === '1'
    return [
      [`${initial(true)}${at}&allowWatchBookmarks=true`, [...added, 'BOOKMARK']],
      [`${initial(true)}${at}`, added],
      [`${initial(false)}${at}&allowWatchBookmarks=true`, isPast ? added : []],
      [`${initial(false)}${at}`, isPast ? added : []],
      // The legacy: no revision and 0 mean the state first.
      [`${at}&allowWatchBookmarks=true`, version === '' || version === '0' ? [...added, 'BOOKMARK'] : isPast ? added : []],
      [at, version === '' || version === '0' || isPast ? added : []],
    ] as const
  })
  const watches = await Promise.all(cases.map(([query]) => pods.watchPods('', query)))
  for (const name of ['4', '5']) await pods.create(`ns/pod-${name}`)
  await pods.clock.settled()
  for (const [i, [query, first]] of cases.entries()) {
    const watch = watches[i] as (typeof watches)[0]
    expect([query, said(watch)]).toEqual([query, [...first, 'ADDED ns/pod-4', 'ADDED ns/pod-5']])
    const bookmark = watch.events.find(({ type }) => type === 'BOOKMARK')
    if (bookmark !== undefined) expect(bookmark.object.metadata).toEqual({ resourceVersion: String(revision), annotations: initialEnd })
  }
})

test('WatchSemanticInitialEventsExtended', async () => {
  await using pods = await startWithPods('ns-foo', 'other-ns-foo')
  for (const name of ['1', '2', '3', '4', '5']) await pods.create(`ns-foo/pod-${name}`)
  const other = await pods.create('other-ns-foo/pod-1')
  const watch = await pods.watchPods('ns-foo', 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true')
  expect(said(watch)).toEqual([...['1', '2', '3', '4', '5'].map((name) => `ADDED ns-foo/pod-${name}`), 'BOOKMARK'])
  expect(watch.events.at(-1).object.metadata).toEqual({ resourceVersion: other.metadata.resourceVersion, annotations: initialEnd })
})

test('WatchListMatchSingle', async () => {
  await using pods = await startWithPods('ns-foo')
  for (const name of ['1', '2', '3', '4', '5']) await pods.create(`ns-foo/pod-${name}`)
  const watch = await pods.watchPods(
    '',
    'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dpod-1',
  )
  expect(said(watch)).toEqual(['ADDED ns-foo/pod-1', 'BOOKMARK'])
  expect(watch.events[1].object.metadata).toEqual({ resourceVersion: String(pods.store.revision), annotations: initialEnd })
})
