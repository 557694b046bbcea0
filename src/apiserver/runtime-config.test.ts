/** --runtime-config: versions that are off are nowhere until somebody turns them on; then they are another spelling of the same objects. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

const withConfig = (runtimeConfig: Readonly<Record<string, boolean>>) => startTestApiServer({ flags: { runtimeConfig } })
const path = '/apis/networking.k8s.io/v1beta1/servicecidrs'

test('what is off is not found, nor told of', async () => {
  await using api = await startTestApiServer()
  expect((await api.request('GET', path)).status).toBe(404)
  const { json } = await api.request('GET', '/apis/networking.k8s.io')
  expect(json.versions.map(({ version }: { version: string }) => version)).toEqual(['v1'])
})

test.each([
  [{ 'networking.k8s.io/v1beta1': true }, 200],
  [{ 'networking.k8s.io/v1beta1/servicecidrs': true }, 200],
  [{ 'api/beta': true }, 200],
  [{ 'api/alpha': true }, 404],
  [{ 'api/all': true }, 200],
  [{ 'api/all': true, 'api/beta': false }, 404],
])('%o answers %i', async (config, status) => {
  await using api = await withConfig(config as Record<string, boolean>)
  expect((await api.request('GET', path)).status).toBe(status)
})

test('both versions are one object', async () => {
  await using api = await withConfig({ 'api/beta': true })
  const { json } = await api.request('POST', path, { metadata: { name: 'more' }, spec: { cidrs: ['10.200.0.0/24'] } })
  expect([json.apiVersion, json.spec]).toEqual(['networking.k8s.io/v1beta1', { cidrs: ['10.200.0.0/24'] }])
  expect((await api.request('GET', '/apis/networking.k8s.io/v1/servicecidrs/more')).json.apiVersion).toBe('networking.k8s.io/v1')
})
