/**
 * From bytes to objects, once. Everybody in this process who reads the same revision should hold the same object: parsing a
 * Pod costs 20 µs and 9 KB, and a thousand kubelets, five controllers and a scheduler watch the same ones. The API
 * server hands one buffer per event to all its watchers, so the buffer itself is the key: who decodes it second
 * gets the first one's object.
 *
 * Objects are frozen to the bottom, because they are shared: a change in place would be seen by strangers.
 * `managedFields` can be dropped on the way in, as kube-controller-manager does: nobody here reads them, they are a third of an
 * object, and the server keeps its own when an update comes without.
 */
import type { KubeObject } from '../apimachinery/object.ts'

export interface SharedObjectsOptions {
  /** Default true. */
  readonly dropManagedFields?: boolean
  /** Default true: costs a quarter of the parse. */
  readonly freeze?: boolean
}

const decoder = new TextDecoder()

export class SharedObjects {
  readonly #dropManagedFields: boolean
  readonly #freeze: boolean
  /** By the buffer that an object (a watch event) came in. The server drops the buffer, then this forgets it. */
  readonly #byBytes = new WeakMap<Uint8Array, unknown>()

  constructor({ dropManagedFields = true, freeze = true }: SharedObjectsOptions = {}) {
    this.#dropManagedFields = dropManagedFields
    this.#freeze = freeze
  }

  /** One object, list, Status, or watch event. Throws SyntaxError. */
  parse(body: Uint8Array | string): unknown {
    const value: unknown = JSON.parse(typeof body === 'string' ? body : decoder.decode(body))
    if (this.#dropManagedFields) dropManagedFields(value)
    return this.#freeze ? deepFreeze(value) : value
  }

  /** As `parse`, remembered for as long as the buffer lives. */
  parseShared(bytes: Uint8Array): unknown {
    let value = this.#byBytes.get(bytes)
    if (value === undefined) {
      value = this.parse(bytes)
      this.#byBytes.set(bytes, value)
    }
    return value
  }
}

interface Draft {
  metadata?: { managedFields?: unknown }
  /** Of a watch event. */
  object?: unknown
  /** Of a list. */
  items?: unknown
}

function dropManagedFields(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const { metadata, object, items } = value as Draft
  if (typeof metadata === 'object' && metadata !== null && 'managedFields' in metadata) delete metadata.managedFields
  if (object !== undefined && metadata === undefined) dropManagedFields(object)
  if (Array.isArray(items)) for (const item of items as readonly KubeObject[]) dropManagedFields(item)
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) deepFreeze(value[i])
  else for (const key in value) deepFreeze(value[key])
  return Object.freeze(value)
}
