/** How seats are dealt: the figures of a real kube-apiserver 1.34 that nobody asks anything of, and properties. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocate, SeatDemand, seatLimits } from './seats.ts'

const shares = {
  'catch-all': 5,
  'global-default': 20,
  'leader-election': 10,
  'node-high': 40,
  system: 30,
  'workload-high': 40,
  'workload-low': 100,
}
const lendable = { 'global-default': 50, 'node-high': 25, system: 33, 'workload-high': 50, 'workload-low': 90 } as Record<string, number>

test('limits of the suggested levels, and what they grow to while everybody is idle', () => {
  const limits = Object.entries(shares).map(([name, one]) => {
    return [name, seatLimits({ shares: one, lendablePercent: lendable[name] ?? 0, borrowingLimitPercent: undefined }, 245, 600)] as const
  })
  expect(Object.fromEntries(limits.map(([name, { nominal, lowest }]) => [name, [nominal, lowest]]))).toEqual({
    'catch-all': [13, 13],
    'global-default': [49, 24],
    'leader-election': [25, 25],
    'node-high': [98, 73],
    system: [74, 50],
    'workload-high': [98, 49],
    'workload-low': [245, 24],
  })
  const { seats, fraction } = allocate(
    602,
    limits.map(([, { lowest, highest }]) => ({ lower: lowest, upper: highest, target: lowest })),
  )
  expect(seats.map(Math.round)).toEqual([30, 56, 58, 170, 117, 114, 56])
  expect(fraction).toBeCloseTo(602 / 258)
})

test('a borrowing limit bounds what a level grows to', () => {
  const level = { shares: 10, lendablePercent: 0, borrowingLimitPercent: 50 }
  expect(seatLimits(level, 100, 600)).toEqual({ nominal: 60, lowest: 60, highest: 90 })
  expect(seatLimits(level, 0, 600)).toEqual({ nominal: 0, lowest: 0, highest: 0 })
})

test('all seats are dealt, nobody gets less or more than his bounds, and who is between them gets his fair fraction', () => {
  const claim = fc
    .record({ lower: fc.integer({ min: 0, max: 100 }), more: fc.integer({ min: 0, max: 600 }), above: fc.integer({ min: 0, max: 50 }) })
    .map(({ lower, more, above }) => ({ lower, upper: lower + more, target: lower + above }))
  fc.assert(
    fc.property(fc.array(claim, { minLength: 1, maxLength: 9 }), fc.double({ min: 0, max: 1, noNaN: true }), (claims, where) => {
      const [low, high] = [claims.reduce((sum, { lower }) => sum + lower, 0), claims.reduce((sum, { upper }) => sum + upper, 0)]
      const sum = low + where * (high - low)
      const { seats, fraction } = allocate(sum, claims)
      expect(seats.reduce((total, one) => total + one, 0)).toBeCloseTo(sum, 4)
      for (const [index, { lower, upper, target }] of claims.entries()) {
        const got = seats[index] as number
        expect(got).toBeGreaterThanOrEqual(lower)
        expect(got).toBeLessThanOrEqual(upper)
        if (got > lower + 1e-6 && got < upper - 1e-6) expect(got).toBeCloseTo(fraction * Math.max(target, 0.001), 6)
      }
    }),
  )
})

test('demand is averaged over time, its peak is remembered for a period, and it is forgotten slowly', () => {
  const demand = new SeatDemand(0)
  demand.set(4, 1000)
  demand.set(0, 2000)
  demand.touch(9)
  demand.turn(10_000)
  expect([demand.average, demand.highWatermark]).toEqual([0.4, 9])
  expect(demand.deviation).toBeCloseTo(1.2)
  expect(demand.smoothed).toBeCloseTo(1.6)
  demand.turn(20_000)
  expect([demand.average, demand.highWatermark, demand.deviation]).toEqual([0, 0, 0])
  expect(demand.smoothed).toBeCloseTo(1.6 * 0.977)
})
