/**
 * The KV service: ranges, puts, deletes, transactions and compaction. Requests become the store's operations and its results become
 * answers; what etcd asks beyond a plain range (filters by revision, orders, limits behind them) is done here on the items.
 *
 * Checks come in etcd's order, because of two things wrong with a request clients see the first. A newcomer would get wrong: the revisions
 * in the headers of a transaction's parts: each says the store's revision as that part saw it, which is one more once anything changed.
 */
import type {
  KeyRange,
  KeyValue,
  Operation,
  OperationResult,
  RangeOptions,
  RangeResult,
  Compare as StoreCompare,
  Transaction,
  TransactionResult,
} from '../store/store.ts'
import type { LongMessage } from '../wire/grpc-server.ts'
import type { Of, Partially } from '../wire/protobuf-message.ts'
import { etcdError, etcdErrorFrom } from './errors.ts'
import type { Member } from './member.ts'
import {
  type Compare,
  type compactionRequest,
  type compactionResponse,
  type DeleteRangeRequest,
  type deleteRangeResponse,
  type PutRequest,
  type putResponse,
  type RangeRequest,
  type RequestOp,
  type ResponseOp,
  type rangeResponse,
  sortOrders,
  sortTargets,
  type TxnRequest,
  type TxnResponse,
} from './messages.ts'
import { isLong, type LongRange, rangeStream } from './range-stream.ts'

type RangeAnswer = Partially<Of<typeof rangeResponse>>
const noValue = new Uint8Array(0)

/** The protocol's key and range_end as the store's range: "" is one key, "\0" everything from the key on. */
export function keyRange(key: string, rangeEnd: string): KeyRange {
  return rangeEnd === '' ? { start: key } : { start: key, end: rangeEnd }
}

export class KvService {
  readonly #member: Member

  constructor(member: Member) {
    this.#member = member
  }

  range(request: RangeRequest): RangeAnswer | LongMessage {
    checkRange(request)
    this.#member.requireSound()
    try {
      this.#member.counts.ranges++
      const result = this.#member.store.range(keyRange(request.key, request.rangeEnd), rangeOptions(request))
      const header = this.#member.header(result.revision)
      const answer = rangeAnswer(request, result)
      return isLong(answer.kvs) ? rangeStream({ header, ...answer }) : { header, ...answer }
    } catch (error) {
      throw etcdErrorFrom(error)
    }
  }

  async put(request: PutRequest, bytes: number): Promise<Partially<Of<typeof putResponse>>> {
    checkPut(request)
    this.#member.requireSize(bytes)
    this.#member.requireSpace()
    // Of two things that are missing etcd misses the lease first here, and the key first in a transaction.
    if (request.ignoreValue && request.lease !== 0 && this.#member.store.lease(request.lease) === undefined)
      throw etcdError('leaseNotFound')
    const { results, revision } = await this.#transact({ compare: [], then: [putOperation(request)] })
    return { header: this.#member.header(revision), ...putAnswer(request, results[0] as OperationResult & { did: 'put' }) }
  }

  async deleteRange(request: DeleteRangeRequest, bytes: number): Promise<Partially<Of<typeof deleteRangeResponse>>> {
    if (request.key === '') throw etcdError('emptyKey')
    this.#member.requireSize(bytes)
    this.#member.requireSound()
    const operation: Operation = { do: 'delete', range: keyRange(request.key, request.rangeEnd) }
    const { results, revision } = await this.#transact({ compare: [], then: [operation] })
    return { header: this.#member.header(revision), ...deleteAnswer(request, results[0] as OperationResult & { did: 'delete' }) }
  }

  async txn(request: TxnRequest, bytes: number): Promise<Partially<TxnResponse>> {
    checkTransaction(request, this.#member.options.transactionOpsMax)
    if (mayWrite(request)) this.#member.requireSize(bytes)
    if (mayPut(request)) this.#member.requireSpace()
    else this.#member.requireSound()
    const result = await this.#transact(transactionOf(request, this.#member.store.compactedRevision === 1))
    const before = result.revision - (changedSomething(result) ? 1 : 0)
    const answer = new TransactionAnswer(before).of(request, result)
    return { ...answer, header: this.#member.header(result.revision) }
  }

  async compact(request: Of<typeof compactionRequest>): Promise<Partially<Of<typeof compactionResponse>>> {
    const { store } = this.#member
    this.#member.requireSound()
    const revision = clamped(request.revision)
    try {
      // Our history begins with revision 1 as if compacted to it; etcd's begins before, and lets itself be compacted there.
      if (!(store.compactedRevision === 1 && (revision === 0 || revision === 1))) await store.compact(revision)
      // Who asks for that goes on to lift the alarm for space, and the next write looks at what is there.
      if (request.physical) await store.swept()
    } catch (error) {
      throw etcdErrorFrom(error)
    }
    return { header: this.#member.headerNow() }
  }

  async #transact(transaction: Transaction): Promise<TransactionResult> {
    try {
      const result = await this.#member.store.transact(transaction)
      this.#member.counts.onTransaction(result.results)
      return result
    } catch (error) {
      throw etcdErrorFrom(error)
    }
  }
}

/** 64-bit numbers beyond 2^53 are far beyond any revision or count there is: what they are compared with cannot tell. */
function clamped(value: number | bigint): number {
  return typeof value === 'number' ? value : value > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER
}

// Checks

function checkRange(request: RangeRequest): void {
  if (request.key === '') throw etcdError('emptyKey')
  if (request.sortOrder < 0 || request.sortOrder > sortOrders.descend) throw etcdError('invalidSortOption')
  if (request.sortTarget < 0 || request.sortTarget > sortTargets.value) throw etcdError('invalidSortOption')
}

function checkPut(request: PutRequest): void {
  if (request.key === '') throw etcdError('emptyKey')
  if (request.ignoreValue && request.value.length > 0) throw etcdError('valueProvided')
  if (request.ignoreLease && request.lease !== 0) throw etcdError('leaseProvided')
}

function checkTransaction(request: TxnRequest, opsMax: number): void {
  const ops = Math.max(request.compare.length, request.success.length, request.failure.length)
  if (ops > opsMax) throw etcdError('tooManyOps')
  for (const compare of request.compare) if (compare.key === '') throw etcdError('emptyKey')
  for (const op of request.success) checkOp(op, opsMax - ops)
  for (const op of request.failure) checkOp(op, opsMax - ops)
}

function checkOp(op: RequestOp, opsMax: number): void {
  if (op.requestRange !== undefined) return checkRange(op.requestRange)
  if (op.requestPut !== undefined) return checkPut(op.requestPut)
  if (op.requestDeleteRange !== undefined) {
    if (op.requestDeleteRange.key === '') throw etcdError('emptyKey')
    return
  }
  if (op.requestTxn !== undefined) return checkTransaction(op.requestTxn, opsMax)
  throw etcdError('keyNotFound')
}

function someOp(request: TxnRequest, test: (op: RequestOp) => boolean): boolean {
  const among = (ops: readonly RequestOp[]): boolean =>
    ops.some((op) => test(op) || (op.requestTxn !== undefined && someOp(op.requestTxn, test)))
  return among(request.success) || among(request.failure)
}

function mayPut(request: TxnRequest): boolean {
  return someOp(request, (op) => op.requestPut !== undefined)
}

function mayWrite(request: TxnRequest): boolean {
  return someOp(request, (op) => op.requestPut !== undefined || op.requestDeleteRange !== undefined)
}

// To the store

function isFiltered(request: RangeRequest): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request
  return minModRevision !== 0 || maxModRevision !== 0 || minCreateRevision !== 0 || maxCreateRevision !== 0
}

function rangeOptions(request: RangeRequest): RangeOptions {
  const options: { at?: number; limit?: number; countOnly?: boolean } = {}
  if (request.revision > 0) options.at = clamped(request.revision)
  if (request.countOnly) options.countOnly = true
  // Orders and filters choose among all; one more than the limit tells whether there are more.
  if (request.limit > 0 && request.sortOrder === sortOrders.none && !isFiltered(request)) options.limit = clamped(request.limit) + 1
  return options
}

function putOperation(request: PutRequest): Operation {
  const { key, value, lease } = request
  if (!request.ignoreValue && !request.ignoreLease) return { do: 'put', key, value, lease }
  return { do: 'put', key, value, lease, keepsValue: request.ignoreValue, keepsLease: request.ignoreLease }
}

function transactionOf(request: TxnRequest, isUncompacted: boolean): Transaction {
  const operations = (ops: readonly RequestOp[]) => ops.map((op) => operationOf(op, isUncompacted))
  const compare = request.compare.flatMap(compareOf)
  return { compare, then: operations(request.success), else: operations(request.failure) }
}

function operationOf(op: RequestOp, isUncompacted: boolean): Operation {
  const { requestRange, requestPut, requestDeleteRange, requestTxn } = op
  if (requestRange !== undefined) {
    const { key, rangeEnd, revision } = requestRange
    const options = rangeOptions(requestRange)
    // A range of its own takes a negative revision for "now"; in a transaction it lies before all that was compacted, and -1 is "never".
    const isPast = revision < 0 && !(isUncompacted && revision === -1)
    return { do: 'range', range: keyRange(key, rangeEnd), options: isPast ? { ...options, at: clamped(revision) } : options }
  }
  if (requestPut !== undefined) return putOperation(requestPut)
  if (requestDeleteRange !== undefined) return { do: 'delete', range: keyRange(requestDeleteRange.key, requestDeleteRange.rangeEnd) }
  return { do: 'transaction', transaction: transactionOf(requestTxn as TxnRequest, isUncompacted) }
}

const comparisons = ['=', '>', '<', '!='] as const
const compareTargets = ['version', 'createRevision', 'modRevision', 'value', 'lease'] as const

/** Nothing for a comparison that is always true. */
function compareOf(compare: Compare): readonly StoreCompare[] {
  const is = comparisons[compare.result]
  const target = compareTargets[compare.target]
  const range = compare.rangeEnd === '' ? { key: compare.key } : { key: compare.key, end: compare.rangeEnd }
  // An order that etcd does not know holds for every key; a target that it does not know is always equal.
  if (is === undefined) return target === 'value' ? [{ ...range, is: '>', target: 'version', than: 0 }] : []
  if (target === undefined) return is === '=' ? [] : [{ ...range, is: '<', target: 'version', than: 0 }]
  if (target === 'value') return [{ ...range, is, target, than: compare.value }]
  return [{ ...range, is, target, than: compare[target] }]
}

// To answers

function rangeAnswer(request: RangeRequest, result: RangeResult): Omit<LongRange, 'header'> {
  let kvs = result.items
  if (isFiltered(request)) kvs = kvs.filter((kv) => passes(request, kv))
  kvs = sorted(request, kvs)
  const more = request.limit > 0 && kvs.length > request.limit
  if (more) kvs = kvs.slice(0, Number(request.limit))
  if (request.keysOnly) kvs = kvs.map((kv) => withoutValue(kv))
  return { kvs, more, count: result.count }
}

function passes(request: RangeRequest, kv: KeyValue): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request
  return (
    (maxModRevision === 0 || kv.modRevision <= maxModRevision) &&
    (minModRevision === 0 || kv.modRevision >= minModRevision) &&
    (maxCreateRevision === 0 || kv.createRevision <= maxCreateRevision) &&
    (minCreateRevision === 0 || kv.createRevision >= minCreateRevision)
  )
}

/** In the order that was asked for. Another target than the key means ascending when no order is named. */
function sorted(request: RangeRequest, kvs: readonly KeyValue[]): readonly KeyValue[] {
  const { sortOrder, sortTarget } = request
  if (sortTarget === sortTargets.key && sortOrder !== sortOrders.descend) return kvs
  const sign = sortOrder === sortOrders.descend ? -1 : 1
  return [...kvs].sort((a, b) => sign * compareBy(sortTarget, a, b))
}

function compareBy(target: number, a: KeyValue, b: KeyValue): number {
  switch (target) {
    case sortTargets.key:
      return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
    case sortTargets.version:
      return a.version - b.version
    case sortTargets.create:
      return a.createRevision - b.createRevision
    case sortTargets.mod:
      return a.modRevision - b.modRevision
    default:
      return Buffer.compare(a.value, b.value)
  }
}

function withoutValue({ key, createRevision, modRevision, version, lease }: KeyValue): KeyValue {
  return { key, value: noValue, createRevision, modRevision, version, lease }
}

function putAnswer(request: PutRequest, { previous }: OperationResult & { did: 'put' }): { prevKv?: KeyValue } {
  return request.prevKv && previous !== undefined ? { prevKv: previous } : {}
}

function deleteAnswer(
  request: DeleteRangeRequest,
  { deleted }: OperationResult & { did: 'delete' },
): { deleted: number; prevKvs: readonly KeyValue[] } {
  return { deleted: deleted.length, prevKvs: request.prevKv ? deleted : [] }
}

function changedSomething(result: TransactionResult): boolean {
  return result.results.some(changes)
}

function changes(result: OperationResult): boolean {
  switch (result.did) {
    case 'put':
      return true
    case 'delete':
      return result.deleted.length > 0
    case 'range':
      return false
    case 'transaction':
      return changedSomething(result.result)
  }
}

/** Walks a transaction and its results together, keeping the revision that each part saw. */
class TransactionAnswer {
  #revision: number
  readonly #after: number

  constructor(before: number) {
    this.#revision = before
    this.#after = before + 1
  }

  of(request: TxnRequest, result: TransactionResult): Partially<TxnResponse> {
    const ops = result.succeeded ? request.success : request.failure
    const responses = result.results.map((one, index) => this.#op(ops[index] as RequestOp, one))
    return { header: {}, succeeded: result.succeeded, responses }
  }

  #op(op: RequestOp, result: OperationResult): Partially<ResponseOp> {
    if (result.did === 'transaction') return { responseTxn: this.of(op.requestTxn as TxnRequest, result.result) }
    if (changes(result)) this.#revision = this.#after
    const header = { revision: this.#revision }
    switch (result.did) {
      case 'range':
        return { responseRange: { header, ...rangeAnswer(op.requestRange as RangeRequest, result.result) } }
      case 'put':
        return { responsePut: { header, ...putAnswer(op.requestPut as PutRequest, result) } }
      case 'delete':
        return { responseDeleteRange: { header, ...deleteAnswer(op.requestDeleteRange as DeleteRangeRequest, result) } }
    }
  }
}
