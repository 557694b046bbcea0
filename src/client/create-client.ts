/**
 * The one implementation of `Client`: from a kind value and a verb to a path, a query and JSON, and back to objects or a
 * StatusError. Which transport carries it is not known here.
 *
 *     client.of(Deployment).in('shop').get('web')   GET /apis/apps/v1/namespaces/shop/deployments/web
 *
 * A namespaced kind's create and update take the namespace from the object when `in` was not called; every other call on one
 * object needs it and throws an ordinary Error without (a bug of the caller's, not an answer of the server's).
 * A 429 or 5xx with Retry-After is asked again, as client-go does, when a clock was given.
 */
import type { KindDefinition } from '../apimachinery/kind.ts'
import { apiVersionOf, type KubeObject, type ObjectList, type UnknownObject } from '../apimachinery/object.ts'
import { type Status, StatusError } from '../apimachinery/status-error.ts'
import type { Clock } from '../std/clock.ts'
import type {
  CallOptions,
  Client,
  DeleteOptions,
  ListOptions,
  PatchOptions,
  PatchType,
  ResourceClient,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client.ts'
import { SharedObjects } from './shared-objects.ts'
import type { Transport, TransportRequest, WholeAnswer } from './transport.ts'
import { WatchDecoder } from './watch-decoder.ts'

export interface ClientOptions {
  /** Without one, answers with Retry-After are errors at once. */
  readonly clock?: Clock
  readonly userAgent?: string
  /** Shared by all clients of a process that may see the same objects. */
  readonly objects?: SharedObjects
}

export function createClient(transport: Transport, options: ClientOptions = {}): Client {
  const caller = new Caller(transport, options)
  return {
    of: <T extends KubeObject>(kind: KindDefinition<T>) => new Resource<T>(caller, resourceOf(kind)),
    dynamic: (gvr) =>
      new Resource<UnknownObject>(caller, { group: gvr.group, version: gvr.version, plural: gvr.resource, isNamespaced: undefined }),
    raw: async (path, rawOptions) => {
      const question = path.indexOf('?')
      return caller.send({
        method: 'GET',
        path: question < 0 ? path : path.slice(0, question),
        ...(question < 0 ? {} : { query: path.slice(question + 1) }),
        headers: { accept: rawOptions?.accept ?? 'application/json' },
        signal: rawOptions?.signal,
      })
    },
  }
}

interface ResourcePath {
  readonly group: string
  readonly version: string
  readonly plural: string
  /** Absent for kinds known only at run time, which need no `kind` added either. */
  readonly kind?: string
  readonly isNamespaced: boolean | undefined
}

/** What of a kind an address needs. */
type Addressed = Pick<KindDefinition, 'group' | 'kind' | 'plural' | 'scope' | 'storageVersion'> & {
  readonly versions: readonly { readonly name: string; readonly group?: string }[]
}

function resourceOf(kind: Addressed): ResourcePath {
  const version = kind.versions.find(({ name }) => name === kind.storageVersion) ?? kind.versions[0]
  if (version === undefined) throw new Error(`Kind ${kind.kind} has no version`)
  return {
    group: version.group ?? kind.group,
    version: version.name,
    plural: kind.plural,
    kind: kind.kind,
    isNamespaced: kind.scope === 'Namespaced',
  }
}

const patchContentTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}
const jsonType = 'application/json'
const metadataType = ';as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
const metadataListType = ';as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

class Resource<T extends KubeObject> implements ResourceClient<T> {
  readonly #caller: Caller
  readonly #resource: ResourcePath
  readonly #namespace: string | undefined

  constructor(caller: Caller, resource: ResourcePath, namespace?: string) {
    this.#caller = caller
    this.#resource = resource
    this.#namespace = namespace
  }

  in(namespace: string): ResourceClient<T> {
    return new Resource(this.#caller, this.#resource, namespace === '' ? undefined : namespace)
  }

  get(name: string, options?: CallOptions): Promise<T> {
    return this.#call('GET', this.#path(name), options) as Promise<T>
  }

  async list(options: ListOptions = {}): Promise<ObjectList<T>> {
    const accept = options.metadataOnly === true ? jsonType + metadataListType : jsonType
    const list = (await this.#caller.send({
      method: 'GET',
      path: this.#collection(),
      query: queryOf(selectionOf(options)),
      headers: { accept },
      signal: options.signal,
    })) as ObjectList<T>
    // Metadata of nothing comes with null for its items.
    return (list.items as unknown) === null ? { ...list, items: [] } : list
  }

  watch(options: WatchOptions = {}): AsyncIterable<WatchEvent<T>> {
    return this.#caller.watch<T>({
      method: 'GET',
      path: this.#collection(),
      query: queryOf({ ...selectionOf(options), watch: 'true' }),
      headers: { accept: options.metadataOnly === true ? jsonType + metadataType : jsonType },
      signal: options.signal,
    })
  }

  create(object: T, options?: WriteOptions): Promise<T> {
    return this.#call('POST', this.#collection(object), options, this.#typed(object)) as Promise<T>
  }

  update(object: T, options?: WriteOptions): Promise<T> {
    return this.#call('PUT', this.#pathOf(object), options, this.#typed(object)) as Promise<T>
  }

  updateStatus(object: T, options?: WriteOptions): Promise<T> {
    return this.#call('PUT', `${this.#pathOf(object)}/status`, options, this.#typed(object)) as Promise<T>
  }

  patch(name: string, patch: unknown, options: PatchOptions): Promise<T> {
    const path = options.subresource === undefined ? this.#path(name) : `${this.#path(name)}/${options.subresource}`
    const query = { ...writeQuery(options), force: options.force === true ? 'true' : undefined }
    return this.#caller.send({
      method: 'PATCH',
      path,
      query: queryOf(query),
      headers: { accept: jsonType, 'content-type': patchContentTypes[options.type] },
      body: JSON.stringify(patch),
      signal: options.signal,
    }) as Promise<T>
  }

  delete(name: string, options: DeleteOptions = {}): Promise<T | Status> {
    return this.#call('DELETE', this.#path(name), { signal: options.signal }, deleteBody(options)) as Promise<T | Status>
  }

  async deleteCollection(options: DeleteOptions & ListOptions = {}): Promise<void> {
    await this.#caller.send({
      method: 'DELETE',
      path: this.#collection(),
      query: queryOf(selectionOf(options)),
      headers: { accept: jsonType, 'content-type': jsonType },
      body: JSON.stringify(deleteBody(options)),
      signal: options.signal,
    })
  }

  sub(subresource: string): ReturnType<ResourceClient<T>['sub']> {
    const path = (name: string): string => `${this.#path(name)}/${subresource}`
    return {
      create: (name, body, options) => this.#call('POST', path(name), options, body) as Promise<UnknownObject>,
      get: (name, options) => this.#call('GET', path(name), options) as Promise<UnknownObject>,
      update: (name, body, options) => this.#call('PUT', path(name), options, body) as Promise<UnknownObject>,
    }
  }

  #call(method: string, path: string, options: WriteOptions = {}, body?: unknown): Promise<unknown> {
    const headers: Record<string, string> = { accept: jsonType }
    if (body !== undefined) headers['content-type'] = jsonType
    return this.#caller.send({
      method,
      path,
      query: queryOf(writeQuery(options)),
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: options.signal,
    })
  }

  /** Objects out of a list carry no kind; the server wants it in a body. */
  #typed(object: T): T {
    const { kind, group, version } = this.#resource
    if (kind === undefined || (object.kind !== undefined && object.apiVersion !== undefined)) return object
    return { apiVersion: apiVersionOf(group, version), kind, ...object }
  }

  #collection(object?: T): string {
    const { group, version, plural, isNamespaced } = this.#resource
    const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
    const namespace = isNamespaced === false ? undefined : (this.#namespace ?? object?.metadata.namespace)
    return namespace === undefined || namespace === ''
      ? `${base}/${plural}`
      : `${base}/namespaces/${encodeURIComponent(namespace)}/${plural}`
  }

  #path(name: string, object?: T): string {
    const { isNamespaced, plural } = this.#resource
    if (name === '') throw new Error(`Cannot name an object of ${plural}: the name is empty`)
    if (isNamespaced === true && this.#namespace === undefined && object?.metadata.namespace === undefined) {
      throw new Error(`Cannot address "${name}" of ${plural} without a namespace: call in() first`)
    }
    return `${this.#collection(object)}/${encodeURIComponent(name)}`
  }

  #pathOf(object: T): string {
    return this.#path(object.metadata.name ?? '', object)
  }
}

type Query = Readonly<Record<string, string | undefined>>

function queryOf(parameters: Query): string {
  let query = ''
  for (const name in parameters) {
    const value = parameters[name]
    if (value !== undefined) query += `${query === '' ? '' : '&'}${name}=${encodeURIComponent(value)}`
  }
  return query
}

function writeQuery({ dryRun, fieldManager }: WriteOptions): Query {
  return { dryRun: dryRun === true ? 'All' : undefined, fieldManager }
}

function selectionOf(options: ListOptions & WatchOptions): Query {
  return {
    labelSelector: options.labelSelector === '' ? undefined : options.labelSelector,
    fieldSelector: options.fieldSelector === '' ? undefined : options.fieldSelector,
    resourceVersion: options.resourceVersion,
    resourceVersionMatch: options.resourceVersionMatch ?? (options.sendInitialEvents === undefined ? undefined : 'NotOlderThan'),
    limit: options.limit?.toString(),
    continue: options.continue,
    allowWatchBookmarks: options.allowWatchBookmarks?.toString(),
    sendInitialEvents: options.sendInitialEvents?.toString(),
    timeoutSeconds: options.timeoutSeconds?.toString(),
  }
}

function deleteBody({ gracePeriodSeconds, propagationPolicy, preconditions, dryRun }: DeleteOptions): unknown {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(preconditions === undefined ? {} : { preconditions }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
  }
}

/** How often an answer with Retry-After is asked again. */
const retriesMax = 10

class Caller {
  readonly #transport: Transport
  readonly #clock: Clock | undefined
  readonly #userAgent: string
  readonly #objects: SharedObjects

  constructor(transport: Transport, { clock, userAgent = 'typernetes', objects = new SharedObjects() }: ClientOptions) {
    this.#transport = transport
    this.#clock = clock
    this.#userAgent = userAgent
    this.#objects = objects
  }

  async send(request: TransportRequest): Promise<unknown> {
    const signed = this.#signed(request)
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#transport.send(signed)
      if (answer.status >= 200 && answer.status < 300) return this.#objects.parse(answer.body)
      const waitMs = this.#clock === undefined || attempt >= retriesMax ? undefined : retryAfterMs(answer)
      if (waitMs === undefined) throw this.#errorOf(request, answer)
      await this.#clock?.sleep(waitMs, request.signal)
    }
  }

  async *watch<T extends KubeObject>(request: TransportRequest): AsyncGenerator<WatchEvent<T>> {
    const answer = await this.#transport.open(this.#signed(request))
    if (answer.status !== 200) {
      let body = ''
      const decoder = new TextDecoder()
      for await (const chunk of answer.chunks) body += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
      throw this.#errorOf(request, { ...answer, body })
    }
    const decoder = new WatchDecoder<T>(this.#objects)
    for await (const chunk of answer.chunks) yield* decoder.decode(chunk)
    yield* decoder.rest()
  }

  #signed(request: TransportRequest): TransportRequest {
    return { ...request, headers: { ...request.headers, 'user-agent': this.#userAgent } }
  }

  #errorOf(request: TransportRequest, answer: WholeAnswer): StatusError {
    const status = this.#statusIn(answer)
    if (status === undefined) {
      const text = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body)
      return new StatusError(answer.status, undefined, `${request.method} ${request.path}: ${answer.status} ${text.trim().slice(0, 1024)}`)
    }
    return new StatusError(status.code ?? answer.status, status.reason, status.message ?? '', status.details, status.metadata)
  }

  #statusIn(answer: WholeAnswer): Status | undefined {
    if (!(answer.headers['content-type'] ?? '').includes('json')) return undefined
    try {
      const value = this.#objects.parse(answer.body) as Status
      return value?.kind === 'Status' ? value : undefined
    } catch {
      return undefined
    }
  }
}

function retryAfterMs({ status, headers }: WholeAnswer): number | undefined {
  if (status !== 429 && status < 500) return undefined
  const seconds = Number.parseInt(headers['retry-after'] ?? '', 10)
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds) * 1000
}
