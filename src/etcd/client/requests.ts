/**
 * The store's operations in etcd's messages and etcd's answers as the store's results: the reverse of `../kv.ts`. Keys go through a
 * `KeyPlace`, because the store's begin with /registry/ whatever prefix the cluster was given in etcd.
 */
import {
  type Compare,
  type KeyRange,
  type KeyValue,
  type Operation,
  type OperationResult,
  prefixRange,
  type RangeOptions,
  type RangeResult,
  StoreError,
  type StoreErrorCode,
  type Transaction,
  type TransactionResult,
} from '../../store/store.ts'
import type { Of, Partially } from '../../wire/protobuf-message.ts'
import { type EtcdErrorName, etcdError } from '../errors.ts'
import type { keyValue, RangeRequest, RequestOp, ResponseOp, rangeResponse, TxnRequest, TxnResponse } from '../messages.ts'

/** The prefix of all keys of the store, without the slash behind it. */
const localPrefix = '/registry'

/** What stands in etcd for the value, made the store's own (another apiserver may have written it otherwise). */
export type ValueReader = (key: string, value: Uint8Array) => Uint8Array

export class KeyPlace {
  /** All keys of this cluster, as etcd has them. */
  readonly range: KeyRange
  readonly #remotePrefix: string
  readonly #isSame: boolean
  readonly #read: ValueReader

  constructor(prefix: string, read: ValueReader = (_key, value) => value) {
    this.#remotePrefix = `/${prefix.replace(/^\/+|\/+$/g, '')}`
    this.#isSame = this.#remotePrefix === localPrefix
    this.range = prefixRange(`${this.#remotePrefix}/`)
    this.#read = read
  }

  remote(key: string): string {
    if (!key.startsWith(`${localPrefix}/`))
      throw new StoreError('invalid', `Key ${JSON.stringify(key)} does not begin with ${localPrefix}/`)
    return this.#isSame ? key : this.#remotePrefix + key.slice(localPrefix.length)
  }

  /** Undefined: not one of this cluster's. */
  local(key: string): string | undefined {
    if (!key.startsWith(this.range.start)) return undefined
    return this.#isSame ? key : localPrefix + key.slice(this.#remotePrefix.length)
  }

  remoteRange({ start, end }: KeyRange): { key: string; rangeEnd: string } {
    const first = start < `${localPrefix}/` && end !== undefined ? this.range.start : this.remote(start)
    if (end === undefined) return { key: first, rangeEnd: '' }
    const isBeyond = end === '\0' || end >= `${localPrefix}0`
    return { key: first, rangeEnd: isBeyond ? (this.range.end as string) : this.remote(end) }
  }

  keyValue(kv: Of<typeof keyValue>): KeyValue {
    const { createRevision, modRevision, version, lease } = kv
    const key = this.local(kv.key) ?? kv.key
    const value = this.#read(key, kv.value)
    return {
      key,
      value,
      createRevision: Number(createRevision),
      modRevision: Number(modRevision),
      version: Number(version),
      lease,
    }
  }

  value(key: string, value: Uint8Array): Uint8Array {
    return this.#read(key, value)
  }
}

export function rangeRequestOf(place: KeyPlace, range: KeyRange, options: RangeOptions = {}): Partially<RangeRequest> {
  const { at = 0, limit = 0, countOnly = false } = options
  return { ...place.remoteRange(range), revision: at, limit, countOnly }
}

export function rangeResultOf(place: KeyPlace, { header, kvs, count }: Of<typeof rangeResponse>): RangeResult {
  return { items: kvs.map((kv) => place.keyValue(kv)), count: Number(count), revision: Number(header?.revision ?? 0) }
}

const comparisons = { '=': 0, '>': 1, '<': 2, '!=': 3 } as const
const compareTargets = { version: 0, createRevision: 1, modRevision: 2, value: 3, lease: 4 } as const

export function txnRequestOf(place: KeyPlace, { compare, then, else: otherwise = [] }: Transaction): Partially<TxnRequest> {
  return {
    compare: compare.map((one) => compareOf(place, one)),
    success: then.map((operation) => opOf(place, operation)),
    failure: otherwise.map((operation) => opOf(place, operation)),
  }
}

function compareOf(place: KeyPlace, compare: Compare): Partially<TxnRequest['compare'][number]> {
  const { key, rangeEnd } = place.remoteRange(compare.end === undefined ? { start: compare.key } : { start: compare.key, end: compare.end })
  return { key, rangeEnd, result: comparisons[compare.is], target: compareTargets[compare.target], [compare.target]: compare.than }
}

function opOf(place: KeyPlace, operation: Operation): Partially<RequestOp> {
  switch (operation.do) {
    case 'put': {
      const { key, value, lease = 0, keepsValue = false, keepsLease = false } = operation
      const requestPut = { key: place.remote(key), prevKv: true, ignoreValue: keepsValue, ignoreLease: keepsLease }
      return { requestPut: { ...requestPut, ...(keepsValue ? {} : { value }), ...(keepsLease ? {} : { lease }) } }
    }
    case 'delete':
      return { requestDeleteRange: { ...place.remoteRange(operation.range), prevKv: true } }
    case 'range':
      return { requestRange: rangeRequestOf(place, operation.range, operation.options) }
    case 'transaction':
      return { requestTxn: txnRequestOf(place, operation.transaction) }
  }
}

export function transactionResultOf(
  place: KeyPlace,
  answer: TxnResponse,
  revision = Number(answer.header?.revision ?? 0),
): TransactionResult {
  return { succeeded: answer.succeeded, results: answer.responses.map((one) => resultOf(place, one, revision)), revision }
}

function resultOf(
  place: KeyPlace,
  { responseRange, responsePut, responseDeleteRange, responseTxn }: ResponseOp,
  revision: number,
): OperationResult {
  if (responseRange !== undefined) return { did: 'range', result: { ...rangeResultOf(place, responseRange), revision } }
  if (responseDeleteRange !== undefined) return { did: 'delete', deleted: responseDeleteRange.prevKvs.map((kv) => place.keyValue(kv)) }
  if (responseTxn !== undefined) return { did: 'transaction', result: transactionResultOf(place, responseTxn, revision) }
  const previous = responsePut?.prevKv
  return previous === undefined ? { did: 'put' } : { did: 'put', previous: place.keyValue(previous) }
}

const codes: Partial<Record<EtcdErrorName, StoreErrorCode>> = {
  compacted: 'compacted',
  futureRevision: 'futureRevision',
  noSpace: 'noSpace',
  corrupt: 'corrupt',
  leaseNotFound: 'leaseNotFound',
  leaseExists: 'leaseExists',
  leaseTtlTooLarge: 'leaseTimeTooLong',
  keyNotFound: 'keyNotFound',
  duplicateKey: 'duplicateKey',
  requestTooLarge: 'invalid',
}
const byMessage = new Map(Object.entries(codes).map(([name, code]) => [etcdError(name as EtcdErrorName).message, code]))

/** etcd's errors are known by their text, as its own clients know them. Whatever else goes wrong between here and there is 'unavailable'. */
export function storeErrorFrom(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const { details, message } = cause as { details?: string; message: string }
  const text = details ?? message
  return new StoreError(byMessage.get(text) ?? 'unavailable', text, { cause })
}
