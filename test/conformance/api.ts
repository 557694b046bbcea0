/**
 * What the conformance tests speak: HTTPS and JSON to whatever cluster a kubeconfig names, and nothing else. Objects are plain JSON without
 * our types, so that a test says what is on the wire and the same body runs against any cluster:
 *
 *     const api = await connect()
 *     const namespace = await api.namespace('watch')
 *     const configMaps = api.of('v1', 'configmaps', namespace)
 *     await using watch = await configMaps.watch({ labelSelector: 'a=b' })
 *     await configMaps.create({ metadata: { name: 'one', labels: { a: 'b' } } })
 *     await watch.until('the ConfigMap to come', (event) => event.type === 'ADDED')
 *
 * A refusal rejects with `ApiError`; `refused(call)` hands back its Status.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, inject } from 'vitest'
import { loadContext, type ServerAccess } from '../../src/client/kubeconfig.ts'
import type { Transport } from '../../src/client/transport.ts'
import { httpsTransport } from '../../src/client/transport-https.ts'
import { realClock } from '../../src/std/clock.ts'
import { realDisk } from '../../src/std/real-disk.ts'
import type { HttpHeaders } from '../../src/wire/http.ts'
import { startCluster } from '../e2e/running-cluster.ts'

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind, as they came over the wire
export type Json = any

export interface Answer {
  readonly code: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
  readonly body: Json
}
export interface WatchEvent {
  readonly type: string
  readonly object: Json
}
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
export interface RequestOptions {
  readonly query?: Query
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
}

export class ApiError extends Error {
  readonly code: number
  readonly status: Json
  constructor(request: string, answer: Answer) {
    super(`${request}: ${answer.code} ${answer.body?.message ?? answer.text}`)
    this.code = answer.code
    this.status = answer.body
  }
}

/** The Status that `call` was refused with; an error when it was not refused. */
export async function refused(call: Promise<unknown>): Promise<Json> {
  const result = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if (!('error' in result)) throw new Error(`This should have been refused: ${JSON.stringify(result.value)?.slice(0, 500)}`)
  if (!(result.error instanceof ApiError)) throw result.error
  return result.error.status
}

export function randomName(base: string): string {
  return `${base}-${randomBytes(4).toString('hex')}`
}

/** Asks until the answer is as it should be; for what a cluster does in its own time. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  done: (value: T) => boolean,
  timeoutMs = 30_000,
  pauseMs = 50,
): Promise<T> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const value = await ask()
    if (done(value)) return value
    if (performance.now() > until) throw new Error(`Waited in vain for ${what}. Last seen: ${JSON.stringify(value)?.slice(0, 3000)}`)
    await sleep(pauseMs)
  }
}

export { sleep }

/** Once more with a fresh read, as clients do, when somebody else was quicker. */
export async function retryOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 10; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 409 || left === 0) throw error
    }
  }
}

const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

export interface PatchOptions {
  readonly type?: keyof typeof patchTypes
  readonly subresource?: string
  readonly query?: Query
}

export class Api implements AsyncDisposable {
  readonly #transport: Transport
  readonly #headers: HttpHeaders
  readonly #namespaces: string[] = []
  /** Where a kubectl finds the same cluster. */
  readonly kubeconfig: string
  readonly access: ServerAccess

  constructor(transport: Transport, kubeconfig: string, access: ServerAccess, headers: HttpHeaders = {}) {
    this.#transport = transport
    this.kubeconfig = kubeconfig
    this.access = access
    this.#headers = headers
  }

  /** The same cluster, asked in somebody else's name. */
  as(user: string, { groups = [], uid }: { readonly groups?: readonly string[]; readonly uid?: string } = {}): Api {
    return new Api(this.#transport, this.kubeconfig, this.access, {
      'impersonate-user': user,
      // One header for each group: a list is what Node makes that of.
      ...(groups.length === 0 ? {} : { 'impersonate-group': groups as unknown as string }),
      ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
    })
  }

  /** Any request; a refusal is an answer too. */
  async ask(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const answer = await this.#transport.send(this.#request(method, path, options))
    const text = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body)
    return { code: answer.status, headers: answer.headers, text, body: parsed(text) }
  }

  async request(method: string, path: string, options: RequestOptions = {}): Promise<Json> {
    const answer = await this.ask(method, path, options)
    if (answer.code >= 300) throw new ApiError(`${method} ${path}`, answer)
    return answer.body
  }

  get(path: string, options: RequestOptions = {}): Promise<Json> {
    return this.request('GET', path, options)
  }

  async watch(path: string, query: Query = {}): Promise<Watch> {
    const abort = new AbortController()
    const request = this.#request('GET', path, { query: { ...query, watch: true } })
    const answer = await this.#transport.open({ ...request, signal: abort.signal })
    if (answer.status !== 200) {
      let text = ''
      for await (const chunk of answer.chunks) text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
      throw new ApiError(`WATCH ${path}`, { code: answer.status, headers: answer.headers, text, body: parsed(text) })
    }
    return new Watch(path, answer.chunks, abort)
  }

  of(apiVersion: string, plural: string, namespace?: string): Resource {
    return new Resource(this, apiVersion, plural, namespace)
  }

  /** A namespace of its own for a test, ready for Pods; it goes at the end of the file. */
  async namespace(base: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = randomName(base)
    await this.of('v1', 'namespaces').create({
      metadata: { name, labels: { 'e2e-framework': base, 'pod-security.kubernetes.io/enforce': 'privileged', ...labels } },
    })
    this.#namespaces.push(name)
    await this.of('v1', 'serviceaccounts', name).appears('default')
    await this.of('v1', 'configmaps', name).appears('kube-root-ca.crt')
    return name
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#namespaces.map((name) => this.ask('DELETE', `/api/v1/namespaces/${name}`).catch(() => undefined)))
    await this.#transport[Symbol.asyncDispose]()
  }

  #request(method: string, path: string, { query, body, contentType, accept }: RequestOptions) {
    const words = new URLSearchParams()
    for (const [name, value] of Object.entries(query ?? {})) {
      for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) words.append(name, String(one))
    }
    return {
      method,
      path,
      ...(words.size === 0 ? {} : { query: words.toString() }),
      headers: {
        accept: accept ?? 'application/json',
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
        ...this.#headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One resource, in one namespace or in all of them. */
export class Resource {
  readonly #api: Api
  readonly path: string
  readonly #apiVersion: string
  readonly #plural: string

  constructor(api: Api, apiVersion: string, plural: string, namespace: string | undefined) {
    this.#api = api
    this.#apiVersion = apiVersion
    this.#plural = plural
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    this.path = namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`
  }

  in(namespace: string): Resource {
    return new Resource(this.#api, this.#apiVersion, this.#plural, namespace)
  }

  #path(name: string, subresource?: string): string {
    return subresource === undefined ? `${this.path}/${name}` : `${this.path}/${name}/${subresource}`
  }

  get(name: string, subresource?: string): Promise<Json> {
    return this.#api.get(this.#path(name, subresource))
  }
  list(query: Query = {}): Promise<Json> {
    return this.#api.get(this.path, { query })
  }
  create(object: unknown, query: Query = {}): Promise<Json> {
    return this.#api.request('POST', this.path, { body: object, query })
  }
  createSub(name: string, subresource: string, object: unknown): Promise<Json> {
    return this.#api.request('POST', this.#path(name, subresource), { body: object })
  }
  update(object: Json, subresource?: string): Promise<Json> {
    return this.#api.request('PUT', this.#path(object.metadata.name, subresource), { body: object })
  }
  /** Reads, changes a copy and writes, until nobody was quicker. */
  change(name: string, change: (object: Json) => void, subresource?: string): Promise<Json> {
    return retryOnConflict(async () => {
      const object = await this.get(name, subresource)
      change(object)
      return await this.update(object, subresource)
    })
  }
  patch(name: string, patch: unknown, { type = 'merge', subresource, query = {} }: PatchOptions = {}): Promise<Json> {
    return this.#api.request('PATCH', this.#path(name, subresource), { body: patch, contentType: patchTypes[type], query })
  }
  delete(name: string, options?: unknown): Promise<Json> {
    return this.#api.request('DELETE', this.#path(name), options === undefined ? {} : { body: options })
  }
  deleteCollection(query: Query = {}, options?: unknown): Promise<Json> {
    return this.#api.request('DELETE', this.path, options === undefined ? { query } : { query, body: options })
  }
  watch(query: Query = {}): Promise<Watch> {
    return this.#api.watch(this.path, query)
  }
  /** Watches one object. */
  watchName(name: string, query: Query = {}): Promise<Watch> {
    return this.watch({ fieldSelector: `metadata.name=${name}`, ...query })
  }

  /** The object, or undefined when there is none. */
  async find(name: string): Promise<Json | undefined> {
    try {
      return await this.get(name)
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined
      throw error
    }
  }
  /** Waits until the object is there and as it should be. */
  appears(name: string, done: (object: Json) => boolean = () => true, timeoutMs?: number): Promise<Json> {
    return eventually(
      `${this.#plural} ${name}`,
      () => this.find(name),
      (object) => object !== undefined && done(object),
      timeoutMs,
    )
  }
  async disappears(name: string, timeoutMs?: number): Promise<void> {
    await eventually(
      `${this.#plural} ${name} to go`,
      () => this.find(name),
      (object) => object === undefined,
      timeoutMs,
    )
  }
}

/** A running watch. Events are kept until they are asked for. */
export class Watch implements AsyncDisposable {
  readonly #path: string
  readonly #abort: AbortController
  readonly #events: WatchEvent[] = []
  readonly #reading: Promise<void>
  #ended = false
  #wake: () => void = () => {}

  constructor(path: string, chunks: AsyncIterable<Uint8Array | string>, abort: AbortController) {
    this.#path = path
    this.#abort = abort
    this.#reading = this.#read(chunks)
  }

  async #read(chunks: AsyncIterable<Uint8Array | string>): Promise<void> {
    const decoder = new TextDecoder()
    let pending = ''
    try {
      for await (const chunk of chunks) {
        pending += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
        const lines = pending.split('\n')
        pending = lines.pop() as string
        for (const line of lines) if (line.trim() !== '') this.#events.push(JSON.parse(line) as WatchEvent)
        this.#wake()
      }
    } catch {
      // Closed by us, or broken: whoever still waits is told below.
    }
    this.#ended = true
    this.#wake()
  }

  /** The next event, or undefined when none came in time. */
  async next(timeoutMs = 30_000): Promise<WatchEvent | undefined> {
    const until = performance.now() + timeoutMs
    while (this.#events.length === 0 && !this.#ended) {
      const leftMs = until - performance.now()
      if (leftMs <= 0) return undefined
      const timer = new AbortController()
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve
        }),
        sleep(leftMs, undefined, { signal: timer.signal }).catch(() => {}),
      ])
      timer.abort()
    }
    return this.#events.shift()
  }

  /** Passes over events until one is as it should be. */
  async until(what: string, done: (event: WatchEvent) => boolean, timeoutMs = 30_000): Promise<WatchEvent> {
    const until = performance.now() + timeoutMs
    let last: WatchEvent | undefined
    for (;;) {
      const event = await this.next(Math.max(1, until - performance.now()))
      if (event === undefined) {
        throw new Error(`Watching ${this.#path}, waited in vain for ${what}. Last event: ${JSON.stringify(last)?.slice(0, 3000)}`)
      }
      last = event
      if (done(event)) return event
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await this.#reading
  }
}

/** Whether the tests run against a cluster that somebody named. */
export const isForeign = process.env.T8S_KUBECONFIG !== undefined

/**
 * The cluster that all files share: the one in T8S_KUBECONFIG, or one of ours that shared-cluster.ts started. With `own` flags a file gets a
 * cluster of its own, for tests that upset everybody else's (taints, full nodes); with T8S_KUBECONFIG they run there too.
 */
export async function connect(options: { readonly own?: readonly string[] } = {}): Promise<Api> {
  const cluster = options.own === undefined || isForeign ? undefined : await startCluster(options.own)
  const kubeconfig = cluster?.kubeconfig ?? inject('kubeconfig')
  const access = await loadContext(realDisk, kubeconfig)
  const api = new Api(httpsTransport(access, { clock: realClock }), kubeconfig, access)
  afterAll(async () => {
    await api[Symbol.asyncDispose]()
    await cluster?.[Symbol.asyncDispose]()
  })
  return api
}
