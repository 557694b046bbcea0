/** Counts that are kept must equal counts made afresh, whatever came and went. */
import { expect, test } from 'vitest'
import { requirementsOfLabels } from '../apimachinery/selectors/labels.ts'
import { seededRandom } from '../std/random.ts'
import { SchedulerCache } from './cache.ts'
import { exampleNode, examplePod } from './example-objects.ts'
import { PodInfo } from './pod-info.ts'

const zone = 'zone'
const wanted = { namespace: 'default', selector: requirementsOfLabels({ app: 'a0' }), withDeleting: false }

function recount(cache: SchedulerCache): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { labels, pods } of cache.snapshot().nodes) {
    const value = labels[zone]
    const count = pods.filter((pod) => pod.namespace === 'default' && !pod.isDeleting && pod.labels.app === 'a0').length
    if (value !== undefined && count > 0) counts[value] = (counts[value] ?? 0) + count
  }
  return counts
}

test.each([1, 2, 3, 4, 5])('a random history of Pods and nodes, seed %i', (seed) => {
  const random = seededRandom(seed)
  const cache = new SchedulerCache()
  const setNode = (): void => {
    const labels = random.integer(4) === 0 ? {} : { [zone]: `z${random.integer(3)}` }
    cache.setNode(exampleNode(`n${random.integer(5)}`, { labels }))
  }
  const pod = (): PodInfo => {
    const name = `p${random.integer(30)}`
    const deleting = random.integer(5) === 0 ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}
    const namespace = random.integer(3) === 0 ? 'other' : 'default'
    const labels = { app: `a${random.integer(2)}` }
    return new PodInfo(examplePod(name, { metadata: { name, namespace, uid: name, labels, ...deleting } }))
  }
  const steps = [
    setNode,
    () => cache.removeNode(`n${random.integer(5)}`),
    () => cache.putPod(pod(), `n${random.integer(5)}`),
    () => cache.putPod(pod(), `n${random.integer(5)}`),
    () => cache.removePod(`p${random.integer(30)}`),
  ]
  for (let step = 0; step < 300; step++) {
    steps[random.integer(steps.length)]?.()
    const snapshot = cache.snapshot()
    expect(Object.fromEntries(snapshot.countByValue(wanted, zone))).toEqual(recount(cache))
    const total = [...snapshot.countByNode(wanted).values()].reduce((sum, count) => sum + count, 0)
    const everywhere = snapshot.nodes.flatMap(({ pods }) => pods)
    expect(total).toBe(
      everywhere.filter(({ namespace, labels, isDeleting }) => namespace === 'default' && labels.app === 'a0' && !isDeleting).length,
    )
  }
})

test('a selector that selects nothing, or everything, counts nothing', () => {
  const cache = new SchedulerCache()
  cache.setNode(exampleNode('n'))
  cache.putPod(new PodInfo(examplePod('p')), 'n')
  expect(cache.snapshot().countByNode({ namespace: 'default', selector: [], withDeleting: true }).size).toBe(0)
})

test('domains() lists the values on nodes that have all the labels', () => {
  const cache = new SchedulerCache()
  cache.setNode(exampleNode('a', { labels: { zone: 'z1', rack: 'r1' } }))
  cache.setNode(exampleNode('b', { labels: { zone: 'z2' } }))
  expect(cache.snapshot().domains(['zone'])).toEqual({ values: [['z1', 'z2']], areEverywhere: true })
  expect(cache.snapshot().domains(['zone', 'rack'])).toEqual({ values: [['z1'], ['r1']], areEverywhere: false })
  cache.setNode(exampleNode('b', { labels: { zone: 'z2', rack: 'r2' } }))
  expect(cache.snapshot().domains(['zone', 'rack']).areEverywhere).toBe(true)
})
