/** What a node refuses, and in which words. */
import { expect, test } from 'vitest'
import type { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod.ts'
import { claimOf, refusalOf } from './admit-pod.ts'

function check(spec: object, others: readonly object[] = [], node: object = {}): string {
  const podOf = (one: object): Pod => ({ metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], ...one } }) as Pod
  const whole = {
    metadata: { name: 'n1', labels: { zone: 'a' } },
    spec: {},
    status: { allocatable: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi', pods: '3', 'example.com/gpu': '1' } },
    ...node,
  } as Node
  const claims = others.map((other) => claimOf(podOf(other)))
  const refusal = refusalOf(podOf(spec), claimOf(podOf(spec)), whole, claims)
  return refusal === undefined ? 'admitted' : `${refusal.reason}: ${refusal.message}`
}

const asks = (requests: object) => ({ containers: [{ name: 'c', image: 'i', resources: { requests } }] })
const holds = (port: object) => ({ containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, ...port }] }] })

test('refusalOf() counts amounts as the scheduler does', () => {
  expect(check(asks({ cpu: '1' }))).toBe('admitted')
  expect(check(asks({ cpu: '600m' }), [asks({ cpu: '500m' })])).toBe(
    "OutOfcpu: Node didn't have enough resource: cpu, requested: 600, used: 500, capacity: 1000",
  )
  expect(check(asks({ memory: '1025Mi' }))).toBe(
    "OutOfmemory: Node didn't have enough resource: memory, requested: 1074790400, used: 0, capacity: 1073741824",
  )
  expect(check({}, [{}, {}, {}])).toBe("OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3")
  expect(check(asks({ 'example.com/gpu': '1' }), [asks({ 'example.com/gpu': '1' })])).toBe(
    "OutOfexample.com/gpu: Node didn't have enough resource: example.com/gpu, requested: 1, used: 1, capacity: 1",
  )
  expect(check(asks({ 'example.com/elsewhere': '1' }))).toBe('admitted')
})

test('refusalOf() knows labels, ports and taints', () => {
  expect(check({ nodeSelector: { zone: 'a' } })).toBe('admitted')
  expect(check({ nodeSelector: { zone: 'b' } })).toBe(
    "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  )
  const taken = "NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
  expect(check(holds({ hostPort: 80 }), [holds({ hostPort: 80, hostIP: '10.0.0.1' })])).toBe(taken)
  expect(check(holds({ hostPort: 80, hostIP: '10.0.0.2' }), [holds({ hostPort: 80, hostIP: '10.0.0.1' })])).toBe('admitted')
  expect(check(holds({ hostPort: 80, protocol: 'UDP' }), [holds({ hostPort: 80 })])).toBe('admitted')
  expect(check(holds({}), [holds({})])).toBe('admitted')
  const tainted = { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } }
  expect(check({}, [], tainted)).toBe("TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate")
  expect(check({ tolerations: [{ operator: 'Exists' }] }, [], tainted)).toBe('admitted')
  expect(check({}, [], { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } })).toBe('admitted')
})
