/** PodDisruptionBudgets: as objects, and what they make of evictions. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, type Resource, refused } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'
import { createPods, runningPods } from '../pods.ts'
import { replicaSet } from '../workloads.ts'

const api = await connect()
const policy = 'policy/v1'

function budget(name: string, minAvailable: number | string, labels: Json = { foo: 'bar' }): Json {
  return { metadata: { name, labels }, spec: { selector: { matchLabels: labels }, minAvailable } }
}

/** Made, and seen by the controller. */
async function createBudget(budgets: Resource, object: Json): Promise<void> {
  await budgets.create(object)
  await processed(budgets, object.metadata.name)
}

function processed(budgets: Resource, name: string): Promise<Json> {
  return budgets.appears(name, ({ metadata, status }) => (status?.observedGeneration ?? 0) >= metadata.generation)
}

describe.concurrent('disruption budgets', () => {
  test('[sig-apps] DisruptionController Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets [Conformance]', async () => {
    const everywhere = api.of(policy, 'poddisruptionbudgets')
    const budgets = everywhere.in(await api.namespace('disruption'))
    const others = everywhere.in(await api.namespace('disruption-2'))
    const labels = { foo_pdb: 'bar_pdb' }
    const selected = { labelSelector: 'foo_pdb=bar_pdb' }
    await budgets.create(budget('foo', 2, labels))
    await budgets.create(budget('foo2', '1%', labels))
    await others.create(budget('foo3', 2, labels))
    const names = (list: Json) => list.items.map((one: Json) => one.metadata.name).sort()
    expect(names(await everywhere.list(selected))).toEqual(['foo', 'foo2', 'foo3'])
    expect(names(await budgets.list(selected))).toEqual(['foo', 'foo2'])
    await budgets.deleteCollection()
    expect((await budgets.list()).items).toHaveLength(0)
  })

  test('[sig-apps] DisruptionController should create a PodDisruptionBudget [Conformance]', async () => {
    const budgets = api.of(policy, 'poddisruptionbudgets', await api.namespace('disruption'))
    await createBudget(budgets, budget('foo', '1%'))
    const updated = await budgets.change('foo', (copy) => {
      copy.spec.minAvailable = '2%'
    })
    expect(updated.spec.minAvailable).toBe('2%')
    expectResourceVersion(updated)
    await processed(budgets, 'foo')
    const patched = await budgets.patch('foo', { spec: { minAvailable: '3%' } })
    expect(patched.spec.minAvailable).toBe('3%')
    expectLater(patched, updated)
    await processed(budgets, 'foo')
    await budgets.delete('foo')
    expect(await budgets.find('foo')).toBeUndefined()
  })

  test('[sig-apps] DisruptionController should update/patch PodDisruptionBudget status [Conformance]', async () => {
    const namespace = await api.namespace('disruption')
    const budgets = api.of(policy, 'poddisruptionbudgets', namespace)
    await createBudget(budgets, budget('foo', 1))
    await createPods(api, namespace, 1)
    const [pod] = await runningPods(api, namespace, 1)
    const { name } = pod.metadata
    await budgets.change(
      'foo',
      (copy) => {
        copy.status.disruptedPods = { [name]: new Date().toISOString().replace(/\.\d+/, '') }
      },
      'status',
    )
    expect((await budgets.get('foo', 'status')).status.disruptedPods).toHaveProperty(name)
    const patched = await budgets.patch('foo', { status: { disruptedPods: { [name]: null } } }, { subresource: 'status' })
    expect(patched.status.disruptedPods ?? {}).toEqual({})
  })

  test('[sig-apps] DisruptionController should observe PodDisruptionBudget status updated [Conformance]', async () => {
    const namespace = await api.namespace('disruption')
    const budgets = api.of(policy, 'poddisruptionbudgets', namespace)
    await createBudget(budgets, budget('foo', 1))
    await createPods(api, namespace, 3)
    await runningPods(api, namespace, 3)
    await budgets.appears('foo', ({ status }) => status.disruptionsAllowed > 0)
  })

  test('[sig-apps] DisruptionController should block an eviction until the PDB is updated to allow it [Conformance]', async () => {
    const namespace = await api.namespace('disruption')
    const budgets = api.of(policy, 'poddisruptionbudgets', namespace)
    const pods = api.of('v1', 'pods', namespace)
    const evict = ({ metadata: { name } }: Json) =>
      pods.createSub(name, 'eviction', { apiVersion: policy, kind: 'Eviction', metadata: { name } })
    const expectBlocked = async (pod: Json) => {
      const status = await refused(evict(pod))
      expect(status).toMatchObject({ code: 429, reason: 'TooManyRequests' })
      expect(status.details.causes).toContainEqual(expect.objectContaining({ reason: 'DisruptionBudget' }))
    }
    await createBudget(budgets, budget('foo', 3))
    await api.of('apps/v1', 'replicasets', namespace).create(replicaSet({ name: 'rs', replicas: 3, labels: { foo: 'bar' } }))
    const [first] = await runningPods(api, namespace, 3)
    await expectBlocked(first)
    await budgets.change('foo', (copy) => {
      copy.spec.minAvailable = 2
    })
    await runningPods(api, namespace, 3)
    await budgets.appears(
      'foo',
      ({ status }) => status.currentHealthy === 3 && status.desiredHealthy === 2 && status.disruptionsAllowed === 1,
    )
    await evict(first)
    await pods.disappears(first.metadata.name)
    await budgets.patch('foo', { spec: { minAvailable: null, maxUnavailable: 0 } })
    await processed(budgets, 'foo')
    const [another] = await runningPods(api, namespace, 3)
    await expectBlocked(another)
    await budgets.delete('foo')
    await runningPods(api, namespace, 3)
    await evict(another)
  })
})
