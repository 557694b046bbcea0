/**
 * Random requests to an etcd, from a seed. Few keys, so that they meet; everything a request can say, right or wrong; revisions around those
 * that exist. What comes back is compared by `differential.test.ts`.
 */
import type { Compare, DeleteRangeRequest, PutRequest, RangeRequest, RequestOp, TxnRequest } from '../../src/etcd/messages.ts'
import type { Random } from '../../src/std/random.ts'
import type { Partially } from '../../src/wire/protobuf-message.ts'

export type Request =
  | { readonly do: 'put'; readonly value: Partially<PutRequest> }
  | { readonly do: 'range'; readonly value: Partially<RangeRequest> }
  | { readonly do: 'delete'; readonly value: Partially<DeleteRangeRequest> }
  | { readonly do: 'txn'; readonly value: Partially<TxnRequest> }
  | { readonly do: 'compact' | 'hash'; readonly revision: number }
  | { readonly do: 'grant' | 'revoke' | 'timeToLive'; readonly id: number | bigint }
  | { readonly do: 'leases' }

const keys = ['a', 'a/1', 'a/2', 'b', 'b/\x00', 'c', '\x00', '\xff\xff'] as const
const leaseIds = [7, 8, 2n ** 62n, -3] as const

export interface RequestsOptions {
  /** Sort orders that do not exist: before 3.5 etcd does not notice. */
  readonly hasWrongSorts: boolean
  readonly hasCompactions: boolean
}

export class Requests {
  readonly #random: Random
  readonly #options: RequestsOptions
  /** The newest revision that an answer has told of. */
  revision = 1

  constructor(random: Random, options: RequestsOptions) {
    this.#random = random
    this.#options = options
  }

  #below(count: number): number {
    return this.#random.integer(count)
  }

  #chance(share: number): boolean {
    return this.#random.fraction() < share
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)] as T
  }

  next(): Request {
    const dice = this.#below(100)
    if (dice < 30) return { do: 'put', value: this.#put() }
    if (dice < 55) return { do: 'range', value: this.#range() }
    if (dice < 65) return { do: 'delete', value: this.#delete() }
    if (dice < 88) return { do: 'txn', value: this.#txn(0) }
    if (dice < 90 && this.#options.hasCompactions) return { do: 'compact', revision: this.revision - this.#below(30) + 2 }
    if (dice < 90) return { do: 'hash', revision: this.revision - this.#below(30) + 2 }
    if (dice < 94) return { do: 'grant', id: this.#pick(leaseIds) }
    if (dice < 96) return { do: 'revoke', id: this.#pick(leaseIds) }
    return dice < 99 ? { do: 'timeToLive', id: this.#pick(leaseIds) } : { do: 'leases' }
  }

  #key(): string {
    return this.#chance(0.02) ? '' : this.#pick(keys)
  }

  #value(): Uint8Array {
    return this.#chance(0.1) ? new Uint8Array(0) : new TextEncoder().encode(String(this.#below(20)))
  }

  #put(): Partially<PutRequest> {
    const keeps = this.#chance(0.1)
    return {
      key: this.#key(),
      value: keeps && this.#chance(0.8) ? new Uint8Array(0) : this.#value(),
      lease: this.#chance(0.2) ? this.#pick(leaseIds) : 0,
      prevKv: this.#chance(0.5),
      ignoreValue: keeps,
      ignoreLease: this.#chance(0.1),
    }
  }

  #rangeEnd(): string {
    return this.#chance(0.4) ? '' : this.#pick(['\0', 'b', 'c', 'a0', '\xff'])
  }

  #someRevision(): number {
    return Math.max(-1, this.revision - this.#below(40) + 3)
  }

  #range(): Partially<RangeRequest> {
    const maybe = (): number => (this.#chance(0.1) ? this.#someRevision() : 0)
    const extra = this.#options.hasWrongSorts ? 1 : 0
    return {
      key: this.#key(),
      rangeEnd: this.#rangeEnd(),
      limit: this.#chance(0.3) ? this.#below(4) : 0,
      revision: this.#chance(0.3) ? this.#someRevision() : 0,
      sortOrder: this.#chance(0.3) ? this.#below(3 + extra) : 0,
      sortTarget: this.#chance(0.3) ? this.#below(5 + extra) : 0,
      serializable: this.#chance(0.3),
      keysOnly: this.#chance(0.2),
      countOnly: this.#chance(0.1),
      minModRevision: maybe(),
      maxModRevision: maybe(),
      minCreateRevision: maybe(),
      maxCreateRevision: maybe(),
    }
  }

  #delete(): Partially<DeleteRangeRequest> {
    return { key: this.#key(), rangeEnd: this.#chance(0.7) ? '' : this.#rangeEnd(), prevKv: this.#chance(0.5) }
  }

  #txn(depth: number): Partially<TxnRequest> {
    const list = <T>(max: number, make: () => T): T[] => Array.from({ length: this.#below(max + 1) }, make)
    return { compare: list(2, () => this.#compare()), success: list(3, () => this.#op(depth)), failure: list(2, () => this.#op(depth)) }
  }

  #compare(): Partially<Compare> {
    const target = this.#below(5)
    const number = target === 0 ? this.#below(4) : target === 4 ? Number(this.#pick([0, 7, 8])) : this.#someRevision()
    return {
      key: this.#key(),
      rangeEnd: this.#chance(0.3) ? this.#rangeEnd() : '',
      result: this.#below(4),
      target,
      ...[{ version: number }, { createRevision: number }, { modRevision: number }, { value: this.#value() }, { lease: number }][target],
    }
  }

  #op(depth: number): Partially<RequestOp> {
    const dice = this.#below(100)
    if (dice < 40) return { requestPut: this.#put() }
    if (dice < 65) return { requestRange: this.#range() }
    if (dice < 80) return { requestDeleteRange: this.#delete() }
    if (dice < 99 && depth < 3) return { requestTxn: this.#txn(depth + 1) }
    return {}
  }
}
