/**
 * What a controller has asked for and not yet seen in its informer. Until the Pods that it created and deleted have come back through the watch,
 * its cache lies, and acting on it again would create too many. Forgotten after five minutes, should an event have been lost.
 */
import type { Clock } from '../std/clock.ts'

const lifeMs = 300_000

interface Expected {
  creations: number
  /** "namespace/name" or uid of what was deleted: a deletion may be seen twice (marked, gone). */
  readonly deletions: Set<string>
  readonly sinceMs: number
}

export class Expectations {
  readonly #clock: Clock
  readonly #byKey = new Map<string, Expected>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Nothing is outstanding, or it has been for too long. */
  areMet(key: string): boolean {
    const expected = this.#byKey.get(key)
    if (expected === undefined) return true
    return (expected.creations <= 0 && expected.deletions.size === 0) || this.#clock.monotonicMs() - expected.sinceMs > lifeMs
  }

  /** Replaces what was expected before: call it only when that is met. */
  expect(key: string, creations: number, deletions: Iterable<string> = []): void {
    this.#byKey.set(key, { creations, deletions: new Set(deletions), sinceMs: this.#clock.monotonicMs() })
  }

  /** Seen, or failed and never to be seen. */
  created(key: string, count = 1): void {
    const expected = this.#byKey.get(key)
    if (expected !== undefined) expected.creations -= count
  }
  deleted(key: string, what: string): void {
    this.#byKey.get(key)?.deletions.delete(what)
  }
  forget(key: string): void {
    this.#byKey.delete(key)
  }
}
