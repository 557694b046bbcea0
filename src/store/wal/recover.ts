/**
 * From what is on the disk back to the state: the snapshot, then every frame of the log behind it, in order. Then the
 * log is open for writing where it ended. What was acknowledged is there; nothing that is there is silently skipped.
 *
 * Where the frames stop there are three cases, told apart by what follows:
 *   - only zeros: the log was laid out further than it was written. The normal end.
 *   - other bytes, but no good frame that says that this one was durable: the last write, or the last two of which the
 *     second was faster, were cut off. They were never acknowledged; they are cut away, with a line in the log.
 *   - a good frame that says so, here or in a later segment: what should be here may have been acknowledged, so this is
 *     damage. We refuse to start and say where; nothing is changed.
 *
 * A newcomer would get wrong: records up to the snapshot's revision are met again in the first segment and passed over,
 * except for leases, for which meeting them twice does no harm.
 */

import { sweep } from '../mvcc/compact.ts'
import type { Mvcc } from '../mvcc/mvcc.ts'
import { firstRevision } from '../mvcc/mvcc.ts'
import { type LeaseId, StoreError } from '../store.ts'
import { damaged, decodeFileHeader, fileHeaderBytes, numberFromName } from './file-header.ts'
import { FrameReader } from './reader.ts'
import { readRecords } from './record.ts'
import type { LogDirectory, Segment } from './segment.ts'
import { readSnapshot, type SnapshotVisitor } from './snapshot.ts'
import { type LogEnd, LogWriter } from './writer.ts'

export interface Recovered {
  readonly writer: LogWriter
  readonly salt: number
  readonly snapshotBytes: number
}

/** Fills the empty `mvcc` from the directory, which exists and is locked. */
export async function recover(directory: LogDirectory, mvcc: Mvcc): Promise<Recovered> {
  const names = await directory.disk.list(directory.path)
  for (const name of names) if (/\.(wal|state)\.tmp$/.test(name)) await directory.disk.remove(`${directory.path}/${name}`)
  const replay = new Replay(mvcc)
  const snapshot = await recoverSnapshot(directory, names, replay)
  const numbers = names.map((name) => numberFromName('segment', name)).filter((number) => number !== undefined)
  const revision = snapshot?.revision ?? firstRevision
  if (numbers.length === 0) {
    if (snapshot !== undefined) throw damaged(directory.path, 0, 'there is a snapshot but no log')
    const createdMs = directory.clock.now()
    const salt = saltFrom(createdMs)
    const writer = await LogWriter.begin(directory, { salt, number: 1, firstSequence: 1, revision, createdMs })
    return { writer, salt, snapshotBytes: 0 }
  }
  const end = await recoverSegments(directory, names, revision, replay)
  mvcc.publishTo(mvcc.head)
  const salt = (end.segments[0] as Segment).header.salt
  return { writer: await LogWriter.resume(directory, { ...end, revision: mvcc.head }), salt, snapshotBytes: snapshot?.bytes ?? 0 }
}

/** Different for each data directory, and not guessable to the millisecond by who stores values in it. */
export function saltFrom(timeMs: number): number {
  return (Math.imul(timeMs % 2 ** 32, 0x9e3779b1) ^ Math.floor(timeMs / 2 ** 32)) >>> 0
}

async function recoverSnapshot(directory: LogDirectory, names: readonly string[], replay: Replay) {
  const found = names.filter((name) => numberFromName('snapshot', name) !== undefined).sort()
  const newest = found.pop()
  // An older one is left when the power went before it was removed.
  for (const name of found) await directory.disk.remove(`${directory.path}/${name}`)
  if (newest === undefined) return undefined
  const path = `${directory.path}/${newest}`
  const snapshot = await readSnapshot(directory, path, replay)
  if (numberFromName('snapshot', newest) !== snapshot.revision)
    throw damaged(path, 32, `its header says revision ${snapshot.revision}, its name another`)
  replay.mvcc.restored(snapshot.revision)
  return snapshot
}

async function recoverSegments(directory: LogDirectory, names: readonly string[], revision: number, replay: Replay): Promise<LogEnd> {
  const paths = names
    .filter((name) => numberFromName('segment', name) !== undefined)
    .sort()
    .map((name) => `${directory.path}/${name}`)
  const segments: Segment[] = []
  let offset = fileHeaderBytes
  let nextSequence = 0
  for (const [index, path] of paths.entries()) {
    const isLast = index === paths.length - 1
    const file = await directory.disk.open(path, { mode: isLast ? 'write' : 'read' })
    try {
      const header = decodeFileHeader('segment', path, Buffer.from(await file.read(0, fileHeaderBytes)))
      const before = segments.at(-1)
      if (before === undefined) {
        if (header.revision > revision)
          throw damaged(
            path,
            32,
            `the log begins at revision ${header.revision}, but what is known ends at ${revision}: an earlier file is missing`,
          )
        nextSequence = header.firstSequence
      } else if (header.number !== before.header.number + 1 || header.firstSequence !== nextSequence) {
        throw damaged(
          before.path,
          offset,
          `frame ${nextSequence} should follow, but the next file begins with frame ${header.firstSequence}`,
        )
      }
      const reader = new FrameReader(file, await file.size(), header.salt)
      nextSequence = await replaySegment(reader, path, nextSequence, replay)
      offset = reader.offset
      const torn = await judgeEnd(reader, path, nextSequence)
      if (torn && !isLast) throw damaged(path, offset, 'there is something other than a frame, and the log goes on in a later file')
      if (torn) {
        directory.log.warn('The last write to the log was cut off before it was acknowledged; it is removed', { path, offset })
        await file.truncate(offset)
        await file.sync()
      }
      segments.push({ header, path, bytes: torn ? offset : reader.size })
    } finally {
      await file.close()
    }
  }
  return { segments, offset, nextSequence, revision: replay.mvcc.head }
}

/** Replays the good frames of a segment; the number that the next frame should have. */
async function replaySegment(reader: FrameReader, path: string, firstSequence: number, replay: Replay): Promise<number> {
  let sequence = firstSequence
  for (;;) {
    const at = reader.offset
    const frame = await reader.next()
    if (frame === undefined) return sequence
    if (frame.sequence !== sequence) throw damaged(path, at, `frame ${sequence} should be here, and frame ${frame.sequence} is`)
    try {
      readRecords(frame.payload, replay)
    } catch (cause) {
      throw damaged(path, at, `frame ${sequence} does not fit what came before (${cause instanceof Error ? cause.message : cause})`)
    }
    replay.endFrame(frame.timeMs)
    sequence++
  }
}

/** Whether the end is torn; throws when it is damage. */
async function judgeEnd(reader: FrameReader, path: string, nextSequence: number): Promise<boolean> {
  if (await reader.isEmptyFrom(reader.offset)) return false
  const later = await reader.findWitness(reader.offset, nextSequence)
  if (later !== undefined)
    throw damaged(
      path,
      reader.offset,
      `frame ${nextSequence} is unreadable, but frame ${later.frame.sequence} follows at offset ${later.offset}`,
    )
  return true
}

/** Applies records to the state, which is not yet shared with anyone. */
class Replay implements SnapshotVisitor {
  readonly mvcc: Mvcc
  isWhole = false
  #isKnown = false

  constructor(mvcc: Mvcc) {
    this.mvcc = mvcc
  }

  change(revision: number): void {
    this.#isKnown = revision <= this.mvcc.compacted
    if (!this.#isKnown) this.mvcc.replayAt(revision)
  }

  put(key: string, value: Uint8Array, lease: LeaseId): void {
    if (!this.#isKnown) this.mvcc.put(key, value, lease)
  }

  delete(key: string): void {
    if (!this.#isKnown) this.mvcc.delete({ start: key })
  }

  compact(revision: number): void {
    if (revision <= this.mvcc.compacted) return
    this.mvcc.publishTo(this.mvcc.head)
    this.mvcc.compactTo(revision)
    sweep(this.mvcc, revision, Number.POSITIVE_INFINITY)
  }

  grant(lease: LeaseId, seconds: number): void {
    if (this.mvcc.leases.get(lease) === undefined) this.mvcc.leases.grant(lease, seconds, 0)
  }

  revoke(lease: LeaseId): void {
    this.mvcc.leases.revoke(lease)
  }

  state(key: string, value: Uint8Array, createRevision: number, modRevision: number, version: number, lease: LeaseId): void {
    this.mvcc.restore(key, value, createRevision, modRevision, version, lease)
  }

  end(count: number): void {
    if (this.mvcc.index.size !== count)
      throw new StoreError('corrupt', `The snapshot holds ${this.mvcc.index.size} keys and should hold ${count}`)
    this.isWhole = true
  }

  endFrame(timeMs: number): void {
    this.mvcc.history.mark(timeMs, this.mvcc.head)
  }
}
