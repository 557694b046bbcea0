/** Tables whose rows are not simply the stored object: Scales, and versions other than the stored one. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

const table = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }

test('a Scale has columns of its own', async () => {
  await using api = await startTestApiServer()
  const deployments = '/apis/apps/v1/namespaces/default/deployments'
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  await api.request('POST', deployments, {
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: { a: 'b' } }, template },
  })
  const { json } = await api.request('GET', `${deployments}/web/scale`, undefined, table)
  expect(json.columnDefinitions.map(({ name, type }: { name: string; type: string }) => `${name} ${type}`)).toEqual([
    'Name string',
    'Desired integer',
    'Available integer',
    'Age string',
  ])
  expect(json.rows[0].cells).toEqual(['web', 3, 0, '0s'])
  expect(json.rows[0].object.metadata.name).toBe('web')
  expect((await api.request('GET', `${deployments}/web/scale`)).json.kind).toBe('Scale')
})

test('columns are the same in every version: events', async () => {
  await using api = await startTestApiServer()
  await api.request('POST', '/api/v1/namespaces/default/events', {
    metadata: { name: 'e', namespace: 'default' },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
    type: 'Normal',
    reason: 'Started',
    message: 'Started container c',
    firstTimestamp: '2026-01-02T03:04:00Z',
    lastTimestamp: '2026-01-02T03:04:03Z',
    count: 2,
  })
  const cells = async (path: string): Promise<unknown> => (await api.request('GET', path, undefined, table)).json.rows[0].cells
  const core = await cells('/api/v1/namespaces/default/events')
  expect(core).toEqual(['2s', 'Normal', 'Started', 'pod/p', '', '', 'Started container c', '5s', 2, 'e'])
  expect(await cells('/apis/events.k8s.io/v1/namespaces/default/events')).toEqual(core)
  expect(await cells('/apis/events.k8s.io/v1/namespaces/default/events/e')).toEqual(core)
})

test('columns are the same in every version: autoscalers', async () => {
  await using api = await startTestApiServer()
  const path = (version: string): string => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
  await api.request('POST', path('v1'), {
    metadata: { name: 'web' },
    spec: { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
  })
  for (const version of ['v1', 'v2']) {
    const { json } = await api.request('GET', path(version), undefined, table)
    expect(json.rows[0].cells).toEqual(['web', 'Deployment/web', 'cpu: <unknown>/50%', '1', 3, 0, '0s'])
  }
})
