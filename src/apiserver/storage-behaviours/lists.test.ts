/**
 * Lists and pages, as upstream's tests of its storage layer have it (store_tests.go): each test has the name of one there.
 *
 *     first/   bar (written twice)
 *     second/  bar  foo  [baz, deleted at the end]
 *     third/   barfoo  foo
 */
import { expect, test } from 'vitest'
import { continueAt, placesOf, type StoredPods, startWithPods } from '../../testing/stored-pods.ts'

interface Seeded extends StoredPods {
  /** Before any Pod, after each creation in turn, after the update and after the deletion. */
  readonly at: { readonly none: number; readonly created: readonly number[]; readonly updated: number; readonly deleted: number }
}

async function seeded(): Promise<Seeded> {
  const pods = await startWithPods('first', 'second', 'third')
  const none = pods.store.revision
  const created: number[] = []
  for (const place of ['first/bar', 'second/bar', 'second/foo', 'third/barfoo', 'third/foo', 'second/baz']) {
    created.push(Number((await pods.create(place)).metadata.resourceVersion))
  }
  const updated = Number((await pods.patch('first/bar', { metadata: { labels: { updated: 'yes' } } })).metadata.resourceVersion)
  await pods.remove('second/baz')
  return Object.assign(pods, { at: { none, created, updated, deleted: pods.store.revision } })
}

const all = ['first/bar', 'second/bar', 'second/foo', 'third/barfoo', 'third/foo']
const tooLarge = 'ResourceVersionTooLarge'
/** What is shown, as of which revision, and how many more there are ('some': nobody counts them); or why not. */
type Case = readonly [namespace: string, query: string, shown: readonly string[] | string, version?: number, remaining?: number | 'some']

async function check(pods: StoredPods, ...[namespace, query, shown, version, remaining]: Case): Promise<void> {
  const response = await pods.list(namespace, query)
  const { json } = response
  if (typeof shown === 'string') {
    expect([query, json.details?.causes?.[0]?.reason ?? json.reason]).toEqual([query, shown])
    return
  }
  const { metadata } = json
  expect([query, json.items === undefined ? json : placesOf(response)]).toEqual([query, shown])
  if (version !== undefined) expect([query, metadata.resourceVersion]).toEqual([query, String(version)])
  expect([query, metadata.continue !== undefined]).toEqual([query, remaining !== undefined])
  if (remaining !== 'some') expect([query, metadata.remainingItemCount]).toEqual([query, remaining])
}

test('List', async () => {
  await using pods = await seeded()
  const { none, created, updated, deleted } = pods.at
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = created
  await pods.store.compact(first)
  const now = await pods.increaseRevision()
  const exact = (version: number): string => `resourceVersionMatch=Exact&resourceVersion=${version}`
  const notOlder = (version: number): string => `resourceVersionMatch=NotOlderThan&resourceVersion=${version}`
  const cases: readonly Case[] = [
    ['', 'resourceVersion=abc', 'BadRequest'],
    ['', `resourceVersion=1&limit=1&${continueAt(now, 'second/bar')}`, 'BadRequest'],
    ['', `resourceVersion=${2 ** 53 - 1}`, tooLarge],
    ['', 'resourceVersion=-1', 'BadRequest'],
    ['first', '', ['first/bar'], now],
    ['first', 'resourceVersion=0', ['first/bar'], now],
    ['first', exact(first), ['first/bar'], first],
    ['second', exact(first), [], first],
    ['second', exact(second), ['second/bar'], second],
    ['first', exact(none), 'Expired'],
    ['first', notOlder(0), ['first/bar'], now],
    ['first', 'resourceVersionMatch=Invalid&resourceVersion=0', 'FieldValueNotSupported'],
    ['first', notOlder(none), ['first/bar'], now],
    ['first', `resourceVersion=${deleted}`, ['first/bar'], now],
    ['first', exact(deleted), ['first/bar'], deleted],
    ['first', notOlder(deleted), ['first/bar'], now],
    ['non-existing', '', [], now],
    ['first', 'fieldSelector=metadata.name!%3Dbar', [], now],
    ['first', `fieldSelector=metadata.name!%3Dbar&${notOlder(deleted)}`, [], now],
    ['second', 'limit=1', ['second/bar'], now, 1],
    ['second', `limit=1&resourceVersion=${deleted}`, ['second/bar'], deleted, 1],
    ['second', `limit=1&${exact(deleted)}`, ['second/bar'], deleted, 1],
    ['second', `limit=1&${notOlder(deleted)}`, ['second/bar'], now, 1],
    ['second', 'limit=1&resourceVersion=0', ['second/bar', 'second/foo'], now],
    ['second', `limit=1&${notOlder(0)}`, ['second/bar', 'second/foo'], now],
    ['second', `limit=1&${exact(first)}`, [], first],
    ['second', `limit=1&${exact(second)}`, ['second/bar'], second],
    ['second', `limit=1&${continueAt(now, 'foo')}`, ['second/foo'], now],
    ['second', `limit=1&resourceVersion=0&${continueAt(now, 'foo')}`, ['second/foo'], now],
    ['', 'limit=1&fieldSelector=metadata.name%3Dbarfoo', ['third/barfoo'], now, 'some'],
    ['', `limit=1&fieldSelector=metadata.name%3Dbarfoo&${notOlder(deleted)}`, ['third/barfoo'], now, 'some'],
    ['', 'limit=2&fieldSelector=metadata.name%3Dbarfoo', ['third/barfoo'], now],
    ['', 'limit=2&fieldSelector=metadata.name%3Dbarfoo&resourceVersion=0', ['third/barfoo'], now],
    ['', 'limit=2&fieldSelector=metadata.name%3Dbar', ['first/bar', 'second/bar'], now, 'some'],
    ['', `limit=2&fieldSelector=metadata.name%3Dbar&${notOlder(deleted)}`, ['first/bar', 'second/bar'], now, 'some'],
    ['', 'limit=2&fieldSelector=metadata.name%3Dfoo', ['second/foo', 'third/foo'], now],
    ['', 'limit=8', all, now],
    ['', 'labelSelector=updated', ['first/bar'], now],
    ['', `labelSelector=updated&${exact(sixth)}`, [], sixth],
    ['', exact(none), 'Expired'],
    ['', exact(first), ['first/bar'], first],
    ['', exact(third), ['first/bar', 'second/bar', 'second/foo'], third],
    ['', exact(sixth), ['first/bar', 'second/bar', 'second/baz', 'second/foo', 'third/barfoo', 'third/foo'], sixth],
    ['', exact(updated), ['first/bar', 'second/bar', 'second/baz', 'second/foo', 'third/barfoo', 'third/foo'], updated],
    ['', exact(deleted), all, deleted],
    ['', exact(now), all, now],
    ['', exact(now + 1), tooLarge],
    ['', `limit=1&${exact(second)}`, ['first/bar'], second, 1],
    ['', `limit=4&${exact(fourth)}`, all.slice(0, 4), fourth],
    ['', `limit=1&${exact(fifth)}`, ['first/bar'], fifth, 4],
    ['', `limit=4&${exact(updated)}`, ['first/bar', 'second/bar', 'second/baz', 'second/foo'], updated, 2],
    ['', `limit=8&${exact(deleted)}`, all, deleted],
    ['', `limit=1&${continueAt(none, 'first/bar\0')}`, 'Expired'],
    ['', `limit=1&${continueAt(first, 'first/bar\0')}`, [], first],
    ['', `limit=1&${continueAt(second, 'first/bar\0')}`, ['second/bar'], second],
    ['', `limit=1&${continueAt(fifth, 'first/bar\0')}`, ['second/bar'], fifth, 3],
    ['', `limit=2&${continueAt(sixth, 'second/bar\0')}`, ['second/baz', 'second/foo'], sixth, 2],
    ['', `limit=4&${continueAt(updated, 'second/foo\0')}`, ['third/barfoo', 'third/foo'], updated],
    ['', `limit=1&${continueAt(now, 'first/bar\0')}`, ['second/bar'], now, 3],
    ['', continueAt(-1, 'first/bar\0'), all.slice(1), now],
    ['', `limit=2&${continueAt(-1, 'first/bar\0')}`, ['second/bar', 'second/foo'], now, 2],
    ['', continueAt(-1, 'second/foo\0'), ['third/barfoo', 'third/foo'], now],
    ['', continueAt(now, ''), 'BadRequest'],
    ['', continueAt(0, 'first/bar\0'), 'BadRequest'],
    ['', `${continueAt(now, 'first/bar\0')}&fieldSelector=metadata.name%3Dfoo`, ['second/foo', 'third/foo'], now],
  ]
  for (const one of cases) await check(pods, ...one)
})

test('ConsistentList', async () => {
  await using pods = await startWithPods('first')
  await pods.create('first/foo')
  // Every kind of list shows the store's revision, though no Pod has it.
  for (const query of ['resourceVersion=0', '', continueAt(-1, 'a'), 'resourceVersion=0']) {
    await check(pods, 'kube-public', query, [], await pods.increaseRevision())
  }
})

test('GetListNonRecursive', async () => {
  await using pods = await startWithPods('test-ns')
  const created = await pods.create('test-ns/foo')
  const updated = await pods.patch('test-ns/foo', { metadata: { labels: { a: '1' } } })
  const now = await pods.increaseRevision()
  const version = Number(created.metadata.resourceVersion)
  const one = 'fieldSelector=metadata.name%3Dfoo'
  await check(pods, 'test-ns', one, ['test-ns/foo'], now)
  await check(pods, 'test-ns', `${one}&resourceVersion=${version}`, ['test-ns/foo'], now)
  await check(
    pods,
    'test-ns',
    `${one}&resourceVersion=${updated.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`,
    ['test-ns/foo'],
    now,
  )
  await check(pods, 'test-ns', `${one}&resourceVersion=${version}&resourceVersionMatch=Exact`, ['test-ns/foo'], version)
  await check(pods, 'test-ns', `${one}&resourceVersion=${version}&limit=1`, ['test-ns/foo'], now)
  await check(pods, 'test-ns', `${one}&resourceVersion=${2 ** 53 - 1}`, tooLarge)
  await check(pods, 'test-ns', 'fieldSelector=metadata.name%3Dnope', [], now)
  await check(pods, 'test-ns', `${one}&labelSelector=a%3D1`, ['test-ns/foo'], now)
  await check(pods, 'test-ns', `${one}&labelSelector=a%3D2`, [], now)
  const old = await pods.list('test-ns', `${one}&resourceVersion=${version}&resourceVersionMatch=Exact`)
  expect(old.json.items[0].metadata.labels).toBe(undefined)
})

test('GetListRecursivePrefix', async () => {
  // A namespace is not a prefix of another's name.
  await using pods = await startWithPods('foo', 'foo-bar', 'fo')
  for (const place of ['foo/a', 'foo-bar/b', 'fo/c']) await pods.create(place)
  await check(pods, 'foo', '', ['foo/a'])
  await check(pods, 'fo', '', ['fo/c'])
  await check(pods, '', '', ['fo/c', 'foo-bar/b', 'foo/a'])
  await check(pods, 'foo', 'labelSelector=!x', ['foo/a'])
})

test('ListContinuation', async () => {
  await using pods = await startWithPods('first', 'second')
  for (const place of ['first/bar', 'second/bar', 'second/foo']) await pods.create(place)
  const now = pods.store.revision
  const page = async (query: string): Promise<unknown[]> => {
    const response = await pods.list('', query)
    const { metadata } = response.json
    return [placesOf(response), Number(metadata.resourceVersion), metadata.continue]
  }
  const [first, , second] = await page('limit=1')
  expect(first).toEqual(['first/bar'])
  expect(await page(`continue=${second}`)).toEqual([['second/bar', 'second/foo'], now, undefined])
  const [, , third] = await page(`limit=1&continue=${second}`)
  expect(await page(`limit=1&continue=${third}`)).toEqual([['second/foo'], now, undefined])
})

test('ListPaginationRareObject', async () => {
  await using pods = await startWithPods('test-ns')
  for (let i = 0; i < 600; i++) await pods.create(`test-ns/pod-${String(i).padStart(3, '0')}`, i === 597 ? { labels: { rare: 'yes' } } : {})
  await check(pods, 'test-ns', 'limit=1&labelSelector=rare', ['test-ns/pod-597'], pods.store.revision, 'some')
  const { json } = await pods.list('test-ns', 'limit=1&labelSelector=rare')
  await check(pods, 'test-ns', `limit=1&labelSelector=rare&continue=${json.metadata.continue}`, [], pods.store.revision)
})

test('ListContinuationWithFilter', async () => {
  await using pods = await startWithPods('ns')
  for (const name of ['1', '2', '3', '4']) await pods.create(`ns/pod-${name}`, { labels: name === '3' ? {} : { x: name } })
  const { json } = await pods.list('ns', 'limit=2&labelSelector=x')
  await check(pods, 'ns', 'limit=2&labelSelector=x', ['ns/pod-1', 'ns/pod-2'], pods.store.revision, 'some')
  await check(pods, 'ns', `limit=2&labelSelector=x&continue=${json.metadata.continue}`, ['ns/pod-4'], pods.store.revision)
})

test('ListInconsistentContinuation', async () => {
  await using pods = await startWithPods('first', 'second')
  for (const place of ['first/bar', 'second/bar', 'second/foo']) await pods.create(place)
  const { json } = await pods.list('', 'limit=1')
  await pods.remove('second/bar')
  await pods.store.compact(pods.store.revision)
  const gone = await pods.list('', `limit=1&continue=${json.metadata.continue}`)
  expect([gone.status, gone.json.reason]).toEqual([410, 'Expired'])
  const from = gone.json.metadata.continue
  await pods.create('second/goo')
  await check(pods, '', `limit=1&continue=${from}`, ['second/foo'], pods.store.revision, 1)
  // From then on the pages are of one revision again.
  const next = await pods.list('', `limit=1&continue=${from}`)
  const version = pods.store.revision
  await pods.create('second/hoo')
  await check(pods, '', `continue=${next.json.metadata.continue}`, ['second/goo'], version)
})

test('ListResourceVersionMatch', async () => {
  await using pods = await startWithPods('ns')
  for (let i = 0; i < 5; i++) await pods.create(`ns/pod-${i}`, { labels: { even: String(i % 2 === 0) } })
  const query = 'limit=4&labelSelector=even%3Dtrue'
  const first = (await pods.list('ns', query)).json
  // Pods come while the pages are read.
  await pods.create('ns/pod-6', { labels: { even: 'true' } })
  const version = first.metadata.resourceVersion
  expect((await pods.list('ns', `${query}&resourceVersion=${version}&resourceVersionMatch=Exact`)).json).toEqual(first)
  const third = (await pods.list('ns', `${query}&resourceVersion=${version}&resourceVersionMatch=NotOlderThan`)).json
  expect(third.items.length).toBe(4)
  expect((await pods.list('ns', `${query}&resourceVersion=${third.metadata.resourceVersion}&resourceVersionMatch=Exact`)).json).toEqual(
    third,
  )
})

test('ListPaging', async () => {
  await using pods = await startWithPods('paging')
  for (let i = 0; i < 4; i++) await pods.create(`paging/test-${i}`)
  const seen: string[] = []
  let query = 'limit=1'
  let calls = 0
  for (;;) {
    calls++
    const response = await pods.list('', query)
    seen.push(...placesOf(response))
    const token = response.json.metadata.continue
    if (token === undefined) break
    if (calls === 2) await pods.create('paging/test-5')
    query = `limit=1&continue=${token}`
  }
  expect([calls, seen]).toEqual([4, ['paging/test-0', 'paging/test-1', 'paging/test-2', 'paging/test-3']])
})

test('NamespaceScopedList', async () => {
  await using pods = await startWithPods('ns1', 'ns2')
  await pods.create('ns1/foo1', { nodeName: 'bar1' })
  await pods.create('ns1/foo2', { nodeName: 'bar2' })
  await pods.create('ns2/foo1', { nodeName: 'bar1' })
  const cases: readonly (readonly [namespace: string, selector: string, shown: readonly string[]])[] = [
    ['', '', ['ns1/foo1', 'ns1/foo2', 'ns2/foo1']],
    ['', 'metadata.namespace=ns1', ['ns1/foo1', 'ns1/foo2']],
    ['', 'spec.nodeName=bar1', ['ns1/foo1', 'ns2/foo1']],
    ['', 'spec.nodeName!=bar1', ['ns1/foo2']],
    ['', 'metadata.name=foo1', ['ns1/foo1', 'ns2/foo1']],
    ['', 'metadata.name=foo1,metadata.namespace=ns2', ['ns2/foo1']],
    ['ns1', '', ['ns1/foo1', 'ns1/foo2']],
    ['ns1', 'metadata.namespace=ns1', ['ns1/foo1', 'ns1/foo2']],
    ['ns1', 'metadata.namespace=ns2', []],
    ['ns1', 'metadata.name=foo2', ['ns1/foo2']],
    ['ns1', 'metadata.name!=foo2', ['ns1/foo1']],
    ['ns1', 'spec.nodeName=bar2', ['ns1/foo2']],
    ['ns2', 'spec.nodeName=bar2', []],
    ['ns1', 'metadata.name=foo1,spec.nodeName=bar1', ['ns1/foo1']],
    ['ns1', 'metadata.name=foo1,spec.nodeName=bar2', []],
  ]
  for (const [namespace, selector, shown] of cases) {
    for (const limit of ['', '&limit=1', '&limit=1&resourceVersion=0']) {
      const { json } = await pods.list(namespace, `fieldSelector=${encodeURIComponent(selector)}${limit}`)
      const places = json.items.map(
        ({ metadata }: { metadata: { name: string; namespace: string } }) => `${metadata.namespace}/${metadata.name}`,
      )
      expect([namespace, selector, limit, places]).toEqual([namespace, selector, limit, limit === '&limit=1' ? shown.slice(0, 1) : shown])
    }
  }
})

test('CompactRevision', async () => {
  await using pods = await startWithPods('ns')
  const version = Number((await pods.list('')).json.metadata.resourceVersion)
  expect(pods.store.compactedRevision).toBeLessThan(version)
  await check(pods, '', `resourceVersionMatch=Exact&resourceVersion=${version}`, [], version)
  const next = await pods.increaseRevision()
  await pods.store.compact(next)
  await check(pods, '', `resourceVersionMatch=Exact&resourceVersion=${version}`, 'Expired')
  expect(pods.store.compactedRevision).toBe(next)
})
