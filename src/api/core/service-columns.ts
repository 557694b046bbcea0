/**
 * `kubectl get services`. The server never shortens the addresses of a load balancer, whoever prints them may.
 */
import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { sortStrings } from '../../apimachinery/go-strings.ts'
import type { Column } from '../../apimachinery/kind.ts'
import { formatRequirements, requirementsOfLabels } from '../../apimachinery/selectors/labels.ts'
import type { ServiceObject } from './service-schema.ts'

function externalText({ spec, status }: ServiceObject): string {
  const own = spec.externalIPs ?? []
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return own.length > 0 ? own.join(',') : '<none>'
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter((one) => one !== '')
      const all = [...sortStrings(new Set(ingress)), ...own]
      return all.length === 0 ? '<pending>' : all.join(',')
    }
    case 'ExternalName':
      return spec.externalName ?? ''
    default:
      return '<unknown>'
  }
}

function portsText({ spec }: ServiceObject): string {
  const ports = spec.ports ?? []
  if (ports.length === 0) return '<none>'
  return ports
    .map(({ port, nodePort = 0, protocol }) => (nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
    .join(',')
}

function selectorText({ spec }: ServiceObject): string {
  return Object.keys(spec.selector ?? {}).length === 0 ? '<none>' : formatRequirements(requirementsOfLabels(spec.selector))
}

export const serviceColumns: readonly Column<ServiceObject>[] = [
  nameColumn,
  { name: 'Type', type: 'string', description: 'How it is reached.', value: ({ spec }) => spec.type ?? '' },
  { name: 'Cluster-IP', type: 'string', description: 'Its address in the cluster.', value: ({ spec }) => spec.clusterIPs?.[0] ?? '<none>' },
  { name: 'External-IP', type: 'string', description: 'Its addresses outside.', value: externalText },
  { name: 'Port(s)', type: 'string', description: 'Its ports.', value: portsText },
  ageColumn,
  { name: 'Selector', type: 'string', priority: 1, description: 'Which Pods it sends to.', value: selectorText },
]
