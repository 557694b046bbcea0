/**
 * What all writes have in common: who writes what where, and the result. `Stored` is what the store now holds; the answer
 * is spliced from it, so that a created object is not encoded twice.
 */

import { StatusError, serviceUnavailable } from '../../apimachinery/status-error.ts'
import type { KeyValue, Transaction, TransactionResult } from '../../store/store.ts'
import type { Write } from '../server-parts.ts'

export interface Stored {
  /** Without resourceVersion. */
  readonly bytes: Uint8Array
  /** 0: nothing was stored (a dry run). */
  readonly revision: number
}

export interface WriteResult extends Stored {
  readonly isCreated: boolean
}

export function storedOf(kv: KeyValue): Stored {
  return { bytes: kv.value, revision: kv.modRevision }
}

/** As upstream's storage calls what it asks of etcd. */
function operationOf({ compare, then }: Transaction): string {
  if (then[0]?.do === 'delete') return 'delete'
  return compare[0]?.target === 'createRevision' ? 'create' : 'update'
}

/** The store's own troubles in the API's words. */
export async function transact(write: Pick<Write, 'server' | 'signal' | 'resource'>, transaction: Transaction): Promise<TransactionResult> {
  const { store, clock, metrics } = write.server
  const { group, resource } = write.resource.groupResource
  const operation = operationOf(transaction)
  const beganMs = clock.monotonicMs()
  try {
    return await store.transact(transaction, write.signal)
  } catch (error) {
    throw storeTrouble(error)
  } finally {
    metrics.storeRequests.of(group, operation, resource).value++
    metrics.storeSeconds.of(group, operation, resource).observe((clock.monotonicMs() - beganMs) / 1000)
  }
}

export function storeTrouble(error: unknown): unknown {
  const code = (error as { code?: string } | undefined)?.code
  switch (code) {
    case 'unavailable':
    case 'closed':
      return serviceUnavailable(`the store is unavailable: ${(error as Error).message}`)
    case 'noSpace':
    case 'readOnly':
      return new StatusError(500, 'InternalError', `Internal error occurred: ${(error as Error).message}`)
    default:
      return error
  }
}

/** RFC 3339 in whole seconds. */
export function timeText(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`
}
