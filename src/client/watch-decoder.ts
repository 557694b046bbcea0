/**
 * From a watch's bytes to its events: one JSON document per line, cut anywhere into chunks, in the middle of a line or of a
 * character. A chunk that is exactly one line (what our own server sends) goes to the shared parser as it is, so that
 * all watchers of this process get one object; anything else is put together first.
 * A line that is no JSON is an error of the connection, as if it had broken.
 */
import type { KubeObject } from '../apimachinery/object.ts'
import type { WatchEvent } from './client.ts'
import type { SharedObjects } from './shared-objects.ts'

const newline = 10

export class WatchDecoder<T extends KubeObject> {
  readonly #objects: SharedObjects
  /** Beginnings of a line whose end has not come yet. */
  #pending: Uint8Array[] = []

  constructor(objects: SharedObjects) {
    this.#objects = objects
  }

  /** The events that `chunk` completes. */
  decode(chunk: Uint8Array | string): readonly WatchEvent<T>[] {
    if (typeof chunk === 'string') return this.decode(new TextEncoder().encode(chunk))
    const first = chunk.indexOf(newline)
    if (first < 0) {
      // Chunks may be cut out of a larger read buffer: keep a copy, not the buffer.
      this.#pending.push(chunk.slice())
      return []
    }
    if (first === chunk.length - 1 && this.#pending.length === 0) return [this.#objects.parseShared(chunk) as WatchEvent<T>]
    const events: WatchEvent<T>[] = []
    let from = 0
    for (let end = first; end >= 0; end = chunk.indexOf(newline, from)) {
      const line = this.#completed(chunk.subarray(from, end))
      if (line.length > 0) events.push(this.#objects.parse(line) as WatchEvent<T>)
      from = end + 1
    }
    if (from < chunk.length) this.#pending.push(chunk.slice(from))
    return events
  }

  /** A last line without a newline. */
  rest(): readonly WatchEvent<T>[] {
    const line = this.#completed(new Uint8Array(0))
    return line.length === 0 ? [] : [this.#objects.parse(line) as WatchEvent<T>]
  }

  #completed(end: Uint8Array): Uint8Array {
    if (this.#pending.length === 0) return end
    const parts = [...this.#pending, end]
    this.#pending = []
    const line = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      line.set(part, at)
      at += part.length
    }
    return line
  }
}
