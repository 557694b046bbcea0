/**
 * Recent events in a ring, and those who read along. A reader holds a position, never a queue: a thousand slow clients cost
 * nothing, and one that the ring has overtaken is told to start again. Events are shared objects; what they look like as
 * bytes is made once per form and shared by all readers.
 *
 *     positions   0 … 3 4 5 6 7 … 12          the ring holds [first, end)
 *                     ^first    ^reader  ^end
 */
import type { KeyValue } from '../../store/store.ts'

export class FeedEvent {
  readonly revision: number
  /** What is there now; absent for a delete. */
  readonly current: KeyValue | undefined
  readonly previous: KeyValue | undefined
  /** By form. Emptied once the event is no longer among the newest. */
  readonly encoded = new Map<string, Uint8Array>()

  constructor(revision: number, current: KeyValue | undefined, previous: KeyValue | undefined) {
    this.revision = revision
    this.current = current
    this.previous = previous
  }
}

export interface FeedReader {
  /** Something new is there. Called at most once a tick. */
  wake(): void
}

/** Encoded bytes are kept for so many of the newest events. */
const encodedEvents = 128

export class Feed {
  readonly #capacity: number
  #events: FeedEvent[] = []
  #first = 0
  readonly readers = new Set<FeedReader>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get first(): number {
    return this.#first
  }
  get end(): number {
    return this.#first + this.#events.length
  }
  at(position: number): FeedEvent {
    return this.#events[position - this.#first] as FeedEvent
  }

  push(event: FeedEvent): void {
    const events = this.#events
    events.push(event)
    if (events.length > encodedEvents) events[events.length - 1 - encodedEvents]?.encoded.clear()
    // Cut in halves: cutting one at a time would move the whole array for each event.
    if (events.length > this.#capacity * 2) {
      this.#events = events.slice(-this.#capacity)
      this.#first += events.length - this.#capacity
    }
  }

  /** The first position whose event is later than `revision`. */
  positionAfter(revision: number): number {
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#events[middle] as FeedEvent).revision <= revision) low = middle + 1
      else high = middle
    }
    return this.#first + low
  }
}
