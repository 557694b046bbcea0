/** /scale: read, replaced, patched, applied; who owns the replicas then, and what is said of wrong ones. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../../testing/api-server.ts'

const deployments = '/apis/apps/v1/namespaces/default/deployments'
const path = `${deployments}/web/scale`

async function withDeployment() {
  const api = await startTestApiServer()
  const labels = { a: 'b' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const spec = { replicas: 1, selector: { matchLabels: labels }, template }
  const headers = { 'user-agent': 'maker/1' }
  await api.request('POST', deployments, { metadata: { name: 'web' }, spec }, { headers })
  return api
}

async function send(api: TestApiServer, method: string, url: string, body: object, type = 'application/json', manager = 'scaler') {
  const { status, json, headers } = await api.request(method, url, body, {
    headers: { 'content-type': type, 'user-agent': `${manager}/1` },
  })
  return { status, message: json.message, replicas: json.spec?.replicas, warning: headers.warning }
}

interface Entry {
  readonly manager: string
  readonly operation: string
  readonly subresource?: string
  readonly apiVersion: string
  readonly fieldsV1: { readonly 'f:spec'?: Readonly<Record<string, unknown>> }
}

async function ownersOfReplicas(api: TestApiServer): Promise<unknown> {
  const { json } = await api.request('GET', `${deployments}/web`)
  return json.metadata.managedFields
    .filter((entry: Entry) => entry.fieldsV1['f:spec']?.['f:replicas'])
    .map(({ manager, operation, subresource, apiVersion }: Entry) => [manager, operation, subresource, apiVersion])
}

const applying = 'application/apply-patch+yaml'
const scale = (replicas: number, metadata: object = { name: 'web' }): object => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata,
  spec: { replicas },
})

test('apply: who has the replicas must be forced to let go, and loses nothing else', async () => {
  await using api = await withDeployment()
  expect(await ownersOfReplicas(api)).toEqual([['maker', 'Update', undefined, 'apps/v1']])
  const refused = await send(api, 'PATCH', `${path}?fieldManager=hpa`, scale(3), applying)
  expect([refused.status, refused.message]).toEqual([
    409,
    'Apply failed with 1 conflict: conflict with "maker" using autoscaling/v1: .spec.replicas',
  ])
  expect(await send(api, 'PATCH', `${path}?fieldManager=hpa&force=true`, scale(3), applying)).toMatchObject({ status: 200, replicas: 3 })
  expect(await ownersOfReplicas(api)).toEqual([['hpa', 'Apply', 'scale', 'apps/v1']])
  const { json } = await api.request('GET', `${deployments}/web`)
  const maker = json.metadata.managedFields.find((entry: Entry) => entry.manager === 'maker')
  expect(Object.keys(maker.fieldsV1['f:spec'])).toContain('f:template')
  // Again and again is the same as once.
  expect(await send(api, 'PATCH', `${path}?fieldManager=hpa`, scale(4), applying)).toMatchObject({ status: 200, replicas: 4 })
})

test('replace and patch: owned through the Scale', async () => {
  await using api = await withDeployment()
  expect(await send(api, 'PATCH', path, { spec: { replicas: 2 } }, 'application/merge-patch+json')).toMatchObject({ replicas: 2 })
  expect(await ownersOfReplicas(api)).toEqual([['scaler', 'Update', 'scale', 'apps/v1']])
  expect(await send(api, 'PUT', path, { ...scale(5), other: 1 })).toMatchObject({
    status: 200,
    replicas: 5,
    warning: ['299 - "unknown field \\"other\\""'],
  })
})

test('what is refused', async () => {
  await using api = await withDeployment()
  const { json } = await api.request('GET', path)
  const cases: readonly (readonly [metadata: object, replicas: number, status: number, message: string])[] = [
    [{ name: 'web' }, -1, 422, 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    [{ name: 'other' }, 1, 400, 'the name of the object (other) does not match the name on the URL (web)'],
    [{ name: 'web', namespace: 'x' }, 1, 400, 'the namespace of the provided object does not match the namespace sent on the request'],
    [
      { name: 'web', uid: 'x' },
      1,
      409,
      `Operation cannot be fulfilled on deployments/scale.apps "web": Precondition failed: UID in precondition: x, UID in object meta: ${json.metadata.uid}`,
    ],
    [
      { name: 'web', resourceVersion: '1' },
      1,
      409,
      'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    ],
  ]
  for (const [metadata, replicas, status, message] of cases) {
    const answer = await send(api, 'PUT', path, scale(replicas, metadata))
    expect([answer.status, answer.message]).toEqual([status, message])
  }
  const missing = await send(api, 'PATCH', `${deployments}/none/scale`, { spec: { replicas: 1 } }, 'application/merge-patch+json')
  expect([missing.status, missing.message]).toEqual([404, 'deployments.apps "none" not found'])
  expect((await api.request('GET', `${deployments}/none/scale`)).json.message).toBe('deployments.apps "none" not found')
})
