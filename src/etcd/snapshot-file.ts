/**
 * A snapshot as a file: etcd's database and behind it the SHA-256 of its bytes, as `etcdctl snapshot save` writes it. Here it is checked and
 * read; `database.ts` makes one, `client/snapshot.ts` fetches one.
 *
 * `statusOf` says what `etcdctl snapshot status` says, the same hash included: CRC-32C over the buckets' names, keys and values.
 * `contentsOf` gives the versions, leases and revisions that a store can begin from. A copy of a running member's database has no SHA-256
 * behind it: told apart by the length, because a database is whole pages.
 */
import { createHash } from 'node:crypto'
import type { DiskFile } from '../std/disk.ts'
import type { DirectoryContents } from '../store/wal/restore.ts'
import { BoltReader, SnapshotError } from './bolt-reader.ts'
import { Crc32c } from './hash.ts'
import { keyValue, storedLease } from './messages.ts'

const hashBytes = 32
/** etcd's rule: a file whose length is so much more than a multiple of this has a hash. */
const blockBytes = 512
const chunkBytes = 1024 * 1024

export interface SnapshotStatus {
  readonly hash: number
  readonly revision: number
  readonly totalKey: number
  readonly totalSize: number
}

export interface SnapshotContents extends DirectoryContents {
  /** It had users and wanted their passwords, which a store does not know. */
  readonly hadUsers: boolean
}

/** How long the database is. Throws when its SHA-256 is wrong; one that is not there is an error only when it is `required`. */
async function checkedLength(file: DiskFile, hash: 'required' | 'if there' | 'skipped'): Promise<number> {
  const size = await file.size()
  const hasHash = size % blockBytes === hashBytes
  if (!hasHash && hash === 'required')
    throw new SnapshotError('It has no SHA-256 behind it: it is cut off, or a copy of a database (then use --skip-hash-check)')
  if (!hasHash) return size
  const length = size - hashBytes
  if (hash === 'skipped') return length
  const digest = createHash('sha256')
  for (let at = 0; at < length; at += chunkBytes) digest.update(await file.read(at, Math.min(chunkBytes, length - at)))
  const [found, wanted] = [digest.digest('hex'), Buffer.from(await file.read(length, hashBytes)).toString('hex')]
  if (found !== wanted) throw new SnapshotError(`It is damaged: its SHA-256 should be ${wanted}, and is ${found}`)
  return length
}

export async function statusOf(file: DiskFile, hash: 'required' | 'if there'): Promise<SnapshotStatus> {
  const database = await BoltReader.open(file, await checkedLength(file, hash))
  const crc = new Crc32c()
  let [revision, totalKey] = [0, 0]
  for await (const { name, pairs } of database.buckets()) {
    crc.update(Buffer.from(name, 'latin1'))
    for await (const { key, value } of pairs) {
      crc.update(key)
      crc.update(value)
      totalKey++
      if (name === 'key') revision = revisionIn(key).main
    }
  }
  return { hash: crc.value, revision, totalKey, totalSize: database.bytes }
}

export async function contentsOf(file: DiskFile, { skipsHash }: { readonly skipsHash: boolean }): Promise<SnapshotContents> {
  const database = await BoltReader.open(file, await checkedLength(file, skipsHash ? 'skipped' : 'required'))
  const contents = {
    compactedRevision: 1,
    versions: [] as DirectoryContents['versions'][number][],
    leases: [] as DirectoryContents['leases'][number][],
  }
  let hasKeys = false
  let hadUsers = false
  for await (const { name, pairs } of database.buckets()) {
    if (name === 'key') hasKeys = true
    for await (const { key, value } of pairs) {
      if (name === 'key') contents.versions.push(versionIn(key, value))
      else if (name === 'lease') contents.leases.push(leaseIn(value))
      else if (name === 'auth') hadUsers ||= Buffer.from(key).toString('latin1') === 'authEnabled' && value[0] === 1
      else if (name === 'meta' && Buffer.from(key).toString('latin1').endsWith('CompactRev'))
        contents.compactedRevision = Math.max(contents.compactedRevision, revisionIn(value).main)
    }
  }
  if (!hasKeys) throw new SnapshotError('It is a database, but not one of etcd: it has no bucket "key"')
  return { ...contents, hadUsers }
}

function revisionIn(bytes: Uint8Array): { main: number; isTombstone: boolean } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isTombstone = view.length === 18 && view[17] === 0x74
  if ((view.length !== 17 && !isTombstone) || view[8] !== 0x5f)
    throw new SnapshotError(`It is damaged: 0x${view.toString('hex', 0, 32)} is not a revision`)
  const main = view.readBigUInt64BE(0)
  if (main > BigInt(Number.MAX_SAFE_INTEGER)) throw new SnapshotError(`Revision ${main} is greater than this store can count`)
  return { main: Number(main), isTombstone }
}

function versionIn(key: Uint8Array, value: Uint8Array): DirectoryContents['versions'][number] {
  const { main, isTombstone } = revisionIn(key)
  const { createRevision, modRevision, version, lease, ...rest } = decoded(() => keyValue.decode(value), main)
  if (isTombstone) return { key: rest.key, value: new Uint8Array(0), createRevision: 0, modRevision: main, version: 0, lease: 0 }
  const numbers = { createRevision: Number(createRevision), modRevision: Number(modRevision), version: Number(version) }
  const isRight = numbers.modRevision === main && numbers.createRevision > 1 && numbers.createRevision <= main && numbers.version > 0
  if (!isRight || !Number.isSafeInteger(numbers.version))
    throw new SnapshotError(
      `It is damaged: what is stored at revision ${main} says that it was created at ${createRevision} and changed at ${modRevision}`,
    )
  return { ...rest, ...numbers, lease }
}

function leaseIn(value: Uint8Array): DirectoryContents['leases'][number] {
  const { id, ttl } = decoded(() => storedLease.decode(value), 'a lease')
  return { id, ttlSeconds: Number(ttl) }
}

function decoded<T>(decode: () => T, what: number | string): T {
  try {
    return decode()
  } catch (cause) {
    throw new SnapshotError(`It is damaged: ${typeof what === 'number' ? `what is stored at revision ${what}` : what} cannot be read`, {
      cause,
    })
  }
}
