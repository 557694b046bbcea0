/** What every cluster has is there, and comes back: flow control's objects, APIServices, the `kubernetes` Service. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../testing/api-server.ts'

const flow = '/apis/flowcontrol.apiserver.k8s.io/v1'
const table = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }

test('flow schemas are shown in the order in which they are tried, and none of them dangles', async () => {
  await using api = await startTestApiServer()
  // The first apply loads what applies need, which is not in the clock's hands.
  const apply = { headers: { 'content-type': 'application/apply-patch+yaml' } }
  await api.request('PATCH', '/api/v1/namespaces/default/configmaps/a?fieldManager=me', { kind: 'ConfigMap', apiVersion: 'v1' }, apply)
  await api.clock.settled()
  const { json } = await api.request('GET', `${flow}/flowschemas`, undefined, table)
  const cells = json.rows.map((row: { cells: unknown[] }) => [row.cells[0], row.cells[2], row.cells[5]].join(' '))
  expect(cells).toEqual([
    'exempt 1 False',
    'probes 2 False',
    'system-leader-election 100 False',
    'system-node-high 400 False',
    'system-nodes 500 False',
    'kube-controller-manager 800 False',
    'kube-scheduler 800 False',
    'kube-system-service-accounts 900 False',
    'service-accounts 9000 False',
    'global-default 9900 False',
    'catch-all 10000 False',
  ])
  const one = await api.request('GET', `${flow}/flowschemas/probes`)
  expect(one.json.metadata.annotations).toEqual({ 'apf.kubernetes.io/autoupdate-spec': 'true' })
  expect(
    one.json.metadata.managedFields.map((entry: { manager: string; operation: string }) => `${entry.manager} ${entry.operation}`),
  ).toEqual(['api-priority-and-fairness-config-consumer-v1 Apply', 'api-priority-and-fairness-config-producer-v1 Update'])
})

test('a flow schema without its priority level dangles until there is one', async () => {
  await using api = await startTestApiServer()
  const subjects = [{ kind: 'Group', group: { name: 'g' } }]
  const rules = [{ subjects, nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }]
  await api.request('POST', `${flow}/flowschemas`, {
    metadata: { name: 'mine' },
    spec: { priorityLevelConfiguration: { name: 'late' }, rules },
  })
  const condition = async (): Promise<unknown> => {
    await api.clock.settled()
    const { status, reason, message } = (await api.request('GET', `${flow}/flowschemas/mine`)).json.status.conditions[0]
    return { status, reason, message }
  }
  const words = 'This FlowSchema references the PriorityLevelConfiguration object named "late"'
  expect(await condition()).toEqual({ status: 'True', reason: 'NotFound', message: `${words} but there is no such object` })
  await api.request('POST', `${flow}/prioritylevelconfigurations`, {
    metadata: { name: 'late' },
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
  })
  expect(await condition()).toEqual({ status: 'False', reason: 'Found', message: `${words} and it exists` })
})

test('suggested objects are put right unless a person has taken them over; deleted ones come back', async () => {
  await using api = await startTestApiServer()
  const level = `${flow}/prioritylevelconfigurations`
  const shares = async (name: string): Promise<number> =>
    (await api.request('GET', `${level}/${name}`)).json.spec?.limited.nominalConcurrencyShares
  const patch = { headers: { 'content-type': 'application/merge-patch+json' } }
  const limited = { spec: { limited: { nominalConcurrencyShares: 7 } } }
  await api.request('PATCH', `${level}/system`, limited, patch)
  const taken = { ...limited, metadata: { annotations: { 'apf.kubernetes.io/autoupdate-spec': 'false' } } }
  await api.request('PATCH', `${level}/workload-low`, taken, patch)
  await api.request('DELETE', `${level}/node-high`)
  await api.clock.advance(61_000)
  expect([await shares('system'), await shares('workload-low'), await shares('node-high')]).toEqual([30, 7, 40])
})

test('there is an APIService for each group and version, and none for versions that are served no more', async () => {
  await using api = await startTestApiServer()
  const { json } = await api.request('GET', '/apis/apiregistration.k8s.io/v1/apiservices')
  const names = json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)
  expect(names).toContain('v1.')
  expect(names).toContain('v2.autoscaling')
  expect(names).not.toContain('v1.apiregistration.k8s.io')
  const apps = json.items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === 'v1.apps')
  expect(apps.metadata.labels).toEqual({ 'kube-aggregator.kubernetes.io/automanaged': 'onstart' })
  expect(apps.spec).toEqual({ group: 'apps', version: 'v1', groupPriorityMinimum: 17800, versionPriority: 15 })
  expect(apps.status.conditions).toMatchObject([
    { type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' },
  ])
})

test('the kubernetes Service comes back when somebody deletes it', async () => {
  await using api = await startTestApiServer()
  const path = '/api/v1/namespaces/default/services/kubernetes'
  await api.request('DELETE', path)
  expect((await api.request('GET', path)).status).toBe(404)
  await api.clock.advance(11_000)
  expect((await api.request('GET', path)).json.spec.clusterIP).toBe('10.96.0.1')
})
