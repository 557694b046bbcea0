/** Ranges for nodes: cut in turn, given back, and a node that comes without one gets one. */
import { expect, test } from 'vitest'
import { Node } from '../api/core/node.ts'
import { startTestClient } from '../testing/test-client.ts'
import { NodeRanges } from './node-ipam/ranges.ts'
import { nodeIpamController } from './node-ipam.ts'
import { runControllers } from './run.ts'

test('NodeRanges gives out /24s in turn, and what was given back only when it must', () => {
  const ranges = new NodeRanges('10.0.0.0/22')
  ranges.occupy('10.0.1.0/24')
  expect([ranges.take(), ranges.take()]).toEqual(['10.0.0.0/24', '10.0.2.0/24'])
  ranges.giveBack('10.0.0.0/24')
  expect([ranges.take(), ranges.take(), ranges.take()]).toEqual(['10.0.3.0/24', '10.0.0.0/24', undefined])
  expect(new NodeRanges('fd00:10::/56').take()).toBe('fd00:10::/64')
  expect(() => new NodeRanges('10.0.0.0/25')).toThrow('too small')
  expect(() => new NodeRanges('nonsense')).toThrow('is no range')
})

test('nodes get their ranges, and one too many is told of', async () => {
  await using world = await startTestClient()
  const { client, clock, api } = world
  const flags = { clusterCidrs: ['10.0.0.0/23'] }
  await api.request('POST', '/api/v1/nodes', { metadata: { name: 'own' }, spec: { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'] } })
  await runControllers({ ...world, clientFor: () => client, flags, controllers: [nodeIpamController] })
  for (const name of ['n1', 'n2']) {
    await api.request('POST', '/api/v1/nodes', { metadata: { name } })
    await clock.advance(20)
  }
  expect((await client.of(Node).get('n1')).spec).toMatchObject({ podCIDR: '10.0.1.0/24', podCIDRs: ['10.0.1.0/24'] })
  expect((await client.of(Node).get('n2')).spec.podCIDR).toBeUndefined()
  const events = await api.request('GET', '/api/v1/namespaces/default/events')
  expect(events.json.items[0].message).toBe('Node n2 status is now: CIDRNotAvailable')
  await client.of(Node).delete('own')
  await clock.advance(60_000)
  expect((await client.of(Node).get('n2')).spec.podCIDR).toBe('10.0.0.0/24')
})
