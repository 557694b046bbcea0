/** resource.k8s.io/v1beta1 is another shape of the same objects: what is written in one version is read in the other, as JSON and as protobuf. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

const start = () => startTestApiServer({ flags: { runtimeConfig: { 'resource.k8s.io/v1beta1': true } } })
const path = '/apis/resource.k8s.io/v1beta1'
const v1 = '/apis/resource.k8s.io/v1'
const request = { name: 'r', deviceClassName: 'c', allocationMode: 'ExactCount', count: 1, tolerations: [{ key: 'k', operator: 'Equal' }] }
const choice = { name: 'f', firstAvailable: [{ name: 'a', deviceClassName: 'c', allocationMode: 'All' }] }

test.each([
  ['namespaces/default/resourceclaims', (devices: object) => ({ devices })],
  ['namespaces/default/resourceclaimtemplates', (devices: object) => ({ spec: { devices } })],
])('requests of %s', async (resource, spec) => {
  await using api = await start()
  const made = await api.request('POST', `${path}/${resource}`, { metadata: { name: 'a' }, spec: spec({ requests: [request, choice] }) })
  expect([made.status, made.json.message]).toEqual([201, undefined])
  const older = spec({ requests: [request, { ...choice, deviceClassName: '' }] })
  expect(made.json.spec).toMatchObject(older)
  const { name, ...exactly } = request
  expect((await api.request('GET', `${v1}/${resource}/a`)).json.spec).toMatchObject(spec({ requests: [{ name, exactly }, choice] }))
  const protobuf = { accept: 'application/vnd.kubernetes.protobuf' }
  const { bytes } = await api.request('GET', `${path}/${resource}/a`, undefined, { headers: protobuf })
  const put = { 'content-type': 'application/vnd.kubernetes.protobuf' }
  const same = await api.request('PUT', `${path}/${resource}/a`, bytes, { headers: put })
  expect([same.status, same.json]).toEqual([200, made.json])
  // A request that asks for nothing has neither form.
  const refused = await api.request('POST', `${path}/${resource}`, { metadata: { name: 'b' }, spec: spec({ requests: [{ name: 'x' }] }) })
  expect(refused.json.message).toMatch(/requests\[0\]: Required value: exactly one of `exactly` or `firstAvailable` is required$/)
})

test('devices of slices, their node and all nodes', async () => {
  await using api = await start()
  const pool = { name: 'p', resourceSliceCount: 1, generation: 1 }
  const basic = { attributes: { a: { int: 1 } }, capacity: { m: { value: '1Gi' } } }
  const spec = { driver: 'd.example.com', pool, nodeName: 'n', devices: [{ name: 'one', basic }] }
  const made = await api.request('POST', `${path}/resourceslices`, { metadata: { name: 'a' }, spec })
  expect([made.status, made.json.spec]).toEqual([201, spec])
  expect((await api.request('GET', `${v1}/resourceslices/a`)).json.spec).toEqual({ ...spec, devices: [{ name: 'one', ...basic }] })
  const everywhere = { ...spec, nodeName: '', allNodes: true, devices: [{ name: 'one' }] }
  const { json } = await api.request('POST', `${path}/resourceslices`, { metadata: { name: 'b' }, spec: everywhere })
  expect(json.spec).toEqual({ driver: 'd.example.com', pool, allNodes: true, devices: [{ name: 'one', basic: {} }] })
})

test('classes have the same shape', async () => {
  await using api = await start()
  const { json } = await api.request('POST', `${path}/deviceclasses`, { metadata: { name: 'a' }, spec: {} })
  expect([json.apiVersion, json.spec]).toEqual(['resource.k8s.io/v1beta1', {}])
})
