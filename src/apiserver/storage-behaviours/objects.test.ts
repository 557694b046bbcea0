/**
 * Single objects, as upstream's tests of its storage layer have it (store_tests.go): each test here has the name of one there and says the same of
 * the server and the embedded store, seen over HTTP where it can be. What upstream calls a suggestion is a cached object; we have none, but what must come out is the same.
 */
import { expect, test } from 'vitest'
import { prefixRange } from '../../store/store.ts'
import { podPath, startWithPods } from '../../testing/stored-pods.ts'

const place = 'test-ns/foo'
const path = podPath(place)
const events = '/api/v1/namespaces/test-ns/events'
const event = { metadata: { name: 'e', namespace: 'test-ns' }, involvedObject: { namespace: 'test-ns' }, reason: 'a' }
const hourMs = 3_600_000

test('Create', async () => {
  await using pods = await startWithPods('test-ns')
  expect((await pods.get(place)).status).toBe(404)
  const created = await pods.create(place)
  expect([created.metadata.name, Number(created.metadata.resourceVersion)]).toEqual(['foo', pods.store.revision])
  expect((await pods.get(place)).json).toEqual(created)
  const body = { metadata: { name: 'bar', resourceVersion: '1' }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const refused = await pods.request('POST', podPath('test-ns'), body)
  expect([refused.status, refused.json.message]).toEqual([500, 'resourceVersion should not be set on objects to be created'])
  expect((await pods.get('test-ns/bar')).status).toBe(404)
})

test('CreateWithTTL', async () => {
  await using pods = await startWithPods('test-ns')
  const { json } = await pods.request('POST', events, event)
  const watch = await pods.watch(`${events}?watch=1&resourceVersion=${json.metadata.resourceVersion}&timeoutSeconds=9000`)
  await pods.clock.advance(hourMs - 5000)
  expect(watch.events).toEqual([])
  // Leases are shared by what comes within a minute.
  await pods.clock.advance(70_000)
  expect(watch.events.map(({ type, object }) => [type, object.metadata.name])).toEqual([['DELETED', 'e']])
  expect((await pods.request('GET', `${events}/e`)).status).toBe(404)
})

test('CreateWithKeyExist', async () => {
  await using pods = await startWithPods('test-ns')
  await pods.create(place)
  const again = pods.create(place)
  await expect(again).rejects.toThrow('pods \\"foo\\" already exists')
})

test('Get', async () => {
  await using pods = await startWithPods('test-ns')
  const created = await pods.create(place)
  const updated = await pods.patch(place, { metadata: { annotations: { a: '1' } } })
  const second = await pods.create('test-ns/bar')
  for (const version of ['', '0', created.metadata.resourceVersion, updated.metadata.resourceVersion, second.metadata.resourceVersion]) {
    expect([version, (await pods.get(place, `?resourceVersion=${version}`)).json]).toEqual([version, updated])
  }
  const future = pods.get(place, `?resourceVersion=${2 ** 53 - 1}`)
  await pods.clock.advance(3500)
  expect((await future).json).toMatchObject({
    code: 504,
    details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
  })
  expect((await pods.get('test-ns/nope')).json).toMatchObject({ code: 404, reason: 'NotFound' })
})

test('UnconditionalDelete', async () => {
  await using pods = await startWithPods('test-ns')
  await pods.create(place)
  const before = pods.store.revision
  expect((await pods.remove(place)).status).toBe(200)
  expect(pods.store.revision).toBe(before + 1)
  expect((await pods.remove(place)).json).toMatchObject({ code: 404, reason: 'NotFound' })
})

test('ConditionalDelete', async () => {
  await using pods = await startWithPods('test-ns')
  const { uid, resourceVersion } = (await pods.create(place)).metadata
  const remove = async (preconditions: object): Promise<unknown> => {
    const { status, json } = await pods.request('DELETE', path, { gracePeriodSeconds: 0, preconditions })
    return status === 200 ? 200 : json.message
  }
  const refusal = 'Operation cannot be fulfilled on Pod "foo": the'
  expect(await remove({ uid: 'B' })).toBe(
    `${refusal} UID in the precondition (B) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
  )
  expect(await remove({ uid, resourceVersion: '1' })).toBe(
    `${refusal} ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
  )
  expect(await remove({ uid, resourceVersion })).toBe(200)
})

test('DeleteWithSuggestion', async () => {
  await using pods = await startWithPods('test-ns')
  await pods.create(place)
  await pods.get(place)
  expect((await pods.remove(place)).status).toBe(200)
  expect((await pods.get(place)).status).toBe(404)
})

test('DeleteWithSuggestionAndConflict', async () => {
  await using pods = await startWithPods('test-ns')
  await pods.create(place)
  await pods.patch(place, { metadata: { labels: { foo: 'bar' } } })
  const { json } = await pods.remove(place)
  expect(json.metadata.labels).toEqual({ foo: 'bar' })
  expect((await pods.get(place)).status).toBe(404)
})

test('DeleteWithConflict', async () => {
  await using pods = await startWithPods('test-ns')
  await pods.create(place)
  // An update and a delete at the same time: one of them meets the other's write and goes again.
  const [removed, patched] = await Promise.all([
    pods.remove(place),
    pods.request('PATCH', path, { metadata: { labels: { foo: 'bar' } } }, { headers: { 'content-type': 'application/merge-patch+json' } }),
  ])
  expect(removed.status).toBe(200)
  expect([200, 404]).toContain(patched.status)
  expect((await pods.get(place)).status).toBe(404)
})

test('DeleteWithSuggestionOfDeletedObject', async () => {
  await using pods = await startWithPods('test-ns')
  const { uid } = (await pods.create(place)).metadata
  await pods.remove(place)
  expect((await pods.request('DELETE', path, { preconditions: { uid } })).json).toMatchObject({ code: 404, reason: 'NotFound' })
})

test('ValidateDeletionWithSuggestion', async () => {
  await using pods = await startWithPods('test-ns')
  const { resourceVersion } = (await pods.create(place)).metadata
  await pods.patch(place, { metadata: { labels: { foo: 'bar' } } })
  // Who checks what he saw is refused, and whoever checks what is there now is not.
  expect((await pods.request('DELETE', path, { gracePeriodSeconds: 0, preconditions: { resourceVersion } })).status).toBe(409)
  const fresh = (await pods.get(place)).json.metadata.resourceVersion
  expect((await pods.request('DELETE', path, { gracePeriodSeconds: 0, preconditions: { resourceVersion: fresh } })).status).toBe(200)
})

test('ValidateDeletionWithOnlySuggestionValid', async () => {
  await using pods = await startWithPods('test-ns')
  const { resourceVersion } = (await pods.create(place, { labels: { foo: 'bar' } })).metadata
  const updated = await pods.patch(place, { metadata: { labels: { foo: 'barbar' } } })
  expect((await pods.request('DELETE', path, { gracePeriodSeconds: 0, preconditions: { resourceVersion } })).status).toBe(409)
  expect((await pods.get(place)).json).toEqual(updated)
})

test('PreconditionalDeleteWithSuggestion', async () => {
  await using pods = await startWithPods('test-ns')
  await pods.create(place)
  await pods.remove(place)
  const { uid } = (await pods.create(place)).metadata
  expect((await pods.request('DELETE', path, { gracePeriodSeconds: 0, preconditions: { uid } })).status).toBe(200)
  expect((await pods.get(place)).status).toBe(404)
})

test('PreconditionalDeleteWithOnlySuggestionPass', async () => {
  await using pods = await startWithPods('test-ns')
  const old = await pods.create(place)
  await pods.remove(place)
  const other = await pods.create(place)
  const refused = await pods.request('DELETE', path, { gracePeriodSeconds: 0, preconditions: { uid: old.metadata.uid } })
  expect([refused.status, refused.json.reason]).toEqual([409, 'Conflict'])
  expect((await pods.get(place)).json).toEqual(other)
})

test('GuaranteedUpdate', async () => {
  await using pods = await startWithPods('test-ns')
  const created = await pods.create(place)
  const put = (body: object, at = path) => pods.request('PUT', at, body)
  const changed = { ...created, metadata: { ...created.metadata, annotations: { version: '1' } } }
  expect((await put({ ...changed, metadata: { ...changed.metadata, name: 'nope' } }, podPath('test-ns/nope'))).status).toBe(404)
  const updated = await put(changed)
  expect([updated.status, updated.json.metadata.annotations]).toEqual([200, { version: '1' }])
  expect(updated.json.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion)
  const before = pods.store.revision
  // The same once more, and the same with a selfLink, which is not stored: nothing is written.
  expect((await put(updated.json)).json).toEqual(updated.json)
  expect((await put({ ...updated.json, metadata: { ...updated.json.metadata, selfLink: 'x' } })).json).toEqual(updated.json)
  expect(pods.store.revision).toBe(before)
  const stranger = await put({ ...updated.json, metadata: { ...updated.json.metadata, uid: 'B' } })
  expect([stranger.status, stranger.json.message]).toEqual([
    409,
    `Operation cannot be fulfilled on pods "foo": StorageError: invalid object, Code: 4, Key: /registry/pods/test-ns/foo, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: B, UID in object meta: ${created.metadata.uid}`,
  ])
  // A server-side apply may create what is not there.
  const apply = { headers: { 'content-type': 'application/apply-patch+yaml' } }
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
  expect((await pods.request('PATCH', '/api/v1/namespaces/test-ns/configmaps/a?fieldManager=me', body, apply)).status).toBe(201)
})

test('GuaranteedUpdateWithTTL', async () => {
  await using pods = await startWithPods('test-ns')
  await pods.request('POST', events, event)
  await pods.clock.advance(hourMs / 2)
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
  const { json } = await pods.request('PATCH', `${events}/e`, { reason: 'b' }, merge)
  const watch = await pods.watch(`${events}?watch=1&resourceVersion=${json.metadata.resourceVersion}&timeoutSeconds=9000`)
  // An update begins the time anew.
  await pods.clock.advance(hourMs * 0.75)
  expect(watch.events).toEqual([])
  await pods.clock.advance(hourMs / 2)
  expect(watch.events.map(({ type }) => type)).toEqual(['DELETED'])
})

test('GuaranteedUpdateChecksStoredData', async () => {
  await using pods = await startWithPods('test-ns')
  const created = await pods.create(place)
  const key = '/registry/pods/test-ns/foo'
  const stored = await pods.store.get(key)
  // The same object, but not as we would write it: a write that changes nothing makes it canonical.
  const spaced = Buffer.concat([Buffer.from(stored?.value ?? []), Buffer.from(' ')])
  await pods.store.transact({ compare: [], then: [{ do: 'put', key, value: spaced }] })
  const before = pods.store.revision
  const body = { ...created, metadata: { ...created.metadata, resourceVersion: String(before) } }
  const { json, status } = await pods.request('PUT', path, body)
  expect([status, Number(json.metadata.resourceVersion)]).toEqual([200, before + 1])
  expect((await pods.store.get(key))?.value).toEqual(stored?.value)
  await pods.request('PUT', path, json)
  expect(pods.store.revision).toBe(before + 1)
})

test('GuaranteedUpdateWithConflict', async () => {
  await using pods = await startWithPods('test-ns')
  const created = await pods.create(place)
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => pods.patch(place, { metadata: { labels: { [name]: '1' } } })))
  expect((await pods.get(place)).json.metadata.labels).toEqual({ a: '1', b: '1', c: '1', d: '1' })
  expect((await pods.get(place)).json.metadata.resourceVersion).toBe(String(Number(created.metadata.resourceVersion) + 4))
})

test('GuaranteedUpdateWithSuggestionAndConflict', async () => {
  await using pods = await startWithPods('test-ns')
  const old = await pods.create(place)
  await pods.patch(place, { metadata: { labels: { a: '1' } } })
  const stale = await pods.request('PUT', path, { ...old, metadata: { ...old.metadata, labels: { b: '1' } } })
  expect([stale.status, stale.json.message]).toEqual([
    409,
    'Operation cannot be fulfilled on pods "foo": the object has been modified; please apply your changes to the latest version and try again',
  ])
  const fresh = (await pods.get(place)).json
  expect((await pods.request('PUT', path, { ...fresh, metadata: { ...fresh.metadata, labels: { b: '1' } } })).json.metadata.labels).toEqual(
    { b: '1' },
  )
  // What is wrong is looked at once, and nothing is written.
  const before = pods.store.revision
  const wrong = await pods.request('PUT', path, { ...fresh, spec: { ...fresh.spec, containers: [] } })
  expect([wrong.status, pods.store.revision]).toEqual([409, before])
})

test('TransformationFailure', async () => {
  await using pods = await startWithPods('first', 'second')
  await pods.create('first/bar')
  // What is stored here was written by somebody else: no object of ours.
  const key = '/registry/pods/second/baz'
  await pods.store.transact({ compare: [], then: [{ do: 'put', key, value: Buffer.from('otherprefix!{}') }] })
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
  const answers = [
    await pods.list(''),
    await pods.list('', 'labelSelector=a'),
    await pods.get('second/baz'),
    await pods.request('PATCH', podPath('second/baz'), {}, merge),
    await pods.remove('second/baz'),
    await pods.request('DELETE', `${podPath('second/baz')}?ignoreStoreReadErrorWithClusterBreakingPotential=true`),
  ]
  expect(answers.map(({ status, json }) => [status, json?.reason])).toEqual(Array(answers.length).fill([500, 'InternalError']))
  expect(await pods.store.get(key)).toBeDefined()
  expect((await pods.list('first')).status).toBe(200)
})

test('Stats', async () => {
  await using pods = await startWithPods('first')
  const count = async (): Promise<number> => (await pods.store.range(prefixRange('/registry/pods/'), { countOnly: true })).count
  await pods.create('first/foo')
  await pods.create('first/bar')
  await pods.patch('first/bar', { metadata: { labels: { foo: 'bar' } } })
  expect([await count(), (await pods.list('')).json.items.length]).toEqual([2, 2])
  await pods.remove('first/foo')
  expect((await pods.remove('first/foo')).status).toBe(404)
  expect([await count(), (await pods.list('')).json.items.length]).toEqual([1, 1])
  await pods.remove('first/bar')
  expect([await count(), (await pods.list('')).json.items.length]).toEqual([0, 0])
})
