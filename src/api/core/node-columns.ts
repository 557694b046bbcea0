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

const wide = { type: 'string', priority: 1 } as const

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn as Column<Node>,
  { name: 'Status', type: 'string', description: 'The status of the node', value: statusText },
  { name: 'Roles', type: 'string', description: 'The roles of the node', value: rolesText },
  ageColumn as Column<Node>,
  {
    name: 'Version',
    type: 'string',
    description: 'Version of its kubelet.',
    value: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '',
  },
  { ...wide, name: 'Internal-IP', description: 'Where other nodes reach it.', value: (node) => address(node, 'InternalIP') },
  { ...wide, name: 'External-IP', description: 'Where the world reaches it.', value: (node) => address(node, 'ExternalIP') },
  { ...wide, name: 'OS-Image', description: 'Its operating system.', value: ({ status }) => orUnknown(status?.nodeInfo?.osImage) },
  {
    ...wide,
    name: 'Kernel-Version',
    description: 'Its kernel.',
    value: ({ status }) => {
      const architecture = status?.nodeInfo?.architecture ?? ''
      return `${orUnknown(status?.nodeInfo?.kernelVersion)}${architecture === '' ? '' : ` (${architecture})`}`
    },
  },
  {
    ...wide,
    name: 'Container-Runtime',
    description: 'What runs its containers.',
    value: ({ status }) => orUnknown(status?.nodeInfo?.containerRuntimeVersion),
  },
]
