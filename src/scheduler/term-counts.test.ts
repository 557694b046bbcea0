/** Terms that are kept must equal terms put together afresh, whatever came and went. */
import { expect, test } from 'vitest'
import type { Pod } from '../api/core/pod.ts'
import { seededRandom } from '../std/random.ts'
import { SchedulerCache } from './cache.ts'
import { exampleNode, examplePod } from './example-objects.ts'
import { PodInfo } from './pod-info.ts'
import { type CountedTerm, TermCounts } from './term-counts.ts'

const term = (app: string) => ({ topologyKey: 'zone', labelSelector: { matchLabels: { app } } })

function affinity(kind: number, app: string): Pod['spec']['affinity'] {
  const required = { requiredDuringSchedulingIgnoredDuringExecution: [term(app)] }
  const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term(app) }] }
  return [{ podAffinity: required }, { podAntiAffinity: required }, { podAffinity: preferred }, { podAntiAffinity: preferred }][kind]
}

const asData = (terms: Iterable<CountedTerm>): readonly unknown[] =>
  [...terms]
    .map(({ term: { key }, weight, byValue }) => ({ key, weight, byValue: Object.fromEntries([...byValue].toSorted()) }))
    .toSorted((a, b) => (`${a.weight} ${a.key}` < `${b.weight} ${b.key}` ? -1 : 1))

test.each([1, 2, 3])('a random history of Pods and nodes, seed %i', (seed) => {
  const random = seededRandom(seed)
  const cache = new SchedulerCache()
  const nodeName = (): string => `n${random.integer(4)}`
  const pod = (): PodInfo => {
    const spec = random.integer(3) === 0 ? {} : { affinity: affinity(random.integer(4), `a${random.integer(2)}`) }
    return new PodInfo(examplePod(`p${random.integer(20)}`, { spec }))
  }
  const steps = [
    () => void cache.setNode(exampleNode(nodeName(), { labels: random.integer(4) === 0 ? {} : { zone: `z${random.integer(3)}` } })),
    () => cache.removeNode(nodeName()),
    () => cache.putPod(pod(), nodeName()),
    () => cache.putPod(pod(), nodeName()),
    () => cache.removePod(`uid-of-p${random.integer(20)}`),
  ]
  for (let step = 0; step < 200; step++) {
    steps[random.integer(steps.length)]?.()
    const snapshot = cache.snapshot()
    const fresh = new TermCounts()
    fresh.nodesChanged()
    expect(asData(snapshot.mustNotTerms())).toEqual(asData(fresh.mustNot(snapshot.nodes)))
    expect(asData(snapshot.opinionTerms())).toEqual(asData(fresh.opinions(snapshot.nodes)))
  }
})

test('replicas of one workload have one term between them', () => {
  const cache = new SchedulerCache()
  cache.setNode(exampleNode('n', { labels: { zone: 'a' } }))
  for (let i = 0; i < 3; i++) cache.putPod(new PodInfo(examplePod(`p${i}`, { spec: { affinity: affinity(1, 'web') } })), 'n')
  expect(asData(cache.snapshot().mustNotTerms())).toEqual([{ key: 'zone / default / app=web / (nothing)', weight: 0, byValue: { a: 3 } }])
})
