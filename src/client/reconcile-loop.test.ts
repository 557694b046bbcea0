/** The loop of every controller: failures come back later, results can ask for another look, nothing runs after the end. */
import { expect, test } from 'vitest'
import { logTo } from '../std/log.ts'
import { TaskScope } from '../std/task-scope.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { ReconcileLoop } from './reconcile-loop.ts'

function loopOf(reconcile: (key: string) => Promise<number | undefined>, retriesMax?: number) {
  const clock = new VirtualClock()
  const said: string[] = []
  const scope = new TaskScope((error) => said.push(String(error)))
  const loop = new ReconcileLoop({
    name: 'test',
    clock,
    log: logTo((level, message) => said.push(`${level}: ${message}`)),
    workers: 2,
    reconcile,
    ...(retriesMax === undefined ? {} : { retriesMax }),
  })
  loop.start(scope)
  return { clock, said, scope, loop }
}

test('a failing key is tried again, later each time, and the others go on', async () => {
  let failures = 3
  const seen: string[] = []
  const { clock, said, scope, loop } = loopOf(async (key) => {
    seen.push(key)
    if (key === 'bad' && failures-- > 0) throw new Error('not yet')
    return undefined
  })
  loop.add('bad')
  loop.add('good')
  await clock.advance(100)
  expect(seen).toEqual(['bad', 'good', 'bad', 'bad', 'bad'])
  expect(said).toEqual(['warn: Will try an object again', 'warn: Will try an object again', 'warn: Will try an object again'])
  await scope.close()
})

test('a number asks for another look after so many milliseconds', async () => {
  const times: number[] = []
  const { clock, scope, loop } = loopOf(async () => {
    times.push(clock.monotonicMs())
    return times.length < 3 ? 1000 : undefined
  })
  loop.add('a')
  await clock.advance(5000)
  expect(times).toEqual([0, 1000, 2000])
  await scope.close()
})

test('a key is given up after retriesMax failures, and nothing runs after the scope has ended', async () => {
  let runs = 0
  const { clock, said, scope, loop } = loopOf(async () => {
    runs++
    throw new Error('never')
  }, 2)
  loop.add('a')
  await clock.advance(10_000)
  expect([runs, said.at(-1)]).toEqual([3, 'warn: Gave up on an object'])
  await scope.close()
  loop.add('b')
  await clock.advance(10_000)
  expect(runs).toBe(3)
})
