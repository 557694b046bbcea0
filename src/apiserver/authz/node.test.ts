/** What a kubelet may read: its own, and what its own Pods name. The words are those that upstream refuses with. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../testing/api-server.ts'

const base = '/api/v1/namespaces/default'

function asker(api: TestApiServer, node: string) {
  const peer = { session: { user: { name: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] } } }
  /** The status when it may, the reason when it may not. */
  return async (method: string, path: string, body?: object): Promise<unknown> => {
    const { status, json } = await api.request(method, path, body, { peer })
    return status === 403 ? json.message.replace(/^.*?(?:scope|"): ?/s, '') : status
  }
}

const unrelated = (node: string): string => `no relationship found between node '${node}' and this object`

async function withPod(api: TestApiServer, spec: object, metadata: object = {}): Promise<void> {
  await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' } })
  await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'mine' } })
  const made = await api.request('POST', `${base}/pods`, {
    metadata: { name: 'p', ...metadata },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], ...spec },
  })
  expect(made.status).toBe(201)
}

test('Secrets, ConfigMaps, accounts and claims: those that its Pods name, as long as they do', async () => {
  await using api = await startTestApiServer()
  for (const name of ['s', 'pull', 'other']) await api.request('POST', `${base}/secrets`, { metadata: { name } })
  await api.request('POST', `${base}/configmaps`, { metadata: { name: 'm' } })
  await withPod(api, {
    serviceAccountName: 'mine',
    imagePullSecrets: [{ name: 'pull' }],
    containers: [{ name: 'c', image: 'i', envFrom: [{ secretRef: { name: 's' } }, { configMapRef: { name: 'm' } }] }],
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }],
  })
  const [n1, n2] = [asker(api, 'n1'), asker(api, 'n2')]
  for (const path of ['secrets/s', 'secrets/pull', 'configmaps/m', 'serviceaccounts/mine', 'pods/p']) {
    expect([path, await n1('GET', `${base}/${path}`)]).toEqual([path, 200])
    expect([path, await n2('GET', `${base}/${path}`)]).toEqual([path, unrelated('n2')])
  }
  expect(await n1('GET', `${base}/persistentvolumeclaims/claim`)).toBe(404)
  expect(await n1('GET', `${base}/secrets/other`)).toBe(unrelated('n1'))
  // What is not there is refused like what is not its own.
  expect(await n1('GET', `${base}/secrets/nothing`)).toBe(unrelated('n1'))
  expect(await n1('GET', `${base}/secrets?fieldSelector=metadata.name=s`)).toBe(200)
  expect(await n1('GET', `${base}/secrets`)).toBe('No Object name found')
  expect(await n1('GET', '/api/v1/secrets')).toBe('can only read namespaced object of this type')
  expect(await n1('PUT', `${base}/secrets/s`, {})).toBe('can only read resources of this type')
  expect(await n1('GET', `${base}/persistentvolumeclaims`)).toBe('can only get individual resources of this type')
  expect(await n1('POST', `${base}/serviceaccounts/default/token`, {})).toBe(unrelated('n1'))
  await api.request('DELETE', `${base}/pods/p?gracePeriodSeconds=0`)
  expect(await n1('GET', `${base}/secrets/s`)).toBe(unrelated('n1'))
})

test('volumes of its claims, and their secrets; not those that are for a controller', async () => {
  await using api = await startTestApiServer()
  const secret = (name: string): object => ({ name, namespace: 'default' })
  for (const name of ['node', 'controller']) await api.request('POST', `${base}/secrets`, { metadata: { name } })
  const volume = await api.request('POST', '/api/v1/persistentvolumes', {
    metadata: { name: 'pv' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      claimRef: { namespace: 'default', name: 'claim' },
      csi: { driver: 'd', volumeHandle: 'h', nodeStageSecretRef: secret('node'), controllerPublishSecretRef: secret('controller') },
    },
  })
  expect(volume.status).toBe(201)
  const n1 = asker(api, 'n1')
  expect(await n1('GET', '/api/v1/persistentvolumes/pv')).toBe(unrelated('n1'))
  await withPod(api, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }] })
  expect(await n1('GET', '/api/v1/persistentvolumes/pv')).toBe(200)
  expect(await n1('GET', `${base}/secrets/node`)).toBe(200)
  expect(await n1('GET', `${base}/secrets/controller`)).toBe(unrelated('n1'))
})

test('a mirror Pod gives nothing, should one with secrets ever come to be', async () => {
  await using api = await startTestApiServer({ flags: { disabledAdmission: ['ServiceAccount'] } })
  await api.request('POST', `${base}/secrets`, { metadata: { name: 's' } })
  await withPod(api, { imagePullSecrets: [{ name: 's' }] }, { annotations: { 'kubernetes.io/config.mirror': 'x' } })
  expect(await asker(api, 'n1')('GET', `${base}/secrets/s`)).toBe(unrelated('n1'))
})

test('nodes, leases, CSINodes: its own', async () => {
  await using api = await startTestApiServer()
  const n1 = asker(api, 'n1')
  expect(await n1('GET', '/api/v1/nodes/n1')).toBe(404)
  expect(await n1('POST', '/api/v1/nodes', { metadata: { name: 'n1' } })).toBe(201)
  expect(await n1('GET', '/api/v1/nodes?fieldSelector=metadata.name=n1')).toBe(200)
  expect(await n1('GET', '/api/v1/nodes')).toBe("node 'n1' cannot read all nodes, only its own Node object")
  expect(await n1('GET', '/api/v1/nodes/n2')).toBe("node 'n1' cannot read 'n2', only its own Node object")
  expect(await n1('DELETE', '/api/v1/nodes/n1')).toMatch(/^nodes "n1" is forbidden: User "system:node:n1" cannot delete resource "nodes"/)
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
  expect(await n1('GET', `${leases}/n2`)).toBe('can only access node lease with the same name as the requesting node')
  expect(await n1('GET', `${leases}/n1`)).toBe(404)
  expect(await n1('GET', leases)).toBe('can only get, create, update, patch, or delete a node lease')
  expect(await n1('GET', '/apis/storage.k8s.io/v1/csinodes/n2')).toBe('can only access CSINode with the same name as the requesting node')
})

test('Pods are listed and watched by node; other lists are open or closed to all nodes', async () => {
  await using api = await startTestApiServer()
  const n1 = asker(api, 'n1')
  expect(await n1('GET', '/api/v1/pods?fieldSelector=spec.nodeName=n1')).toBe(200)
  expect(await n1('GET', '/api/v1/pods?fieldSelector=spec.nodeName=n2')).toBe('can only list/watch pods with spec.nodeName field selector')
  expect(await n1('GET', '/api/v1/pods')).toBe('can only list/watch pods with spec.nodeName field selector')
  expect(await n1('GET', '/api/v1/services')).toBe(200)
  expect(await n1('GET', '/apis/node.k8s.io/v1/runtimeclasses')).toBe(200)
  expect(await n1('GET', '/apis/apps/v1/deployments')).toMatch(/cannot list resource "deployments"/)
  const nobody = await api.request('GET', '/api/v1/services', undefined, {
    peer: { session: { user: { name: 'system:node:', groups: ['system:nodes'] } } },
  })
  expect([nobody.status, nobody.json.message]).toEqual([403, expect.stringContaining('unknown node for user "system:node:"')])
})

test('a review says why not, and looks at selectors', async () => {
  await using api = await startTestApiServer()
  const review = async (resourceAttributes: object): Promise<unknown> => {
    const spec = { user: 'system:node:n1', groups: ['system:nodes'], resourceAttributes }
    return (await api.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec })).json.status
  }
  expect(await review({ verb: 'get', resource: 'secrets', namespace: 'default', name: 's' })).toEqual({
    allowed: false,
    reason: unrelated('n1'),
  })
  const requirements = [{ key: 'spec.nodeName', operator: 'In', values: ['n1'] }]
  expect(await review({ verb: 'list', resource: 'pods', version: 'v1', fieldSelector: { requirements } })).toEqual({ allowed: true })
  expect(await review({ verb: 'list', resource: 'pods', version: 'v1', fieldSelector: { rawSelector: 'spec.nodeName=n1' } })).toEqual({
    allowed: true,
  })
})
