/** Who is seated, who waits and who is turned away, on a clock that stands still. */
import { expect, test } from 'vitest'
import { VirtualClock } from '../../std/virtual-clock.ts'
import { handOf } from './fair-queues.ts'
import { type Counters, hashOf, PriorityLevel, type Refusal, type Seat } from './priority-level.ts'

const counters: Counters = { executing: () => {}, waiting: () => {}, queueLength: () => {}, noAccommodation: () => {} }

function level(limit: number, queuing: { queues: number; handSize: number; queueLengthLimit: number } | undefined) {
  const clock = new VirtualClock()
  const config = { name: 'l', uid: 'u', isExempt: false, queuing, shares: 10, lendablePercent: 0, borrowingLimitPercent: undefined }
  const one = new PriorityLevel(config, clock, 15_000)
  one.configure(config, { nominal: limit, lowest: limit, highest: limit })
  one.setLimit(limit)
  const told: string[] = []
  const seats = new Map<string, Seat>()
  const controllers = new Map<string, AbortController>()
  /** Takes a seat or waits for one; what becomes of it is told. */
  const ask = (name: string, flow = name, width = 1): void => {
    const seated = (result: Seat | Refusal): void => {
      told.push(typeof result === 'string' ? `${name} ${result}` : name)
      if (typeof result !== 'string') seats.set(name, result)
    }
    if (one.admits(width)) return seated(one.take(width, counters))
    const controller = new AbortController()
    controllers.set(name, controller)
    const result = one.wait({ flowSchema: 's', flow, seats: width, signal: controller.signal, counters })
    if (result instanceof Promise) void result.then(seated)
    else seated(result)
  }
  return {
    one,
    clock,
    told,
    ask,
    leave: (name: string) => seats.get(name)?.leave(),
    cancel: (name: string) => controllers.get(name)?.abort(),
  }
}

test('without queues who finds no seat is refused', () => {
  const { ask, told, leave, one } = level(2, undefined)
  for (const name of ['a', 'b', 'c']) ask(name)
  leave('a')
  leave('a')
  ask('d')
  expect(told).toEqual(['a', 'b', 'c concurrency-limit', 'd'])
  expect([one.executing, one.seatsTaken, one.refused['concurrency-limit']]).toEqual([2, 2, 1])
})

test('who waits is seated in turn, gives up after its time, or goes away', async () => {
  const { ask, told, leave, cancel, clock, one } = level(1, { queues: 1, handSize: 1, queueLengthLimit: 3 })
  for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name)
  expect([told, one.waiting]).toEqual([['a', 'e queue-full'], 3])
  cancel('c')
  await clock.settled()
  leave('a')
  await clock.settled()
  expect(told.slice(2)).toEqual(['c cancelled', 'b'])
  await clock.advance(15_000)
  expect(told.slice(4)).toEqual(['d time-out'])
  expect([one.waiting, one.seatsWaiting, one.executing]).toEqual([0, 0, 1])
})

test('a flow that floods does not keep another waiting', async () => {
  const { ask, told, leave, clock } = level(1, { queues: 64, handSize: 1, queueLengthLimit: 50 })
  ask('first', 'flood')
  for (let index = 0; index < 20; index++) ask(`flood ${index}`, 'flood')
  ask('small', 'other')
  for (const name of ['first', 'flood 0', 'flood 1']) {
    leave(name)
    await clock.advance(10)
  }
  expect(told.slice(0, 4)).toContain('small')
})

test('a wide request waits for as many seats, is not overtaken, and goes alone when it is wider than the level', async () => {
  const { ask, told, leave, clock } = level(4, { queues: 1, handSize: 1, queueLengthLimit: 50 })
  ask('a', 'x', 3)
  ask('wide', 'x', 3)
  ask('narrow', 'x', 1)
  expect(told).toEqual(['a'])
  leave('a')
  await clock.settled()
  expect(told).toEqual(['a', 'wide', 'narrow'])
  ask('huge', 'x', 9)
  leave('wide')
  await clock.settled()
  expect(told.length).toBe(3)
  leave('narrow')
  await clock.settled()
  expect(told[3]).toBe('huge')
})

test('a limit that grows seats those who wait', async () => {
  const { ask, told, one, clock } = level(1, { queues: 8, handSize: 2, queueLengthLimit: 50 })
  for (const name of ['a', 'b', 'c']) ask(name)
  one.setLimit(2)
  await clock.settled()
  expect(told.length).toBe(2)
})

test('a hand holds different queues, and each about as often', () => {
  const seen = new Array<number>(64).fill(0)
  for (let index = 0; index < 4000; index++) {
    const hand = handOf(hashOf('schema', `system:node:${index}`), 64, 6)
    expect(new Set(hand).size).toBe(6)
    for (const card of hand) seen[card] = (seen[card] as number) + 1
  }
  expect(Math.min(...seen)).toBeGreaterThan(250)
  expect(Math.max(...seen)).toBeLessThan(500)
  expect([...handOf(12_345, 3, 5)].sort()).toEqual([0, 1, 2])
})
