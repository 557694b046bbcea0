/** Changes of Pods through their endpoints: the main resource, ephemeralcontainers, resize and status, with generations and words. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../testing/api-server.ts'

const pods = '/api/v1/namespaces/default/pods'
const strategic = { headers: { 'content-type': 'application/strategic-merge-patch+json' } }

async function startWithPod(): Promise<TestApiServer> {
  const api = await startTestApiServer()
  await api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const container = { name: 'c', image: 'nginx', resources: { requests: { cpu: '100m' } } }
  const { status } = await api.request('POST', pods, { metadata: { name: 'a' }, spec: { containers: [container] } })
  expect(status).toBe(201)
  return api
}

test('a new image is a new generation; anything else is refused', async () => {
  await using api = await startWithPod()
  const { json } = await api.request('PATCH', `${pods}/a`, { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } }, strategic)
  expect(json).toMatchObject({ metadata: { generation: 2 }, spec: { containers: [{ image: 'nginx:2', imagePullPolicy: 'Always' }] } })
  const refused = await api.request('PATCH', `${pods}/a`, { spec: { hostname: 'x' } }, strategic)
  expect(refused.status).toBe(422)
  expect(refused.json.message).toMatch(
    /^Pod "a" is invalid: spec: Forbidden: pod updates may not change fields other than `spec\.containers/,
  )
})

test('ephemeral containers come through their endpoint only', async () => {
  await using api = await startWithPod()
  const patch = { spec: { hostname: 'x', ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } }
  expect((await api.request('PATCH', `${pods}/a`, patch, strategic)).status).toBe(422)
  const { json, status } = await api.request('PATCH', `${pods}/a/ephemeralcontainers`, patch, strategic)
  expect(status).toBe(200)
  expect(json.spec.hostname).toBeUndefined()
  expect(json).toMatchObject({
    metadata: { generation: 2 },
    spec: { ephemeralContainers: [{ name: 'debug', terminationMessagePolicy: 'File' }] },
  })
})

test('amounts change through resize only', async () => {
  await using api = await startWithPod()
  const patch = { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '200m' } } }] } }
  expect((await api.request('PATCH', `${pods}/a`, patch, strategic)).status).toBe(422)
  const { json } = await api.request('PATCH', `${pods}/a/resize`, patch, strategic)
  expect(json).toMatchObject({ metadata: { generation: 2 }, spec: { containers: [{ resources: { requests: { cpu: '200m' } } }] } })
  const gone = { spec: { containers: [{ name: 'c', resources: { $patch: 'replace' } }] } }
  expect((await api.request('PATCH', `${pods}/a/resize`, gone, strategic)).json.message).toContain('resource requests cannot be removed')
})

test('a status leaves spec, owners and generation alone', async () => {
  await using api = await startWithPod()
  const patch = {
    metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }] },
    spec: { hostname: 'x' },
    status: { phase: 'Running', podIP: '10.0.0.1', observedGeneration: 1 },
  }
  const { json } = await api.request('PATCH', `${pods}/a/status`, patch, strategic)
  expect(json.metadata.ownerReferences).toBeUndefined()
  expect(json.spec.hostname).toBeUndefined()
  expect(json.metadata.generation).toBe(1)
  expect(json.status).toMatchObject({ phase: 'Running', qosClass: 'Burstable', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] })
})
