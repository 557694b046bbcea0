/**
 * etcd's v3 API as data: every message and its field numbers, from etcd's published rpc.proto, kv.proto and auth.proto. The codecs, the
 * types (`Of<typeof …>`) and the JSON of the HTTP gateway are folds over these values. Names are the protocol's in camel case; `protocolName`
 * in `gateway.ts` gives the original back. Messages come before those that contain them; a transaction contains itself.
 */
import {
  binary,
  boolean,
  bytes,
  enumeration,
  int64,
  type MessageType,
  message,
  nested,
  type Of,
  repeated,
  string,
  uint32,
  uint64,
} from '../wire/protobuf-message.ts'

const empty = (name: string) => message(name, {})

// Key-values

export const keyValue = message('KeyValue', {
  key: binary(1),
  createRevision: int64(2),
  modRevision: int64(3),
  version: int64(4),
  value: bytes(5),
  lease: int64(6),
})
export const eventMessage = message('Event', {
  type: enumeration(1, ['PUT', 'DELETE']),
  kv: nested(2, keyValue),
  prevKv: nested(3, keyValue),
})

export const responseHeader = message('ResponseHeader', {
  clusterId: uint64(1),
  memberId: uint64(2),
  revision: int64(3),
  raftTerm: uint64(4),
})
const header = nested(1, responseHeader)
const headerOnly = (name: string) => message(name, { header })
export type ResponseHeader = Of<typeof responseHeader>

export const sortOrders = { none: 0, ascend: 1, descend: 2 } as const
export const sortTargets = { key: 0, version: 1, create: 2, mod: 3, value: 4 } as const
export const rangeRequest = message('RangeRequest', {
  key: binary(1),
  rangeEnd: binary(2),
  limit: int64(3),
  revision: int64(4),
  sortOrder: enumeration(5, ['NONE', 'ASCEND', 'DESCEND']),
  sortTarget: enumeration(6, ['KEY', 'VERSION', 'CREATE', 'MOD', 'VALUE']),
  serializable: boolean(7),
  keysOnly: boolean(8),
  countOnly: boolean(9),
  minModRevision: int64(10),
  maxModRevision: int64(11),
  minCreateRevision: int64(12),
  maxCreateRevision: int64(13),
})
export type RangeRequest = Of<typeof rangeRequest>
export const rangeResponse = message('RangeResponse', { header, kvs: repeated(nested(2, keyValue)), more: boolean(3), count: int64(4) })

export const putRequest = message('PutRequest', {
  key: binary(1),
  value: bytes(2),
  lease: int64(3),
  prevKv: boolean(4),
  ignoreValue: boolean(5),
  ignoreLease: boolean(6),
})
export type PutRequest = Of<typeof putRequest>
export const putResponse = message('PutResponse', { header, prevKv: nested(2, keyValue) })

export const deleteRangeRequest = message('DeleteRangeRequest', { key: binary(1), rangeEnd: binary(2), prevKv: boolean(3) })
export type DeleteRangeRequest = Of<typeof deleteRangeRequest>
export const deleteRangeResponse = message('DeleteRangeResponse', { header, deleted: int64(2), prevKvs: repeated(nested(3, keyValue)) })

// Transactions

export const compareMessage = message('Compare', {
  result: enumeration(1, ['EQUAL', 'GREATER', 'LESS', 'NOT_EQUAL']),
  target: enumeration(2, ['VERSION', 'CREATE', 'MOD', 'VALUE', 'LEASE']),
  key: binary(3),
  version: int64(4),
  createRevision: int64(5),
  modRevision: int64(6),
  value: bytes(7),
  lease: int64(8),
  rangeEnd: binary(64),
})
export type Compare = Of<typeof compareMessage>

export interface RequestOp {
  readonly requestRange: RangeRequest | undefined
  readonly requestPut: PutRequest | undefined
  readonly requestDeleteRange: DeleteRangeRequest | undefined
  readonly requestTxn: TxnRequest | undefined
}
export interface TxnRequest {
  readonly compare: readonly Compare[]
  readonly success: readonly RequestOp[]
  readonly failure: readonly RequestOp[]
}
export interface ResponseOp {
  readonly responseRange: Of<typeof rangeResponse> | undefined
  readonly responsePut: Of<typeof putResponse> | undefined
  readonly responseDeleteRange: Of<typeof deleteRangeResponse> | undefined
  readonly responseTxn: TxnResponse | undefined
}
export interface TxnResponse {
  readonly header: ResponseHeader | undefined
  readonly succeeded: boolean
  readonly responses: readonly ResponseOp[]
}

export const requestOp: MessageType<RequestOp> = message('RequestOp', {
  requestRange: nested(1, rangeRequest),
  requestPut: nested(2, putRequest),
  requestDeleteRange: nested(3, deleteRangeRequest),
  requestTxn: nested(4, () => txnRequest),
})
export const txnRequest: MessageType<TxnRequest> = message('TxnRequest', {
  compare: repeated(nested(1, compareMessage)),
  success: repeated(nested(2, requestOp)),
  failure: repeated(nested(3, requestOp)),
})
export const responseOp: MessageType<ResponseOp> = message('ResponseOp', {
  responseRange: nested(1, rangeResponse),
  responsePut: nested(2, putResponse),
  responseDeleteRange: nested(3, deleteRangeResponse),
  responseTxn: nested(4, () => txnResponse),
})
export const txnResponse: MessageType<TxnResponse> = message('TxnResponse', {
  header,
  succeeded: boolean(2),
  responses: repeated(nested(3, responseOp)),
})

export const compactionRequest = message('CompactionRequest', { revision: int64(1), physical: boolean(2) })
export const compactionResponse = headerOnly('CompactionResponse')

// Watches

export const watchCreateRequest = message('WatchCreateRequest', {
  key: binary(1),
  rangeEnd: binary(2),
  startRevision: int64(3),
  progressNotify: boolean(4),
  filters: repeated(enumeration(5, ['NOPUT', 'NODELETE'])),
  prevKv: boolean(6),
  watchId: int64(7),
  fragment: boolean(8),
})
export type WatchCreateRequest = Of<typeof watchCreateRequest>
export const watchRequest = message('WatchRequest', {
  createRequest: nested(1, watchCreateRequest),
  cancelRequest: nested(2, message('WatchCancelRequest', { watchId: int64(1) })),
  progressRequest: nested(3, empty('WatchProgressRequest')),
})
export type WatchRequest = Of<typeof watchRequest>
export const watchResponse = message('WatchResponse', {
  header,
  watchId: int64(2),
  created: boolean(3),
  canceled: boolean(4),
  compactRevision: int64(5),
  cancelReason: string(6),
  fragment: boolean(7),
  events: repeated(nested(11, eventMessage)),
})
export type WatchResponse = Of<typeof watchResponse>

// Leases

export const leaseGrantRequest = message('LeaseGrantRequest', { TTL: int64(1), ID: int64(2) })
export const leaseGrantResponse = message('LeaseGrantResponse', { header, ID: int64(2), TTL: int64(3), error: string(4) })
export const leaseRevokeRequest = message('LeaseRevokeRequest', { ID: int64(1) })
export const leaseRevokeResponse = headerOnly('LeaseRevokeResponse')
export const leaseKeepAliveRequest = message('LeaseKeepAliveRequest', { ID: int64(1) })
export const leaseKeepAliveResponse = message('LeaseKeepAliveResponse', { header, ID: int64(2), TTL: int64(3) })
export const leaseTimeToLiveRequest = message('LeaseTimeToLiveRequest', { ID: int64(1), keys: boolean(2) })
export const leaseTimeToLiveResponse = message('LeaseTimeToLiveResponse', {
  header,
  ID: int64(2),
  TTL: int64(3),
  grantedTTL: int64(4),
  keys: repeated(binary(5)),
})
export const leaseLeasesRequest = empty('LeaseLeasesRequest')
export const leaseLeasesResponse = message('LeaseLeasesResponse', {
  header,
  leases: repeated(nested(2, message('LeaseStatus', { ID: int64(1) }))),
})

// The cluster

export const memberMessage = message('Member', {
  ID: uint64(1),
  name: string(2),
  peerURLs: repeated(string(3)),
  clientURLs: repeated(string(4)),
  isLearner: boolean(5),
})
const members = repeated(nested(2, memberMessage))
export const memberAddRequest = message('MemberAddRequest', { peerURLs: repeated(string(1)), isLearner: boolean(2) })
export const memberAddResponse = message('MemberAddResponse', {
  header,
  member: nested(2, memberMessage),
  members: repeated(nested(3, memberMessage)),
})
export const memberRemoveRequest = message('MemberRemoveRequest', { ID: uint64(1) })
export const memberRemoveResponse = message('MemberRemoveResponse', { header, members })
export const memberUpdateRequest = message('MemberUpdateRequest', { ID: uint64(1), peerURLs: repeated(string(2)) })
export const memberUpdateResponse = message('MemberUpdateResponse', { header, members })
export const memberListRequest = message('MemberListRequest', { linearizable: boolean(1) })
export const memberListResponse = message('MemberListResponse', { header, members })
export const memberPromoteRequest = message('MemberPromoteRequest', { ID: uint64(1) })
export const memberPromoteResponse = message('MemberPromoteResponse', { header, members })

// Maintenance

export const alarmTypes = { none: 0, noSpace: 1, corrupt: 2 } as const
const alarmTypeNames = ['NONE', 'NOSPACE', 'CORRUPT']
export const alarmActions = { get: 0, activate: 1, deactivate: 2 } as const
export const alarmRequest = message('AlarmRequest', {
  action: enumeration(1, ['GET', 'ACTIVATE', 'DEACTIVATE']),
  memberID: uint64(2),
  alarm: enumeration(3, alarmTypeNames),
})
export const alarmMember = message('AlarmMember', { memberID: uint64(1), alarm: enumeration(2, alarmTypeNames) })
export const alarmResponse = message('AlarmResponse', { header, alarms: repeated(nested(2, alarmMember)) })
export const statusRequest = empty('StatusRequest')
export const statusResponse = message('StatusResponse', {
  header,
  version: string(2),
  dbSize: int64(3),
  leader: uint64(4),
  raftIndex: uint64(5),
  raftTerm: uint64(6),
  raftAppliedIndex: uint64(7),
  errors: repeated(string(8)),
  dbSizeInUse: int64(9),
  isLearner: boolean(10),
  storageVersion: string(11),
  dbSizeQuota: int64(12),
  downgradeInfo: nested(13, message('DowngradeInfo', { enabled: boolean(1), targetVersion: string(2) })),
})
export const defragmentRequest = empty('DefragmentRequest')
export const defragmentResponse = headerOnly('DefragmentResponse')
export const hashRequest = empty('HashRequest')
export const hashResponse = message('HashResponse', { header, hash: uint32(2) })
export const hashKvRequest = message('HashKVRequest', { revision: int64(1) })
export const hashKvResponse = message('HashKVResponse', { header, hash: uint32(2), compactRevision: int64(3), hashRevision: int64(4) })
export const snapshotRequest = empty('SnapshotRequest')
export const snapshotResponse = message('SnapshotResponse', { header, remainingBytes: uint64(2), blob: bytes(3), version: string(4) })
export const moveLeaderRequest = message('MoveLeaderRequest', { targetID: uint64(1) })
export const moveLeaderResponse = headerOnly('MoveLeaderResponse')
export const downgradeRequest = message('DowngradeRequest', {
  action: enumeration(1, ['VALIDATE', 'ENABLE', 'CANCEL']),
  version: string(2),
})
export const downgradeResponse = message('DowngradeResponse', { header, version: string(2) })

// Users and roles

export const authRequest = message('AuthRequest', { name: string(1), password: string(2) })
export const authResponse = headerOnly('AuthResponse')
export const authStatusResponse = message('AuthStatusResponse', { header, enabled: boolean(2), authRevision: uint64(3) })
export const authNamesResponse = message('AuthNamesResponse', { header, names: repeated(string(2)) })

/** Not spoken: how a lease stands in etcd's file. */
export const storedLease = message('Lease', { id: int64(1), ttl: int64(2) })
