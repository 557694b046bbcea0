/**
 * The messages of etcd's two services for clients that cannot wait in a queue of keys themselves: v3lock.proto and v3election.proto.
 */
import { binary, bytes, int64, message, nested } from '../wire/protobuf-message.ts'
import { keyValue, responseHeader } from './messages.ts'

const header = nested(1, responseHeader)

export const lockRequest = message('LockRequest', { name: binary(1), lease: int64(2) })
export const lockResponse = message('LockResponse', { header, key: binary(2) })
export const unlockRequest = message('UnlockRequest', { key: binary(1) })
export const unlockResponse = message('UnlockResponse', { header })

const leaderKey = message('LeaderKey', { name: binary(1), key: binary(2), rev: int64(3), lease: int64(4) })
export const campaignRequest = message('CampaignRequest', { name: binary(1), lease: int64(2), value: bytes(3) })
export const campaignResponse = message('CampaignResponse', { header, leader: nested(2, leaderKey) })
export const proclaimRequest = message('ProclaimRequest', { leader: nested(1, leaderKey), value: bytes(2) })
export const proclaimResponse = message('ProclaimResponse', { header })
export const leaderRequest = message('LeaderRequest', { name: binary(1) })
export const leaderResponse = message('LeaderResponse', { header, kv: nested(2, keyValue) })
export const resignRequest = message('ResignRequest', { leader: nested(1, leaderKey) })
export const resignResponse = message('ResignResponse', { header })
