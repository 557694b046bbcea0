/**
 * What client-go's reflector does, and so every controller and kubelet: it streams the state and stays on the same watch, goes on where it was when it is cut off,
 * starts again when that is forgotten, and falls back to lists by the page. Over a real socket, with nothing but HTTP.
 */
import { expect, test } from 'vitest'
import { adminToken, type ListeningApiServer, startListeningApiServer } from '../../testing/listening-api-server.ts'

const path = '/api/v1/namespaces/default/configmaps'
const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }
const pageSize = 500

interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly reason: string }[] }
}
interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: Named
}

async function ask(api: ListeningApiServer, query: Record<string, string>, accept = 'application/json'): Promise<Response> {
  return fetch(`${api.url}${path}?${new URLSearchParams(query)}`, { headers: { ...headers, accept } })
}

async function* eventsOf({ body }: Response): AsyncGenerator<WatchEvent> {
  let pending = ''
  for await (const chunk of (body as ReadableStream<Uint8Array>).pipeThrough(
    new TextDecoderStream() as never,
  ) as unknown as AsyncIterable<string>) {
    const lines = (pending + chunk).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line)
  }
}

/** As client-go's: a store, how far it is, and one stream. */
class Reflector {
  readonly store = new Map<string, string>()
  lastVersion = ''
  readonly #api: ListeningApiServer
  #events: AsyncGenerator<WatchEvent> | undefined

  constructor(api: ListeningApiServer) {
    this.#api = api
  }

  /** The state as a stream; resolves when it is whole. The watch then goes on. */
  async watchList(accept?: string): Promise<void> {
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      resourceVersion: this.lastVersion,
      timeoutSeconds: '300',
    }
    this.#events = eventsOf(await ask(this.#api, query, accept))
    const fresh = new Map<string, string>()
    for (;;) {
      const { type, object } = await this.#next()
      if (type === 'ERROR') throw object
      if (type === 'BOOKMARK') {
        if (object.metadata.annotations?.['k8s.io/initial-events-end'] !== 'true') continue
        this.#replace(fresh, object.metadata.resourceVersion)
        return
      }
      fresh.set(object.metadata.name, object.metadata.resourceVersion)
    }
  }

  /** Pages of the newest state, or all of what the cache has. */
  async list(resourceVersion: '0' | ''): Promise<number> {
    const fresh = new Map<string, string>()
    let pages = 0
    let token = ''
    for (;;) {
      const response = await ask(this.#api, { limit: String(pageSize), ...(token === '' ? { resourceVersion } : { continue: token }) })
      const { items, metadata } = (await response.json()) as { items: Named[]; metadata: { resourceVersion: string; continue?: string } }
      for (const item of items) fresh.set(item.metadata.name, item.metadata.resourceVersion)
      pages++
      token = metadata.continue ?? ''
      if (token !== '') continue
      this.#replace(fresh, metadata.resourceVersion)
      return pages
    }
  }

  async watch(timeoutSeconds = '300'): Promise<void> {
    const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: this.lastVersion, timeoutSeconds }
    this.#events = eventsOf(await ask(this.#api, query))
  }

  /** Takes what comes until the store is so, or the stream ends. Throws the Status of an ERROR. */
  async follow(isDone: (self: this) => boolean): Promise<'done' | 'ended'> {
    while (!isDone(this)) {
      const event = await this.#next().catch(() => undefined)
      if (event === undefined) return 'ended'
      const { type, object } = event
      if (type === 'ERROR') throw object
      this.lastVersion = object.metadata.resourceVersion
      if (type === 'DELETED') this.store.delete(object.metadata.name)
      else if (type !== 'BOOKMARK') this.store.set(object.metadata.name, object.metadata.resourceVersion)
    }
    return 'done'
  }

  async stop(): Promise<void> {
    await this.#events?.return(undefined)
  }

  #replace(fresh: ReadonlyMap<string, string>, version: string): void {
    this.store.clear()
    for (const [name, one] of fresh) this.store.set(name, one)
    this.lastVersion = version
  }

  async #next(): Promise<WatchEvent> {
    const { value, done } = await (this.#events as AsyncGenerator<WatchEvent>).next()
    if (done) throw new Error('The stream has ended')
    return value
  }
}

async function create(api: ListeningApiServer, name: string, at = path): Promise<string> {
  const response = await fetch(api.url + at, { method: 'POST', headers, body: JSON.stringify({ metadata: { name } }) })
  expect(response.status).toBe(201)
  return ((await response.json()) as Named).metadata.resourceVersion
}

async function remove(api: ListeningApiServer, name: string): Promise<void> {
  expect((await fetch(`${api.url}${path}/${name}`, { method: 'DELETE', headers })).status).toBe(200)
}

test('a reflector streams the state, knows when it is whole, and stays on the same watch', async () => {
  await using api = await startListeningApiServer()
  const reflector = new Reflector(api)
  await reflector.watchList()
  // Of nothing too there is a bookmark, with a revision to go on from.
  expect([reflector.store.size, reflector.lastVersion]).toEqual([0, expect.stringMatching(/^\d+$/)])
  await create(api, 'a')
  await reflector.follow(({ store }) => store.has('a'))
  await reflector.stop()

  const second = new Reflector(api)
  for (const name of ['b', 'c']) await create(api, name)
  await second.watchList('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1')
  expect([...second.store.keys()]).toEqual(['a', 'b', 'c'])
  await remove(api, 'b')
  await second.follow(({ store }) => !store.has('b'))
  await second.stop()
  expect(api.errors).toEqual([])
})

test('it goes on where it was, also from a bookmark, after which the past may be forgotten', async () => {
  await using api = await startListeningApiServer()
  const reflector = new Reflector(api)
  await create(api, 'a')
  await reflector.watchList()
  await reflector.stop()
  await reflector.watch('3')
  // Nothing of this is for this watch; the bookmark before its end says so.
  const elsewhere = await create(api, 'x', '/api/v1/namespaces/kube-public/configmaps')
  expect(await reflector.follow(({ lastVersion }) => Number(lastVersion) >= Number(elsewhere))).toBe('done')
  expect(await reflector.follow(() => false)).toBe('ended')
  await api.store.compact(Number(reflector.lastVersion))
  await api.hangUp()
  await api.listen()
  await reflector.watch()
  await create(api, 'b')
  await reflector.follow(({ store }) => store.has('b'))
  expect([...reflector.store.keys()]).toEqual(['a', 'b'])
  await reflector.stop()
})

test('what it knew is forgotten: an ERROR 410, and it begins anew', async () => {
  await using api = await startListeningApiServer()
  const reflector = new Reflector(api)
  for (const name of ['a', 'b']) await create(api, name)
  await reflector.watchList()
  await reflector.stop()
  await remove(api, 'a')
  await create(api, 'c')
  await api.store.compact(api.store.revision)
  // It was away for longer than even the newest events are kept.
  reflector.lastVersion = '1'
  await reflector.watch()
  const status = await reflector
    .follow(() => false)
    .then(
      () => undefined,
      (error: Named) => error,
    )
  expect([status?.code, status?.reason]).toEqual([410, 'Expired'])
  // The state may be asked for as of any revision that was: at least as new it is.
  await reflector.watchList()
  expect([...reflector.store.keys()]).toEqual(['b', 'c'])
  await reflector.stop()
})

test('a revision that is still to come is waited for, and then refused with a cause that clients know', async () => {
  await using api = await startListeningApiServer()
  const reflector = new Reflector(api)
  reflector.lastVersion = '999999'
  const status = await reflector.watchList().then(
    () => undefined,
    (error: Named) => error,
  )
  expect([status?.code, status?.reason, status?.details?.causes?.[0]?.reason]).toEqual([504, 'Timeout', 'ResourceVersionTooLarge'])
  // One that comes in time is enough.
  reflector.lastVersion = String(api.store.revision + 1)
  const filled = reflector.watchList()
  await create(api, 'a')
  await filled
  expect([...reflector.store.keys()]).toEqual(['a'])
  await reflector.stop()
})

test('it falls back to lists: all that is cached at once, the newest by the page, then a watch from there', async () => {
  await using api = await startListeningApiServer()
  for (let i = 0; i < pageSize + 20; i++) await create(api, `c${i}`)
  const reflector = new Reflector(api)
  expect([await reflector.list('0'), reflector.store.size]).toEqual([1, pageSize + 20])
  expect([await reflector.list(''), reflector.store.size]).toEqual([2, pageSize + 20])
  await reflector.watch()
  await create(api, 'last')
  await reflector.follow(({ store }) => store.has('last'))
  await reflector.stop()
  // The combination that clients use to find out whether a server streams lists is refused when it makes no sense.
  const refused = await ask(api, { watch: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'Exact', resourceVersion: '1' })
  expect([refused.status, ((await refused.json()) as Named).reason]).toEqual([422, 'Invalid'])
})
