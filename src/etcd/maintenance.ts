/**
 * The Maintenance service: status, hashes, alarms, a copy of the database. What only makes sense with several members (moving the leader,
 * downgrading a cluster) is answered as etcd answers it for one.
 */
import { createHash } from 'node:crypto'
import type { GrpcStream, GrpcStreamHandler } from '../wire/grpc-server.ts'
import { GrpcError, grpcCode } from '../wire/grpc-status.ts'
import type { Of, Partially } from '../wire/protobuf-message.ts'
import { databaseOf } from './database.ts'
import { etcdError, etcdErrorFrom } from './errors.ts'
import { hashOfRevision } from './hash.ts'
import { clusterVersion, etcdVersion, type Member } from './member.ts'
import {
  alarmActions,
  type alarmRequest,
  type alarmResponse,
  alarmTypes,
  type defragmentResponse,
  type downgradeRequest,
  type downgradeResponse,
  type hashKvRequest,
  type hashKvResponse,
  type hashResponse,
  type moveLeaderRequest,
  type moveLeaderResponse,
  type snapshotRequest,
  type snapshotResponse,
  type statusResponse,
} from './messages.ts'

/** What etcd's file takes with nothing in it: nobody who asks there is ever told 0, which in this protocol is not said at all. */
const emptyBytes = 16 * 1024
const chunkBytes = 32 * 1024
const unsentBytesMax = 512 * 1024
const downgradeCancel = 2
const alarmNames = ['NONE', 'NOSPACE', 'CORRUPT']

export class MaintenanceService {
  readonly #member: Member

  constructor(member: Member) {
    this.#member = member
  }

  status(): Partially<Of<typeof statusResponse>> {
    const { store, memberId, raftTerm, options } = this.#member
    const { logBytes, snapshotBytes } = store.stats()
    const index = store.revision
    return {
      header: this.#member.headerNow(),
      version: etcdVersion,
      dbSize: Math.max(emptyBytes, logBytes + snapshotBytes, store.memoryBytes),
      dbSizeInUse: Math.max(emptyBytes, store.memoryBytes),
      leader: memberId,
      raftIndex: index,
      raftAppliedIndex: index,
      raftTerm,
      errors: this.#member.alarms().map((alarm) => `memberID:${memberId} alarm:${alarmNames[alarm]} `),
      storageVersion: clusterVersion,
      dbSizeQuota: options.quotaBytes,
      downgradeInfo: {},
    }
  }

  alarm({ action, memberID, alarm }: Of<typeof alarmRequest>): Partially<Of<typeof alarmResponse>> {
    const header = this.#member.headerNow()
    const us = this.#member.memberId
    const on = this.#member.alarms().filter((one) => alarm === alarmTypes.none || alarm === one)
    const shown = on.map((one) => ({ memberID: us, alarm: one }))
    if (action === alarmActions.get) return { header, alarms: shown }
    if (alarm === alarmTypes.none) return { header }
    if (action === alarmActions.deactivate) {
      if (memberID !== 0 && memberID !== us) return { header }
      for (const one of on) this.#member.setAlarm(one, false)
      return { header, alarms: shown }
    }
    this.#member.setAlarm(alarm, true)
    return { header, alarms: [{ memberID: us, alarm }] }
  }

  /** The database is in memory and its log is laid out anew by itself: all there is to wait for is what compaction has begun. */
  async defragment(): Promise<Partially<Of<typeof defragmentResponse>>> {
    await this.#member.store.swept()
    return {}
  }

  async hash(): Promise<Partially<Of<typeof hashResponse>>> {
    const retained = await this.#member.store.retained()
    return { header: this.#member.header(retained.revision), hash: await hashOfRevision(retained, retained.revision, this.#member.clock) }
  }

  async hashKv(request: Of<typeof hashKvRequest>): Promise<Partially<Of<typeof hashKvResponse>>> {
    const { store } = this.#member
    if (request.revision > 0 && request.revision < store.compactedRevision) throw etcdError('compacted')
    if (request.revision > store.revision) throw etcdError('futureRevision')
    const retained = await store.retained()
    const revision = request.revision > 0 ? Number(request.revision) : retained.revision
    // Never compacted is -1 to etcd; our history begins as if compacted to 1.
    const compactRevision = retained.compactedRevision === 1 ? -1 : retained.compactedRevision
    return {
      header: this.#member.header(retained.revision),
      hash: await hashOfRevision({ ...retained, compactedRevision: compactRevision }, revision, this.#member.clock),
      compactRevision,
      hashRevision: revision,
    }
  }

  /** The database as etcd's own file, then its SHA-256: what `etcdctl snapshot save` writes and `restore` checks. */
  snapshot(stream: GrpcStream<Of<typeof snapshotResponse>>): GrpcStreamHandler<Of<typeof snapshotRequest>> {
    const fail = (error: unknown): void => {
      this.#member.log.error('Cannot send a snapshot', { error })
      stream.end(etcdErrorFrom(error) as GrpcError)
    }
    let isAsked = false
    return {
      onRequest: () => {
        if (isAsked) return
        isAsked = true
        void this.#sendSnapshot(stream).then(() => stream.end(), fail)
      },
      onRequestsEnd: () => {
        if (!isAsked) stream.end(new GrpcError(grpcCode.unknown, 'EOF'))
      },
    }
  }

  async #sendSnapshot(stream: GrpcStream<Of<typeof snapshotResponse>>): Promise<void> {
    const hash = createHash('sha256')
    const { bytes, parts } = await databaseOf(this.#member)
    let left = bytes
    for (const part of parts()) {
      for (let at = 0; at < part.length; at += chunkBytes) {
        const blob = part.subarray(at, at + chunkBytes)
        left -= blob.length
        hash.update(blob)
        stream.send({ remainingBytes: left, blob, version: clusterVersion })
      }
      if (stream.unsentBytes > unsentBytesMax) await stream.drained()
      if (stream.signal.aborted) return
    }
    stream.send({ remainingBytes: 0, blob: hash.digest(), version: clusterVersion })
  }

  moveLeader({ targetID }: Of<typeof moveLeaderRequest>): Partially<Of<typeof moveLeaderResponse>> {
    if (targetID !== this.#member.memberId) throw etcdError('badLeaderTransferee')
    return {}
  }

  downgrade({ action, version }: Of<typeof downgradeRequest>): Partially<Of<typeof downgradeResponse>> {
    // There is none to cancel, and etcd does not mind either.
    if (action === downgradeCancel) return { header: this.#member.headerNow(), version: clusterVersion.replace(/\.\d+$/, '') }
    if (!/^\d+\.\d+(\.\d+)?$/.test(version)) throw etcdError('wrongDowngradeVersion')
    throw etcdError('invalidDowngradeTarget')
  }
}
