/** /metrics after a few requests: the names and labels that dashboards ask for. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../testing/api-server.ts'

const maps = '/api/v1/namespaces/default/configmaps'

test('requests are counted by what they were', async () => {
  await using api = await startTestApiServer()
  await api.request('POST', maps, { metadata: { name: 'a' } })
  await api.request('POST', `${maps}?dryRun=All`, { metadata: { name: 'b' } })
  await api.request('GET', `${maps}/a`)
  await api.request('GET', `${maps}/nobody`)
  await api.request('GET', maps)
  const apply = { headers: { 'content-type': 'application/apply-patch+yaml' } }
  await api.request('PATCH', `${maps}/a?fieldManager=me`, { kind: 'ConfigMap', apiVersion: 'v1', data: { a: 'b' } }, apply)
  await api.request('GET', '/readyz')
  await api.request('GET', '/no/such/path')
  // The server's own requests have ended.
  await api.clock.settled()
  const { text, headers } = await api.request('GET', '/metrics')
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  const labels = (code: number, scope: string, verb: string, dryRun = ''): string =>
    `apiserver_request_total{code="${code}",component="apiserver",dry_run="${dryRun}",group="",resource="configmaps",scope="${scope}",subresource="",verb="${verb}",version="v1"} 1`
  for (const line of [
    labels(201, 'resource', 'POST'),
    labels(201, 'resource', 'POST', 'All'),
    labels(200, 'resource', 'GET'),
    labels(404, 'resource', 'GET'),
    labels(200, 'namespace', 'LIST'),
    labels(200, 'resource', 'APPLY'),
    'apiserver_request_total{code="200",component="",dry_run="",group="",resource="",scope="",subresource="/readyz",verb="GET",version=""} 1',
    'apiserver_request_total{code="404",component="",dry_run="",group="",resource="",scope="",subresource="",verb="GET",version=""} 1',
    'apiserver_request_duration_seconds_count{component="apiserver",dry_run="",group="",resource="configmaps",scope="namespace",subresource="",verb="LIST",version="v1"} 1',
    'apiserver_response_sizes_bucket{component="apiserver",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1",le="1000"} 2',
    'apiserver_storage_objects{resource="configmaps"} 1',
    'apiserver_resource_objects{group="apps",resource="deployments"} 0',
    'etcd_requests_total{group="",operation="create",resource="configmaps"} 1',
    'apiserver_audit_event_total 0',
  ])
    expect(text.split('\n')).toContain(line)
  expect(text).toMatch(/^kubernetes_build_info\{.*git_version="v1\.34\..*",.*major="1",minor="34",.*\} 1$/m)
  expect(text).toMatch(
    /^apiserver_admission_step_admission_duration_seconds_count\{operation="CREATE",rejected="false",type="validate"\} \d+$/m,
  )
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m)
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
  expect(names).toEqual([...names].sort())
})

test('reads: each GET is one of the store, a LIST tells how many objects were looked at and how many given out', async () => {
  await using api = await startTestApiServer()
  const maps = '/api/v1/namespaces/default/configmaps'
  for (const name of ['a', 'b', 'c']) await api.request('POST', maps, { metadata: { name, labels: { name } } })
  await api.request('GET', `${maps}/a`)
  await api.request('GET', `${maps}/nobody`)
  await api.request('GET', `${maps}?labelSelector=name=a`)
  await api.request('GET', `${maps}?limit=2`)
  const lines = (await api.request('GET', '/metrics')).text.split('\n')
  for (const line of [
    'etcd_requests_total{group="",operation="get",resource="configmaps"} 2',
    'etcd_requests_total{group="",operation="list",resource="configmaps"} 2',
    'etcd_request_duration_seconds_count{group="",operation="get",resource="configmaps"} 2',
    'apiserver_cache_list_total{group="",index="",resource="configmaps"} 2',
    'apiserver_cache_list_fetched_objects_total{group="",index="",resource="configmaps"} 5',
    'apiserver_cache_list_returned_objects_total{group="",resource="configmaps"} 3',
  ])
    expect(lines).toContain(line)
})

test('/metrics/slis: how health checks went; every check is in the list of paths', async () => {
  await using api = await startTestApiServer()
  await api.request('GET', '/readyz')
  const { text, headers } = await api.request('GET', '/metrics/slis')
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(text).toMatch(/^kubernetes_healthcheck\{name="etcd",type="readyz"\} 1$/m)
  expect(text).toMatch(/^kubernetes_healthchecks_total\{name="etcd",status="success",type="readyz"\} \d+$/m)
  const { paths } = (await api.request('GET', '/')).json as { paths: string[] }
  expect(paths).toEqual(expect.arrayContaining(['/metrics/slis', '/livez/etcd', '/healthz/autoregister-completion', '/readyz/shutdown']))
  for (const path of paths.filter((one) => one.startsWith('/livez')))
    expect([path, (await api.request('GET', path)).status]).toEqual([path, 200])
})

test('requests in flight: the most of this second and the last one', async () => {
  await using api = await startTestApiServer()
  await api.clock.advance(2000)
  const inflight = async (): Promise<string[]> =>
    (await api.request('GET', '/metrics')).text.match(/^apiserver_current_inflight_requests.*$/gm) ?? []
  const line = (kind: string, count: number): string => `apiserver_current_inflight_requests{request_kind="${kind}"} ${count}`
  await Promise.all(['a', 'b', 'c'].map((name) => api.request('POST', '/api/v1/namespaces', { metadata: { name } })))
  await api.clock.advance(1000)
  expect(await inflight()).toEqual([line('mutating', 3), line('readOnly', 1)])
  await api.clock.advance(2000)
  // Only the one that asks.
  expect(await inflight()).toEqual([line('mutating', 0), line('readOnly', 1)])
})

test('a watch is long-running until it ends, and counts then', async () => {
  await using api = await startTestApiServer()
  const line = async (start: string): Promise<string | undefined> =>
    (await api.request('GET', '/metrics')).text.split('\n').find((one) => one.startsWith(start) && one.includes('WATCH'))
  const watch = await api.watch(`${maps}?watch=1`)
  await api.request('POST', maps, { metadata: { name: 'a' } })
  await api.clock.settled()
  const labels = '{component="apiserver",group="",resource="configmaps",scope="namespace",subresource="",verb="WATCH",version="v1"}'
  expect(await line('apiserver_longrunning_requests')).toBe(`apiserver_longrunning_requests${labels} 1`)
  expect(await line('apiserver_request_total')).toBe(undefined)
  const { text } = await api.request('GET', '/metrics')
  expect(text).toContain('apiserver_watch_events_total{group="",resource="configmaps",version="v1"} 1\n')
  watch.stop()
  await watch.ended
  expect(await line('apiserver_longrunning_requests')).toBe(`apiserver_longrunning_requests${labels} 0`)
  expect(await line('apiserver_request_total')).toMatch(/verb="WATCH",version="v1"\} 1$/)
})

test('who asks for what is deprecated is warned, and it is noted', async () => {
  await using api = await startTestApiServer()
  const { headers } = await api.request('GET', '/api/v1/namespaces/default/endpoints/nobody')
  expect(headers.warning).toEqual(['299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'])
  expect((await api.request('GET', '/api/v1/componentstatuses')).headers.warning).toEqual([
    '299 - "v1 ComponentStatus is deprecated in v1.19+"',
  ])
  const { text } = await api.request('GET', '/metrics')
  for (const resource of ['endpoints', 'componentstatuses']) {
    const labels = `group="",removed_release="",resource="${resource}",subresource="",version="v1"`
    expect(text).toContain(`apiserver_requested_deprecated_apis{${labels}} 1\n`)
  }
})

test('what goes through watches is counted for each resource that somebody watches', async () => {
  await using api = await startTestApiServer()
  const watch = await api.watch(`${maps}?watch=1`)
  await api.request('POST', maps, { metadata: { name: 'a' } })
  const { json } = await api.request('PUT', `${maps}/a`, { metadata: { name: 'a' }, data: { a: 'b' } })
  await api.clock.settled()
  const lines = (await api.request('GET', '/metrics')).text
    .split('\n')
    .filter((line) => line.includes('watch_cache') && line.includes('configmaps'))
  const labels = '{group="",resource="configmaps"}'
  expect(lines).toEqual([
    `apiserver_watch_cache_events_dispatched_total${labels} 2`,
    `apiserver_watch_cache_events_received_total${labels} 2`,
    `apiserver_watch_cache_initializations_total${labels} 1`,
    `apiserver_watch_cache_resource_version${labels} ${json.metadata.resourceVersion}`,
    `watch_cache_capacity${labels} 2048`,
  ])
  watch.stop()
})
