/**
 * Snapshots: the whole state as of one revision in one file, so that the log before it can go. The revision is not the
 * newest but the *oldest readable* one: the log behind it is the retained history, and a restart brings back both the
 * state and the past that could be read before.
 *
 *     log       [ 1 … 900 ][ 901 … 1700 ][ 1701 … now ]        compacted to 950: snapshot as of 950, first segment goes
 *
 * The file is written beside everything else: in slices of keys between which other work gets its turn, flushed and
 * paused every 16 MB so that it does not stand in the log's way on the disk. It gets its name once it is durable and
 * whole. Leases are those of the moment it is begun: the log from then on is kept, and replaying it on top is harmless.
 */
import type { Mvcc } from '../mvcc/mvcc.ts'
import { takeAt } from '../mvcc/range.ts'
import type { Version } from '../mvcc/version.ts'
import type { KeyValue } from '../store.ts'
import { damaged, decodeFileHeader, encodeFileHeader, fileHeaderBytes, snapshotName } from './file-header.ts'
import { finishFrame, frameHeaderBytes } from './frame.ts'
import { FrameReader } from './reader.ts'
import { type RecordVisitor, RecordWriter, readRecords } from './record.ts'
import type { LogDirectory } from './segment.ts'

const sliceKeys = 256
const frameBytes = 512 * 1024
const flushBytes = 16 * 1024 * 1024
const pauseMs = 5

/** Writes the state as of `mvcc.compacted` when it was called. The caller holds compaction's sweep back meanwhile. */
export async function writeSnapshot(
  directory: LogDirectory,
  mvcc: Mvcc,
  revision: number,
  salt: number,
  signal: AbortSignal,
): Promise<number> {
  const { disk, clock } = directory
  const path = `${directory.path}/${snapshotName(revision)}`
  const temporary = `${path}.tmp`
  await disk.remove(temporary)
  const file = await disk.open(temporary, { mode: 'createNew' })
  try {
    const header = { salt, number: 0, firstSequence: 0, revision, createdMs: clock.now() }
    await file.write(0, encodeFileHeader('snapshot', header))
    const records = new RecordWriter(frameHeaderBytes)
    for (const lease of mvcc.leases.all()) records.grant(lease.id, lease.ttlSeconds)
    let offset = fileHeaderBytes
    let flushedTo = 0
    let sequence = 0
    let count = 0
    const writeFrame = async (): Promise<void> => {
      const frame = finishFrame(records, { sequence: sequence++, timeMs: clock.now(), salt: salt, underway: 0 })
      await file.write(offset, frame)
      offset += frame.length
      records.clear()
      if (offset - flushedTo < flushBytes) return
      flushedTo = offset
      await file.sync()
      await clock.sleep(pauseMs, signal)
    }
    for (let start: string | undefined = ''; start !== undefined; ) {
      signal.throwIfAborted()
      const items = takeAt(mvcc.index, start, revision, sliceKeys)
      for (const kv of items) {
        records.state(kv as Version)
        count++
        if (records.length >= frameBytes) await writeFrame()
      }
      start = items.length < sliceKeys ? undefined : `${(items.at(-1) as KeyValue).key}\0`
      await clock.yieldTurn()
    }
    records.end(count)
    await writeFrame()
    await file.sync()
    await file.close()
    await disk.rename(temporary, path)
    await disk.syncDirectory(directory.path)
    return offset
  } catch (error) {
    await file.close().catch(() => undefined)
    await disk.remove(temporary).catch(() => undefined)
    throw error
  }
}

/** What a snapshot is read into. */
export interface SnapshotVisitor extends RecordVisitor {
  /** True once the last record has been met. */
  readonly isWhole: boolean
}

/** Reads a snapshot; everything in it or an error. */
export async function readSnapshot(
  directory: LogDirectory,
  path: string,
  visitor: SnapshotVisitor,
): Promise<{ revision: number; bytes: number }> {
  const file = await directory.disk.open(path, { mode: 'read' })
  try {
    const size = await file.size()
    const header = decodeFileHeader('snapshot', path, Buffer.from(await file.read(0, fileHeaderBytes)))
    const reader = new FrameReader(file, size, header.salt)
    for (let sequence = 0; !visitor.isWhole; sequence++) {
      const at = reader.offset
      const frame = await reader.next()
      if (frame === undefined || frame.sequence !== sequence)
        throw damaged(path, at, 'a frame of the snapshot is missing or its checksum is wrong')
      readRecords(frame.payload, visitor)
    }
    return { revision: header.revision, bytes: size }
  } finally {
    await file.close()
  }
}
