/** The queue's stories, on a clock that stands still. Pods are named, events are Node events, hints say what the test wants. */
import { expect, test } from 'vitest'
import { VirtualClock } from '../std/virtual-clock.ts'
import { exampleNode, examplePod } from './example-objects.ts'
import type { ClusterEvent, EventInterest } from './framework.ts'
import { PodInfo } from './pod-info.ts'
import { type QueuedPod, SchedulingQueue } from './queue.ts'

const nodeAdded: ClusterEvent = { resource: 'Node', action: 'Add', new: exampleNode('n') }
const info = (name: string, priority = 0): PodInfo => new PodInfo(examplePod(name, { spec: { priority } }))
const fit = new Set(['Fit'])
const error = new Set<string>()

interface Setup {
  readonly hint?: NonNullable<EventInterest['hint']>
  readonly gate?: (info: PodInfo) => string | undefined
}

function start({ hint, gate = () => undefined }: Setup = {}) {
  const clock = new VirtualClock(Date.parse('2026-01-02T03:04:05Z'))
  const interests = [
    { plugin: 'Fit', interest: { resource: 'Node', actions: ['Add', 'UpdateNodeAllocatable'], ...(hint === undefined ? {} : { hint }) } },
    { plugin: 'Gate', interest: { resource: 'Pod', actions: ['UpdatePodSchedulingGatesEliminated'] } },
  ] as const
  let wakes = 0
  const queue = new SchedulingQueue({ clock, rulesOf: () => ({ preEnqueue: gate, interests }), onReady: () => wakes++ })
  const popName = (): string | undefined => queue.pop()?.info.name
  return { clock, queue, popName, wakes: () => wakes }
}

test('pop() gives the highest priority, then who waited longest', async () => {
  const { clock, queue, popName } = start()
  queue.add(info('a'))
  queue.add(info('b'))
  await clock.advance(5)
  queue.add(info('c', 10))
  queue.add(info('d', 10))
  queue.add(info('e', -1))
  expect([popName(), popName(), popName(), popName(), popName(), popName()]).toEqual(['c', 'd', 'a', 'b', 'e', undefined])
})

test('a rejected Pod waits for an event that its plugin has a use for', () => {
  const hints: string[] = []
  const { queue, popName } = start({ hint: (pod) => (hints.push(pod.name), pod.name === 'b') })
  for (const name of ['a', 'b', 'c']) queue.add(info(name))
  for (let i = 0; i < 3; i++) {
    const queued = queue.pop() as QueuedPod
    queue.putBack(queued, queued.info.name === 'c' ? new Set(['Other']) : fit)
  }
  expect(queue.counts()).toEqual({ active: 0, backoff: 0, unschedulable: 3, gated: 0 })
  queue.announce({ resource: 'Node', action: 'Delete', old: exampleNode('n') })
  queue.announce({ resource: 'Node', action: 'UpdateNodeLabel', new: exampleNode('n') })
  expect(hints).toEqual([])
  queue.announce(nodeAdded)
  expect(hints).toEqual(['a', 'b'])
  expect(queue.counts()).toEqual({ active: 0, backoff: 1, unschedulable: 2, gated: 0 })
  // Nobody else is there, so it need not sit out its backoff.
  expect(popName()).toBe('b')
})

test('a hint that throws frees the Pod', () => {
  const { queue, popName } = start({
    hint: () => {
      throw new Error('a bug')
    },
  })
  queue.add(info('a'))
  queue.putBack(queue.pop() as QueuedPod, fit)
  queue.announce(nodeAdded)
  expect(popName()).toBe('a')
})

test('after an error a Pod tries again after 1, 2, 4, 8, 10, 10 seconds, on whole seconds', async () => {
  const { clock, queue } = start()
  const startMs = clock.now()
  queue.add(info('a'))
  const attempts: number[] = []
  for (let second = 0; second < 50; second++) {
    const queued = queue.pop()
    if (queued !== undefined) {
      attempts.push((clock.now() - startMs) / 1000)
      queue.putBack(queued, error)
    }
    await clock.advance(1000)
  }
  expect(attempts).toEqual([0, 2, 5, 10, 19, 30, 41])
})

test('backoff: Pods that failed within one second come back together, by priority', async () => {
  const { clock, queue, popName } = start()
  queue.add(info('low'))
  queue.putBack(queue.pop() as QueuedPod, error)
  await clock.advance(900)
  queue.add(info('high', 5))
  queue.putBack(queue.pop() as QueuedPod, error)
  expect(popName()).toBe(undefined)
  await clock.advance(1100)
  expect([popName(), popName()]).toEqual(['high', 'low'])
})

test('an unschedulable Pod is looked at again after five minutes', async () => {
  const { clock, queue, popName } = start()
  queue.add(info('a'))
  queue.putBack(queue.pop() as QueuedPod, fit)
  await clock.advance(300_000)
  expect(popName()).toBe(undefined)
  await clock.advance(30_000)
  expect(popName()).toBe('a')
})

test('a gated Pod does not enter until its gate opens', () => {
  let isShut = true
  const { queue, popName } = start({ gate: () => (isShut ? 'Gate' : undefined) })
  queue.add(info('a'))
  expect(queue.counts()).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 1 })
  queue.announce(nodeAdded)
  expect(popName()).toBe(undefined)
  isShut = false
  queue.update(info('a'), [{ resource: 'Pod', action: 'Update', new: info('a').pod }])
  expect(popName()).toBe(undefined)
  queue.update(info('a'), [{ resource: 'Pod', action: 'UpdatePodSchedulingGatesEliminated', new: info('a').pod }])
  expect(popName()).toBe('a')
})

test('what happens while a Pod is in flight is not missed, and not kept longer than needed', () => {
  const { queue } = start()
  queue.add(info('a'))
  queue.add(info('b'))
  const a = queue.pop() as QueuedPod
  queue.announce(nodeAdded)
  const b = queue.pop() as QueuedPod
  queue.putBack(b, fit)
  expect(b.place).toBe('unschedulable')
  queue.putBack(a, fit)
  expect(a.place).toBe('backoff')
  expect(queue.eventsKept).toBe(0)
})

test('a Pod that goes away, or comes back with another revision', () => {
  const { queue, popName } = start()
  queue.add(info('a'))
  queue.add(info('b'))
  queue.remove('uid-of-a')
  queue.update(info('b', 7), [])
  expect(queue.get('uid-of-b')?.info.priority).toBe(7)
  expect([popName(), popName()]).toEqual(['b', undefined])
  // Removed while in flight: putting it back changes nothing.
  const queued = queue.get('uid-of-b') as QueuedPod
  queue.remove('uid-of-b')
  queue.putBack(queued, fit)
  expect(queue.counts()).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 })
  expect(queue.size).toBe(0)
})

test('activate() frees a Pod whatever it waits for', () => {
  const { queue, popName } = start()
  queue.add(info('a'))
  queue.putBack(queue.pop() as QueuedPod, fit)
  queue.activate('uid-of-a')
  expect(popName()).toBe('a')
})
