/**
 * Nodes: what is filled in, what is refused, what Tables say; and who puts up with which taint.
 */
import { expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { Node } from './node.ts'
import { isNodeReady, nodeAddress, taintsOf } from './node-facts.ts'
import { findUntoleratedTaint } from './tolerations.ts'

const base = { metadata: { name: 'n1', creationTimestamp: '2026-01-01T00:00:00Z', resourceVersion: '1' }, spec: {} }
const { made, errors, updateErrors, statusErrors, warnings, cells } = judged(Node, base)

test('setDefaults() makes all of it allocatable, and podCIDR the first of podCIDRs', () => {
  const { spec, status } = made({ spec: { podCIDRs: ['10.0.0.0/24'] }, status: { capacity: { cpu: '2' } } })
  expect(spec).toEqual({ podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'] })
  expect(status).toEqual({ capacity: { cpu: '2' }, allocatable: { cpu: '2' } })
  expect(made({ spec: { podCIDR: '10.1.0.0/24' } }).spec.podCIDRs).toEqual(['10.1.0.0/24'])
})

test('validate() looks at taints, amounts and networks', () => {
  const taints = [
    { key: 'a', effect: 'NoSchedule' },
    { key: 'a', effect: 'NoSchedule' },
    { key: 'b', effect: 'Maybe' },
  ]
  expect(errors({ spec: { taints } })).toEqual([
    'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
    'metadata.taints[2].effect: Unsupported value: "Maybe": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  ])
  expect(errors({ status: { capacity: { pods: '1500m' }, allocatable: { pods: '-1' } } })).toEqual([
    'status.capacity.pods: Invalid value: "1500m": must be an integer',
    'status.allocatable.pods: Invalid value: "-1": must be greater than or equal to 0',
  ])
  expect(errors({ spec: { podCIDRs: ['10.0.0.0/24', '10.1.0.0/24'] } })).toEqual([
    'spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.1.0.0/24"]: may specify no more than one CIDR for each IP family',
  ])
  expect(errors({ spec: { podCIDRs: ['x'] } })).toEqual([
    'spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  ])
})

test('validateUpdate() keeps what was given once', () => {
  const old = { spec: { podCIDRs: ['10.0.0.0/24'], providerID: 'a' } }
  expect(updateErrors({ spec: { unschedulable: true } }, old)).toEqual([])
  expect(updateErrors({ spec: { podCIDR: '10.1.0.0/24', providerID: 'b' } }, old)).toEqual([
    'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
  ])
})

test('validateStatusUpdate() wants each address once', () => {
  const address = { type: 'InternalIP', address: '10.0.0.1' }
  expect(statusErrors({ status: { addresses: [address, address] } })).toEqual([
    'status.addresses[1]: Duplicate value: {"Type":"InternalIP","Address":"10.0.0.1"}',
  ])
})

test('warnings tell of fields that mean nothing', () => {
  expect(warnings({ spec: { externalID: 'x' } })).toEqual(['spec.externalID: this field is deprecated, and is unused by Kubernetes'])
})

test('columns', () => {
  const node = {
    metadata: { labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'x' } },
    spec: { unschedulable: true },
    status: {
      conditions: [{ type: 'Ready', status: 'False' }],
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      nodeInfo: {
        kubeletVersion: 'v1.34.0',
        kernelVersion: '6.1',
        architecture: 'amd64',
        osImage: '',
        containerRuntimeVersion: 'containerd://2',
      },
    },
  }
  expect(cells(node, Date.parse('2026-01-02T00:00:00Z'))).toEqual({
    Name: 'n1',
    Status: 'NotReady,SchedulingDisabled',
    Roles: 'control-plane,worker,x',
    Age: '24h',
    Version: 'v1.34.0',
    'Internal-IP': '10.0.0.1',
    'External-IP': '<none>',
    'OS-Image': '<unknown>',
    'Kernel-Version': '6.1',
    'Container-Runtime': 'containerd://2',
  })
  expect(cells({}).Status).toBe('Unknown')
})

test('facts', () => {
  const node = made({
    spec: {
      taints: [
        { key: 'a', effect: 'NoSchedule' },
        { key: 'b', value: 'x', effect: 'NoExecute' },
      ],
    },
    status: { conditions: [{ type: 'Ready', status: 'True' }], addresses: [{ type: 'Hostname', address: 'n1' }] },
  })
  expect(isNodeReady(node)).toBe(true)
  expect(nodeAddress(node, 'Hostname')).toBe('n1')
  expect(taintsOf(node, 'NoExecute').map(({ key }) => key)).toEqual(['b'])
  const effects = ['NoSchedule', 'NoExecute']
  expect(findUntoleratedTaint(node.spec.taints, [{ key: 'a', operator: 'Exists' }], effects)?.key).toBe('b')
  expect(findUntoleratedTaint(node.spec.taints, [{ operator: 'Exists' }], effects)).toBeUndefined()
  const equal = [
    { key: 'a', operator: 'Exists' },
    { key: 'b', value: 'x', effect: 'NoExecute' },
  ]
  expect(findUntoleratedTaint(node.spec.taints, equal, effects)).toBeUndefined()
})
