/**
 * Compaction by those who use etcd: every five minutes what was older than the revision of five minutes before is forgotten. All
 * apiservers of a cluster agree on who does it by one key outside the cluster's prefix, whose version counts the rounds:
 *
 *     compact_rev_key at version 7   A: "if the version is 7, put"  → 8, and A compacts        B: "if the version is 7, put"  → no: it is 8 now
 *
 * Whoever loses only remembers the round and the revision it saw. The first round compacts nothing: nobody knows yet what was when.
 * Key and value are upstream's, so that its apiservers and ours take part in the same rounds.
 */
import type { Clock, Timer } from '../../std/clock.ts'
import type { Log } from '../../std/log.ts'
import type { Revision } from '../../store/store.ts'
import type { EtcdConnection } from './connection.ts'
import { compactMethod, txnMethod } from './methods.ts'

export const compactRevisionKey = 'compact_rev_key'

export class Compactor implements Disposable {
  readonly #connection: EtcdConnection
  readonly #clock: Clock
  readonly #log: Log
  readonly #intervalMs: number
  #timer: Timer | undefined
  #isOver = false
  /** The last round this apiserver knows of, and the revision it saw then. */
  #round = 0
  #revision: Revision = 0

  constructor(connection: EtcdConnection, clock: Clock, log: Log, intervalMs: number) {
    this.#connection = connection
    this.#clock = clock
    this.#log = log
    this.#intervalMs = intervalMs
    this.#arm()
  }

  #arm(): void {
    this.#timer = this.#clock.after(this.#intervalMs, () => {
      this.round()
        .catch((error) => this.#log.warn('Cannot compact etcd; trying again in the next round', { error }))
        .finally(() => this.#isOver || this.#arm())
    })
  }

  /** To which revision it has compacted; undefined when another apiserver's turn it was, or there was nothing yet. */
  async round(): Promise<Revision | undefined> {
    const put = { key: compactRevisionKey, value: new TextEncoder().encode(String(this.#revision)) }
    const answer = await this.#connection.call(
      txnMethod,
      {
        compare: [{ key: compactRevisionKey, target: 0, result: 0, version: this.#round }],
        success: [{ requestPut: put }],
        failure: [{ requestRange: { key: compactRevisionKey } }],
      },
      { isRead: false },
    )
    const target = this.#revision
    this.#revision = Number(answer.header?.revision ?? 0)
    if (!answer.succeeded) {
      this.#round = Number(answer.responses[0]?.responseRange?.kvs[0]?.version ?? 0)
      return undefined
    }
    this.#round++
    if (target === 0) return undefined
    await this.#connection.call(compactMethod, { revision: target }, { isRead: true })
    this.#log.debug('etcd was compacted', { revision: target })
    return target
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#timer?.cancel()
  }
}
