/**
 * The store as etcd's database: which buckets a member of version 3.6 has and what is in them. `etcdctl snapshot save` stores it, and
 * `etcdutl snapshot restore` starts a real cluster from it: the way from here to several members.
 *
 * Every version that can still be read is in it under its revision, so history and hashes come along. Users and roles are empty.
 */
import type { LeaseState, RetainedVersions } from '../store/embedded.ts'
import { type BoltFile, type Bucket, boltFile, type Pair } from './bolt.ts'
import { revisionKey, revisionKeyBytes, type StoredVersion, storedValue, storedValueBytes, storedVersions } from './hash.ts'
import { clusterVersion, type Member } from './member.ts'
import { alarmMember, storedLease } from './messages.ts'

export async function databaseOf(member: Member): Promise<BoltFile> {
  const leases = member.store.leases()
  const retained = await member.store.retained()
  const buckets = [
    alarmBucket(member),
    bucket('auth', []),
    bucket('authRoles', []),
    bucket('authUsers', []),
    bucket('cluster', [pair('clusterVersion', clusterVersion)]),
    keyBucket(retained),
    leaseBucket(leases),
    bucket('members', [pair(member.memberId.toString(16), memberJson(member))]),
    bucket('members_removed', []),
    metaBucket(member, retained),
  ]
  return boltFile(buckets, () => member.clock.yieldTurn())
}

function bucket(name: string, pairs: readonly Pair[]): Bucket {
  const pair = (index: number): Pair => pairs[index] as Pair
  return {
    name,
    count: pairs.length,
    pairBytes: (index) => pair(index).key.length + pair(index).value.length,
    key: (index) => pair(index).key,
    pair,
  }
}

function pair(key: string | Uint8Array, value: string | Uint8Array): Pair {
  return { key: typeof key === 'string' ? Buffer.from(key) : key, value: typeof value === 'string' ? Buffer.from(value) : value }
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value))
  return bytes
}

function keyBucket({ versions }: RetainedVersions): Bucket {
  const stored = [...storedVersions(versions)]
  const at = (index: number): StoredVersion => stored[index] as StoredVersion
  const key = (index: number): Uint8Array => revisionKey(at(index).version.modRevision, at(index).sub, at(index).version.version === 0)
  return {
    name: 'key',
    count: stored.length,
    pairBytes: (index) => revisionKeyBytes(at(index).version) + storedValueBytes(at(index).version),
    key,
    pair: (index) => ({ key: key(index), value: storedValue(at(index).version) }),
  }
}

function leaseBucket(leases: readonly LeaseState[]): Bucket {
  const pairs = leases.map(({ id, ttlSeconds }) => ({ key: u64(BigInt(id)), value: storedLease.encode({ id, ttl: ttlSeconds }) }))
  return bucket(
    'lease',
    pairs.sort((a, b) => Buffer.compare(a.key, b.key)),
  )
}

function alarmBucket(member: Member): Bucket {
  const pairs = member.alarms().map((alarm) => pair(alarmMember.encode({ memberID: member.memberId, alarm }), ''))
  return bucket('alarm', pairs)
}

/** JSON by hand, because a member's number is beyond what JavaScript's numbers can say. */
function memberJson({ memberId, options }: Member): string {
  const { peerUrls, name, clientUrls } = options
  return `{"id":${memberId},"peerURLs":${JSON.stringify(peerUrls)},"name":${JSON.stringify(name)},"clientURLs":${JSON.stringify(clientUrls)}}`
}

function metaBucket(member: Member, { revision, compactedRevision }: RetainedVersions): Bucket {
  const compacted = compactedRevision === 1 ? [] : [revisionKey(compactedRevision, 0, false)]
  return bucket('meta', [
    pair('confState', `{"voters":[${member.memberId}],"auto_leave":false}`),
    pair('consistent_index', u64(BigInt(revision))),
    ...compacted.map((key) => pair('finishedCompactRev', key)),
    ...compacted.map((key) => pair('scheduledCompactRev', key)),
    pair('storageVersion', clusterVersion),
    pair('term', u64(BigInt(member.raftTerm))),
  ])
}
