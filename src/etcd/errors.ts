/**
 * etcd's errors: codes and messages are part of its protocol, clients compare the text. One table, and the translation from the store's.
 */
import type { StoreErrorCode } from '../store/store.ts'
import { GrpcError, grpcCode } from '../wire/grpc-status.ts'

const table = {
  emptyKey: [grpcCode.invalidArgument, 'etcdserver: key is not provided'],
  keyNotFound: [grpcCode.invalidArgument, 'etcdserver: key not found'],
  valueProvided: [grpcCode.invalidArgument, 'etcdserver: value is provided'],
  leaseProvided: [grpcCode.invalidArgument, 'etcdserver: lease is provided'],
  tooManyOps: [grpcCode.invalidArgument, 'etcdserver: too many operations in txn request'],
  duplicateKey: [grpcCode.invalidArgument, 'etcdserver: duplicate key given in txn request'],
  invalidSortOption: [grpcCode.invalidArgument, 'etcdserver: invalid sort option'],
  requestTooLarge: [grpcCode.invalidArgument, 'etcdserver: request is too large'],
  compacted: [grpcCode.outOfRange, 'etcdserver: mvcc: required revision has been compacted'],
  futureRevision: [grpcCode.outOfRange, 'etcdserver: mvcc: required revision is a future revision'],
  noSpace: [grpcCode.resourceExhausted, 'etcdserver: mvcc: database space exceeded'],
  corrupt: [grpcCode.dataLoss, 'etcdserver: corrupt cluster'],
  leaseNotFound: [grpcCode.notFound, 'etcdserver: requested lease not found'],
  leaseExists: [grpcCode.failedPrecondition, 'etcdserver: lease already exists'],
  leaseTtlTooLarge: [grpcCode.outOfRange, 'etcdserver: too large lease TTL'],
  watchCanceled: [grpcCode.canceled, 'etcdserver: watch canceled'],
  memberNotFound: [grpcCode.notFound, 'etcdserver: member not found'],
  memberBadUrls: [grpcCode.invalidArgument, 'etcdserver: given member URLs are invalid'],
  memberNotLearner: [grpcCode.failedPrecondition, 'etcdserver: can only promote a learner member'],
  memberNotEnoughStarted: [grpcCode.failedPrecondition, 'etcdserver: re-configuration failed due to not enough started members'],
  peerUrlExists: [grpcCode.failedPrecondition, 'etcdserver: Peer URLs already exists'],
  badLeaderTransferee: [grpcCode.failedPrecondition, 'etcdserver: bad leader transferee'],
  wrongDowngradeVersion: [grpcCode.invalidArgument, 'etcdserver: wrong downgrade target version format'],
  invalidDowngradeTarget: [grpcCode.invalidArgument, 'etcdserver: invalid downgrade target version'],
  noInflightDowngrade: [grpcCode.failedPrecondition, 'etcdserver: no inflight downgrade job'],
  rootUserMissing: [grpcCode.failedPrecondition, 'etcdserver: root user does not exist'],
  authNotEnabled: [grpcCode.failedPrecondition, 'etcdserver: authentication is not enabled'],
  userNotFound: [grpcCode.failedPrecondition, 'etcdserver: user name not found'],
  roleNotFound: [grpcCode.failedPrecondition, 'etcdserver: role name not found'],
  stopped: [grpcCode.unavailable, 'etcdserver: server stopped'],
} as const satisfies Record<string, readonly [number, string]>

export type EtcdErrorName = keyof typeof table

export function etcdError(name: EtcdErrorName): GrpcError {
  const [code, message] = table[name]
  return new GrpcError(code, message)
}

const fromStore: Partial<Record<StoreErrorCode, EtcdErrorName>> = {
  compacted: 'compacted',
  futureRevision: 'futureRevision',
  noSpace: 'noSpace',
  corrupt: 'corrupt',
  leaseNotFound: 'leaseNotFound',
  leaseExists: 'leaseExists',
  leaseTimeTooLong: 'leaseTtlTooLarge',
  keyNotFound: 'keyNotFound',
  duplicateKey: 'duplicateKey',
  closed: 'stopped',
}

/** What a failure of the store is in etcd's words; what has none there keeps its own (UNAVAILABLE: nothing was changed, try elsewhere). */
export function etcdErrorFrom(error: unknown): unknown {
  const code = (error as { code?: unknown }).code
  if (error instanceof GrpcError || typeof code !== 'string') return error
  const name = fromStore[code as StoreErrorCode]
  if (name !== undefined) return etcdError(name)
  return code === 'readOnly' || code === 'unavailable'
    ? new GrpcError(grpcCode.unavailable, `etcdserver: ${(error as Error).message}`, { cause: error })
    : error
}
