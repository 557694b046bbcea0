/**
 * Writes planned EndpointSlices, and knows which of its writes the informer has not shown yet: planning from a cache that lacks them would write the
 * same endpoints twice. While any is outstanding for a Service, whoever plans should wait; the event that brings the last one says when.
 */
import { EndpointSlice } from '../../api/discovery/endpoint-slice.ts'
import { keyOf } from '../../apimachinery/object.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import type { Client } from '../../client/client.ts'
import type { Informer } from '../../client/informer.ts'
import type { Clock } from '../../std/clock.ts'
import { isNamespaceEnding } from '../shared/failures.ts'
import type { Filled } from './fill.ts'
import { sliceServiceKey } from './slice-facts.ts'

/** An event that never comes must not stop us for ever. */
const patienceMs = 60_000

interface Outstanding {
  /** Resource version that was written; undefined: deleted. */
  readonly version: string | undefined
  readonly sinceMs: number
}

export class SliceWriter {
  readonly #client: Client
  readonly #clock: Clock
  readonly #slices: Informer<EndpointSlice>
  readonly #outstanding = new Map<string, Map<string, Outstanding>>()

  constructor(client: Client, clock: Clock, slices: Informer<EndpointSlice>) {
    this.#client = client
    this.#clock = clock
    this.#slices = slices
  }

  /** The informer lags behind our own writes. */
  isWaiting(serviceKey: string): boolean {
    const outstanding = this.#outstanding.get(serviceKey)
    if (outstanding === undefined) return false
    for (const [key, { version, sinceMs }] of outstanding) {
      const seen = this.#slices.get(key)
      const hasCome = version === undefined ? seen === undefined : seen !== undefined && isAtLeast(seen.metadata.resourceVersion, version)
      if (hasCome || this.#clock.monotonicMs() - sinceMs > patienceMs) outstanding.delete(key)
    }
    if (outstanding.size > 0) return true
    this.#outstanding.delete(serviceKey)
    return false
  }

  /** Did we write this state? Then its event is no news. */
  isOwnWrite(slice: EndpointSlice): boolean {
    const written = this.#outstanding.get(sliceServiceKey(slice))?.get(keyOf(slice))
    return written?.version !== undefined && written.version === slice.metadata.resourceVersion
  }

  forget(serviceKey: string): void {
    this.#outstanding.delete(serviceKey)
  }

  async write(serviceKey: string, namespace: string, { create, update, remove }: Filled, signal: AbortSignal): Promise<void> {
    const resource = this.#client.of(EndpointSlice).in(namespace)
    for (const slice of create) {
      try {
        this.#note(serviceKey, await resource.create(slice, { signal }))
      } catch (error) {
        if (isNamespaceEnding(error)) return
        throw error
      }
    }
    for (const slice of update) this.#note(serviceKey, await resource.update(slice, { signal }))
    for (const slice of remove) {
      await resource.delete(slice.metadata.name ?? '', { signal }).catch((error: unknown) => {
        if (reasonOf(error) !== 'NotFound') throw error
      })
      this.#add(serviceKey, keyOf(slice), undefined)
    }
  }

  #note(serviceKey: string, written: EndpointSlice): void {
    this.#add(serviceKey, keyOf(written), written.metadata.resourceVersion)
  }

  #add(serviceKey: string, key: string, version: string | undefined): void {
    let outstanding = this.#outstanding.get(serviceKey)
    if (outstanding === undefined) this.#outstanding.set(serviceKey, (outstanding = new Map()))
    outstanding.set(key, { version, sinceMs: this.#clock.monotonicMs() })
  }
}

function isAtLeast(version: string | undefined, wanted: string): boolean {
  return Number(version) >= Number(wanted)
}
