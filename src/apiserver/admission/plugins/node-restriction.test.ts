/** What a kubelet may write, and what it hears when it reaches for more. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../../testing/api-server.ts'

const base = '/api/v1/namespaces/default'
/** Much of this the node authorizer would refuse first. */
const permissive = { flags: { authorizationModes: ['AlwaysAllow'] } }
const merge = { 'content-type': 'application/merge-patch+json' }
const kubelet = { session: { user: { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] } } }

async function asNode(api: TestApiServer, method: string, path: string, body?: object): Promise<unknown> {
  const { status, json } = await api.request(method, path, body, { peer: kubelet, headers: method === 'PATCH' ? merge : {} })
  return status < 300 ? status : json.message
}

test('nodes: its own, with labels that describe it, and no taints', async () => {
  await using api = await startTestApiServer(permissive)
  const labels = { 'kubernetes.io/hostname': 'n1', 'node-role.kubernetes.io/control-plane': '', mine: 'x', 'a.node.kubernetes.io/b': 'c' }
  const nodes = '/api/v1/nodes'
  expect(await asNode(api, 'POST', nodes, { metadata: { name: 'n2' } })).toBe(
    'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
  )
  expect(await asNode(api, 'POST', nodes, { metadata: { name: 'n1', labels } })).toBe(
    'nodes "n1" is forbidden: node "n1" is not allowed to set the following labels: node-role.kubernetes.io/control-plane',
  )
  const { 'node-role.kubernetes.io/control-plane': _, ...allowed } = labels
  expect(await asNode(api, 'POST', nodes, { metadata: { name: 'n1', labels: allowed } })).toBe(201)
  const change = (patch: object, path = '/n1') => asNode(api, 'PATCH', nodes + path, patch)
  expect(await change({ metadata: { labels: { 'node-restriction.kubernetes.io/a': 'b' } } })).toBe(
    'nodes "n1" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/a',
  )
  expect(await change({ spec: { taints: [] } })).toBe('nodes "n1" is forbidden: node "n1" is not allowed to modify taints')
  expect(await change({ status: { phase: 'Running' } }, '/n1/status')).toBe(200)
})

test('Pods: the status of its own, mirrors of itself, nothing else', async () => {
  await using api = await startTestApiServer(permissive)
  const { json: node } = await api.request('POST', '/api/v1/nodes', { metadata: { name: 'n1' } })
  await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' } })
  const pod = (name: string, nodeName: string, metadata: object = {}, spec: object = {}): object => ({
    metadata: { name, ...metadata },
    spec: { nodeName, containers: [{ name: 'c', image: 'i' }], ...spec },
  })
  for (const [name, nodeName] of [
    ['here', 'n1'],
    ['there', 'n2'],
  ] as const)
    await api.request('POST', `${base}/pods`, pod(name, nodeName))
  const status = { status: { phase: 'Running' } }
  expect(await asNode(api, 'PATCH', `${base}/pods/here/status`, status)).toBe(200)
  expect(await asNode(api, 'PATCH', `${base}/pods/there/status`, status)).toBe(
    'pods "there" is forbidden: node "n1" can only update pod status for pods with spec.nodeName set to itself',
  )
  expect(await asNode(api, 'PATCH', `${base}/pods/here/status`, { metadata: { labels: { a: 'b' } } })).toBe(
    'pods "here" is forbidden: node "n1" cannot update labels through pod status',
  )
  expect(await asNode(api, 'PATCH', `${base}/pods/here`, { metadata: { labels: { a: 'b' } } })).toBe(
    'pods "here" is forbidden: unexpected operation "UPDATE", node "n1" can only create and delete mirror pods',
  )
  expect(await asNode(api, 'POST', `${base}/pods`, pod('new', 'n1'))).toBe(
    'pods "new" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  )
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: node.metadata.uid, controller: true }
  const mirror = { annotations: { 'kubernetes.io/config.mirror': 'h' }, ownerReferences: [owner] }
  expect(await asNode(api, 'POST', `${base}/pods`, pod('m', 'n1', mirror, { volumes: [{ name: 'v', configMap: { name: 'c' } }] }))).toBe(
    'pods "m" is forbidden: node "n1" can not create pods that reference configmaps',
  )
  expect(await asNode(api, 'POST', `${base}/pods`, pod('m', 'n1', mirror))).toBe(201)
  expect(await asNode(api, 'DELETE', `${base}/pods/there`)).toBe(
    'pods "there" is forbidden: node "n1" can only delete pods with spec.nodeName set to itself',
  )
  expect(await asNode(api, 'POST', `${base}/pods/there/eviction`, { metadata: { name: 'there' } })).toBe(
    'pods "there" is forbidden: node n1 can only evict pods with spec.nodeName set to itself',
  )
  expect(await asNode(api, 'DELETE', `${base}/pods/here`, { gracePeriodSeconds: 0 })).toBe(200)
})

test('tokens: for Pods that run on it, and audiences that they name', async () => {
  await using api = await startTestApiServer(permissive)
  await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' } })
  const sources = [{ serviceAccountToken: { path: 't', audience: 'vault' } }]
  const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', projected: { sources } }] }
  const { json: pod } = await api.request('POST', `${base}/pods`, { metadata: { name: 'p' }, spec })
  const ask = (audiences: readonly string[], ref?: object) =>
    asNode(api, 'POST', `${base}/serviceaccounts/default/token`, { spec: { audiences, boundObjectRef: ref } })
  const refused = (why: string): string => `serviceaccounts "default" is forbidden: ${why}`
  expect(await ask([])).toBe(refused('node requested token not bound to a pod'))
  const ref = { apiVersion: 'v1', kind: 'Pod', name: 'p' }
  expect(await ask([], ref)).toBe(refused('node requested token with a pod binding without a uid'))
  const bound = { ...ref, uid: pod.metadata.uid }
  expect(await ask(['vault'], bound)).toBe(201)
  expect(await ask([], bound)).toBe(201)
  expect(await ask(['a', 'b'], bound)).toBe(refused('node may only request 0 or 1 audiences'))
})

test('leases: its own, in their namespace', async () => {
  await using api = await startTestApiServer(permissive)
  const leases = (namespace: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
  expect(await asNode(api, 'POST', leases('default'), { metadata: { name: 'n1' } })).toBe(
    'leases.coordination.k8s.io "n1" is forbidden: can only access leases in the "kube-node-lease" system namespace',
  )
  expect(await asNode(api, 'POST', leases('kube-node-lease'), { metadata: { name: 'n2' } })).toBe(
    'leases.coordination.k8s.io "n2" is forbidden: can only access node lease with the same name as the requesting node',
  )
  expect(await asNode(api, 'POST', leases('kube-node-lease'), { metadata: { name: 'n1' } })).toBe(201)
})
