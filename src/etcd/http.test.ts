/**
 * What a member answers over plain HTTP, to the byte as etcd 3.6 was seen to answer it: health in its three shapes, headers for pages of
 * other origins, names that it may be asked under; and that an address for metrics has no way to the data.
 */
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EtcdClient } from '../testing/etcd-client.ts'
import { startTestEtcd, type TestEtcd } from '../testing/etcd-server.ts'
import { alarmTypes } from './messages.ts'
import { type EtcdServer, startEtcdServer } from './server.ts'

let etcd: TestEtcd
let split: EtcdServer
beforeAll(async () => {
  etcd = await startTestEtcd()
  const at = { host: '127.0.0.1', port: 0 }
  split = await startEtcdServer(
    etcd.member,
    [
      { ...at, traffic: 'grpc' },
      { ...at, traffic: 'http' },
      { ...at, traffic: 'metrics' },
    ],
    { cors: ['http://a.example'], hostWhitelist: ['here'] },
  )
})
afterAll(async () => {
  await split.close()
  await etcd[Symbol.asyncDispose]()
})

const said = async (path: string, address = etcd.address, init: RequestInit = {}) => {
  const response = await fetch(`http://${address}${path}`, init)
  return `${response.status} ${await response.text()}`
}

test.each([
  ['/livez', '200 ok\n'],
  ['/livez?verbose', '200 [+]serializable_read ok\nok\n'],
  ['/readyz', '200 ok\n'],
  ['/readyz?verbose=false&exclude=non_learner', '200 [+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\nok\n'],
  ['/livez/serializable_read', '200 ok\n'],
  ['/readyz/linearizable_read?verbose&exclude=linearizable_read', '200 [+]linearizable_read ok\nok\n'],
  ['/readyz/nothing', '404 404 page not found\n'],
  ['/livez/serializable_read/', '404 404 page not found\n'],
  ['/livez?exclude=nothing', '200 ok\n'],
])('%s', async (path, answer) => {
  expect(await said(path)).toBe(answer)
})

test('an alarm for space fails /health alone, one for corruption /readyz too, and neither kills', async () => {
  const asked = async () => [
    await said('/health'),
    await said('/readyz?exclude=serializable_read&exclude=non_learner'),
    await said('/livez'),
  ]
  etcd.member.setAlarm(alarmTypes.noSpace, true)
  expect(await asked()).toEqual(['503 {"health":"false","reason":"ALARM NOSPACE"}\n', '200 ok\n', '200 ok\n'])
  expect(await said('/health?exclude=NOSPACE')).toBe('200 {"health":"true","reason":""}')
  etcd.member.setAlarm(alarmTypes.noSpace, false)
  etcd.member.setAlarm(alarmTypes.corrupt, true)
  expect(await asked()).toEqual([
    '503 {"health":"false","reason":"ALARM CORRUPT"}\n',
    '503 [-]data_corruption failed: alarm activated: CORRUPT\n[+]linearizable_read ok\n\n',
    '200 ok\n',
  ])
  etcd.member.setAlarm(alarmTypes.corrupt, false)
})

test('headers, and methods that are refused', async () => {
  const shown = async (path: string, init: RequestInit = {}) => {
    const { status, headers } = await fetch(`http://${etcd.address}${path}`, init)
    return [status, headers.get('allow'), headers.get('content-type'), headers.get('x-content-type-options')]
  }
  expect(await shown('/livez')).toEqual([200, null, 'text/plain; charset=utf-8', 'nosniff'])
  expect(await shown('/health')).toEqual([200, null, 'text/plain; charset=utf-8', null])
  expect(await shown('/', { method: 'POST' })).toEqual([404, null, 'text/plain; charset=utf-8', 'nosniff'])
  for (const path of ['/health', '/version', '/readyz', '/livez/serializable_read'])
    expect(await shown(path, { method: 'POST' })).toEqual([405, 'GET', 'text/plain; charset=utf-8', 'nosniff'])
})

test('pages of any origin may read, or of those that are named', async () => {
  const allowed = async (port: number | undefined, host: string, path: string, method = 'GET') =>
    new Promise<readonly unknown[]>((resolve) => {
      request({ host: '127.0.0.1', port, path, method, headers: { host, origin: 'http://a.example' } }, (response) => {
        resolve([response.statusCode, response.headers['access-control-allow-origin']])
        response.resume()
      }).end()
    })
  const open = Number(etcd.address.split(':')[1])
  expect(await allowed(open, 'any', '/version')).toEqual([200, '*'])
  expect(await allowed(open, 'any', '/v3/kv/range', 'OPTIONS')).toEqual([200, '*'])
  expect(await allowed(open, 'any', '/v3/kv/range')).toEqual([501, '*'])
  const http = split.ports[1]
  expect(await allowed(http, 'here:1', '/version')).toEqual([200, 'http://a.example'])
  expect(await allowed(http, 'elsewhere', '/version')).toEqual([421, undefined])
})

test('a name that HTTP in the clear may not be asked under is told how to be let in', async () => {
  expect(await said('/version', `127.0.0.1:${split.ports[1]}`)).toMatch(
    /^421 \netcd received your request.*--host-whitelist "127.0.0.1"\n/s,
  )
})

test('/debug/vars', async () => {
  const vars = (await (await fetch(`http://${etcd.address}/debug/vars`)).json()) as Record<string, unknown>
  expect(vars).toMatchObject({ cmdline: [], 'raft.status': { raftState: 'StateLeader', lead: etcd.member.memberId.toString(16) } })
})

test('gRPC and HTTP on ports of their own; an address for metrics has no way to the data', async () => {
  const [grpc, http, metrics] = split.ports.map((port) => `127.0.0.1:${port}`) as [string, string, string]
  const range = { method: 'POST', body: '{"key":"YQ=="}' }
  expect(await said('/health', metrics)).toBe('200 {"health":"true","reason":""}')
  expect(await said('/metrics', metrics)).toContain('etcd_server_has_leader 1')
  for (const path of ['/version', '/debug/vars']) expect(await said(path, metrics)).toBe('404 404 page not found\n')
  expect(await said('/v3/kv/range', metrics, range)).toBe('404 404 page not found\n')
  expect(await said('/version', grpc)).toBe('415 invalid gRPC request content-type ""')
  const called = async (address: string) => {
    using client = new EtcdClient(address)
    return await client.range({ key: 'a' }).then(
      () => 'answered',
      () => 'refused',
    )
  }
  expect([await called(grpc), await called(http), await called(metrics)]).toEqual(['answered', 'refused', 'refused'])
})
