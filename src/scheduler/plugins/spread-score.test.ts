/**
 * PodTopologySpread's scores against numbers that upstream's own tests state. Pods are counts by node, "foo", "bar" or both; a node in
 * brackets did not pass the filters, but its Pods count.
 */
import { expect, test } from 'vitest'
import type { Node } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod.ts'
import { type ExampleCluster, exampleNode, examplePod, scoresIn } from '../example-objects.ts'

const weight = 2
const hostname = 'kubernetes.io/hostname'

interface Case {
  /** [label, selected, maxSkew] */
  readonly constraints: readonly (readonly [string, 'foo' | 'bar', number])[]
  readonly nodes: readonly string[]
  readonly pods: Readonly<Record<string, readonly string[]>>
  readonly want: Readonly<Record<string, number>>
}

const labelsOf = (text: string): Readonly<Record<string, string>> => Object.fromEntries(text.split('+').map((name) => [name, '']))

/** "a@z1" is node a in zone z1; "(y@z2)" did not pass. */
function parseNode(text: string): Node {
  const [name = '', zone] = text.replace(/[()]/g, '').split('@')
  return exampleNode(name, { unschedulable: text.startsWith('('), labels: zone === undefined ? {} : { zone } })
}

function check({ constraints, nodes, pods, want }: Case): void {
  const topologySpreadConstraints = constraints.map(([topologyKey, label, maxSkew]) => ({
    topologyKey,
    maxSkew,
    whenUnsatisfiable: 'ScheduleAnyway' as const,
    labelSelector: { matchExpressions: [{ key: label, operator: 'Exists' as const }] },
  }))
  const running: NonNullable<ExampleCluster['running']> = Object.fromEntries(
    Object.entries(pods).map(([node, kinds]): [string, readonly Pod[]] => [
      node,
      kinds.map((kind, i) => examplePod(`${node}-${i}`, { labels: labelsOf(kind) })),
    ]),
  )
  const pod = examplePod('p', { labels: { foo: '', bar: '' }, spec: { topologySpreadConstraints } })
  const scores = scoresIn({ nodes: nodes.map(parseNode), running }, pod, 'PodTopologySpread')
  expect(Object.fromEntries(Object.entries(scores).map(([node, score]) => [node, score / weight]))).toEqual(want)
}

const foo = (count: number): readonly string[] => Array.from({ length: count }, () => 'foo')

test('hosts, with a growing maxSkew', () => {
  const nodes = ['a', 'b', 'c', 'd']
  const pods = { a: foo(2), b: foo(1), d: foo(3) }
  check({ constraints: [[hostname, 'foo', 1]], nodes, pods, want: { a: 20, b: 60, c: 100, d: 0 } })
  check({ constraints: [[hostname, 'foo', 2]], nodes, pods, want: { a: 33, b: 66, c: 100, d: 16 } })
  const full = { a: foo(4), b: foo(3), c: foo(2), d: foo(1) }
  check({ constraints: [[hostname, 'foo', 3]], nodes, pods: full, want: { a: 44, b: 66, c: 77, d: 100 } })
})

test('nodes that did not pass', () => {
  const pods = { a: foo(4), b: foo(2), x: foo(1), y: foo(3) }
  check({ constraints: [[hostname, 'foo', 1]], nodes: ['a', 'b', 'x', '(y)'], pods, want: { a: 33, b: 83, x: 100 } })
  const nodes = ['a@z1', 'b@z1', 'x@z2', '(y@z2)']
  check({ constraints: [['zone', 'foo', 1]], nodes, pods, want: { a: 75, b: 75, x: 100 } })
})

test('zones and hosts together, with different selectors', () => {
  const constraints = [
    ['zone', 'foo', 1],
    [hostname, 'bar', 1],
  ] as const
  const nodes = ['a@z1', 'b@z1', 'x@z2', 'y@z2']
  const pods = { a: ['foo'], b: ['foo+bar'], y: ['foo', 'bar'] }
  check({ constraints, nodes, pods, want: { a: 60, b: 20, x: 100, y: 60 } })
  check({ constraints, nodes, pods: { b: ['bar'], x: ['foo'], y: ['foo+bar'] }, want: { a: 100, b: 60, x: 40, y: 0 } })
  check({ constraints, nodes: ['a@z1', 'b@z1', 'x@z2', '(y@z2)'], pods, want: { a: 50, b: 25, x: 100 } })
})
