/**
 * Forgetting the past. After `compactTo(r)` nobody may read before `r`; this room then walks the history from its
 * oldest event and drops what only such reads could have seen:
 *
 *     a2  b3  a4  b5(deleted)  a6        compact to 5
 *     a2 goes (a4 replaced it); b3 goes; b and its tombstone go; a4 stays, because a reader as of 5 sees it
 *
 * Events *at* `r` stay for watches that resume right before it. The cost is one step for each event forgotten, whatever
 * the number of keys. A sweep is taken in slices so that it never stops the loop for long; the caller yields between them.
 * A snapshot that is being written holds the sweep back (`limit`), never the compaction itself.
 */
import type { Clock } from '../../std/clock.ts'
import type { Revision } from '../store.ts'
import type { Mvcc } from './mvcc.ts'
import { isTombstone, retainedBytes, type Version } from './version.ts'

/** Sweeps at most `stepsMax` events up to `limit`. True when nothing is left to sweep. */
export function sweep(mvcc: Mvcc, limit: Revision, stepsMax: number): boolean {
  const { history } = mvcc
  // Events at `limit` are visited but stay, so they must not count as work to do again and again.
  for (let steps = 0; history.startPosition < history.endPosition; steps++) {
    const version = history.at(history.startPosition)
    if (version.modRevision >= limit) break
    if (steps >= stepsMax) return false
    forget(mvcc, version)
    history.shift()
    if (version.modRevision > history.completeAfter) history.completeAfter = version.modRevision
  }
  for (let position = history.startPosition; position < history.endPosition; position++) {
    const version = history.at(position)
    if (version.modRevision > limit) break
    forget(mvcc, version)
  }
  history.forgetMarks(limit)
  return true
}

function forget(mvcc: Mvcc, version: Version): void {
  const { history, index, values } = mvcc
  if (version.older !== undefined) {
    history.bytes -= retainedBytes(version.older)
    values.release(version.older.value)
    version.forgetOlder()
  }
  if (!isTombstone(version)) return
  const entry = index.get(version.key)
  if (entry === undefined || entry.newest !== version) return
  index.remove(entry)
  history.bytes -= retainedBytes(version)
}

/** What to compact to so that the past costs no more than `bytesMax`. */
export function revisionWithin({ history, durable, compacted }: Mvcc, bytesMax: number): Revision {
  let bytes = history.bytes
  let revision = compacted
  for (let position = history.startPosition; position < history.endPosition && bytes > bytesMax; position++) {
    const version = history.at(position)
    if (version.modRevision > durable) break
    if (version.older !== undefined) bytes -= retainedBytes(version.older)
    revision = version.modRevision
  }
  return revision
}

const evacuatedKeys = 512

/** Moves what is left in memory that is mostly dead, so that it can go. */
export async function evacuate({ values, index }: Mvcc, clock: Pick<Clock, 'yieldTurn'>): Promise<void> {
  if (!values.isWasteful) return
  const condemned = values.condemned()
  for (let start: string | undefined = ''; start !== undefined; ) {
    start = values.evacuate(index, condemned, start, evacuatedKeys)
    await clock.yieldTurn()
  }
}
