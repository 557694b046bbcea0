/** Leader election: one at a time, the next when the first falls silent or lets go, and the one that loses it stops. */
import { expect, test } from 'vitest'
import { Lease } from '../api/coordination/lease.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { runAsLeader } from './leader-election.ts'

interface Candidate {
  readonly stop: AbortController
  readonly events: string[]
  readonly done: Promise<void>
}
function candidate(world: TestClient, identity: string, events: string[]): Candidate {
  const stop = new AbortController()
  const { client, clock, random, log } = world
  const done = runAsLeader({
    client,
    clock,
    random,
    log,
    identity,
    name: 'work',
    namespace: 'kube-system',
    leaseDurationMs: 15_000,
    renewDeadlineMs: 10_000,
    retryPeriodMs: 2000,
    signal: stop.signal,
    lead: (signal) => {
      events.push(`${identity} leads`)
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          events.push(`${identity} stops`)
          resolve()
        })
      })
    },
  })
  done.catch(() => events.push(`${identity} lost it`))
  return { stop, events, done }
}
const leaseOf = ({ client }: TestClient) => client.of(Lease).in('kube-system').get('work')

test('one leads; when it lets go the next follows at once, with the change counted', async () => {
  await using world = await startTestClient()
  const events: string[] = []
  const a = candidate(world, 'a', events)
  await world.clock.advance(1000)
  const b = candidate(world, 'b', events)
  await world.clock.advance(60_000)
  expect(events).toEqual(['a leads'])
  expect((await leaseOf(world)).spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 })
  a.stop.abort()
  await world.clock.advance(6000)
  expect(events).toEqual(['a leads', 'a stops', 'b leads'])
  expect((await leaseOf(world)).spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
  b.stop.abort()
  await world.clock.advance(1000)
})

test('a silent leader is followed when its time is over, by the follower’s own clock', async () => {
  await using world = await startTestClient()
  const events: string[] = []
  const spec = { holderIdentity: 'gone', leaseDurationSeconds: 15, renewTime: '2001-01-01T00:00:00.000000Z', leaseTransitions: 4 }
  await world.client.of(Lease).create({ metadata: { name: 'work', namespace: 'kube-system' }, spec } as Lease)
  const a = candidate(world, 'a', events)
  await world.clock.advance(14_000)
  expect(events).toEqual([])
  await world.clock.advance(6000)
  expect(events).toEqual(['a leads'])
  expect((await leaseOf(world)).spec?.leaseTransitions).toBe(5)
  a.stop.abort()
  await world.clock.advance(1000)
})

test('who finds the Lease in other hands stops and says so', async () => {
  await using world = await startTestClient()
  const events: string[] = []
  const a = candidate(world, 'a', events)
  await world.clock.advance(1000)
  await world.client
    .of(Lease)
    .in('kube-system')
    .patch('work', { spec: { holderIdentity: 'thief' } }, { type: 'merge' })
  await world.clock.advance(30_000)
  expect(events).toEqual(['a leads', 'a stops', 'a lost it'])
  a.stop.abort()
})
