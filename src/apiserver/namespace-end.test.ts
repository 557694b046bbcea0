/** A namespace on its way out, or missing: what can no longer be created in it, whichever way it is tried. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

const merge = { 'content-type': 'application/merge-patch+json' }
const apply = { 'content-type': 'application/apply-patch+yaml' }

test('nothing is created in a namespace that ends, not even a token or an eviction', async () => {
  await using api = await startTestApiServer()
  const base = '/api/v1/namespaces/ending'
  await api.request('POST', '/api/v1/namespaces', { metadata: { name: 'ending' } })
  await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' } })
  await api.request('POST', `${base}/pods`, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
  await api.request('DELETE', base)
  const leases = '/apis/coordination.k8s.io/v1/namespaces/ending/leases'
  const configuration = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'z' } }
  const binding = { metadata: { name: 'p' }, target: { name: 'n' } }
  const cases: readonly (readonly [method: string, path: string, body: object, named: string])[] = [
    ['POST', `${base}/configmaps`, { metadata: { name: 'b' } }, 'configmaps "b"'],
    ['POST', `${base}/configmaps`, { metadata: { generateName: 'b-' } }, 'configmaps "b-"'],
    ['POST', `${base}/configmaps`, { metadata: {} }, 'configmaps "Unknown"'],
    ['PATCH', `${base}/configmaps/z?fieldManager=m`, configuration, 'configmaps "z"'],
    ['PUT', `${leases}/m`, { metadata: { name: 'm' } }, 'leases.coordination.k8s.io "m"'],
    ['POST', `${base}/serviceaccounts/default/token`, {}, 'serviceaccounts "default"'],
    ['POST', `${base}/pods/p/eviction`, { metadata: { name: 'p' } }, 'pods "p"'],
    ['POST', `${base}/pods/p/binding`, binding, 'pods "p"'],
  ]
  for (const [method, path, body, named] of cases) {
    const { status, json } = await api.request(method, path, body, method === 'PATCH' ? { headers: apply } : {})
    const message = `${named} is forbidden: unable to create new content in namespace ending because it is being terminated`
    expect([path, status, json.message, json.details.causes]).toEqual([
      path,
      403,
      message,
      [{ reason: 'NamespaceTerminating', message: 'namespace ending is being terminated', field: 'metadata.namespace' }],
    ])
  }
  const changed = await api.request('PATCH', `${base}/pods/p`, { metadata: { labels: { a: 'b' } } }, { headers: merge })
  expect(changed.status).toBe(200)
})

test('in a namespace that is missing even an update that creates is about the namespace', async () => {
  await using api = await startTestApiServer()
  const put = await api.request('PUT', '/apis/coordination.k8s.io/v1/namespaces/no/leases/m', { metadata: { name: 'm' } })
  const token = await api.request('POST', '/api/v1/namespaces/no/serviceaccounts/a/token', {})
  for (const { status, json } of [put, token]) expect([status, json.message]).toEqual([404, 'namespaces "no" not found'])
})

test('preconditions of a delete have words of their own; what may not go is said first', async () => {
  await using api = await startTestApiServer()
  const { json } = await api.request('POST', '/api/v1/namespaces', { metadata: { name: 'a' } })
  const remove = async (name: string): Promise<unknown[]> => {
    const answer = await api.request('DELETE', `/api/v1/namespaces/${name}`, { preconditions: { uid: 'x' } })
    return [answer.status, answer.json.message]
  }
  const { uid } = json.metadata
  expect(await remove('a')).toEqual([
    409,
    `Operation cannot be fulfilled on namespaces "a": Precondition failed: UID in precondition: x, UID in object meta: ${uid}`,
  ])
  expect(await remove('default')).toEqual([403, 'namespaces "default" is forbidden: this namespace may not be deleted'])
})
