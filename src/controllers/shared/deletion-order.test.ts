/** Which Pods go first: every pair here differs in one thing only. */
import { expect, test } from 'vitest'
import type { Pod } from '../../api/core/pod.ts'
import { podsToDelete } from './deletion-order.ts'

const nowMs = Date.parse('2026-01-01T12:00:00Z')
interface Shape {
  readonly node?: string
  readonly phase?: string
  readonly ready?: string
  readonly cost?: string
  readonly restarts?: number
  readonly created?: string
}
function pod(uid: string, { node = 'n1', phase = 'Running', ready, cost, restarts = 0, created = '2026-01-01T00:00:00Z' }: Shape): Pod {
  return {
    metadata: {
      name: uid,
      uid,
      creationTimestamp: created,
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], nodeName: node },
    status: {
      phase,
      ...(ready === undefined ? {} : { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ready }] }),
      containerStatuses: [{ name: 'c', restartCount: restarts }] as never,
    },
  } as unknown as Pod
}

const hour = (hours: number): string => `2026-01-01T${String(hours).padStart(2, '0')}:00:00Z`
const cases: readonly [why: string, first: Shape, second: Shape][] = [
  ['unassigned', { node: '' }, { node: 'n1' }],
  ['pending', { phase: 'Pending' }, { phase: 'Running' }],
  ['unknown', { phase: 'Unknown' }, { phase: 'Running' }],
  ['not ready', {}, { ready: hour(1) }],
  ['cheaper', { cost: '-5' }, {}],
  ['a cost that is no number is none', { cost: 'x', restarts: 1 }, { cost: '0' }],
  ['ready more recently', { ready: hour(11) }, { ready: hour(1) }],
  ['restarted more often', { restarts: 3 }, { restarts: 2 }],
  ['newer', { created: hour(11) }, { created: hour(1) }],
  ['about one age: the smaller uid', { created: hour(1) }, { created: hour(2) }],
  ['ready at about one time: the smaller uid, whatever the restarts', { ready: hour(1) }, { ready: hour(2), restarts: 9 }],
]
test.each(cases)('podsToDelete() takes first what is %s', (_, first, second) => {
  const [a, b] = [pod('a', first), pod('b', second)]
  expect(podsToDelete([b, a], 1, [], nowMs)).toEqual([a])
})

test('podsToDelete() takes Pods from crowded nodes first, and all when there are no more', () => {
  const [a, b, c] = [pod('a', { node: 'n1' }), pod('b', { node: 'n2' }), pod('c', { node: 'n2' })]
  expect(podsToDelete([a, b], 1, [a, b, c], nowMs)).toEqual([b])
  expect(podsToDelete([a, b], 5, [], nowMs)).toEqual([a, b])
})
