/**
 * What a member has done since it started, for its metrics: operations as etcd counts them, leases, and how long the disk took. Numbers that
 * are added to on hot paths, and read when somebody looks.
 */
import { HistogramFamily } from '../std/metrics.ts'
import type { OperationResult } from '../store/store.ts'

export class Counts {
  puts = 0
  deletes = 0
  ranges = 0
  /** Those of more than one change. */
  transactions = 0
  leases = { granted: 0, revoked: 0, renewed: 0 }
  /** In etcd's buckets: a millisecond, doubled thirteen times. */
  readonly disk = new HistogramFamily(
    'etcd_disk_wal_fsync_duration_seconds',
    'The latency distributions of fsync called by WAL.',
    [],
    Array.from({ length: 14 }, (_, index) => 2 ** index / 1000),
  )
  readonly #disk = this.disk.of()

  readonly onDurable = (tookMs: number): void => this.#disk.observe(tookMs / 1000)

  onTransaction(results: readonly OperationResult[]): void {
    const before = this.puts + this.deletes + this.ranges
    this.#add(results)
    if (this.puts + this.deletes + this.ranges - before > 1) this.transactions++
  }

  #add(results: readonly OperationResult[]): void {
    for (const result of results) {
      if (result.did === 'put') this.puts++
      else if (result.did === 'range') this.ranges++
      else if (result.did === 'transaction') this.#add(result.result.results)
      else if (result.deleted.length > 0) this.deletes++
    }
  }
}
