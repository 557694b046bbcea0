/** Pods that nobody else clears away: too many that have ended, those of nodes that are gone, those that never got one. */
import { expect, test } from 'vitest'
import { Pod } from '../api/core/pod.ts'
import { podCondition } from '../api/core/pod-facts.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { podGarbageCollector, surplusTerminated } from './pod-garbage-collector.ts'
import { runControllers } from './run.ts'

const pod = (name: string, phase: string, age: number, reason?: string): Pod => ({
  metadata: { name, creationTimestamp: `2026-01-01T00:00:0${9 - age}Z` },
  spec: { containers: [] },
  status: { phase, ...(reason === undefined ? {} : { reason }) },
})

test('surplusTerminated() takes evicted ones first, then the oldest', () => {
  const pods = [
    pod('young', 'Succeeded', 1),
    pod('old', 'Failed', 5),
    pod('running', 'Running', 9),
    pod('evicted', 'Failed', 2, 'Evicted'),
    pod('older', 'Succeeded', 6),
  ]
  const names = (threshold: number): string[] => surplusTerminated(pods, threshold).map(({ metadata }) => metadata.name ?? '')
  expect([names(4), names(3), names(2), names(1), names(0)]).toEqual([
    [],
    ['evicted'],
    ['evicted', 'older'],
    ['evicted', 'older', 'old'],
    [],
  ])
})

async function start(): Promise<TestClient> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  await world.api.request('POST', '/api/v1/nodes', { metadata: { name: 'n1' } })
  await runControllers({ ...world, clientFor: () => world.client, controllers: [podGarbageCollector] })
  return world
}
async function make(world: TestClient, name: string, spec: object, finalizers: readonly string[] = []): Promise<void> {
  const whole = { containers: [{ name: 'c', image: 'i' }], ...spec }
  expect((await world.api.request('POST', '/api/v1/namespaces/default/pods', { metadata: { name, finalizers }, spec: whole })).status).toBe(
    201,
  )
}
const names = async ({ client }: TestClient): Promise<string[]> =>
  (await client.of(Pod).in('default').list()).items.map(({ metadata }) => metadata.name ?? '')

test('Pods of a node that is gone are failed and deleted, after a quarantine', async () => {
  await using world = await start()
  await make(world, 'here', { nodeName: 'n1' })
  await make(world, 'lost', { nodeName: 'n9' }, ['example.com/hold'])
  await world.clock.advance(41_000)
  expect(await names(world)).toEqual(['here', 'lost'])
  expect((await world.client.of(Pod).in('default').get('lost')).status?.phase).toBe('Pending')
  await world.clock.advance(21_000)
  const lost = await world.client.of(Pod).in('default').get('lost')
  expect(lost.status?.phase).toBe('Failed')
  expect(podCondition(lost, 'DisruptionTarget')).toMatchObject({ reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' })
  expect(lost.metadata.deletionTimestamp).toBeDefined()
  expect((await world.client.of(Pod).in('default').get('here')).metadata.deletionTimestamp).toBeUndefined()
  expect(world.complaints).toEqual([])
})
