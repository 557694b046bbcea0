/** Who may what, through the handler: roles, bindings, impersonation, reviews, anonymous requests. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../testing/api-server.ts'

const as = (name: string, groups: readonly string[] = []): { peer: object } => ({
  peer: { address: '10.0.0.1', port: 1, session: { user: { name, groups } } },
})
const rbac = '/apis/rbac.authorization.k8s.io/v1'

async function grant(api: TestApiServer): Promise<void> {
  await api.request('POST', `${rbac}/namespaces/default/roles`, {
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'], resourceNames: [] }],
  })
  await api.request('POST', `${rbac}/namespaces/default/rolebindings`, {
    metadata: { name: 'reader' },
    subjects: [{ kind: 'User', name: 'ann', apiGroup: 'rbac.authorization.k8s.io' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
  })
}

test('nobody may anything until a binding says so', async () => {
  await using api = await startTestApiServer()
  const path = '/api/v1/namespaces/default/configmaps'
  const refused = await api.request('GET', path, undefined, as('ann'))
  expect(refused.status).toBe(403)
  expect(refused.json.message).toBe(
    'configmaps is forbidden: User "ann" cannot list resource "configmaps" in API group "" in the namespace "default"',
  )
  await grant(api)
  expect((await api.request('GET', path, undefined, as('ann'))).status).toBe(200)
  expect((await api.request('GET', '/api/v1/configmaps', undefined, as('ann'))).status).toBe(403)
  expect((await api.request('POST', path, { metadata: { name: 'a' } }, as('ann'))).status).toBe(403)
  await api.request('DELETE', `${rbac}/namespaces/default/rolebindings/reader`)
  expect((await api.request('GET', path, undefined, as('ann'))).status).toBe(403)
})

test('anonymous requests see health and version, and else are asked who they are', async () => {
  await using api = await startTestApiServer()
  const nobody = { peer: { address: '10.0.0.1', port: 1, session: undefined } }
  for (const path of ['/healthz', '/livez', '/readyz', '/version', '/livez/ping']) {
    expect((await api.request('GET', path, undefined, nobody)).status).toBe(200)
  }
  const refused = await api.request('GET', '/api/v1/pods', undefined, nobody)
  expect(refused.status).toBe(401)
  expect(refused.json).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Unauthorized',
    reason: 'Unauthorized',
    code: 401,
  })
  const wrong = await api.request('GET', '/api/v1/pods', undefined, { ...nobody, headers: { authorization: 'Bearer nonsense' } })
  expect(wrong.status).toBe(401)
})

test('impersonation needs the right, and acts as the other', async () => {
  await using api = await startTestApiServer()
  await grant(api)
  const path = '/api/v1/namespaces/default/configmaps'
  const admin = await api.request('GET', path, undefined, { headers: { 'impersonate-user': 'ann' } })
  expect(admin.status).toBe(200)
  const other = await api.request('GET', path, undefined, { headers: { 'impersonate-user': 'bob' } })
  expect(other.json.message).toContain('User "bob" cannot list resource "configmaps"')
  const refused = await api.request('GET', path, undefined, { ...as('ann'), headers: { 'impersonate-user': 'bob' } })
  expect(refused.json.message).toBe(
    'users "bob" is forbidden: User "ann" cannot impersonate resource "users" in API group "" at the cluster scope',
  )
})

test('reviews answer what may be done', async () => {
  await using api = await startTestApiServer()
  await grant(api)
  const review = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const spec = { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'configmaps' } }
  const mine = await api.request('POST', review, { spec }, { headers: { 'impersonate-user': 'ann' } })
  expect(mine.json.status.allowed).toBe(true)
  const admin = await api.request('POST', review, { spec })
  expect(admin.status).toBe(201)
  expect(admin.json.status).toEqual({ allowed: true })
  const other = await api.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec: { ...spec, user: 'ann' } })
  expect(other.json.status).toEqual({
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "reader/default" of Role "reader" to User "ann"',
  })
  const who = await api.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {})
  expect(who.json.status.userInfo).toEqual({ username: 'admin', groups: ['system:masters', 'system:authenticated'] })
  const neither = await api.request('POST', review, { spec: {} })
  expect(neither.json.message).toBe(
    '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
  )
})

test('nobody grants what he does not hold', async () => {
  await using api = await startTestApiServer()
  const roles = `${rbac}/namespaces/default/roles`
  const rule = (resource: string, verbs: readonly string[]): object => ({ apiGroups: [''], resources: [resource], verbs })
  await api.request('POST', `${rbac}/clusterroles`, {
    metadata: { name: 'writer' },
    rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['*'], verbs: ['*'], resourceNames: [] }, rule('pods', ['get'])],
  })
  await api.request(
    'PATCH',
    `${rbac}/clusterroles/writer`,
    { rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['*'], verbs: ['create', 'update', 'get'] }, rule('pods', ['get'])] },
    { headers: { 'content-type': 'application/merge-patch+json' } },
  )
  await api.request('POST', `${rbac}/clusterrolebindings`, {
    metadata: { name: 'writer' },
    subjects: [{ kind: 'User', name: 'bob', apiGroup: 'rbac.authorization.k8s.io' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'writer' },
  })
  const held = await api.request('POST', roles, { metadata: { name: 'a' }, rules: [rule('pods', ['get'])] }, as('bob'))
  expect(held.status).toBe(201)
  const more = await api.request(
    'POST',
    roles,
    { metadata: { name: 'b' }, rules: [rule('pods', ['get', 'list', 'watch'])] },
    as('bob', ['g']),
  )
  expect(more.json.message).toBe(
    'roles.rbac.authorization.k8s.io "b" is forbidden: user "bob" (groups=["g" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}',
  )
  const bound = await api.request(
    'POST',
    `${rbac}/clusterrolebindings`,
    {
      metadata: { name: 'x' },
      subjects: [{ kind: 'User', name: 'bob', apiGroup: 'rbac.authorization.k8s.io' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    },
    as('bob'),
  )
  expect(bound.status).toBe(403)
})

test('the parts of the control plane do what their roles say, and no more', async () => {
  await using api = await startTestApiServer()
  const may = async (user: string, verb: string, group: string, resource: string): Promise<boolean> => {
    const spec = { user, resourceAttributes: { verb, group, resource, namespace: 'kube-system' } }
    return (await api.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec })).json.status.allowed
  }
  expect(await may('system:kube-scheduler', 'list', '', 'pods')).toBe(true)
  expect(await may('system:kube-scheduler', 'list', '', 'secrets')).toBe(false)
  expect(await may('system:kube-scheduler', 'delete', 'apps', 'deployments')).toBe(false)
  expect(await may('system:kube-controller-manager', 'list', 'apps', 'deployments')).toBe(true)
  expect(await may('system:kube-controller-manager', 'delete', 'apps', 'deployments')).toBe(false)
  expect(await may('system:serviceaccount:kube-system:deployment-controller', 'create', 'apps', 'replicasets')).toBe(true)
  expect(await may('system:serviceaccount:kube-system:deployment-controller', 'list', '', 'secrets')).toBe(false)
  expect(await may('system:kube-proxy', 'watch', 'discovery.k8s.io', 'endpointslices')).toBe(true)
  expect(await may('system:kube-proxy', 'get', '', 'secrets')).toBe(false)
})
