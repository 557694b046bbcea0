/** The methods of etcd's v3 API that a store and its copies need, by their paths. */
import {
  compactionRequest,
  compactionResponse,
  leaseGrantRequest,
  leaseGrantResponse,
  leaseRevokeRequest,
  leaseRevokeResponse,
  rangeRequest,
  rangeResponse,
  snapshotRequest,
  snapshotResponse,
  txnRequest,
  txnResponse,
  watchRequest,
  watchResponse,
} from '../messages.ts'

const kv = '/etcdserverpb.KV/'
const lease = '/etcdserverpb.Lease/'

export const rangeMethod = { path: `${kv}Range`, request: rangeRequest, answer: rangeResponse }
export const txnMethod = { path: `${kv}Txn`, request: txnRequest, answer: txnResponse }
export const compactMethod = { path: `${kv}Compact`, request: compactionRequest, answer: compactionResponse }
export const leaseGrantMethod = { path: `${lease}LeaseGrant`, request: leaseGrantRequest, answer: leaseGrantResponse }
export const leaseRevokeMethod = { path: `${lease}LeaseRevoke`, request: leaseRevokeRequest, answer: leaseRevokeResponse }
export const watchMethod = { path: '/etcdserverpb.Watch/Watch', request: watchRequest, answer: watchResponse }
export const snapshotMethod = { path: '/etcdserverpb.Maintenance/Snapshot', request: snapshotRequest, answer: snapshotResponse }
