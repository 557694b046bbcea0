/**
 * `--auto-compaction-*`: compaction without being asked, as etcd does it. By time: once a period (every hour when it is longer) the revision that
 * was the newest one period ago goes. By revision: every five minutes all but the newest so many go.
 */
import type { Timer } from '../std/clock.ts'
import type { Member } from './member.ts'

export type CompactorOptions =
  | { readonly mode: 'periodic'; readonly periodMs: number }
  | { readonly mode: 'revision'; readonly revisions: number }

const revisionCheckMs = 5 * 60 * 1000
const stepsPerInterval = 10
const intervalMsMax = 60 * 60 * 1000

export function compactor(member: Member, options: CompactorOptions): Disposable {
  let timer: Timer | undefined
  /** The revisions at the last steps, the oldest first. */
  const seen: number[] = []
  let stepsSince = 0
  const stepMs = options.mode === 'revision' ? revisionCheckMs : Math.min(options.periodMs, intervalMsMax) / stepsPerInterval
  const target = (): number => {
    if (options.mode === 'revision') return member.store.revision - options.revisions
    seen.push(member.store.revision)
    stepsSince++
    if (seen.length <= Math.round(options.periodMs / stepMs)) return 0
    const oldest = seen.shift() as number
    if (stepsSince < stepsPerInterval) return 0
    stepsSince = 0
    return oldest
  }
  const step = (): void => {
    const revision = target()
    if (revision > member.store.compactedRevision) {
      member.store.compact(revision).catch((error: unknown) => member.log.warn('Automatic compaction failed', { revision, error }))
    }
    timer = member.clock.after(stepMs, step)
  }
  timer = member.clock.after(stepMs, step)
  return { [Symbol.dispose]: () => timer?.cancel() }
}
