/**
 * Deletes Jobs some time after their end, if they say so. What they own goes first (foreground). The Job is asked for live before: somebody may just have
 * given it more time.
 */
import { Job } from '../api/batch/job.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { keyOf } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { type Controller, startLoop } from './controller.ts'
import { isFinished } from './job/judge.ts'
import { timeMs } from './shared/time-text.ts'

const workers = 5

export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  account: 'ttl-after-finished-controller',
  component: 'ttl-after-finished-controller',
  start: (context) => {
    const { client, informers, clock } = context
    const jobs = informers.of(Job)
    const loop = startLoop(context, {
      name: 'ttl-after-finished',
      workers,
      reconcile: async (key, signal) => {
        const job = jobs.get(key)
        const expiryMs = job === undefined ? undefined : expiryOf(job)
        if (job === undefined || expiryMs === undefined) return undefined
        if (expiryMs > clock.now()) return expiryMs - clock.now()
        const { namespace = '', name = '' } = job.metadata
        const resource = client.of(Job).in(namespace)
        try {
          const fresh = await resource.get(name, { signal })
          const freshMs = expiryOf(fresh)
          if (freshMs === undefined) return undefined
          if (freshMs > clock.now()) return freshMs - clock.now()
          const preconditions = { uid: fresh.metadata.uid ?? '', resourceVersion: fresh.metadata.resourceVersion ?? '' }
          await resource.delete(name, { propagationPolicy: 'Foreground', preconditions, signal })
        } catch (error) {
          if (reasonOf(error) !== 'NotFound') throw error
        }
        return undefined
      },
    })
    const look = (job: Job): void => {
      if (expiryOf(job) !== undefined) loop.add(keyOf(job))
    }
    jobs.subscribe({ onAdd: look, onUpdate: look, onDelete: () => {} })
  },
}

/** Undefined: it stays. */
function expiryOf(job: Job): number | undefined {
  const { ttlSecondsAfterFinished } = job.spec
  if (typeof ttlSecondsAfterFinished !== 'number' || isTerminating(job) || !isFinished(job)) return undefined
  const end = job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')
  const endMs = timeMs(end?.lastTransitionTime)
  return Number.isNaN(endMs) ? undefined : endMs + ttlSecondsAfterFinished * 1000
}
