/**
 * `--auto-compaction-*`: compaction without being asked, as etcd does it. By time: every tenth of the period (an hour at most) the
 * revision that was the newest one period ago goes. By revision: every five minutes all but the newest so many go.
 */
import type { Timer } from '../std/clock.ts'
import type { Member } from './member.ts'

export type CompactorOptions =
  | { readonly mode: 'periodic'; readonly periodMs: number }
  | { readonly mode: 'revision'; readonly revisions: number }

const revisionCheckMs = 5 * 60 * 1000
const periodSteps = 10
const stepMsMax = 60 * 60 * 1000

export function compactor(member: Member, options: CompactorOptions): Disposable {
  let timer: Timer | undefined
  /** The revisions at the last steps, the oldest first. */
  const seen: number[] = []
  const stepMs = options.mode === 'revision' ? revisionCheckMs : Math.min(options.periodMs, stepMsMax) / periodSteps
  const stepsPerPeriod = options.mode === 'revision' ? 0 : Math.max(1, Math.round(options.periodMs / stepMs))
  const target = (): number => {
    if (options.mode === 'revision') return member.store.revision - options.revisions
    seen.push(member.store.revision)
    return seen.length > stepsPerPeriod ? (seen.shift() as number) : 0
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
