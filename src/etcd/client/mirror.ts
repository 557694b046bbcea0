/**
 * What etcd holds of this cluster, in memory: the embedded store's own state and watches (`store/mvcc`), fed by etcd's events instead of by
 * transactions. It is the watch cache: everybody's watches read from it, and so does every read once it is known to be new enough.
 *
 * It knows every event since it was loaded, at most as many as its budget holds; what a watch asks for from before that is 'compacted', as
 * upstream's watch cache answers, though etcd may still have it.
 */
import type { Clock, Timer } from '../../std/clock.ts'
import type { Log } from '../../std/log.ts'
import { evacuate, revisionWithin, sweep } from '../../store/mvcc/compact.ts'
import { Mvcc } from '../../store/mvcc/mvcc.ts'
import { Watches } from '../../store/mvcc/watch.ts'
import type { Revision, StoreError } from '../../store/store.ts'

export interface MirrorOptions {
  readonly clock: Clock
  readonly log: Log
  /** What the past may cost in memory, and how old it may be. */
  readonly historyBytesMax: number
  readonly historyMsMax: number
}

/** One change of one key; absent value: it was deleted. */
export interface MirrorChange {
  readonly key: string
  readonly value?: Uint8Array
  readonly lease?: number | bigint
}

interface Waiting {
  readonly revision: Revision
  resolve(isThere: boolean): void
}

const sweepSteps = 4096
const compactionShare = 1 / 8

export class Mirror {
  readonly mvcc = new Mvcc()
  readonly watches: Watches
  readonly #options: MirrorOptions
  #waiting: Waiting[] = []
  #sweeping: Promise<void> | undefined
  #historyTimer: Timer | undefined
  #isClosed = false

  constructor(options: MirrorOptions) {
    this.#options = options
    this.watches = new Watches(this.mvcc, options.clock, options.log)
    this.#armHistoryTimer()
  }

  get revision(): Revision {
    return this.mvcc.durable
  }

  /** Everything that etcd did at `revision`, nothing left out since the last call. */
  apply(revision: Revision, changes: readonly MirrorChange[]): void {
    const { mvcc } = this
    const before = mvcc.durable
    mvcc.mirrorAt(revision)
    for (const { key, value, lease = 0 } of changes) {
      if (value === undefined) mvcc.delete({ start: key })
      else mvcc.put(key, value, lease)
    }
    mvcc.mirroredTo(revision)
    mvcc.history.mark(this.#options.clock.now(), revision)
    if (changes.length > 0) this.watches.publish(before)
    this.#wake()
    if (mvcc.history.bytes > this.#options.historyBytesMax && this.#sweeping === undefined)
      this.forgetBefore(revisionWithin(mvcc, this.#options.historyBytesMax * (1 - compactionShare)))
  }

  /** True once everything up to `revision` is here; false when that has not come to pass in time. */
  reached(revision: Revision, waitMs: number): boolean | Promise<boolean> {
    if (this.mvcc.durable >= revision) return true
    if (this.#isClosed) return false
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(waitMs, () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting)
        resolve(false)
      })
      const waiting: Waiting = {
        revision,
        resolve: (isThere) => {
          timer.cancel()
          resolve(isThere)
        },
      }
      this.#waiting.push(waiting)
    })
  }

  #wake(): void {
    if (this.#waiting.length === 0) return
    const { durable } = this.mvcc
    const due = this.#waiting.filter(({ revision }) => revision <= durable)
    if (due.length === 0) return
    this.#waiting = this.#waiting.filter(({ revision }) => revision > durable)
    for (const one of due) one.resolve(true)
  }

  forgetBefore(revision: Revision): void {
    const { mvcc } = this
    if (revision <= mvcc.compacted || revision > mvcc.durable || this.#isClosed) return
    mvcc.compactTo(revision)
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined
    })
  }

  async #sweep(): Promise<void> {
    const { mvcc } = this
    const { clock } = this.#options
    for (let sweptTo = 0; sweptTo < mvcc.compacted; ) {
      const limit = mvcc.compacted
      while (!sweep(mvcc, limit, sweepSteps)) await clock.yieldTurn()
      sweptTo = limit
    }
    this.watches.swept()
    await evacuate(mvcc, clock)
  }

  #armHistoryTimer(): void {
    const { clock, historyMsMax } = this.#options
    if (historyMsMax === Number.POSITIVE_INFINITY) return
    this.#historyTimer = clock.after(Math.max(1000, historyMsMax / 32), () => {
      const revision = this.mvcc.history.revisionAt(clock.now() - historyMsMax)
      if (revision !== undefined) this.forgetBefore(Math.min(revision, this.mvcc.durable))
      this.#armHistoryTimer()
    })
  }

  close(error?: StoreError): void {
    this.#isClosed = true
    this.#historyTimer?.cancel()
    for (const one of this.#waiting) one.resolve(false)
    this.#waiting = []
    this.watches.close(error)
  }
}
