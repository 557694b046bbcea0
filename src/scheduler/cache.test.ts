/** Assume, confirm, forget; nodes that come and go; the order of nodes; images. */
import { expect, test } from 'vitest'
import { SchedulerCache } from './cache.ts'
import { cacheOf, exampleNode, examplePod } from './example-objects.ts'
import { PodInfo } from './pod-info.ts'

const pod = (name: string, cpu = '1') => new PodInfo(examplePod(name, { requests: { cpu } }))
const cpuOn = (cache: SchedulerCache, name: string) => cache.snapshot().get(name)?.requestedMilliCpu

test('an assumed Pod counts at once, and once', () => {
  const cache = cacheOf({ nodes: [exampleNode('a'), exampleNode('b')] })
  cache.assume(pod('p'), 'a')
  expect([cpuOn(cache, 'a'), cache.isAssumed('uid-of-p'), cache.nodeOf('uid-of-p')]).toEqual([1000, true, 'a'])
  expect(() => cache.assume(pod('p'), 'b')).toThrow('Cannot assume Pod "default/p": it is on node "a" already')
  cache.putPod(pod('p'), 'a')
  expect([cpuOn(cache, 'a'), cache.isAssumed('uid-of-p')]).toEqual([1000, false])
  cache.forget('uid-of-p')
  expect(cpuOn(cache, 'a')).toBe(1000)
  cache.removePod('uid-of-p')
  expect([cpuOn(cache, 'a'), cache.podCount]).toEqual([0, 0])
})

test('the watch is right: another node, another size', () => {
  const cache = cacheOf({ nodes: [exampleNode('a'), exampleNode('b')] })
  cache.assume(pod('p'), 'a')
  cache.putPod(pod('p'), 'b')
  expect([cpuOn(cache, 'a'), cpuOn(cache, 'b')]).toEqual([0, 1000])
  cache.putPod(pod('p', '2'), 'b')
  expect(cpuOn(cache, 'b')).toBe(2000)
  cache.assume(pod('q'), 'a')
  cache.forget('uid-of-q')
  expect(cpuOn(cache, 'a')).toBe(0)
})

test('Pods may be known before their node and outlive it', () => {
  const cache = new SchedulerCache()
  cache.putPod(pod('p'), 'late')
  expect(cache.snapshot().get('late')).toBe(undefined)
  cache.setNode(exampleNode('late'))
  expect(cpuOn(cache, 'late')).toBe(1000)
  cache.removeNode('late')
  expect([cache.nodeCount, cache.snapshot().get('late')]).toEqual([0, undefined])
  cache.setNode(exampleNode('late'))
  expect(cpuOn(cache, 'late')).toBe(1000)
})

test('snapshot() lets zones take turns', () => {
  const zoned = (name: string, zone: string) => exampleNode(name, { labels: { 'topology.kubernetes.io/zone': zone } })
  const cache = cacheOf({ nodes: [zoned('a1', 'a'), zoned('a2', 'a'), zoned('a3', 'a'), zoned('b1', 'b'), exampleNode('x')] })
  const order = () => cache.snapshot().nodes.map(({ name }) => name)
  expect(order()).toEqual(['a1', 'b1', 'x', 'a2', 'a3'])
  cache.setNode(zoned('a2', 'b'))
  cache.removeNode('x')
  expect(order()).toEqual(['a1', 'b1', 'a3', 'a2'])
})

test('snapshot() knows where Pods with anti-affinity run', () => {
  const cache = cacheOf({ nodes: [exampleNode('a'), exampleNode('b')] })
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: {} }
  const hermit = new PodInfo(
    examplePod('h', { spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } } }),
  )
  const names = () => [...cache.snapshot().mustNotTerms()].flatMap(({ byValue }) => [...byValue.keys()])
  cache.assume(hermit, 'b')
  expect(names()).toEqual(['b'])
  cache.forget('uid-of-h')
  expect(names()).toEqual([])
})

test('a generation grows with each change', () => {
  const cache = cacheOf({ nodes: [exampleNode('a'), exampleNode('b')] })
  const generations = () => cache.snapshot().nodes.map(({ generation }) => generation)
  const [a, b] = generations() as [number, number]
  cache.assume(pod('p'), 'a')
  expect(generations()[0]).toBeGreaterThan(b)
  expect(generations()[1]).toBe(b)
  expect(a).toBeLessThan(b)
})

test('images are counted by node', () => {
  const cache = cacheOf({ nodes: [exampleNode('a', { images: { app: 10 } }), exampleNode('b', { images: { app: 10 } })] })
  const count = () => cache.snapshot().get('a')?.images.get('app')?.nodes.size
  expect(count()).toBe(2)
  cache.setNode(exampleNode('b'))
  expect(count()).toBe(1)
  cache.removeNode('a')
  expect(cache.snapshot().get('b')?.images.size).toBe(0)
})
