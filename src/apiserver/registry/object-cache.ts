/**
 * Objects parsed from stored bytes, bounded: two generations of maps, by the identity of the stored value. What is used
 * moves to the young generation; when that is full, the old one goes. No clock, no list to keep in order, and a
 * hit costs one look-up.
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import type { KeyValue } from '../../store/store.ts'
import { servedText } from './storage-codec.ts'

export class ObjectCache {
  readonly #generationMax: number
  readonly #freeze: boolean
  #young = new Map<KeyValue, KubeObject>()
  #old = new Map<KeyValue, KubeObject>()

  constructor({ objectsMax = 8192, freeze = false }: { readonly objectsMax?: number; readonly freeze?: boolean } = {}) {
    this.#generationMax = Math.max(1, Math.floor(objectsMax / 2))
    this.#freeze = freeze
  }

  get(kv: KeyValue, revision: number): KubeObject {
    const young = this.#young.get(kv)
    if (young !== undefined) return young
    let object = this.#old.get(kv)
    if (object === undefined) {
      object = JSON.parse(servedText(kv.value, revision)) as KubeObject
      if (this.#freeze) deepFreeze(object)
    }
    this.#keep(kv, object)
    return object
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
