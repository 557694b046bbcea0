/**
 * Pods in namespaces on a test's API server (api-server.ts), for tests of what every kind has from its storage: lists, pages, watches, preconditions.
 * Places are written "shop/web". A Pod here never runs: nothing but the API server and its store is there.
 */
import { startTestApiServer, type TestApiServer, type TestResponse, type TestWatch } from './api-server.ts'

export interface StoredPod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string; readonly uid: string }
}

export interface StoredPods extends TestApiServer {
  create(place: string, more?: { readonly labels?: object; readonly nodeName?: string }): Promise<StoredPod>
  patch(place: string, patch: object): Promise<StoredPod>
  /** At once, without grace. */
  remove(place: string): Promise<TestResponse>
  get(place: string, query?: string): Promise<TestResponse>
  /** Of one namespace, or of all ('' or a query alone); the clock goes on so that waiting for a revision ends. */
  list(namespace: string, query?: string): Promise<TestResponse>
  watchPods(namespace: string, query?: string): Promise<TestWatch>
  /** The revision grows, but by no Pod. */
  increaseRevision(): Promise<number>
}

const merge = { headers: { 'content-type': 'application/merge-patch+json' } }

export function podPath(place: string): string {
  const [namespace = '', name = ''] = place.split('/')
  return `/api/v1/namespaces/${namespace}/pods${name === '' ? '' : `/${name}`}`
}

export async function startWithPods(...namespaces: readonly string[]): Promise<StoredPods> {
  const api = await startTestApiServer()
  // What the server looks after in its first seconds is done then, and revisions are ours alone.
  await api.clock.advance(60_000)
  for (const name of namespaces) {
    await api.request('POST', '/api/v1/namespaces', { metadata: { name } })
    await api.request('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } })
  }
  const must = async (method: string, path: string, body: object, options = {}): Promise<StoredPod> => {
    const { status, json, text } = await api.request(method, path, body, options)
    if (status >= 300) throw new Error(text)
    return json
  }
  const collection = (namespace: string): string => (namespace === '' ? '/api/v1/pods' : podPath(namespace))
  let revisions = 0
  return Object.assign(api, {
    create: (place: string, { labels = {}, nodeName }: { labels?: object; nodeName?: string } = {}) => {
      const [namespace = '', name = ''] = place.split('/')
      const spec = { containers: [{ name: 'c', image: 'i' }], ...(nodeName === undefined ? {} : { nodeName }) }
      return must('POST', podPath(namespace), { metadata: { name, labels }, spec })
    },
    patch: (place: string, patch: object) => must('PATCH', podPath(place), patch, merge),
    remove: (place: string) => api.request('DELETE', podPath(place), { gracePeriodSeconds: 0 }),
    get: (place: string, query = '') => api.request('GET', podPath(place) + query),
    list: async (namespace: string, query = '') => {
      const response = api.request('GET', `${collection(namespace)}?${query}`)
      await api.clock.settled()
      await api.clock.advance(3500)
      return response
    },
    watchPods: async (namespace: string, query = '') => {
      const watch = await api.watch(`${collection(namespace)}?watch=1&${query}`)
      await api.clock.settled()
      return watch
    },
    increaseRevision: async () => {
      const { metadata } = await must('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: `r${revisions++}` } })
      return Number(metadata.resourceVersion)
    },
  })
}

/** "first/bar", in the order of the list. */
export function placesOf({ json }: TestResponse): readonly string[] {
  return json.items.map(({ metadata }: StoredPod) => `${metadata.namespace}/${metadata.name}`)
}

/** "ADDED first/bar", "BOOKMARK". */
export function said(watch: TestWatch): readonly string[] {
  return watch.events.map(({ type, object }) =>
    type === 'BOOKMARK' || type === 'ERROR' ? type : `${type} ${object.metadata.namespace}/${object.metadata.name}`,
  )
}

export function continueAt(revision: number | string, start: string): string {
  return `continue=${Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: Number(revision), start })).toString('base64url')}`
}
