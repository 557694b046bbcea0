/**
 * A copy of all objects of one kind, kept true by a watch, and those who want to hear of changes. One informer per kind
 * serves a whole process: controllers, scheduler and a thousand kubelets read the same frozen objects.
 *
 * List, then watch from the list's version; when the watch ends go on from the last version seen; when that version is
 * gone (410) list again and tell the differences. Handlers are called one after the other, in the order of the
 * versions, and only note what happened (put keys into queues): they never wait.
 * What a newcomer would get wrong: after a lost watch an object may have been deleted and made again: then `onDelete` comes with the
 * last state known, and `onAdd` with the new one; and several changes may come as one. Work on what is, not on what happened.
 */
import { type KubeObject, keyOf } from '../apimachinery/object.ts'
import { reasonOf, type Status } from '../apimachinery/status-error.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { ResourceClient } from './client.ts'

export interface ObjectHandlers<T> {
  onAdd(object: T): void
  /** `old` is what the informer held before. */
  onUpdate(object: T, old: T): void
  /** The last state known. */
  onDelete(object: T): void
}

/** What components read: objects by "namespace/name" (or name), by namespace, by index. */
export interface Lister<T extends KubeObject> {
  get(key: string): T | undefined
  list(): Iterable<T>
  readonly size: number
  inNamespace(namespace: string): readonly T[]
  /** Objects for which the index gives `value`; throws for an unknown index. */
  byIndex(index: string, value: string): readonly T[]
}

export interface InformerOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  /** Only kind, apiVersion and metadata. */
  readonly metadataOnly?: boolean
  readonly fieldSelector?: string
}

type IndexFunction<T> = (object: T) => readonly string[]
interface Index<T> {
  readonly valuesOf: IndexFunction<T>
  readonly keys: Map<string, Map<string, T>>
}

const namespaceIndex = 'namespace'
const ownerIndex = 'owner'
const backoffFirstMs = 200
const backoffMaxMs = 30_000

export class Informer<T extends KubeObject> implements Lister<T> {
  readonly #resource: ResourceClient<T>
  readonly #options: InformerOptions
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<string, Index<T>>()
  readonly #handlers = new Set<ObjectHandlers<T>>()
  readonly #onSynced: (() => void)[] = []
  #version = ''
  #hasSynced = false

  constructor(resource: ResourceClient<T>, options: InformerOptions) {
    this.#resource = resource
    this.#options = options
  }

  get hasSynced(): boolean {
    return this.#hasSynced
  }
  get size(): number {
    return this.#objects.size
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }
  list(): Iterable<T> {
    return this.#objects.values()
  }
  inNamespace(namespace: string): readonly T[] {
    this.addIndex(namespaceIndex, (object) => [object.metadata.namespace ?? ''])
    return this.byIndex(namespaceIndex, namespace)
  }
  /** Objects whose controlling owner has this uid. */
  ownedBy(uid: string): readonly T[] {
    this.addIndex(ownerIndex, (object) => {
      const owner = object.metadata.ownerReferences?.find((one) => one.controller === true)
      return owner === undefined ? [] : [owner.uid]
    })
    return this.byIndex(ownerIndex, uid)
  }
  byIndex(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index)
    if (found === undefined) throw new Error(`There is no index "${index}" of ${this.#options.name}`)
    const objects = found.keys.get(value)
    return objects === undefined ? [] : [...objects.values()]
  }

  /** Does nothing when there is an index of that name. */
  addIndex(index: string, valuesOf: IndexFunction<T>): void {
    if (this.#indexes.has(index)) return
    const added: Index<T> = { valuesOf, keys: new Map() }
    this.#indexes.set(index, added)
    for (const [key, object] of this.#objects) addTo(added, key, object)
  }

  /** Hears of everything that is there now, as added, before this returns; then of every change. */
  subscribe(handlers: ObjectHandlers<T>): Disposable {
    this.#handlers.add(handlers)
    for (const object of this.#objects.values()) handlers.onAdd(object)
    return { [Symbol.dispose]: () => this.#handlers.delete(handlers) }
  }

  /** Resolves when the first list is in. */
  whenSynced(): Promise<void> {
    return this.#hasSynced ? Promise.resolve() : new Promise((resolve) => this.#onSynced.push(resolve))
  }

  /** Lists and watches until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, name } = this.#options
    let backoffMs = backoffFirstMs
    while (!signal.aborted) {
      try {
        if (this.#version === '') await this.#listAll(signal)
        await this.#watch(signal)
        backoffMs = backoffFirstMs
        // A server that ends every watch at once must not be asked in a tight loop.
        await clock.yieldTurn()
      } catch (error) {
        if (signal.aborted) return
        if (isGone(error)) this.#version = ''
        else {
          log.warn('Cannot watch', { kind: name, error: error instanceof Error ? error.message : String(error) })
          await clock.sleep(backoffMs, signal).catch(() => {})
          backoffMs = Math.min(backoffMs * 2, backoffMaxMs)
        }
      }
    }
  }

  async #listAll(signal: AbortSignal): Promise<void> {
    const { metadataOnly, fieldSelector } = this.#options
    const list = await this.#resource.list({
      resourceVersion: '0',
      signal,
      ...(metadataOnly === undefined ? {} : { metadataOnly }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    })
    const gone = new Set(this.#objects.keys())
    for (const object of list.items) {
      gone.delete(keyOf(object))
      this.#put(object)
    }
    for (const key of gone) this.#remove(key)
    this.#version = list.metadata.resourceVersion ?? ''
    this.#hasSynced = true
    for (const tell of this.#onSynced.splice(0)) tell()
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { metadataOnly, fieldSelector } = this.#options
    const events = this.#resource.watch({
      resourceVersion: this.#version,
      allowWatchBookmarks: true,
      signal,
      ...(metadataOnly === undefined ? {} : { metadataOnly }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    })
    for await (const event of events) {
      if (event.type === 'ERROR') throw new WatchError(event.object)
      if (event.type === 'DELETED') this.#remove(keyOf(event.object), event.object)
      else if (event.type !== 'BOOKMARK') this.#put(event.object)
      this.#version = event.object.metadata.resourceVersion ?? this.#version
    }
  }

  #put(object: T): void {
    const key = keyOf(object)
    const old = this.#objects.get(key)
    if (old === object || (old !== undefined && old.metadata.resourceVersion === object.metadata.resourceVersion)) return
    if (old !== undefined && old.metadata.uid !== object.metadata.uid) {
      this.#remove(key)
      return this.#put(object)
    }
    this.#objects.set(key, object)
    for (const index of this.#indexes.values()) {
      if (old !== undefined) removeFrom(index, key, old)
      addTo(index, key, object)
    }
    for (const handlers of this.#handlers) {
      if (old === undefined) handlers.onAdd(object)
      else handlers.onUpdate(object, old)
    }
  }

  #remove(key: string, last?: T): void {
    const old = this.#objects.get(key)
    if (old === undefined) return
    this.#objects.delete(key)
    for (const index of this.#indexes.values()) removeFrom(index, key, old)
    for (const handlers of this.#handlers) handlers.onDelete(last ?? old)
  }
}

function addTo<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const objects = index.keys.get(value)
    if (objects === undefined) index.keys.set(value, new Map([[key, object]]))
    else objects.set(key, object)
  }
}

function removeFrom<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const objects = index.keys.get(value)
    objects?.delete(key)
    if (objects?.size === 0) index.keys.delete(value)
  }
}

/** An ERROR event ended the watch. */
class WatchError extends Error {
  readonly status: Status
  constructor(status: Status) {
    super(status.message ?? 'The watch ended with an error')
    this.status = status
  }
}

function isGone(error: unknown): boolean {
  const reason = error instanceof WatchError ? error.status.reason : reasonOf(error)
  return reason === 'Expired' || reason === 'Gone'
}
