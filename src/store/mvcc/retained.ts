/**
 * Everything that can be read, as one list: the living state that the oldest readable revision shows, then all that happened since, in
 * order. For hashes and copies of the whole store. It takes turns between slices of keys, so what it collects are references that stay
 * true whatever is written meanwhile; a compaction that passes in between takes nothing away that a reader at `revision` sees.
 */
import type { Clock } from '../../std/clock.ts'
import type { Revision } from '../store.ts'
import { takeEntries } from './key-index.ts'
import type { Mvcc } from './mvcc.ts'
import type { Version } from './version.ts'

const sliceKeys = 2048

export async function retainedVersions(mvcc: Mvcc, revision: Revision, clock: Clock): Promise<readonly Version[]> {
  const { history, index } = mvcc
  const { completeAfter } = history
  const events: Version[] = []
  for (let position = history.positionAfter(completeAfter); position < history.endPosition; position++) {
    const version = history.at(position)
    if (version.modRevision > revision) break
    events.push(version)
  }
  const base: Version[] = []
  for (let start: string | undefined = ''; start !== undefined; ) {
    const entries = takeEntries(index, start, sliceKeys)
    for (const entry of entries) {
      let version = entry.newest
      while (version !== undefined && version.modRevision > completeAfter) version = version.older
      for (; version !== undefined; version = version.older) if (version.version !== 0) base.push(version)
    }
    start = entries.length < sliceKeys ? undefined : `${entries.at(-1)?.key}\0`
    await clock.yieldTurn()
  }
  base.sort((a, b) => a.modRevision - b.modRevision)
  return [...base, ...events]
}
