/** What queues count, on a virtual clock. */
import { expect, test } from 'vitest'
import { VirtualClock } from '../std/virtual-clock.ts'
import { WorkQueue } from './work-queue.ts'
import { WorkQueueMetrics } from './work-queue-metrics.ts'

test('keys count once, from when they came until they are done', async () => {
  const clock = new VirtualClock()
  const metrics = new WorkQueueMetrics(clock)
  const queue = new WorkQueue(clock, undefined, { name: 'deployment', metrics })
  const values = (): Record<string, number> =>
    Object.fromEntries(
      [
        ...metrics
          .text()
          .join('')
          .matchAll(/^workqueue_(\w+)\{name="deployment"\} (\S+)$/gm),
      ].map(([, name, value]) => [name, Number(value)]),
    )
  for (const key of ['a', 'a', 'b']) queue.add(key)
  expect(values()).toMatchObject({ adds_total: 2, depth: 2, retries_total: 0, queue_duration_seconds_count: 0 })
  await clock.advance(2000)
  await queue.take()
  await clock.advance(3000)
  // Comes again when it is done, and waits from now on.
  queue.add('a')
  queue.add('a')
  await clock.advance(1000)
  expect(values()).toMatchObject({ adds_total: 3, depth: 1, unfinished_work_seconds: 4, longest_running_processor_seconds: 4 })
  queue.done('a')
  await queue.take()
  await queue.take()
  expect(values()).toMatchObject({
    depth: 0,
    queue_duration_seconds_count: 3,
    queue_duration_seconds_sum: 2 + 6 + 1,
    work_duration_seconds_sum: 4,
    unfinished_work_seconds: 0,
  })
  queue.addRateLimited('c')
  expect(values()).toMatchObject({ retries_total: 1, adds_total: 3 })
  expect(metrics.text().join('')).toContain('workqueue_queue_duration_seconds_bucket{name="deployment",le="9.999999999999999e-06"} 0')
})
