/** Pods through the handler: admission, binding, grace, eviction. */
import { expect, test } from 'vitest'
import { kinds } from '../api/kinds.ts'
import { startTestApiServer, type TestApiServer } from '../testing/api-server.ts'

const pods = '/api/v1/namespaces/default/pods'
const pod = (name: string, spec: object = {}): object => ({
  metadata: { name, labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'nginx', imagePullPolicy: 'Always', terminationMessagePolicy: 'File' }], ...spec },
})

/** Pods can be selected by node, whatever else their kind says. */
const withNodes = kinds.map((kind) =>
  kind.kind === 'Pod'
    ? {
        ...kind,
        selectableFields: { 'spec.nodeName': (object: object) => (object as { spec: { nodeName?: string } }).spec.nodeName ?? '' },
      }
    : kind,
)

async function startWithAccount(): Promise<TestApiServer> {
  const api = await startTestApiServer({ kinds: withNodes })
  await api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  return api
}
const bind = (api: TestApiServer, name: string, node: string): ReturnType<TestApiServer['request']> =>
  api.request('POST', `${pods}/${name}/binding`, { metadata: { name }, target: { kind: 'Node', name: node } })

test('admission fills in account, token, priority and tolerations', async () => {
  await using api = await startWithAccount()
  const { json, status } = await api.request('POST', pods, pod('a'))
  expect(status).toBe(201)
  expect(json.spec).toMatchObject({
    serviceAccountName: 'default',
    serviceAccount: 'default',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
  })
  expect(json.spec.volumes[0].name).toMatch(/^kube-api-access-[a-z0-9]{5}$/)
  expect(json.spec.containers[0].volumeMounts).toEqual([
    { name: json.spec.volumes[0].name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
  ])
  expect(json.spec.tolerations.map((one: { key: string }) => one.key)).toEqual([
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/unreachable',
  ])
  const missing = await api.request('POST', pods, pod('b', { serviceAccountName: 'nobody' }))
  expect(missing.json.message).toBe(
    'pods "b" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found',
  )
  const classless = await api.request('POST', pods, pod('b', { priorityClassName: 'high' }))
  expect(classless.json.message).toBe('pods "b" is forbidden: no PriorityClass with name high was found')
})

test('a Pod is bound once, and a watch of its node hears of it', async () => {
  await using api = await startWithAccount()
  await api.request('POST', pods, pod('a'))
  const watch = await api.watch(`/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1&resourceVersion=${api.store.revision}`)
  const bound = await bind(api, 'a', 'n1')
  expect(bound.status).toBe(201)
  expect(bound.json).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
  const { json } = await api.request('GET', `${pods}/a`)
  expect(json.spec.nodeName).toBe('n1')
  expect(json.status.conditions).toEqual([expect.objectContaining({ type: 'PodScheduled', status: 'True' })])
  const again = await bind(api, 'a', 'n2')
  expect(again.status).toBe(409)
  expect(again.json.message).toBe('Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "n1"')
  expect((await bind(api, 'gone', 'n1')).status).toBe(404)
  await api.clock.settled()
  expect(watch.events[0]).toMatchObject({ type: 'ADDED', object: { spec: { nodeName: 'n1' } } })
})

test('namespaces: marked, emptied by others, finalized', async () => {
  await using api = await startTestApiServer()
  const ns = '/api/v1/namespaces'
  await api.request('POST', ns, { metadata: { name: 'x' }, spec: { finalizers: ['kubernetes'] } })
  expect((await api.request('DELETE', `${ns}/default`)).json.message).toBe(
    'namespaces "default" is forbidden: this namespace may not be deleted',
  )
  const deleted = await api.request('DELETE', `${ns}/x`)
  expect(deleted.json).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } })
  const refused = await api.request('POST', `${ns}/x/configmaps`, { metadata: { name: 'a' } })
  expect(refused.status).toBe(403)
  expect(refused.json.message).toBe(
    'configmaps "a" is forbidden: unable to create new content in namespace x because it is being terminated',
  )
  expect(refused.json.details.causes).toEqual([
    { reason: 'NamespaceTerminating', message: 'namespace x is being terminated', field: 'metadata.namespace' },
  ])
  const finalized = await api.request('PUT', `${ns}/x/finalize`, { ...deleted.json, spec: { finalizers: [] } })
  expect(finalized.status).toBe(200)
  expect((await api.request('GET', `${ns}/x`)).status).toBe(404)
})

test('service account tokens are who they say, until the account is gone', async () => {
  await using api = await startWithAccount()
  const accounts = '/api/v1/namespaces/default/serviceaccounts'
  const short = await api.request('POST', `${accounts}/default/token`, { spec: { expirationSeconds: 60 } })
  expect(short.json.message).toContain('spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes')
  const { json, status } = await api.request('POST', `${accounts}/default/token`, { spec: {} })
  expect(status).toBe(201)
  const { token } = json.status
  const nobody = { address: '10.0.0.1', port: 1, session: undefined }
  const bearer = { peer: nobody, headers: { authorization: `Bearer ${token}` } }
  const refused = await api.request('GET', pods, undefined, bearer)
  expect(refused.json.message).toContain('User "system:serviceaccount:default:default" cannot list resource "pods"')
  const review = await api.request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } })
  expect(review.json.status).toMatchObject({ authenticated: true, user: { username: 'system:serviceaccount:default:default' } })
  const forged = await api.request('GET', pods, undefined, { ...bearer, headers: { authorization: `Bearer ${token.slice(0, -2)}xx` } })
  expect(forged.status).toBe(401)
  await api.request('DELETE', `${accounts}/default`)
  expect((await api.request('GET', pods, undefined, bearer)).status).toBe(401)
})
