/**
 * Everything that happened, in order: the ring of events that all watches share. It holds the very versions that the
 * keys chain together, oldest first, so remembering an event costs one reference. A revision's versions lie side by side.
 *
 *     revision       5    6    6    7        a transaction may make several versions at one revision
 *     history     [ a5 , b6 , c6 , a7 ]      a watch that has seen 5 goes on at index 1
 *
 * `completeAfter` says from where on it is complete: every event with a later revision is here. Compaction takes from
 * the front (`compact.ts`), a write that failed to reach the disk takes from the back (`mvcc.ts`).
 * `bytes` estimates what the past costs: versions that were replaced and tombstones; living values are not the past.
 * The times that revisions were made at are kept a second apart, enough to say "as it was at 14:03".
 */
import type { Revision } from '../store.ts'
import type { Version } from './version.ts'

interface TimeMark {
  readonly timeMs: number
  /** The last revision that was made no later than `timeMs`, or up to a second after it. */
  revision: Revision
}

const markSpacingMs = 1000

export class History {
  #versions: (Version | undefined)[] = []
  #first = 0
  /** How many were taken from the front since the beginning: `position`s stay valid while the front moves. */
  #taken = 0
  #marks: TimeMark[] = []
  bytes = 0
  completeAfter: Revision = 1

  /** One past the last event. Positions count from the first event ever kept and are never reused from the front. */
  get endPosition(): number {
    return this.#taken + this.#versions.length - this.#first
  }

  get startPosition(): number {
    return this.#taken
  }

  at(position: number): Version {
    return this.#versions[this.#first + position - this.#taken] as Version
  }

  push(version: Version): void {
    this.#versions.push(version)
  }

  /** Takes the newest back. */
  pop(): Version | undefined {
    return this.#versions.length > this.#first ? this.#versions.pop() : undefined
  }

  /** Forgets the oldest. The array is copied together once more than half of it is empty. */
  shift(): void {
    this.#versions[this.#first] = undefined
    this.#first++
    this.#taken++
    if (this.#first < 1024 || this.#first * 2 < this.#versions.length) return
    this.#versions = this.#versions.slice(this.#first)
    this.#first = 0
  }

  /** The position of the first event with a revision greater than `revision`. */
  positionAfter(revision: Revision): number {
    let low = this.startPosition
    let high = this.endPosition
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.at(middle).modRevision <= revision) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Notes that `revision` was reached at `timeMs`. Times that run backwards (a set clock) count as the latest known. */
  mark(timeMs: number, revision: Revision): void {
    const last = this.#marks.at(-1)
    if (last !== undefined && timeMs < last.timeMs + markSpacingMs) last.revision = revision
    else this.#marks.push({ timeMs, revision })
  }

  /** The times that are known, each with the last revision made by then. */
  marksUpTo(revision: Revision): readonly { readonly timeMs: number; readonly revision: Revision }[] {
    return this.#marks.map((mark) => ({ timeMs: mark.timeMs, revision: Math.min(mark.revision, revision) }))
  }

  /** The last revision known to be made at or before `timeMs`; undefined when all that is known is later. */
  revisionAt(timeMs: number): Revision | undefined {
    let found: Revision | undefined
    for (const mark of this.#marks) {
      if (mark.timeMs > timeMs) break
      found = mark.revision
    }
    return found
  }

  /** Drops times that belong to revisions before `revision`. */
  forgetMarks(revision: Revision): void {
    const keep = this.#marks.findIndex((mark) => mark.revision >= revision)
    if (keep > 0) this.#marks = this.#marks.slice(keep)
    else if (keep < 0) this.#marks = this.#marks.slice(-1)
  }
}
