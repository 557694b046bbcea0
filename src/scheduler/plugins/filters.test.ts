/** Filters that look at one node at a time: where a Pod goes, or what it is told. */
import { expect, test } from 'vitest'
import type { Taint } from '../../api/core/node-schema.ts'
import type { Pod } from '../../api/core/pod.ts'
import { type ExampleNode, type ExamplePod, exampleNode, examplePod, outcomeIn } from '../example-objects.ts'

/** "node" when the Pod may go there. */
function check(node: ExampleNode, pod: ExamplePod, running: readonly Pod[] = []): string {
  const outcome = outcomeIn({ nodes: [exampleNode('node', node)], running: { node: running } }, examplePod('pod', pod))
  return outcome.replace(/^0\/1 nodes are available: 1 (.*)\.$/, '$1')
}

test('NodeUnschedulable keeps off whoever does not tolerate a cordon', () => {
  expect(check({ unschedulable: true }, {})).toBe('node(s) were unschedulable')
  const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' as const, effect: 'NoSchedule' as const }]
  expect(check({ unschedulable: true }, { spec: { tolerations } })).toBe('node')
  expect(check({ unschedulable: true }, { spec: { tolerations: [{ operator: 'Exists' }] } })).toBe('node')
})

test('NodeName keeps off every other node', () => {
  expect(check({}, { spec: { nodeName: 'node' } })).toBe('node')
  expect(check({}, { spec: { nodeName: 'other' } })).toBe("node(s) didn't match the requested node name")
})

test('TaintToleration', () => {
  const taint = (effect: Taint['effect']): ExampleNode => ({ taints: [{ key: 'gpu', value: 'yes', effect }] })
  const untolerated = 'node(s) had untolerated taint(s)'
  expect(check(taint('NoSchedule'), {})).toBe(untolerated)
  expect(check(taint('NoExecute'), {})).toBe(untolerated)
  expect(check(taint('PreferNoSchedule'), {})).toBe('node')
  const cases: [NonNullable<Pod['spec']['tolerations']>[number], string][] = [
    [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }, 'node'],
    [{ key: 'gpu', value: 'yes' }, 'node'],
    [{ key: 'gpu', operator: 'Equal', value: 'no' }, untolerated],
    [{ key: 'gpu', operator: 'Exists' }, 'node'],
    [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, untolerated],
    [{ operator: 'Exists' }, 'node'],
    [{ key: 'cpu', operator: 'Exists' }, untolerated],
  ]
  for (const [toleration, expected] of cases) {
    expect([toleration, check(taint('NoSchedule'), { spec: { tolerations: [toleration] } })]).toEqual([toleration, expected])
  }
})

test('NodeAffinity', () => {
  const mismatch = "node(s) didn't match Pod's node affinity/selector"
  const node = { labels: { disk: 'ssd', size: '10' } }
  type Terms = NonNullable<
    NonNullable<NonNullable<Pod['spec']['affinity']>['nodeAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
  >['nodeSelectorTerms']
  const required = (nodeSelectorTerms: Terms): ExamplePod => ({
    spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } },
  })
  const expression = (key: string, operator: string, ...values: string[]): ExamplePod =>
    required([{ matchExpressions: [{ key, operator, values } as never] }])
  const cases: [ExamplePod, string][] = [
    [{ spec: { nodeSelector: { disk: 'ssd' } } }, 'node'],
    [{ spec: { nodeSelector: { disk: 'ssd', other: 'x' } } }, mismatch],
    [expression('disk', 'In', 'hdd', 'ssd'), 'node'],
    [expression('disk', 'In', 'hdd'), mismatch],
    [expression('disk', 'NotIn', 'ssd'), mismatch],
    [expression('other', 'NotIn', 'ssd'), 'node'],
    [expression('disk', 'Exists'), 'node'],
    [expression('other', 'Exists'), mismatch],
    [expression('other', 'DoesNotExist'), 'node'],
    [expression('size', 'Gt', '9'), 'node'],
    [expression('size', 'Gt', '10'), mismatch],
    [expression('size', 'Lt', '11'), 'node'],
    [expression('disk', 'Gt', '1'), mismatch],
    [expression('toString', 'Exists'), mismatch],
    // Alternatives; one with nothing in it chooses nothing.
    [
      required([{ matchExpressions: [{ key: 'x', operator: 'Exists' }] }, { matchExpressions: [{ key: 'disk', operator: 'Exists' }] }]),
      'node',
    ],
    [required([{}]), mismatch],
    [required([]), mismatch],
    [required([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node'] }] }]), 'node'],
    [required([{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['node'] }] }]), mismatch],
    [
      required([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['gone'] }] }]),
      "node(s) didn't satisfy plugin(s) [NodeAffinity]",
    ],
  ]
  for (const [pod, expected] of cases) expect([pod.spec, check(node, pod)]).toEqual([pod.spec, expected])
  const conflict = required([
    {
      matchFields: [
        { key: 'metadata.name', operator: 'In', values: ['a'] },
        { key: 'metadata.name', operator: 'In', values: ['b'] },
      ],
    },
  ])
  expect(check(node, conflict)).toBe('0/1 nodes are available: pod affinity terms conflict.')
})

test('NodePorts', () => {
  const on = (hostPort: number, hostIP = '', protocol: 'TCP' | 'UDP' = 'TCP'): ExamplePod => ({
    ports: [{ containerPort: hostPort, hostPort, protocol, ...(hostIP === '' ? {} : { hostIP }) }],
  })
  const taken = "node(s) didn't have free ports for the requested pod ports"
  const cases: [ExamplePod, ExamplePod, string][] = [
    [on(80), on(80), taken],
    [on(80), on(81), 'node'],
    [on(80), on(80, '', 'UDP'), 'node'],
    [on(80, '10.0.0.1'), on(80, '10.0.0.2'), 'node'],
    [on(80, '10.0.0.1'), on(80, '10.0.0.1'), taken],
    [on(80, '10.0.0.1'), on(80), taken],
    [on(80), on(80, '10.0.0.1'), taken],
    [{ ports: [{ containerPort: 80 }] }, on(80), 'node'],
  ]
  for (const [there, wanted, expected] of cases) expect(check({}, wanted, [examplePod('there', there)])).toBe(expected)
})

test('NodeResourcesFit', () => {
  const running = [examplePod('there', { requests: { cpu: '3', memory: '1Gi', 'example.com/gpu': '1' } })]
  const node: ExampleNode = { cpu: '4', memory: '2Gi', pods: '2', resources: { 'example.com/gpu': '2', 'ephemeral-storage': '1Gi' } }
  const cases: [Readonly<Record<string, string>>, string][] = [
    [{ cpu: '1', memory: '1Gi', 'example.com/gpu': '1' }, 'node'],
    [{ cpu: '1001m' }, 'Insufficient cpu'],
    [{ memory: '1025Mi' }, 'Insufficient memory'],
    [{ 'ephemeral-storage': '2Gi' }, 'Insufficient ephemeral-storage'],
    [{ 'example.com/gpu': '2' }, 'Insufficient example.com/gpu'],
    [{ 'hugepages-2Mi': '2Mi' }, 'Insufficient hugepages-2Mi'],
    [{ 'example.com/none': '0' }, 'node'],
    [{ cpu: '2', memory: '2Gi' }, 'Insufficient cpu, 1 Insufficient memory'],
  ]
  for (const [requests, expected] of cases) expect([requests, check(node, { requests }, running)]).toEqual([requests, expected])
  expect(check({ pods: '1' }, {}, running)).toBe('Too many pods')
})

test('NodeResourcesFit counts init containers, sidecars, overhead and what is asked for the Pod as a whole', () => {
  const container = (cpu: string, more: object = {}) => ({ name: cpu, image: 'a', resources: { requests: { cpu } }, ...more })
  const fits = (spec: Partial<Pod['spec']>, cpu: string): boolean => check({ cpu }, { spec }) === 'node'
  const needs = (spec: Partial<Pod['spec']>, milli: number): void => {
    expect([fits(spec, `${milli}m`), fits(spec, `${milli - 1}m`)]).toEqual([true, false])
  }
  needs({ containers: [container('1'), container('2')] }, 3000)
  needs({ initContainers: [container('4'), container('2')], containers: [container('1')] }, 4000)
  needs({ initContainers: [container('1', { restartPolicy: 'Always' })], containers: [container('2')] }, 3000)
  needs({ initContainers: [container('1', { restartPolicy: 'Always' }), container('3')], containers: [container('2')] }, 4000)
  needs({ containers: [container('1')], overhead: { cpu: '250m' } }, 1250)
  needs({ containers: [container('1')], resources: { requests: { cpu: '5' } } }, 5000)
})
