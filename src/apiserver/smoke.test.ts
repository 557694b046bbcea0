/** The first look: create, read, list, watch, update, patch, delete. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

const cms = '/api/v1/namespaces/default/configmaps'

test('an object lives: create, get, list, watch, update, patch, delete', async () => {
  await using api = await startTestApiServer()
  const watch = await api.watch(`${cms}?watch=1`)
  const created = await api.request('POST', cms, { metadata: { name: 'a' }, data: { k: 'v' } })
  expect(created.text).toMatchInlineSnapshot(`
    "{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":"27c92b88-21c8-4fe7-9923-c476250cbffc","resourceVersion":"6","generation":1,"creationTimestamp":"2026-01-02T03:04:05Z","managedFields":[{"manager":"test","operation":"Update","apiVersion":"v1","time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:k":{}}}}]},"data":{"k":"v"}}
    "
  `)
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
