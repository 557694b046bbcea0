/** Watches: which events come, in which order, and from where one can start. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, type Resource, sleep, type Watch } from '../api.ts'

const api = await connect()
const key = 'watch-this-configmap'

/** The next event has to be this one. */
async function expectEvent(watch: Watch, type: string, object?: Json): Promise<Json> {
  const event = await watch.next(60_000)
  expect(event?.type).toBe(type)
  if (object !== undefined) expect(event?.object).toEqual(object)
  return event?.object
}

async function expectNoEvent(...watches: readonly Watch[]): Promise<void> {
  // Upstream waits 10 s; whatever would come comes at once.
  await sleep(300)
  for (const watch of watches) expect(await watch.next(0)).toBeUndefined()
}

function mutate(configMaps: Resource, name: string, mutation: string): Promise<Json> {
  return configMaps.change(name, (copy) => {
    copy.data = { ...copy.data, mutation }
  })
}

describe.concurrent('watches', () => {
  test('[sig-api-machinery] Watchers should observe add, update, and delete watch notifications on configmaps [Conformance]', async () => {
    const configMaps = api.of('v1', 'configmaps', await api.namespace('watch'))
    await using watchA = await configMaps.watch({ labelSelector: `${key}=multiple-watchers-A` })
    await using watchB = await configMaps.watch({ labelSelector: `${key}=multiple-watchers-B` })
    await using watchAB = await configMaps.watch({ labelSelector: `${key} in (multiple-watchers-A,multiple-watchers-B)` })
    const both = async (first: Watch, type: string, object?: Json) => {
      await expectEvent(first, type, object)
      await expectEvent(watchAB, type, object)
    }
    const a = { name: 'e2e-watch-test-configmap-a', labels: { [key]: 'multiple-watchers-A' } }
    const b = { name: 'e2e-watch-test-configmap-b', labels: { [key]: 'multiple-watchers-B' } }
    await both(watchA, 'ADDED', await configMaps.create({ metadata: a }))
    await both(watchA, 'MODIFIED', await mutate(configMaps, a.name, '1'))
    await both(watchA, 'MODIFIED', await mutate(configMaps, a.name, '2'))
    await configMaps.delete(a.name)
    await both(watchA, 'DELETED')
    await both(watchB, 'ADDED', await configMaps.create({ metadata: b }))
    await expectNoEvent(watchA)
    await configMaps.delete(b.name)
    await both(watchB, 'DELETED')
    await expectNoEvent(watchA)
  })

  test('[sig-api-machinery] Watchers should be able to start watching from a specific resource version [Conformance]', async () => {
    const configMaps = api.of('v1', 'configmaps', await api.namespace('watch'))
    const name = 'e2e-watch-test-resource-version'
    await configMaps.create({ metadata: { name, labels: { [key]: 'from-resource-version' } } })
    const first = await mutate(configMaps, name, '1')
    const second = await mutate(configMaps, name, '2')
    await configMaps.delete(name)
    await using watch = await configMaps.watch({
      labelSelector: `${key}=from-resource-version`,
      resourceVersion: first.metadata.resourceVersion,
    })
    await expectEvent(watch, 'MODIFIED', second)
    await expectEvent(watch, 'DELETED')
  })

  test('[sig-api-machinery] Watchers should be able to restart watching from the last resource version observed by the previous watch [Conformance]', async () => {
    const configMaps = api.of('v1', 'configmaps', await api.namespace('watch'))
    const name = 'e2e-watch-test-watch-closed'
    const selected = { labelSelector: `${key}=watch-closed-and-restarted` }
    let last: Json
    {
      await using broken = await configMaps.watch(selected)
      const created = await configMaps.create({ metadata: { name, labels: { [key]: 'watch-closed-and-restarted' } } })
      await mutate(configMaps, name, '1')
      await expectEvent(broken, 'ADDED', created)
      last = await expectEvent(broken, 'MODIFIED')
    }
    const second = await mutate(configMaps, name, '2')
    await using restarted = await configMaps.watch({ ...selected, resourceVersion: last.metadata.resourceVersion })
    await configMaps.delete(name)
    await expectEvent(restarted, 'MODIFIED', second)
    await expectEvent(restarted, 'DELETED')
  })

  test('[sig-api-machinery] Watchers should observe an object deletion if it stops meeting the requirements of the selector [Conformance]', async () => {
    const configMaps = api.of('v1', 'configmaps', await api.namespace('watch'))
    const name = 'e2e-watch-test-label-changed'
    const relabel = (value: string) =>
      configMaps.change(name, (copy) => {
        copy.metadata.labels[key] = value
      })
    await using watch = await configMaps.watch({ labelSelector: `${key}=label-changed-and-restored` })
    const created = await configMaps.create({ metadata: { name, labels: { [key]: 'label-changed-and-restored' } } })
    const first = await mutate(configMaps, name, '1')
    const wrong = await relabel('wrong-value')
    await expectEvent(watch, 'ADDED', created)
    await expectEvent(watch, 'MODIFIED', first)
    // The object as it was when it still matched, at the revision at which it no longer did.
    const gone = await expectEvent(watch, 'DELETED')
    expect(gone).toEqual({ ...first, metadata: { ...first.metadata, resourceVersion: wrong.metadata.resourceVersion } })
    await mutate(configMaps, name, '2')
    await expectNoEvent(watch)
    const restored = await relabel('label-changed-and-restored')
    const third = await mutate(configMaps, name, '3')
    await configMaps.delete(name)
    await expectEvent(watch, 'ADDED', restored)
    await expectEvent(watch, 'MODIFIED', third)
    await expectEvent(watch, 'DELETED')
  })

  test('[sig-api-machinery] Watchers should receive events on concurrent watches in same order [Conformance]', async () => {
    const configMaps = api.of('v1', 'configmaps', await api.namespace('watch'))
    let { resourceVersion } = (await configMaps.list()).metadata
    let stopped = false
    const produce = async (): Promise<void> => {
      const names: string[] = []
      for (let step = 0; !stopped; step++) {
        const choice = names.length === 0 ? 0 : Math.floor(Math.random() * 3)
        const chosen = names[Math.floor(Math.random() * names.length)] as string
        if (choice === 0) {
          names.push(`cm-${step}`)
          await configMaps.create({ metadata: { name: `cm-${step}` } })
        } else if (choice === 1) {
          await configMaps.update({ metadata: { name: chosen, labels: { mutated: String(step) } } })
        } else {
          names.splice(names.indexOf(chosen), 1)
          await configMaps.delete(chosen)
        }
        await sleep(5)
      }
    }
    const producing = produce()
    const watches: Watch[] = []
    try {
      for (let count = 0; count < 100; count++) {
        watches.push(await configMaps.watch({ resourceVersion }))
        const seen = await Promise.all(watches.map((watch) => watch.next(10_000)))
        resourceVersion = seen[0]?.object.metadata.resourceVersion
        expect(resourceVersion).toMatch(/^\d+$/)
        expect(new Set(seen.map((event) => event?.object.metadata.resourceVersion))).toEqual(new Set([resourceVersion]))
      }
    } finally {
      stopped = true
      await producing
      await Promise.all(watches.map((watch) => watch[Symbol.asyncDispose]()))
    }
  })
})
