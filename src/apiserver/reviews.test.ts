/** Reviews are answered and never stored; what they carry in their metadata is treated as on any object that is created. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

test('a review says who set which field, and keeps nothing that is not the sender’s', async () => {
  await using api = await startTestApiServer()
  const spec = { resourceAttributes: { verb: 'get', resource: 'pods' } }
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const { status, json } = await api.request('POST', `${path}?fieldManager=me`, { metadata: { uid: 'x', namespace: 'y' }, spec })
  expect(status).toBe(201)
  const fieldsV1 = { 'f:spec': { 'f:resourceAttributes': { '.': {}, 'f:resource': {}, 'f:verb': {} } } }
  const entry = { manager: 'me', operation: 'Update', apiVersion: 'authorization.k8s.io/v1', fieldsType: 'FieldsV1', fieldsV1 }
  expect(json.metadata).toEqual({ managedFields: [{ ...entry, time: expect.any(String) }] })
  expect(json.status).toEqual({ allowed: true })
})

test('some answers are made anew: nothing of the question is in them', async () => {
  await using api = await startTestApiServer()
  const metadata = { name: 'x', labels: { a: 'b' } }
  const rules = await api.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    metadata,
    spec: { namespace: 'default' },
  })
  expect(rules.json).toMatchObject({ metadata: {}, spec: {} })
  expect(rules.json.metadata).toEqual({})
  const self = await api.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { metadata })
  expect(Object.keys(self.json.metadata)).toEqual(['creationTimestamp'])
})

test('an object may bring a resourceVersion when it is only tried', async () => {
  await using api = await startTestApiServer()
  const path = '/api/v1/namespaces/default/configmaps'
  const body = { metadata: { name: 'a', resourceVersion: '5' } }
  expect((await api.request('POST', `${path}?dryRun=All`, body)).status).toBe(201)
  const refused = await api.request('POST', path, body)
  expect([refused.status, refused.json.message]).toEqual([500, 'resourceVersion should not be set on objects to be created'])
  const invalid = await api.request('POST', path, { metadata: { name: 'A', resourceVersion: '5' } })
  expect(invalid.status).toBe(422)
})

test('labels print in order, also those that the server adds', async () => {
  await using api = await startTestApiServer()
  const { json } = await api.request('POST', '/api/v1/namespaces', { metadata: { name: 'a', labels: { z: '1', a: '2' } } })
  expect(Object.keys(json.metadata.labels)).toEqual(['a', 'kubernetes.io/metadata.name', 'z'])
})
