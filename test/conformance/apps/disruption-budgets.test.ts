/** PodDisruptionBudgets: as objects, and what they make of evictions. */
import { describe, expect, test } from 'vitest'
import { connect, type Json } from '../api.ts'

const api = await connect()
const policy = 'policy/v1'

function budget(name: string, minAvailable: number | string, labels: Json = { foo: 'bar' }): Json {
  return { metadata: { name, labels }, spec: { selector: { matchLabels: labels }, minAvailable } }
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
})
