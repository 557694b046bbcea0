/**
 * Objects parsed from stored bytes, bounded: two generations of maps, by the identity of the stored value. What is used
 * moves to the young generation; when that is full, the old one goes. No clock, no list to keep in order, and a
 * hit costs one look-up.
 *
 * A value that this process has just written need not be parsed when its event comes: `expect` keeps the object until the
 * write is through.
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import type { KeyValue } from '../../store/store.ts'
import { servedText } from './storage-codec.ts'

export interface Expected {
  readonly bytes: Buffer
  readonly object: KubeObject
}

export class ObjectCache {
  readonly #generationMax: number
  readonly #freeze: boolean
  #young = new Map<KeyValue, KubeObject>()
  #old = new Map<KeyValue, KubeObject>()

  /** By key: what is about to be stored. */
  readonly #expected = new Map<string, Expected>()

  constructor({ objectsMax = 2048, freeze = false }: { readonly objectsMax?: number; readonly freeze?: boolean } = {}) {
    this.#generationMax = Math.max(1, Math.floor(objectsMax / 2))
    this.#freeze = freeze
  }

  get(kv: KeyValue, revision: number): KubeObject {
    const young = this.#young.get(kv)
    if (young !== undefined) return young
    let object = this.#old.get(kv)
    if (object === undefined) {
      object = this.#takeExpected(kv) ?? (JSON.parse(servedText(kv.value, revision)) as KubeObject)
      if (this.#freeze) deepFreeze(object)
    }
    this.#keep(kv, object)
    return object
  }

  /** What was just stored. `object` has a resourceVersion in its place. */
  remember(kv: KeyValue, object: KubeObject): void {
    if (this.peek(kv) !== undefined) return
    ;(object as { metadata: { resourceVersion?: string } }).metadata.resourceVersion = String(kv.modRevision)
    this.#keep(kv, this.#freeze ? deepFreeze(object) : object)
  }

  peek(kv: KeyValue): KubeObject | undefined {
    return this.#young.get(kv) ?? this.#old.get(kv)
  }

  /** `object` has a resourceVersion in its place, which is filled in when the write is through. Ends with `forget`. */
  expect(key: string, expected: Expected): void {
    this.#expected.set(key, expected)
  }
  forget(key: string, expected: Expected): void {
    if (this.#expected.get(key) === expected) this.#expected.delete(key)
  }

  /** The bytes decide: several writers may be on their way to one key. */
  #takeExpected(kv: KeyValue): KubeObject | undefined {
    if (this.#expected.size === 0) return undefined
    const expected = this.#expected.get(kv.key)
    if (expected === undefined || !expected.bytes.equals(kv.value)) return undefined
    this.#expected.delete(kv.key)
    const { metadata } = expected.object as { metadata: { resourceVersion?: string } }
    metadata.resourceVersion = String(kv.modRevision)
    return expected.object
  }

  #keep(kv: KeyValue, object: KubeObject): void {
    if (this.#young.size >= this.#generationMax) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(kv, object)
  }
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const key in value) deepFreeze(value[key])
  return Object.freeze(value)
}
