/**
 * The official JavaScript client against a running cluster, from its kubeconfig with client certificates: at least one kind of every group and version that is on by
 * default is created, read, listed, replaced, patched and deleted through its typed class, with its subresources; then what is no plain object: reviews, tokens,
 * evictions, bindings; every kind of patch; errors.
 */
import * as k8s from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, type RunningCluster, startCluster } from '../e2e/running-cluster.ts'
import { type TriedKind, triedKinds } from './kinds.ts'

// biome-ignore lint/suspicious/noExplicitAny: methods are found by their names
type Methods = Record<string, (parameters: object, options?: object) => Promise<any>>

const namespace = 'client-node'
let cluster: RunningCluster
let config: k8s.KubeConfig

beforeAll(async () => {
  cluster = await startCluster(['--ephemeral'])
  config = new k8s.KubeConfig()
  config.loadFromFile(cluster.kubeconfig)
  const core = config.makeApiClient(k8s.CoreV1Api)
  await core.createNamespace({ body: { metadata: { name: namespace } } })
  const ask = () => core.listNamespacedServiceAccount({ namespace })
  await eventually('the default service account', ask, ({ items }) => items.length > 0)
})
afterAll(() => cluster[Symbol.asyncDispose]())

const patchOf = (strategy: string): object => k8s.setHeaderOptions('Content-Type', strategy)

/** Conflicts with controllers are met as clients meet them: read again, change again. */
async function retried<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await change()
    } catch (error) {
      if ((error as k8s.ApiException<unknown>).code !== 409 || attempt === 9) throw error
    }
  }
}

async function live({ api, methods, object, subresources }: TriedKind): Promise<void> {
  const client = config.makeApiClient(api as never) as unknown as Methods
  const call = (verb: string, parameters: object, options?: object) =>
    (client[verb] as Methods[string]).call(client, { namespace, ...parameters }, options)
  const { metadata } = object as { metadata?: { name?: string } }
  const own = `${api.name.replace(/^Object/, '')}-${methods}`.toLowerCase()
  const name = metadata?.name ?? own
  const labels = { test: own }
  const labelSelector = `test=${own}`
  const body = { ...object, metadata: { name, labels } }

  const created = await call(`create${methods}`, { body })
  expect([methods, created.metadata.name, typeof created.metadata.uid]).toEqual([methods, name, 'string'])
  expect(created.metadata.creationTimestamp).toBeInstanceOf(Date)
  const list = await call(`list${methods}`, { labelSelector })
  expect(list.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([name])

  await retried(async () => {
    const read = await call(`read${methods}`, { name })
    read.metadata.annotations = { replaced: 'yes' }
    await call(`replace${methods}`, { name, body: read })
  })
  const patched = await call(
    `patch${methods}`,
    { name, body: { metadata: { annotations: { patched: 'yes' } } } },
    patchOf(k8s.PatchStrategy.MergePatch),
  )
  expect([methods, patched.metadata.annotations]).toEqual([methods, expect.objectContaining({ replaced: 'yes', patched: 'yes' })])

  for (const subresource of subresources) {
    const part = `${methods}${subresource[0]?.toUpperCase()}${subresource.slice(1)}`
    if (subresource === 'scale') {
      const scale = await call(`read${part}`, { name })
      expect([part, scale.kind, scale.spec.replicas ?? 0]).toEqual([part, 'Scale', 0])
      await retried(async () => call(`replace${part}`, { name, body: await call(`read${part}`, { name }) }))
      await call(`patch${part}`, { name, body: { spec: { replicas: 0 } } }, patchOf(k8s.PatchStrategy.MergePatch))
      continue
    }
    await retried(async () => call(`replace${part}`, { name, body: await call(`read${part}`, { name }) }))
    const shown = await call(`patch${part}`, { name, body: {} }, patchOf(k8s.PatchStrategy.MergePatch))
    expect([part, shown.metadata.name]).toEqual([part, name])
  }

  const other = { ...body, metadata: { name: name.startsWith('10.') ? '10.78.0.2' : `other-${name}`, labels } }
  await call(`delete${methods}`, { name, body: { gracePeriodSeconds: 0 } })
  // What has its name from its contents cannot have a sister.
  if (metadata?.name === undefined) await call(`create${methods}`, { body: other })
  await call(`deleteCollection${methods}`, { labelSelector })
  const ask = () => call(`list${methods}`, { labelSelector })
  // A ServiceCIDR takes ten seconds to go.
  const isGone = (item: { metadata: { deletionTimestamp?: Date } }): boolean =>
    methods === 'ServiceCIDR' && item.metadata.deletionTimestamp !== undefined
  await eventually(`the end of ${methods}`, ask, ({ items }) => items.every(isGone))
}

describe('every group and version', () => {
  const kinds = triedKinds()

  test.concurrent.each(kinds.map((kind) => [`${kind.api.name.replace(/^Object/, '')} ${kind.methods}`, kind] as const))('%s', (_, kind) =>
    live(kind),
  )

  test('no group or version was forgotten', async () => {
    const groups = await config.makeApiClient(k8s.ApisApi).getAPIVersions()
    const served = groups.groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))
    const tried = new Set([...kinds.map(({ api }) => api.name.replace(/^Object/, '')), 'AuthenticationV1Api', 'AuthorizationV1Api'])
    const classOf = (groupVersion: string): string => {
      const [group = '', version = ''] = groupVersion.split('/')
      const words = group
        .replace('.k8s.io', '')
        .split('.')
        .map((word) => word[0]?.toUpperCase() + word.slice(1))
      return `${words.join('')}${version[0]?.toUpperCase()}${version.slice(1)}Api`
    }
    expect(served.filter((one) => !tried.has(classOf(one)))).toEqual([])
  })
})

test('reviews and tokens', async () => {
  const core = config.makeApiClient(k8s.CoreV1Api)
  const { status } = await core.createNamespacedServiceAccountToken({
    namespace,
    name: 'default',
    body: { spec: { audiences: [], expirationSeconds: 3600 } } as never,
  })
  const authentication = config.makeApiClient(k8s.AuthenticationV1Api)
  const review = await authentication.createTokenReview({ body: { spec: { token: (status as { token: string }).token } } })
  expect(review.status).toMatchObject({ authenticated: true, user: { username: `system:serviceaccount:${namespace}:default` } })
  const me = await authentication.createSelfSubjectReview({ body: {} })
  expect(me.status?.userInfo?.groups).toContain('system:masters')

  const authorization = config.makeApiClient(k8s.AuthorizationV1Api)
  const resourceAttributes = { namespace, verb: 'get', resource: 'pods' }
  expect((await authorization.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } })).status?.allowed).toBe(true)
  expect((await authorization.createSubjectAccessReview({ body: { spec: { user: 'nobody', resourceAttributes } } })).status?.allowed).toBe(
    false,
  )
  const local = await authorization.createNamespacedLocalSubjectAccessReview({
    namespace,
    body: { spec: { user: 'nobody', resourceAttributes } },
  })
  expect(local.status?.allowed).toBe(false)
  const selfRules = await authorization.createSelfSubjectRulesReview({ body: { spec: { namespace } } })
  expect(selfRules.status?.resourceRules?.length).toBeGreaterThan(0)

  // The token is one to log in with.
  const other = new k8s.KubeConfig()
  other.loadFromClusterAndUser(config.getCurrentCluster() as k8s.Cluster, { name: 'sa', token: (status as { token: string }).token })
  const error = await other
    .makeApiClient(k8s.CoreV1Api)
    .listNamespacedSecret({ namespace })
    .then(
      () => undefined,
      (one) => one,
    )
  expect(error.code).toBe(403)
  expect(JSON.parse(error.body).message).toBe(
    `secrets is forbidden: User "system:serviceaccount:${namespace}:default" cannot list resource "secrets" in API group "" in the namespace "${namespace}"`,
  )
})

test('a Pod is bound, evicted and gone', async () => {
  const core = config.makeApiClient(k8s.CoreV1Api)
  const [node] = (await core.listNode()).items
  await core.createNamespacedPod({
    namespace,
    body: { metadata: { name: 'bound' }, spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'i' }] } },
  })
  await core.createNamespacedPodBinding({
    namespace,
    name: 'bound',
    body: { metadata: { name: 'bound' }, target: { kind: 'Node', name: node?.metadata?.name as string } },
  })
  const read = () => core.readNamespacedPod({ namespace, name: 'bound' })
  await eventually('a running Pod', read, ({ status }) => status?.phase === 'Running')
  await core.createNamespacedPodEviction({
    namespace,
    name: 'bound',
    body: { metadata: { name: 'bound' }, deleteOptions: { gracePeriodSeconds: 0 } },
  })
  await eventually(
    'no Pod',
    () =>
      read().then(
        () => true,
        (error) => error.code !== 404,
      ),
    (isThere) => !isThere,
  )
})

test('all kinds of patches', async () => {
  const apps = config.makeApiClient(k8s.AppsV1Api)
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  await apps.createNamespacedDeployment({
    namespace,
    body: { metadata: { name: 'patched' }, spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template } },
  })
  const patch = (strategy: string, body: object, more: object = {}) =>
    apps.patchNamespacedDeployment({ namespace, name: 'patched', body, ...more }, patchOf(strategy) as never)
  const containers = (deployment: k8s.V1Deployment) =>
    deployment.spec?.template.spec?.containers.map(({ name, image }) => `${name}=${image}`)
  const strategic = await patch(k8s.PatchStrategy.StrategicMergePatch, {
    spec: { template: { spec: { containers: [{ name: 'd', image: 'j' }] } } },
  })
  expect(containers(strategic)).toEqual(['d=j', 'c=i'])
  const json = await patch(k8s.PatchStrategy.JsonPatch, [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'k' }])
  expect(containers(json)).toEqual(['d=k', 'c=i'])
  const merged = await patch(k8s.PatchStrategy.MergePatch, { spec: { template: { spec: { containers: [{ name: 'e', image: 'l' }] } } } })
  expect(containers(merged)).toEqual(['e=l'])
  const intent = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'patched', labels: { applied: 'yes' } },
    spec: { replicas: 1 },
  }
  const refused = await patch(k8s.PatchStrategy.ServerSideApply, intent, { fieldManager: 'me' }).then(
    () => undefined,
    (error) => error,
  )
  expect([refused.code, JSON.parse(refused.body).details.causes[0].field]).toEqual([409, '.spec.replicas'])
  const applied = await patch(k8s.PatchStrategy.ServerSideApply, intent, { fieldManager: 'me', force: true })
  expect([
    applied.spec?.replicas,
    applied.metadata?.managedFields?.some(({ manager, operation }) => manager === 'me' && operation === 'Apply'),
  ]).toEqual([1, true])
  await apps.deleteNamespacedDeployment({ namespace, name: 'patched' })
})

test('objects without a class of their own', async () => {
  const objects = k8s.KubernetesObjectApi.makeApiClient(config)
  const spec = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'generic', namespace }, data: { a: '1' } }
  const created = await objects.create(spec)
  expect(created).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } })
  expect(
    await objects.patch({ ...spec, data: { b: '2' } }, undefined, undefined, undefined, undefined, k8s.PatchStrategy.MergePatch),
  ).toMatchObject({ data: { a: '1', b: '2' } })
  expect(await objects.replace({ ...spec, data: { c: '3' } })).toMatchObject({ data: { c: '3' } })
  expect(await objects.read(spec)).toMatchObject({ data: { c: '3' } })
  expect((await objects.list('v1', 'ConfigMap', namespace)).items.map(({ metadata }) => metadata?.name)).toContain('generic')
  expect(await objects.delete(spec)).toMatchObject({ status: 'Success', details: { name: 'generic', kind: 'configmaps' } })
})

test('errors are ApiExceptions with a Status', async () => {
  const core = config.makeApiClient(k8s.CoreV1Api)
  const failed = async (call: Promise<unknown>): Promise<unknown[]> => {
    const error = await call.then(
      () => undefined,
      (one) => one,
    )
    expect(error).toBeInstanceOf(k8s.ApiException)
    const { kind, reason, code, message } = JSON.parse(error.body)
    return [error.code, kind, code, reason, message]
  }
  expect(await failed(core.readNamespacedPod({ namespace, name: 'nope' }))).toEqual([
    404,
    'Status',
    404,
    'NotFound',
    'pods "nope" not found',
  ])
  expect(await failed(core.createNamespace({ body: { metadata: { name: namespace } } }))).toEqual([
    409,
    'Status',
    409,
    'AlreadyExists',
    `namespaces "${namespace}" already exists`,
  ])
  const invalid = await failed(core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'Not_valid' } } }))
  expect(invalid.slice(0, 4)).toEqual([422, 'Status', 422, 'Invalid'])
})
