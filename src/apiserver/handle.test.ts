/** Requests that nobody should send, and what they get: never a 500 that is a bug of ours. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

const cms = '/api/v1/namespaces/default/configmaps'

test('odd paths, queries and headers are answered, not stumbled over', async () => {
  await using api = await startTestApiServer()
  await api.request('POST', cms, { metadata: { name: 'a' } })
  const cases: readonly (readonly [method: string, path: string, status: number, headers?: Record<string, string>])[] = [
    ['GET', '', 200],
    ['GET', '//', 200],
    ['GET', '/api/', 200],
    ['GET', `${cms}/`, 200],
    ['GET', `${cms}/a/`, 200],
    ['GET', '/api/v1/namespaces%2Fdefault%2Fconfigmaps', 200],
    ['GET', `${cms}/a%25`, 400],
    ['GET', `${cms}/%zz`, 400],
    ['GET', `${cms}/..`, 400],
    ['GET', `${cms}/%00`, 404],
    ['GET', `${cms}/${'a'.repeat(5000)}`, 404],
    ['GET', '/api/v1/configmaps/a', 404],
    ['GET', '/api/v1/namespaces/default/nodes', 404],
    ['GET', '/api/v1/watch', 404],
    ['GET', '/__proto__/constructor', 404],
    ['GET', '/api/v1/constructor', 404],
    ['GET', '/apis/__proto__/v1/x', 404],
    ['GET', `${cms}?limit=abc`, 400],
    ['GET', `${cms}?limit=-1`, 200],
    ['GET', `${cms}?limit=99999999999999999999`, 400],
    ['GET', `${cms}?labelSelector=%3D%3D`, 400],
    ['GET', `${cms}?fieldSelector=%2C%3D`, 200],
    ['GET', `${cms}?fieldSelector=foo`, 400],
    ['GET', `${cms}?continue=%F0%9F%92%A9`, 400],
    ['GET', `${cms}?resourceVersion=abc`, 400],
    ['GET', `${cms}/a?resourceVersion=abc`, 500],
    ['GET', `${cms}?%zz=%zz&;&=&a`, 200],
    ['GET', `${cms}?watch=1&timeoutSeconds=x`, 400],
    ['PUT', cms, 405],
    ['POST', `${cms}/a`, 405],
    ['PATCH', cms, 405],
    ['BREW', cms, 405],
    ['HEAD', cms, 405],
    ['OPTIONS', `${cms}/a`, 405],
    ['POST', '/api/v1/configmaps', 405],
    ['DELETE', '/api/v1/configmaps', 405],
    ['DELETE', '/api/v1/namespaces', 405],
    ['PATCH', `${cms}/a`, 415],
    ['POST', cms, 415, { 'content-type': 'text/plain' }],
    ['GET', cms, 406, { accept: 'text/html' }],
    ['GET', cms, 406, { accept: 'application/json;as=Nonsense;g=meta.k8s.io;v=v1' }],
    ['GET', cms, 200, { accept: ';;;,*/*;q=x' }],
    ['GET', cms, 401, { authorization: 'Basic eDp5' }],
  ]
  for (const [method, path, status, headers] of cases) {
    const peer = headers?.authorization === undefined ? {} : { peer: { session: undefined } }
    const response = await api.request(method, path, undefined, { headers: headers ?? {}, ...peer })
    expect([method, path, response.status]).toEqual([method, path, status])
    expect(response.headers['audit-id']).toBeDefined()
    expect(response.headers['cache-control']).toBe('no-cache, private')
  }
  expect(api.errors).toEqual([])
})

test('a body over 3 MiB is refused', async () => {
  await using api = await startTestApiServer()
  const { status, json } = await api.request('POST', cms, 'x'.repeat(3 * 1024 * 1024 + 1))
  expect([status, json.message]).toEqual([413, 'Request entity too large: limit is 3145728'])
})

test('lists are paged on one snapshot', async () => {
  await using api = await startTestApiServer()
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    await api.request('POST', cms, { metadata: { name, labels: { odd: String(name.charCodeAt(0) % 2) } } })
  const first = await api.request('GET', `${cms}?limit=2`)
  expect(first.json.metadata.remainingItemCount).toBe(3)
  await api.request('DELETE', `${cms}/d`)
  const names: string[] = first.json.items.map((item: { metadata: { name: string } }) => item.metadata.name)
  let token = first.json.metadata.continue
  while (token) {
    const { json } = await api.request('GET', `${cms}?limit=2&continue=${token}`)
    expect(json.metadata.resourceVersion).toBe(first.json.metadata.resourceVersion)
    for (const item of json.items) names.push(item.metadata.name)
    token = json.metadata.continue
  }
  expect(names).toEqual(['a', 'b', 'c', 'd', 'e'])
  const odd = await api.request('GET', `${cms}?limit=2&labelSelector=odd%3D1`)
  expect(odd.json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['a', 'c'])
  expect(odd.json.metadata.remainingItemCount).toBeUndefined()
  expect(odd.json.metadata.continue).toBeDefined()
  await api.store.compact(api.store.revision)
  const expired = await api.request('GET', `${cms}?limit=2&continue=${first.json.metadata.continue}`)
  expect([expired.status, expired.json.reason]).toEqual([410, 'Expired'])
  const rest = await api.request('GET', `${cms}?limit=2&continue=${expired.json.metadata.continue}`)
  expect(rest.json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['c', 'e'])
})

test('a large list is the same in pieces as whole', async () => {
  await using api = await startTestApiServer()
  const data = { text: 'ü'.repeat(3000) }
  for (let i = 0; i < 80; i++) await api.request('POST', cms, { metadata: { name: `a${i}` }, data })
  const { json, headers } = await api.request('GET', cms)
  expect(json.items).toHaveLength(80)
  expect(json.items[79].data).toEqual(data)
  expect(json.items[0].kind).toBeUndefined()
  expect(headers['content-encoding']).toBeUndefined()
  const table = await api.request('GET', cms, undefined, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } })
  expect(table.json.rows).toHaveLength(80)
})

test('generateName, dry runs, finalizers', async () => {
  await using api = await startTestApiServer()
  const { json } = await api.request('POST', cms, { metadata: { generateName: 'x-' } })
  expect(json.metadata.name).toMatch(/^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  const dry = await api.request('POST', `${cms}?dryRun=All`, { metadata: { name: 'dry' } })
  expect([dry.status, dry.json.metadata.resourceVersion]).toEqual([201, undefined])
  expect((await api.request('GET', `${cms}/dry`)).status).toBe(404)
  await api.request('POST', cms, { metadata: { name: 'held', finalizers: ['a.example.com/x'] } })
  const marked = await api.request('DELETE', `${cms}/held`)
  expect(marked.json.metadata).toMatchObject({ deletionTimestamp: '2026-01-02T03:04:05Z', deletionGracePeriodSeconds: 0 })
  const again = await api.request('POST', cms, { metadata: { name: 'held' } })
  expect(again.json.message).toBe('object is being deleted: configmaps "held" already exists')
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
  const gone = await api.request('PATCH', `${cms}/held`, { metadata: { finalizers: null } }, merge)
  expect(gone.status).toBe(200)
  expect((await api.request('GET', `${cms}/held`)).status).toBe(404)
  for (const [policy, finalizers] of [
    ['Orphan', ['orphan']],
    ['Foreground', ['foregroundDeletion']],
  ] as const) {
    await api.request('POST', cms, { metadata: { name: policy.toLowerCase() } })
    const { json: held } = await api.request('DELETE', `${cms}/${policy.toLowerCase()}?propagationPolicy=${policy}`)
    expect(held.metadata.finalizers).toEqual(finalizers)
  }
})

test('how long a client waits is said as Go says it or refused, before anybody is asked who he is', async () => {
  await using api = await startTestApiServer()
  const ask = async (path: string, session: object = {}): Promise<unknown[]> => {
    const { status, json } = await api.request('GET', path, undefined, { peer: { session } })
    return [status, json?.message]
  }
  const words = 'invalid timeout specified in the request URL - time:'
  expect(await ask('/healthz?timeout=x')).toEqual([400, `${words} invalid duration "x"`])
  expect(await ask('/api/v1/pods?timeout=5')).toEqual([400, `${words} missing unit in duration "5"`])
  const admin = { user: { name: 'admin', groups: ['system:masters'] } }
  for (const good of ['34s', '1h', '0s', '-1s', '']) expect((await ask(`/api/v1/pods?timeout=${good}`, admin))[0]).toBe(200)
  const watch = await api.watch('/api/v1/pods?watch=1&timeout=x')
  expect(watch.status).toBe(200)
  watch.stop()
})
