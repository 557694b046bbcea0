/** The first look: create, read, list, watch, update, patch, delete. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

const cms = '/api/v1/namespaces/default/configmaps'

test('an object lives: create, get, list, watch, update, patch, delete', async () => {
  await using api = await startTestApiServer()
  const watch = await api.watch(`${cms}?watch=1`)
  const created = await api.request('POST', cms, { metadata: { name: 'a' }, data: { k: 'v' } })
  const { uid, resourceVersion } = created.json.metadata
  expect(created.text).toMatch(
    `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":"${uid}","resourceVersion":"${resourceVersion}",`,
  )
  expect(created.text.endsWith('},"data":{"k":"v"}}\n')).toBe(true)
  expect(created.status).toBe(201)
  expect((await api.request('GET', `${cms}/a`)).text).toBe(created.text)
  const list = await api.request('GET', cms)
  expect(list.json.items).toHaveLength(1)
  expect((await api.request('POST', cms, { metadata: { name: 'a' } })).json.message).toBe('configmaps "a" already exists')
  const updated = await api.request('PUT', `${cms}/a`, { ...created.json, data: { k: 'v2' } })
  expect(updated.json.data).toEqual({ k: 'v2' })
  const stale = await api.request('PUT', `${cms}/a`, { ...created.json, data: { k: 'v3' } })
  expect(stale.status).toBe(409)
  const patched = await api.request(
    'PATCH',
    `${cms}/a`,
    { data: { x: 'y' } },
    { headers: { 'content-type': 'application/merge-patch+json' } },
  )
  expect(patched.json.data).toEqual({ k: 'v2', x: 'y' })
  const noop = await api.request('PATCH', `${cms}/a`, { data: { x: 'y' } }, { headers: { 'content-type': 'application/merge-patch+json' } })
  expect(noop.json.metadata.resourceVersion).toBe(patched.json.metadata.resourceVersion)
  const deleted = await api.request('DELETE', `${cms}/a`)
  expect(deleted.json).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'a', kind: 'configmaps' } })
  expect((await api.request('GET', `${cms}/a`)).status).toBe(404)
  expect(watch.events.map((event) => [event.type, event.object.data])).toEqual([
    ['ADDED', { k: 'v' }],
    ['MODIFIED', { k: 'v2' }],
    ['MODIFIED', { k: 'v2', x: 'y' }],
    ['DELETED', { k: 'v2', x: 'y' }],
  ])
  expect(api.errors).toEqual([])
})
