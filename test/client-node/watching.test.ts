/**
 * Watch and Informer of the official JavaScript client against a server behind a real socket: events of every type, selectors, a server that
 * goes away and comes back, and one that has forgotten in between what the informer knew.
 */
import * as k8s from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { adminToken, type ListeningApiServer, startListeningApiServer } from '../../src/testing/listening-api-server.ts'

const namespace = 'default'
const path = `/api/v1/namespaces/${namespace}/configmaps`
const merge = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch)

function configOf({ url }: ListeningApiServer): k8s.KubeConfig {
  const config = new k8s.KubeConfig()
  config.loadFromClusterAndUser({ name: 'c', server: url, skipTLSVerify: true }, { name: 'admin', token: adminToken })
  return config
}

/** What has been said, and a wait until so much of it has. */
class Heard {
  readonly #lines: string[] = []
  #wake: () => void = () => {}

  say(line: string): void {
    this.#lines.push(line)
    this.#wake()
  }
  async lines(count: number): Promise<readonly string[]> {
    while (this.#lines.length < count) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#lines
  }
  async until(line: string): Promise<void> {
    while (!this.#lines.includes(line)) await new Promise<void>((resolve) => (this.#wake = resolve))
  }
}

test('Watch: events with their objects, for a selection, until it is aborted', async () => {
  await using api = await startListeningApiServer()
  const config = configOf(api)
  const core = config.makeApiClient(k8s.CoreV1Api)
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'a', labels: { x: '1' } } } })
  const heard = new Heard()
  const query = { labelSelector: 'x=1', allowWatchBookmarks: true, timeoutSeconds: 60 }
  const ended = Promise.withResolvers<unknown>()
  const request = await new k8s.Watch(config).watch(
    path,
    query,
    (type, object) => heard.say(`${type} ${object.metadata.name ?? object.metadata.annotations['k8s.io/initial-events-end']}`),
    (error) => ended.resolve(error),
  )
  await heard.lines(2)
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'other' } } })
  await core.patchNamespacedConfigMap({ namespace, name: 'a', body: { data: { b: '1' } } }, merge)
  await core.patchNamespacedConfigMap({ namespace, name: 'a', body: { metadata: { labels: { x: '2' } } } }, merge)
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'b', labels: { x: '1' } } } })
  await core.deleteNamespacedConfigMap({ namespace, name: 'b' })
  expect(await heard.lines(6)).toEqual(['ADDED a', 'BOOKMARK true', 'MODIFIED a', 'DELETED a', 'ADDED b', 'DELETED b'])
  request.abort()
  await ended.promise
  expect(api.errors).toEqual([])
})

test('Watch: what is too old is an ERROR event, what is wrong is an HTTP error', async () => {
  await using api = await startListeningApiServer()
  const config = configOf(api)
  const core = config.makeApiClient(k8s.CoreV1Api)
  for (const name of ['a', 'b']) await core.createNamespacedConfigMap({ namespace, body: { metadata: { name } } })
  await api.store.compact(api.store.revision)
  const watch = async (query: Record<string, string>): Promise<unknown> => {
    const ended = Promise.withResolvers<unknown>()
    let status: unknown
    await new k8s.Watch(config).watch(
      path,
      query,
      (type, object) => (status = [type, object.code, object.reason]),
      (error) => ended.resolve(error),
    )
    const error = (await ended.promise) as { statusCode?: number } | null
    return status ?? error?.statusCode
  }
  expect(await watch({ resourceVersion: '2' })).toEqual(['ERROR', 410, 'Expired'])
  expect(await watch({ resourceVersion: 'abc' })).toBe(500)
  expect(await watch({ labelSelector: 'a b' })).toBe(400)
})

test('Informer: a server that goes away is found again, and nothing was missed, though it forgot', async () => {
  await using api = await startListeningApiServer()
  const config = configOf(api)
  const core = config.makeApiClient(k8s.CoreV1Api)
  const create = (name: string, data = {}) => core.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data } })
  await create('a')
  await create('gone')
  const heard = new Heard()
  const informer = k8s.makeInformer(config, path, () => core.listNamespacedConfigMap({ namespace }))
  for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, ({ metadata }) => heard.say(`${verb} ${metadata?.name}`))
  informer.on('error', () => {
    heard.say('error')
    setTimeout(() => void informer.start(), 20)
  })
  await informer.start()
  await create('b')
  await heard.until('add b')
  await core.patchNamespacedConfigMap({ namespace, name: 'a', body: { data: { x: '1' } } }, merge)
  await heard.until('update a')

  // First a short absence: the informer goes on where it was.
  await api.hangUp()
  await api.listen()
  await create('c')
  await heard.until('add c')

  // Then a long one, in which things happen that nobody will tell any more.
  await api.hangUp()
  const revision = () => api.store.revision
  await api.store.transact({ compare: [], then: [{ do: 'delete', range: { start: '/registry/configmaps/default/gone' } }] })
  await api.store.compact(revision())
  await api.listen()
  await heard.until('delete gone')
  await create('d')
  await heard.until('add d')
  expect(
    informer
      .list(namespace)
      .map(({ metadata }) => metadata?.name)
      .sort(),
  ).toEqual(['a', 'b', 'c', 'd'])
  expect(informer.get('a', namespace)).toMatchObject({ data: { x: '1' } })
  await informer.stop()
  expect(api.errors).toEqual([])
})
