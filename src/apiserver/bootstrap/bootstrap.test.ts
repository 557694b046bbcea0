/** What every cluster has: there after the first start, untouched by the second, put right when it is not. */
import { expect, test } from 'vitest'
import { logTo } from '../../std/log.ts'
import { VirtualClock } from '../../std/virtual-clock.ts'
import { openEmbeddedStore } from '../../store/embedded.ts'
import { startTestApiServer } from '../../testing/api-server.ts'

const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles'

test('a second start changes nothing but what is wrong', async () => {
  const warnings: string[] = []
  const log = logTo((level, message) => void (level === 'debug' || warnings.push(message)))
  const store = await openEmbeddedStore({ clock: new VirtualClock(), log })
  const first = await startTestApiServer({ store, log })
  const names = (await first.request('GET', roles)).json.items.map((role: { metadata: { name: string } }) => role.metadata.name)
  expect(names).toContain('cluster-admin')
  expect(names).toContain('system:controller:replicaset-controller')
  for (const ns of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    expect((await first.request('GET', `/api/v1/namespaces/${ns}`)).status).toBe(200)
  }
  await first.server.close()

  const { revision } = store
  const second = await startTestApiServer({ store, log })
  expect(store.revision).toBe(revision)
  const headers = { 'content-type': 'application/merge-patch+json' }
  await second.request('PATCH', `${roles}/system:discovery`, { rules: [] }, { headers })
  await second.server.close()

  const third = await startTestApiServer({ store, log, flags: { advertiseAddress: '10.1.2.3' } })
  expect((await third.request('GET', `${roles}/system:discovery`)).json.rules.length).toBeGreaterThan(0)
  const endpoints = await third.request('GET', '/api/v1/namespaces/default/endpoints/kubernetes')
  expect(endpoints.json.subsets[0].addresses[0].ip).toBe('10.1.2.3')
  expect(warnings).toEqual([])
  await third[Symbol.asyncDispose]()
})
