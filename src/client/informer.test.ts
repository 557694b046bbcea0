/** Informers on a real API server in memory: what they hold, whom they tell, and how they get over a watch that is lost. */
import { expect, test } from 'vitest'
import { ConfigMap } from '../api/core/config-map.ts'
import { startTestClient } from '../testing/test-client.ts'
import { Informer } from './informer.ts'

const configMap = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): ConfigMap => ({
  metadata: { name, namespace: 'default', labels },
  data,
})

test('an informer holds what is there, and tells of every change in order', async () => {
  await using test = await startTestClient()
  const configMaps = test.client.of(ConfigMap).in('default')
  await configMaps.create(configMap('before'))
  const informer = test.informers.of(ConfigMap)
  await test.informers.synced()
  const heard: string[] = []
  const subscription = informer.subscribe({
    onAdd: ({ metadata }) => heard.push(`+${metadata.name}`),
    onUpdate: ({ data }, old) => heard.push(`~${old.data?.a}→${data?.a}`),
    onDelete: ({ metadata }) => heard.push(`-${metadata.name}`),
  })
  const made = await configMaps.create(configMap('later', { a: '1' }))
  await configMaps.update({ ...made, data: { a: '2' } })
  await configMaps.delete('later')
  await test.clock.settled()
  expect(heard).toEqual(['+before', '+later', '~1→2', '-later'])
  subscription[Symbol.dispose]()
  await configMaps.delete('before')
  await test.clock.settled()
  expect([heard.length, informer.get('default/before')]).toEqual([4, undefined])
  expect(test.complaints).toEqual([])
})

test('indexes follow changes', async () => {
  await using test = await startTestClient()
  const configMaps = test.client.of(ConfigMap).in('default')
  const informer = test.informers.of(ConfigMap)
  informer.addIndex('app', ({ metadata }) => (metadata.labels?.app === undefined ? [] : [metadata.labels.app]))
  const made = await configMaps.create(configMap('one', {}, { app: 'a' }))
  await configMaps.create(configMap('two', {}, { app: 'a' }))
  await test.clock.settled()
  const names = (app: string): unknown => informer.byIndex('app', app).map(({ metadata }) => metadata.name)
  expect(names('a')).toEqual(['one', 'two'])
  await configMaps.update({ ...made, metadata: { ...made.metadata, labels: { app: 'b' } } })
  await test.clock.settled()
  expect([names('a'), names('b'), names('c')]).toEqual([['two'], ['one'], []])
  expect(informer.inNamespace('default').length).toBe(2)
  expect(() => informer.byIndex('nothing', 'a')).toThrow('There is no index "nothing" of configmaps')
})

test('objects are shared and cannot be changed', async () => {
  await using test = await startTestClient()
  const informer = test.informers.of(ConfigMap)
  await test.informers.synced()
  await test.client
    .of(ConfigMap)
    .in('default')
    .create(configMap('a', { k: 'v' }))
  await test.clock.settled()
  const held = informer.get('default/a') as { data: Record<string, string> }
  expect(() => {
    held.data.k = 'w'
  }).toThrow(TypeError)
})

test('after a version that has been compacted the informer lists again and tells the differences', async () => {
  await using test = await startTestClient()
  const configMaps = test.client.of(ConfigMap).in('default')
  await configMaps.create(configMap('stays'))
  await configMaps.create(configMap('goes'))
  const resource = test.client.of(ConfigMap)
  let cuts = 0
  // The connection breaks once; while it is gone the store forgets.
  const flaky: Pick<typeof resource, 'list' | 'watch'> = {
    list: (options) => resource.list(options),
    watch: (options) => (cuts++ === 0 ? broken() : resource.watch(options)),
  }
  const informer = new Informer<ConfigMap>(flaky as typeof resource, { name: 'configmaps', clock: test.clock, log: test.log })
  const heard: string[] = []
  informer.subscribe({
    onAdd: ({ metadata }) => heard.push(`+${metadata.name}`),
    onUpdate: ({ metadata }) => heard.push(`~${metadata.name}`),
    onDelete: ({ metadata }) => heard.push(`-${metadata.name}`),
  })
  test.scope.run('informer', (signal) => informer.run(signal))
  await test.clock.settled()
  expect(heard.filter((one) => one !== '+kube-root-ca.crt')).toEqual(['+goes', '+stays'])
  await configMaps.delete('goes')
  await configMaps.create(configMap('new'))
  await test.api.store.compact(test.api.store.revision)
  await test.clock.advance(1000)
  expect(cuts).toBe(3)
  expect(heard.slice(-2)).toEqual(['+new', '-goes'])
})

async function* broken(): AsyncGenerator<never> {
  yield* []
  throw new Error('connection reset')
}
