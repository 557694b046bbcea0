/** Requests as clients see flow control: the headers that say where one belongs, 429 where there is no seat, what is counted. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer, type TestRequestOptions } from '../../testing/api-server.ts'
import type { HttpResponse } from '../../wire/http.ts'

const flow = '/apis/flowcontrol.apiserver.k8s.io/v1'
const as = (name: string, ...groups: string[]): TestRequestOptions => ({ peer: { session: { user: { name, groups } } } })

/** Names of FlowSchema and priority level, by the uids in an answer's headers. */
async function whereFrom(api: TestApiServer, { headers }: { readonly headers: HttpResponse['headers'] }): Promise<string> {
  const nameOf = async (plural: string, header: string): Promise<string> => {
    const { json } = await api.request('GET', `${flow}/${plural}`)
    const uid = headers[`x-kubernetes-pf-${header}-uid`]
    return json.items.find((one: { metadata: { uid: string } }) => one.metadata.uid === uid)?.metadata.name
  }
  return `${await nameOf('flowschemas', 'flowschema')} ${await nameOf('prioritylevelconfigurations', 'prioritylevel')}`
}

test('every answer says where its request belongs', async () => {
  await using api = await startTestApiServer()
  const pods = '/api/v1/namespaces/default/pods'
  const where = async (options: TestRequestOptions, path: string, method = 'GET', body?: object): Promise<string> => {
    return whereFrom(api, await api.request(method, path, body, options))
  }
  expect(await where({}, pods)).toBe('exempt exempt')
  expect(await where(as('me'), pods)).toBe('global-default global-default')
  expect(await where(as('me'), '/readyz')).toBe('probes exempt')
  expect(await where(as('me'), '/livez/ping')).toBe('probes exempt')
  expect(await where(as('me'), '/nothere')).toBe('global-default global-default')
  expect(await where(as('system:node:a', 'system:nodes'), '/api/v1/nodes/a')).toBe('system-node-high node-high')
  expect(await where(as('system:node:a', 'system:nodes'), pods)).toBe('system-nodes system')
  expect(await where(as('system:kube-scheduler'), '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x')).toBe(
    'system-leader-election leader-election',
  )
  expect(await where(as('system:kube-scheduler'), pods)).toBe('kube-scheduler workload-high')
  expect(await where(as('system:serviceaccount:kube-system:x', 'system:serviceaccounts'), pods)).toBe(
    'kube-system-service-accounts workload-high',
  )
  expect(await where(as('system:serviceaccount:shop:x', 'system:serviceaccounts'), pods)).toBe('service-accounts workload-low')
  // Also errors do, and watches; who is not let in does not, and what runs for long neither.
  const refused = await api.request('POST', pods, {}, as('me'))
  expect([refused.status, await whereFrom(api, refused)]).toEqual([403, 'global-default global-default'])
  const bad = await api.request('GET', pods, undefined, { headers: { authorization: 'Bearer no' }, peer: { session: {} } })
  expect([bad.status, bad.headers['x-kubernetes-pf-flowschema-uid']]).toEqual([401, undefined])
  const log = await api.request('GET', `${pods}/a/log`)
  expect(log.headers['x-kubernetes-pf-flowschema-uid']).toBeUndefined()
  const impersonated = await api.request('GET', pods, undefined, { headers: { 'impersonate-user': 'them' } })
  expect(await whereFrom(api, impersonated)).toBe('global-default global-default')
})

async function addLevel(api: TestApiServer, limited: object): Promise<void> {
  const made = await api.request('POST', `${flow}/prioritylevelconfigurations`, {
    metadata: { name: 'mine' },
    spec: { type: 'Limited', limited },
  })
  expect(made.status).toBe(201)
  const rules = [
    {
      subjects: [{ kind: 'User', user: { name: 'me' } }],
      resourceRules: [{ verbs: ['*'], apiGroups: [''], resources: ['*'], clusterScope: true, namespaces: ['default'] }],
    },
  ]
  const spec = { priorityLevelConfiguration: { name: 'mine' }, matchingPrecedence: 50, distinguisherMethod: { type: 'ByUser' }, rules }
  expect((await api.request('POST', `${flow}/flowschemas`, { metadata: { name: 'mine' }, spec })).status).toBe(201)
  await api.clock.settled()
}

/** A create whose body does not come until it is let go: it holds its seat. */
function slowCreate(api: TestApiServer, user: string): { letGo(): void; answer: Promise<HttpResponse>; abort(): void } {
  const body = Promise.withResolvers<Uint8Array>()
  const controller = new AbortController()
  const answer = Promise.resolve(
    api.server.handle({
      method: 'POST',
      path: '/api/v1/namespaces/default/configmaps',
      query: '',
      headers: { 'content-type': 'application/json' },
      peer: { address: '127.0.0.1', port: 1, session: { user: { name: user, groups: [] } } },
      signal: controller.signal,
      body: () => body.promise,
    }),
  )
  return { answer, letGo: () => body.resolve(Buffer.from('{"metadata":{"generateName":"a"}}')), abort: () => controller.abort() }
}

async function allow(api: TestApiServer, ...names: string[]): Promise<void> {
  const subjects = names.map((name) => ({ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' }))
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }
  await api.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { metadata: { name: 'all' }, subjects, roleRef })
}

const metric = async (api: TestApiServer, line: string): Promise<string | undefined> => {
  const { text } = await api.request('GET', '/metrics')
  return text
    .split('\n')
    .find((one) => one.startsWith(`apiserver_flowcontrol_${line} `))
    ?.split(' ')
    .at(-1)
}

test('a level of one seat that has no queue turns the second away, in words that say when to come back', async () => {
  await using api = await startTestApiServer()
  await allow(api, 'me')
  await addLevel(api, { nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } })
  const first = slowCreate(api, 'me')
  const second = await api.request('GET', '/api/v1/namespaces/default/configmaps/a', undefined, as('me'))
  expect([second.status, second.text, second.headers['retry-after'], second.headers['content-type']]).toEqual([
    429,
    'Too many requests, please try again later.\n',
    '1',
    'text/plain; charset=utf-8',
  ])
  expect(await whereFrom(api, second)).toBe('mine mine')
  // Others are not concerned, and neither is another namespace.
  expect((await api.request('GET', '/api/v1/namespaces/other/configmaps', undefined, as('me'))).status).toBe(200)
  const labels = 'flow_schema="mine",priority_level="mine"'
  expect(await metric(api, `current_executing_requests{${labels}}`)).toBe('1')
  first.letGo()
  expect((await first.answer).status).toBe(201)
  expect((await api.request('GET', '/api/v1/namespaces/default/configmaps', undefined, as('me'))).status).toBe(200)
  expect(await metric(api, `rejected_requests_total{${labels},reason="concurrency-limit"}`)).toBe('1')
  expect(await metric(api, `dispatched_requests_total{${labels}}`)).toBe('2')
  expect(await metric(api, `current_executing_requests{${labels}}`)).toBe('0')
  expect(await metric(api, `request_execution_seconds_count{${labels},type="regular"}`)).toBe('2')
})

test('where there are queues the second waits until the first is done, or a quarter of a minute', async () => {
  await using api = await startTestApiServer()
  await allow(api, 'me')
  const queuing = { queues: 1, handSize: 1, queueLengthLimit: 2 }
  await addLevel(api, { nominalConcurrencyShares: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Queue', queuing } })
  const first = slowCreate(api, 'me')
  const list = (): Promise<{ status: number }> => api.request('GET', '/api/v1/namespaces/default/configmaps', undefined, as('me'))
  const second = list()
  const third = slowCreate(api, 'me')
  third.letGo()
  const labels = 'flow_schema="mine",priority_level="mine"'
  expect(await metric(api, `current_inqueue_requests{${labels}}`)).toBe('2')
  expect((await list()).status).toBe(429)
  expect(await metric(api, `rejected_requests_total{${labels},reason="queue-full"}`)).toBe('1')
  first.letGo()
  expect([(await first.answer).status, (await second).status, (await third.answer).status]).toEqual([201, 200, 201])

  const fourth = slowCreate(api, 'me')
  const late = list()
  await api.clock.advance(15_000)
  expect((await late).status).toBe(429)
  expect(await metric(api, `rejected_requests_total{${labels},reason="time-out"}`)).toBe('1')
  const gone = slowCreate(api, 'me')
  gone.abort()
  expect((await gone.answer).status).toBe(429)
  fourth.letGo()
  await fourth.answer
  expect((await list()).status).toBe(200)
})

test('a list holds its seat until it is sent, until nobody reads it any more, or for a minute', async () => {
  await using api = await startTestApiServer()
  await allow(api, 'me')
  await addLevel(api, { nominalConcurrencyShares: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } })
  for (let index = 0; index < 300; index++) {
    await api.request('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: `m${index}` }, data: { a: 'x'.repeat(2000) } })
  }
  const list = (signal: AbortSignal): HttpResponse | Promise<HttpResponse> =>
    api.server.handle({
      method: 'GET',
      path: '/api/v1/namespaces/default/configmaps',
      query: '',
      headers: {},
      peer: { address: '127.0.0.1', port: 1, session: { user: { name: 'me', groups: [] } } },
      signal,
      body: () => new Uint8Array(0),
    })
  const reader = new AbortController()
  expect(typeof (await list(reader.signal)).body).toBe('function')
  expect((await list(new AbortController().signal)).status).toBe(429)
  reader.abort()
  const slow = await list(new AbortController().signal)
  expect([slow.status, (await list(new AbortController().signal)).status]).toEqual([200, 429])
  await api.clock.advance(60_000)
  expect((await list(new AbortController().signal)).status).toBe(200)
})

test('turned off, so many requests run at once that read and so many that change, and administrators always', async () => {
  const flags = { priorityAndFairness: false, maxRequestsInflight: 1, maxMutatingRequestsInflight: 1 }
  await using api = await startTestApiServer({ flags })
  await allow(api, 'me')
  const first = slowCreate(api, 'me')
  const turned = slowCreate(api, 'me')
  expect((await turned.answer).status).toBe(429)
  const read = await api.request('GET', '/api/v1/namespaces/default/configmaps', undefined, as('me'))
  expect([read.status, read.headers['x-kubernetes-pf-flowschema-uid']]).toEqual([200, undefined])
  expect((await api.request('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'b' } })).status).toBe(201)
  first.letGo()
  expect((await first.answer).status).toBe(201)
})

test('the limits are shown, and grow while nobody asks for anything', async () => {
  await using api = await startTestApiServer()
  await api.clock.advance(10_000)
  expect(await metric(api, 'nominal_limit_seats{priority_level="workload-low"}')).toBe('245')
  expect(await metric(api, 'lower_limit_seats{priority_level="workload-low"}')).toBe('24')
  expect(await metric(api, 'upper_limit_seats{priority_level="workload-low"}')).toBe('845')
  expect(await metric(api, 'current_limit_seats{priority_level="node-high"}')).toBe('170')
})
