/**
 * A `Store` in front of another one, in which the values of some resources lie encrypted. Everybody before it has plain objects, everybody behind
 * it, a mirror in memory included, has ciphertext.
 *
 *     handlers ── { "kind":"Secret", … } ── this ── k8s:enc:aescbc:v1:key1:… ── etcd
 *
 * What a newcomer would get wrong: the caches before it know an object by the identity of its `KeyValue`, so one version must always come out as
 * the same one; that also means that nothing is opened twice. What cannot be opened is an error for whoever reads it, and ends a watch.
 */
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { internalError } from '../../apimachinery/status-error.ts'
import type { Random } from '../../std/random.ts'
import {
  type KeyRange,
  type KeyValue,
  type LeaseId,
  type MaybePromise,
  type Operation,
  type OperationResult,
  type RangeOptions,
  type RangeResult,
  type Revision,
  type Store,
  type StoreBatch,
  StoreError,
  type Transaction,
  type TransactionResult,
  type WatchListener,
} from '../../store/store.ts'
import { registryPrefix, storagePrefixOf, textOfKey } from '../registry/keys.ts'
import type { EncryptionRule, Provider } from './encryption-config.ts'
import { createTransformer, type Transformer } from './transformer.ts'

export interface EncryptedStoreOptions {
  readonly rules: readonly EncryptionRule[]
  readonly kinds: readonly KindDefinition[]
  readonly random: Random
  /** What keys begin with in etcd, in place of /registry: ciphertext is bound to the key there. */
  readonly prefix?: string
  /** What others have written becomes what this process would have written, once it is opened. */
  readonly readValue?: (key: string, value: Uint8Array) => Uint8Array
}

export function openEncryptedStore(inner: Store, options: EncryptedStoreOptions): Store {
  return new EncryptedStore(inner, options)
}

/**
 * By storage prefix. The rule for a resource itself goes before that for its group, and that before the one for all; where there is none, ciphertext
 * that somebody else has left is not taken for an object.
 */
function transformersOf({ rules, kinds, random }: EncryptedStoreOptions): ReadonlyMap<string, Transformer> {
  const providers = new Map<string, Provider[]>()
  for (const rule of rules) {
    for (const { group, resource } of rule.resources) {
      const name = `${resource}.${group}`
      providers.set(name, [...(providers.get(name) ?? []), ...rule.providers])
    }
  }
  const transformers = new Map([...providers].map(([name, list]) => [name, createTransformer(list, random)]))
  const plain = createTransformer([{ type: 'identity' }], random)
  const byPrefix = new Map<string, Transformer>()
  for (const kind of kinds) {
    const group = kind.group === 'events.k8s.io' ? '' : kind.group
    const found = transformers.get(`${kind.plural}.${group}`) ?? transformers.get(`*.${group}`) ?? transformers.get('*.*')
    byPrefix.set(storagePrefixOf(kind), found ?? plain)
  }
  return byPrefix
}

class EncryptedStore implements Store {
  readonly #inner: Store
  readonly #transformers: ReadonlyMap<string, Transformer>
  readonly #prefix: string
  readonly #readValue: (key: string, value: Uint8Array) => Uint8Array
  readonly #opened = new WeakMap<KeyValue, KeyValue>()
  readonly #stale = new WeakSet<KeyValue>()

  constructor(inner: Store, options: EncryptedStoreOptions) {
    this.#inner = inner
    this.#transformers = transformersOf(options)
    this.#prefix = `/${(options.prefix ?? registryPrefix).replace(/^\/+|\/+$/g, '')}/`
    this.#readValue = options.readValue ?? ((_key, value) => value)
  }

  get isShared(): boolean {
    return this.#inner.isShared === true
  }
  get revision(): Revision {
    return this.#inner.revision
  }
  get compactedRevision(): Revision {
    return this.#inner.compactedRevision
  }

  isStale(kv: KeyValue): boolean {
    return this.#stale.has(kv)
  }

  range(range: KeyRange, options?: RangeOptions): MaybePromise<RangeResult> {
    const found = this.#inner.range(range, options)
    return found instanceof Promise ? found.then((result) => this.#openRange(result)) : this.#openRange(found)
  }

  get(key: string): MaybePromise<KeyValue | undefined> {
    const found = this.#inner.get(key)
    if (found instanceof Promise) return found.then((kv) => kv && this.#openAsked(kv))
    return found && this.#openAsked(found)
  }

  peek(key: string): KeyValue | undefined {
    const kv = this.#inner.peek(key)
    return kv && this.#openOrNot(kv)
  }

  async transact(transaction: Transaction, signal?: AbortSignal): Promise<TransactionResult> {
    return this.#openResult(await this.#inner.transact(this.#seal(transaction), signal))
  }

  watch(range: KeyRange, after: Revision, listener: WatchListener): Disposable {
    let hasEnded = false
    const { onCaughtUp } = listener
    const watch = this.#inner.watch(range, after, {
      onBatch: (batch) => {
        if (hasEnded) return
        let opened: StoreBatch
        try {
          opened = this.#openBatch(batch)
        } catch (error) {
          hasEnded = true
          // Not from within the store's own round of its watches.
          queueMicrotask(() => watch[Symbol.dispose]())
          listener.onEnd(new StoreError('corrupt', (error as Error).message, { cause: error }))
          return
        }
        listener.onBatch(opened)
      },
      ...(onCaughtUp === undefined ? {} : { onCaughtUp: (revision) => !hasEnded && onCaughtUp.call(listener, revision) }),
      onEnd: (error) => {
        if (!hasEnded) listener.onEnd(error)
      },
    })
    return watch
  }

  compact(revision: Revision): Promise<void> {
    return this.#inner.compact(revision)
  }
  grantLease(ttlSeconds: number, id?: LeaseId): Promise<{ id: LeaseId; ttlSeconds: number }> {
    return this.#inner.grantLease(ttlSeconds, id)
  }
  revokeLease(id: LeaseId): Promise<void> {
    return this.#inner.revokeLease(id)
  }
  close(): Promise<void> {
    return this.#inner.close()
  }

  /** A storage prefix is one word, or two: /registry/services/specs/. */
  #transformerOf(key: string): Transformer | undefined {
    const first = key.indexOf('/', registryPrefix.length)
    if (first < 0) return undefined
    const found = this.#transformers.get(key.slice(0, first + 1))
    if (found !== undefined) return found
    const second = key.indexOf('/', first + 1)
    return second < 0 ? undefined : this.#transformers.get(key.slice(0, second + 1))
  }

  #storageKey(key: string): string {
    return this.#prefix + key.slice(registryPrefix.length)
  }

  #seal({ compare, then, else: otherwise }: Transaction): Transaction {
    for (const { key, target } of compare)
      if (target === 'value' && this.#transformerOf(key) !== undefined)
        throw new StoreError('invalid', `The value of ${JSON.stringify(key)} is encrypted and cannot be compared`)
    const sealed = { compare, then: then.map((one) => this.#sealOperation(one)) }
    return otherwise === undefined ? sealed : { ...sealed, else: otherwise.map((one) => this.#sealOperation(one)) }
  }

  #sealOperation(operation: Operation): Operation {
    if (operation.do === 'transaction') return { ...operation, transaction: this.#seal(operation.transaction) }
    if (operation.do !== 'put' || operation.keepsValue) return operation
    const transformer = this.#transformerOf(operation.key)
    if (transformer === undefined) return operation
    return { ...operation, value: transformer.toStorage(operation.value, this.#storageKey(operation.key)) }
  }

  /** Throws an Error that says why not. */
  #open(kv: KeyValue): KeyValue {
    const known = this.#opened.get(kv)
    if (known !== undefined) return known
    const transformer = this.#transformerOf(kv.key)
    if (transformer === undefined) return kv
    const key = this.#storageKey(kv.key)
    const { value, isStale } = transformer.fromStorage(kv.value, key)
    // What lies there as it is, the store behind has read already.
    const opened = value === kv.value ? kv : { ...kv, value: this.#readValue(kv.key, value) }
    if (isStale) this.#stale.add(opened)
    this.#opened.set(kv, opened)
    return opened
  }

  /** Upstream names the key only to those who did not. */
  #openAsked(kv: KeyValue): KeyValue {
    try {
      return this.#open(kv)
    } catch (error) {
      throw internalError((error as Error).message)
    }
  }

  #openListed(kv: KeyValue): KeyValue {
    try {
      return this.#open(kv)
    } catch (error) {
      const key = textOfKey(this.#storageKey(kv.key))
      throw internalError(`unable to transform key ${JSON.stringify(key)}: ${(error as Error).message}`)
    }
  }

  /** For what is passed along with something that has happened: a write is not undone because what was there before cannot be read. */
  #openOrNot(kv: KeyValue): KeyValue | undefined {
    try {
      return this.#open(kv)
    } catch {
      return undefined
    }
  }

  #openRange(result: RangeResult): RangeResult {
    if (!result.items.some(({ key }) => this.#transformerOf(key) !== undefined)) return result
    return { ...result, items: result.items.map((kv) => this.#openListed(kv)) }
  }

  #openResult(result: TransactionResult): TransactionResult {
    return { ...result, results: result.results.map((one) => this.#openOperation(one)) }
  }

  #openOperation(result: OperationResult): OperationResult {
    switch (result.did) {
      case 'put': {
        const previous = result.previous && this.#openOrNot(result.previous)
        return previous === undefined ? { did: 'put' } : { did: 'put', previous }
      }
      case 'delete':
        return { did: 'delete', deleted: result.deleted.map((kv) => this.#openOrNot(kv) ?? { ...kv, value: new Uint8Array(0) }) }
      case 'range':
        return { did: 'range', result: this.#openRange(result.result) }
      case 'transaction':
        return { did: 'transaction', result: this.#openResult(result.result) }
    }
  }

  #openBatch({ revision, events }: StoreBatch): StoreBatch {
    return {
      revision,
      events: events.map(({ type, kv, previous }) => {
        const current = type === 'put' ? this.#open(kv) : kv
        return previous === undefined ? { type, kv: current } : { type, kv: current, previous: this.#open(previous) }
      }),
    }
  }
}
