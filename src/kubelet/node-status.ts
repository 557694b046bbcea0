/**
 * What a kubelet says of its node: the object it registers with, and the conditions it keeps true. Pure; the numbers come
 * from whoever made the machine (simulated-nodes.ts, later the real one).
 */
import type { Node } from '../api/core/node.ts'
import { timeText } from './pod-status.ts'

export interface Machine {
  readonly name: string
  readonly hostIp: string
  readonly podCidr: string
  /** "8", "32Gi", "100Gi", "110" */
  readonly capacity: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly runtimeVersion: string
  readonly kubeletVersion: string
  readonly systemUuid: string
}

type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number]

const conditions: readonly (readonly [type: string, status: string, reason: string, message: string])[] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
]

export function nodeObject(machine: Machine, nowMs: number): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: machine.name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': machine.name,
        'kubernetes.io/os': 'linux',
        ...machine.labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: { podCIDR: machine.podCidr, podCIDRs: [machine.podCidr] },
    status: nodeStatus(machine, undefined, nowMs),
  }
}

export function nodeStatus(
  machine: Machine,
  before: Node['status'],
  nowMs: number,
  images: readonly { names: readonly string[]; sizeBytes: number }[] = [],
): NonNullable<Node['status']> {
  return {
    capacity: machine.capacity,
    allocatable: machine.capacity,
    conditions: nodeConditions(before, nowMs),
    addresses: [
      { type: 'InternalIP', address: machine.hostIp },
      { type: 'Hostname', address: machine.name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      machineID: machine.systemUuid.replaceAll('-', ''),
      systemUUID: machine.systemUuid,
      bootID: machine.systemUuid,
      kernelVersion: '6.12.0-simulated',
      osImage: 'Typernetes simulated node',
      containerRuntimeVersion: machine.runtimeVersion,
      kubeletVersion: machine.kubeletVersion,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
    ...(images.length === 0 ? {} : { images: images.map((image) => ({ names: image.names, sizeBytes: image.sizeBytes })) }),
  }
}

export function nodeConditions(before: Node['status'], nowMs: number): readonly NodeCondition[] {
  const now = timeText(nowMs)
  return conditions.map(([type, status, reason, message]) => {
    const old = before?.conditions?.find((one) => one.type === type)
    return {
      type,
      status,
      lastHeartbeatTime: now,
      lastTransitionTime: old?.status === status ? (old.lastTransitionTime ?? now) : now,
      reason,
      message,
    }
  })
}
