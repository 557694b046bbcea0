/**
 * Compare, then one of two lists, at one revision. In: a transaction and the state at the head (which includes writes
 * that are still on their way to the disk: a compare must see them, or two writers could both win). Out: what each
 * operation did. Everything that can be refused is refused before anything is changed.
 *
 * The rules are etcd's. All compares, those of nested transactions too, see the state before the first operation.
 * Operations then run in order and see what the earlier ones did. However many puts there are, one revision; so a key
 * may be put only once, and not put beside a deletion that names it. Comparing the value of a missing key is never true.
 *
 * A newcomer would get wrong: `decide` writes down the outcome of every transaction on the path in the order in which
 * `run` meets them again, so the two must walk alike.
 */
import {
  type Compare,
  type KeyRange,
  type KeyValue,
  type LeaseId,
  type Operation,
  type OperationResult,
  type PutOperation,
  type RangeResult,
  type Revision,
  StoreError,
  type Transaction,
  type TransactionResult,
} from '../store.ts'
import { contains } from './key-index.ts'

/** What a transaction needs from the state it runs on (`mvcc.ts`). */
export interface TransactionState {
  /** The newest revision, durable or not; grows by one with the first change of a transaction. */
  readonly head: Revision
  readHead(range: KeyRange): readonly KeyValue[]
  headOf(key: string): KeyValue | undefined
  readRange(operation: Operation & { readonly do: 'range' }): RangeResult
  checkRange(operation: Operation & { readonly do: 'range' }): void
  checkLease(id: LeaseId): void
  put(key: string, value: Uint8Array, lease: LeaseId): KeyValue | undefined
  delete(range: KeyRange): readonly KeyValue[]
}

const absent: KeyValue = { key: '', value: new Uint8Array(0), createRevision: 0, modRevision: 0, version: 0, lease: 0 }

/** What is settled about a transaction before it runs. */
export interface Decision {
  readonly outcomes: readonly boolean[]
  /** Whether anything on the path may change something. */
  readonly writes: boolean
}

/** Compares, checks, and changes nothing. Throws a `StoreError` when the transaction cannot run. */
export function decide(state: TransactionState, transaction: Transaction): Decision {
  if (needsOverlapCheck(transaction)) collectWrites(transaction)
  const outcomes: boolean[] = []
  const writes = walk(state, transaction, outcomes)
  return { outcomes, writes }
}

function walk(state: TransactionState, transaction: Transaction, outcomes: boolean[]): boolean {
  const succeeded = transaction.compare.every((compare) => holds(state, compare))
  outcomes.push(succeeded)
  let writes = false
  for (const operation of succeeded ? transaction.then : (transaction.else ?? [])) {
    switch (operation.do) {
      case 'put':
        checkPut(state, operation)
        writes = true
        break
      case 'delete':
        writes = true
        break
      case 'range':
        state.checkRange(operation)
        break
      case 'transaction':
        if (walk(state, operation.transaction, outcomes)) writes = true
    }
  }
  return writes
}

function checkPut(state: TransactionState, put: PutOperation): void {
  if ((put.keepsValue || put.keepsLease) && state.headOf(put.key) === undefined)
    throw new StoreError('keyNotFound', `Key ${JSON.stringify(put.key)} does not exist, so it has nothing to keep`)
  if (put.lease) state.checkLease(put.lease)
}

/** Runs what was decided. Cannot fail. */
export function run(state: TransactionState, transaction: Transaction, decision: Decision): TransactionResult {
  return new Run(state, decision.outcomes).transaction(transaction)
}

class Run {
  readonly #state: TransactionState
  readonly #outcomes: readonly boolean[]
  #next = 0

  constructor(state: TransactionState, outcomes: readonly boolean[]) {
    this.#state = state
    this.#outcomes = outcomes
  }

  transaction(transaction: Transaction): TransactionResult {
    const succeeded = this.#outcomes[this.#next++] as boolean
    const operations = succeeded ? transaction.then : (transaction.else ?? [])
    const results: OperationResult[] = []
    for (const operation of operations) results.push(this.#operation(operation))
    return { succeeded, results, revision: this.#state.head }
  }

  #put(put: PutOperation): KeyValue | undefined {
    const state = this.#state
    if (!put.keepsValue && !put.keepsLease) return state.put(put.key, put.value, put.lease ?? 0)
    const kept = keptFrom(state, put)
    return state.put(put.key, put.keepsValue ? kept.value : put.value, put.keepsLease ? kept.lease : (put.lease ?? 0))
  }

  #operation(operation: Operation): OperationResult {
    switch (operation.do) {
      case 'put': {
        const previous = this.#put(operation)
        return previous === undefined ? { did: 'put' } : { did: 'put', previous }
      }
      case 'delete':
        return { did: 'delete', deleted: this.#state.delete(operation.range) }
      case 'range':
        return { did: 'range', result: this.#state.readRange(operation) }
      case 'transaction':
        return { did: 'transaction', result: this.transaction(operation.transaction) }
    }
  }
}

function keptFrom(state: TransactionState, put: PutOperation): KeyValue {
  // It was there when the transaction was decided; an operation before this one may have deleted it since.
  return state.headOf(put.key) ?? absent
}

function holds(state: TransactionState, compare: Compare): boolean {
  if (compare.end === undefined) {
    const kv = state.headOf(compare.key)
    if (kv !== undefined) return matches(compare, kv)
  } else {
    const found = state.readHead({ start: compare.key, end: compare.end })
    if (found.length > 0) return found.every((kv) => matches(compare, kv))
  }
  return compare.target === 'value' ? false : matches(compare, absent)
}

function matches(compare: Compare, kv: KeyValue): boolean {
  const order = compare.target === 'value' ? compareBytes(kv.value, compare.than) : compareIntegers(kv[compare.target], compare.than)
  switch (compare.is) {
    case '=':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '>':
      return order > 0
  }
}

function compareIntegers(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const difference = (a[index] as number) - (b[index] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** A list of one plain operation cannot contradict itself: the usual case, and it allocates nothing. */
function needsOverlapCheck({ then: first, else: second }: Transaction): boolean {
  return isRich(first) || (second !== undefined && isRich(second))
}

function isRich(operations: readonly Operation[]): boolean {
  return operations.length > 1 || operations[0]?.do === 'transaction'
}

interface Writes {
  readonly puts: Set<string>
  readonly deletes: KeyRange[]
}

/** Throws when a key could be put twice, or put and deleted, at one revision. */
function collectWrites(transaction: Transaction): Writes {
  const first = collectFrom(transaction.then)
  const second = collectFrom(transaction.else ?? [])
  // Only one of the two lists runs, so both may touch the same key.
  for (const key of second.puts) first.puts.add(key)
  first.deletes.push(...second.deletes)
  return first
}

function collectFrom(operations: readonly Operation[]): Writes {
  const puts = new Set<string>()
  const deletes: KeyRange[] = []
  for (const operation of operations) {
    // etcd overlooks a deletion of everything from a key on: what follows may put such a key again.
    if (operation.do === 'delete' && operation.range.end !== '\0') deletes.push(operation.range)
  }
  for (const operation of operations) {
    if (operation.do !== 'transaction') continue
    const inner = collectWrites(operation.transaction)
    for (const key of inner.puts) addPut(puts, deletes, key)
    deletes.push(...inner.deletes)
  }
  for (const operation of operations) if (operation.do === 'put') addPut(puts, deletes, operation.key)
  return { puts, deletes }
}

function addPut(puts: Set<string>, deletes: readonly KeyRange[], key: string): void {
  if (puts.has(key) || deletes.some((range) => contains(range, key))) refuse(key)
  puts.add(key)
}

function refuse(key: string): never {
  throw new StoreError('duplicateKey', `Key ${JSON.stringify(key)} is written more than once in one transaction`)
}
