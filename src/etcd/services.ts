/**
 * The table of all methods: path, messages, who answers. The whole surface of etcd's v3 API at a glance. Authentication is off and stays off:
 * its methods say so in etcd's words, and users cannot be made.
 */
import { type GrpcMethod, streaming, unary } from '../wire/grpc-server.ts'
import { GrpcError, grpcCode } from '../wire/grpc-status.ts'
import { enumeration, message, string } from '../wire/protobuf-message.ts'
import { ClusterService } from './cluster.ts'
import { ElectionService } from './election.ts'
import * as e from './election-messages.ts'
import { etcdError } from './errors.ts'
import { KvService } from './kv.ts'
import { LeaseService } from './lease.ts'
import { LockService } from './lock.ts'
import { MaintenanceService } from './maintenance.ts'
import type { Member } from './member.ts'
import * as m from './messages.ts'
import { WatchService } from './watch.ts'

const healthRequest = message('HealthCheckRequest', { service: string(1) })
const healthResponse = message('HealthCheckResponse', { status: enumeration(1, ['UNKNOWN', 'SERVING', 'NOT_SERVING']) })
const serving = 1

export function etcdMethods(member: Member): ReadonlyMap<string, GrpcMethod> {
  const kv = new KvService(member)
  const watch = new WatchService(member)
  const lease = new LeaseService(member)
  const maintenance = new MaintenanceService(member)
  const cluster = new ClusterService(member)
  const lock = new LockService(member)
  const election = new ElectionService(member)
  return new Map([
    ['/etcdserverpb.KV/Range', unary(m.rangeRequest, m.rangeResponse, (request) => kv.range(request))],
    ['/etcdserverpb.KV/Put', unary(m.putRequest, m.putResponse, (request, bytes) => kv.put(request, bytes))],
    [
      '/etcdserverpb.KV/DeleteRange',
      unary(m.deleteRangeRequest, m.deleteRangeResponse, (request, bytes) => kv.deleteRange(request, bytes)),
    ],
    ['/etcdserverpb.KV/Txn', unary(m.txnRequest, m.txnResponse, (request, bytes) => kv.txn(request, bytes))],
    ['/etcdserverpb.KV/Compact', unary(m.compactionRequest, m.compactionResponse, (request) => kv.compact(request))],

    ['/etcdserverpb.Watch/Watch', streaming(m.watchRequest, m.watchResponse, (stream) => watch.open(stream))],

    ['/etcdserverpb.Lease/LeaseGrant', unary(m.leaseGrantRequest, m.leaseGrantResponse, (request) => lease.grant(request))],
    ['/etcdserverpb.Lease/LeaseRevoke', unary(m.leaseRevokeRequest, m.leaseRevokeResponse, (request) => lease.revoke(request))],
    [
      '/etcdserverpb.Lease/LeaseKeepAlive',
      streaming(m.leaseKeepAliveRequest, m.leaseKeepAliveResponse, (stream) => lease.keepAlive(stream)),
    ],
    [
      '/etcdserverpb.Lease/LeaseTimeToLive',
      unary(m.leaseTimeToLiveRequest, m.leaseTimeToLiveResponse, (request) => lease.timeToLive(request)),
    ],
    ['/etcdserverpb.Lease/LeaseLeases', unary(m.leaseLeasesRequest, m.leaseLeasesResponse, () => lease.leases())],

    ['/etcdserverpb.Cluster/MemberList', unary(m.memberListRequest, m.memberListResponse, () => cluster.list())],
    ['/etcdserverpb.Cluster/MemberAdd', unary(m.memberAddRequest, m.memberAddResponse, () => cluster.add())],
    ['/etcdserverpb.Cluster/MemberRemove', unary(m.memberRemoveRequest, m.memberRemoveResponse, (request) => cluster.remove(request))],
    ['/etcdserverpb.Cluster/MemberUpdate', unary(m.memberUpdateRequest, m.memberUpdateResponse, (request) => cluster.update(request))],
    ['/etcdserverpb.Cluster/MemberPromote', unary(m.memberPromoteRequest, m.memberPromoteResponse, (request) => cluster.promote(request))],

    ['/etcdserverpb.Maintenance/Status', unary(m.statusRequest, m.statusResponse, () => maintenance.status())],
    ['/etcdserverpb.Maintenance/Alarm', unary(m.alarmRequest, m.alarmResponse, (request) => maintenance.alarm(request))],
    ['/etcdserverpb.Maintenance/Defragment', unary(m.defragmentRequest, m.defragmentResponse, () => maintenance.defragment())],
    ['/etcdserverpb.Maintenance/Hash', unary(m.hashRequest, m.hashResponse, () => maintenance.hash())],
    ['/etcdserverpb.Maintenance/HashKV', unary(m.hashKvRequest, m.hashKvResponse, (request) => maintenance.hashKv(request))],
    ['/etcdserverpb.Maintenance/Snapshot', streaming(m.snapshotRequest, m.snapshotResponse, (stream) => maintenance.snapshot(stream))],
    [
      '/etcdserverpb.Maintenance/MoveLeader',
      unary(m.moveLeaderRequest, m.moveLeaderResponse, (request) => maintenance.moveLeader(request)),
    ],
    ['/etcdserverpb.Maintenance/Downgrade', unary(m.downgradeRequest, m.downgradeResponse, (request) => maintenance.downgrade(request))],

    ['/v3lockpb.Lock/Lock', unary(e.lockRequest, e.lockResponse, (request, _bytes, { signal }) => lock.lock(request, signal))],
    ['/v3lockpb.Lock/Unlock', unary(e.unlockRequest, e.unlockResponse, (request) => lock.unlock(request))],
    [
      '/v3electionpb.Election/Campaign',
      unary(e.campaignRequest, e.campaignResponse, (request, _bytes, { signal }) => election.campaign(request, signal)),
    ],
    ['/v3electionpb.Election/Proclaim', unary(e.proclaimRequest, e.proclaimResponse, (request) => election.proclaim(request))],
    ['/v3electionpb.Election/Leader', unary(e.leaderRequest, e.leaderResponse, (request) => election.leader(request))],
    ['/v3electionpb.Election/Observe', streaming(e.leaderRequest, e.leaderResponse, (stream) => election.observe(stream))],
    ['/v3electionpb.Election/Resign', unary(e.resignRequest, e.resignResponse, (request) => election.resign(request))],

    ...authMethods(member),
    ['/grpc.health.v1.Health/Check', unary(healthRequest, healthResponse, () => ({ status: serving }))],
  ])
}

function authMethods(member: Member): readonly (readonly [string, GrpcMethod])[] {
  const auth = (name: string, answer: () => object): readonly [string, GrpcMethod] => {
    return [`/etcdserverpb.Auth/${name}`, unary(m.authRequest, m.authStatusResponse, answer)]
  }
  const header = () => ({ header: member.headerNow() })
  const noUser = (): never => {
    throw etcdError('userNotFound')
  }
  const noRole = (): never => {
    throw etcdError('roleNotFound')
  }
  const refuse = (): never => {
    throw new GrpcError(grpcCode.unimplemented, 'etcdserver: this server has no users or roles; run etcd itself for authentication')
  }
  return [
    auth('AuthStatus', () => ({ ...header(), authRevision: 1 })),
    auth('AuthDisable', header),
    auth('AuthEnable', () => {
      throw etcdError('rootUserMissing')
    }),
    auth('Authenticate', () => {
      throw etcdError('authNotEnabled')
    }),
    auth('UserList', header),
    auth('RoleList', header),
    auth('UserGet', noUser),
    auth('UserDelete', noUser),
    auth('UserChangePassword', noUser),
    auth('UserGrantRole', noUser),
    auth('UserRevokeRole', noUser),
    auth('RoleGet', noRole),
    auth('RoleDelete', noRole),
    auth('RoleGrantPermission', noRole),
    auth('RoleRevokePermission', noRole),
    auth('UserAdd', refuse),
    auth('RoleAdd', refuse),
  ]
}
