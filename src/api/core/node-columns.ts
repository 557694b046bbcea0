/** `kubectl get nodes`: ready or not, roles by label, version; wide with addresses and what the machine runs. */
import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { sortStrings } from '../../apimachinery/go-strings.ts'
import type { Column } from '../../apimachinery/kind.ts'
import { nodeCondition } from './node-facts.ts'
import type { Node } from './node-schema.ts'

const rolePrefix = 'node-role.kubernetes.io/'

function statusText(node: Node): string {
  const ready = nodeCondition(node, 'Ready')
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return node.spec.unschedulable === true ? `${word},SchedulingDisabled` : word
}

function rolesText({ metadata }: Node): string {
  const roles = new Set<string>()
  for (const [name, value] of Object.entries(metadata.labels ?? {})) {
    if (name.startsWith(rolePrefix)) roles.add(name.slice(rolePrefix.length))
    else if (name === 'kubernetes.io/role' && value !== '') roles.add(value)
  }
  roles.delete('')
  return roles.size === 0 ? '<none>' : sortStrings(roles).join(',')
}

function address({ status }: Node, type: string): string {
  return status?.addresses?.find((one) => one.type === type)?.address ?? '<none>'
}
function orUnknown(text: string | undefined): string {
  return text === undefined || text === '' ? '<unknown>' : text
}

const addressesDescription =
  "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP)."
const wide = { type: 'string', priority: 1 } as const

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn as Column<Node>,
  { name: 'Status', type: 'string', description: 'The status of the node', value: statusText },
  { name: 'Roles', type: 'string', description: 'The roles of the node', value: rolesText },
  ageColumn as Column<Node>,
  {
    name: 'Version',
    type: 'string',
    description: 'Kubelet Version reported by the node.',
    value: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '',
  },
  { ...wide, name: 'Internal-IP', description: addressesDescription, value: (node) => address(node, 'InternalIP') },
  { ...wide, name: 'External-IP', description: addressesDescription, value: (node) => address(node, 'ExternalIP') },
  {
    ...wide,
    name: 'OS-Image',
    description: 'OS Image reported by the node from /etc/os-release (e.g. Debian GNU/Linux 7 (wheezy)).',
    value: ({ status }) => orUnknown(status?.nodeInfo?.osImage),
  },
  {
    ...wide,
    name: 'Kernel-Version',
    description: "Kernel Version reported by the node from 'uname -r' (e.g. 3.16.0-0.bpo.4-amd64).",
    value: ({ status }) => orUnknown(status?.nodeInfo?.kernelVersion),
  },
  {
    ...wide,
    name: 'Container-Runtime',
    description: 'ContainerRuntime Version reported by the node through runtime remote API (e.g. containerd://1.4.2).',
    value: ({ status }) => orUnknown(status?.nodeInfo?.containerRuntimeVersion),
  },
]
