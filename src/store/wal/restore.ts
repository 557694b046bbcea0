/**
 * A new data directory from a store's contents: a snapshot of the state at the oldest readable revision and a log of what came after, the
 * same files as if the store had written them itself, so that opening it needs to know nothing of this.
 *
 *     versions   a@3 b@7 c@9 | a@10 (b deleted)@11       compacted to 9: snapshot as of 9, two changes in the log
 *
 * Every change is run on the state and its result compared with what the contents say: contents that contradict themselves are refused. Where a
 * revision is missing (etcd can be told to skip some when it restores) the history begins behind the gap. The directory is made under another
 * name and renamed when it is durable: it is there as a whole or not at all.
 */
import type { Clock } from '../../std/clock.ts'
import type { Disk } from '../../std/disk.ts'
import { silentLog } from '../../std/log.ts'
import { firstRevision, Mvcc } from '../mvcc/mvcc.ts'
import { type KeyValue, type LeaseId, type Revision, StoreError } from '../store.ts'
import { saltFrom } from './recover.ts'
import { requireFree, segmentBytesDefault } from './segment.ts'
import { writeSnapshot } from './snapshot.ts'
import { LogWriter } from './writer.ts'

export interface DirectoryContents {
  readonly compactedRevision: Revision
  /** In the order in which they were made; tombstones have version 0. Older ones than the compacted revision shows may be among them. */
  readonly versions: readonly KeyValue[]
  readonly leases: readonly { readonly id: LeaseId; readonly ttlSeconds: number }[]
}

const frameBytes = 512 * 1024

/** The revision that the new store is at. `path` must not exist yet. */
export async function makeDataDirectory(
  { disk, path, clock, signal }: { readonly disk: Disk; readonly path: string; readonly clock: Clock; readonly signal: AbortSignal },
  contents: DirectoryContents,
): Promise<Revision> {
  const temporary = `${path}.restoring`
  const directory = { disk, path: temporary, clock, log: silentLog, segmentBytes: segmentBytesDefault }
  const base = baseOf(contents)
  const mvcc = stateAt(base, contents)
  await disk.remove(temporary)
  try {
    await disk.makeDirectory(temporary, 0o700)
    await requireFree(directory, mvcc.values.liveBytes)
    const createdMs = clock.now()
    const salt = saltFrom(createdMs)
    if (base > firstRevision) await writeSnapshot(directory, mvcc, base, salt, signal)
    const writer = await LogWriter.begin(directory, { salt, number: 1, firstSequence: 1, revision: base, createdMs })
    try {
      for (const { id, ttlSeconds } of contents.leases) writer.records.grant(id, ttlSeconds)
      for (const changes of changesAfter(base, contents.versions)) {
        signal.throwIfAborted()
        const position = mvcc.history.endPosition
        for (const version of changes) change(mvcc, version)
        writer.records.change(mvcc.history, position)
        if (writer.records.length >= frameBytes) await writer.commit(clock.now(), mvcc.head)
      }
      if (!writer.records.isEmpty) await writer.commit(clock.now(), mvcc.head)
    } finally {
      await writer.close()
    }
    await disk.syncDirectory(temporary)
    await disk.rename(temporary, path)
    await disk.syncDirectory(path.slice(0, path.lastIndexOf('/')))
    return mvcc.head
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined)
    throw error
  }
}

/** The oldest revision from which on none is missing. */
function baseOf({ compactedRevision, versions }: DirectoryContents): Revision {
  let base = compactedRevision
  let before = compactedRevision
  for (const { modRevision } of versions) {
    if (modRevision > before + 1) base = modRevision
    before = Math.max(before, modRevision)
  }
  return base
}

function stateAt(base: Revision, { versions, leases }: DirectoryContents): Mvcc {
  const mvcc = new Mvcc()
  for (const { id, ttlSeconds } of leases) mvcc.leases.grant(id, mvcc.leases.acceptTtl(id, ttlSeconds), 0)
  const living = new Map<string, KeyValue>()
  for (const version of versions) {
    if (version.modRevision > base) break
    if (version.version === 0) living.delete(version.key)
    else living.set(version.key, version)
  }
  for (const { key, value, createRevision, modRevision, version, lease } of living.values())
    mvcc.restore(key, value, createRevision, modRevision, version, lease)
  if (base > firstRevision) mvcc.restored(base)
  return mvcc
}

function* changesAfter(base: Revision, versions: readonly KeyValue[]): Iterable<readonly KeyValue[]> {
  let changes: KeyValue[] = []
  for (const version of versions) {
    if (version.modRevision <= base) continue
    if (changes[0] !== undefined && changes[0].modRevision !== version.modRevision) {
      yield changes
      changes = []
    }
    changes.push(version)
  }
  if (changes.length > 0) yield changes
}

function change(mvcc: Mvcc, wanted: KeyValue): void {
  const { key, modRevision } = wanted
  if (mvcc.head !== modRevision) mvcc.replayAt(modRevision)
  const isThere = wanted.version !== 0 || mvcc.headOf(key) !== undefined
  if (wanted.version === 0) mvcc.delete({ start: key })
  else mvcc.put(key, wanted.value, wanted.lease)
  const made = isThere ? mvcc.history.at(mvcc.history.endPosition - 1) : undefined
  if (made?.createRevision !== wanted.createRevision || made.version !== wanted.version)
    throw new StoreError('corrupt', `Key ${JSON.stringify(key)} at revision ${modRevision} does not follow from what was there before`)
}
