/** `kubectl get services`. */
import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { sortStrings } from '../../apimachinery/go-strings.ts'
import type { Column } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { formatRequirements, requirementsOfLabels } from '../../apimachinery/selectors/labels.ts'

interface ServiceLike extends KubeObject {
  readonly spec: {
    readonly type?: string
    readonly clusterIPs?: readonly string[]
    readonly externalIPs?: readonly string[]
    readonly externalName?: string
    readonly ports?: readonly { readonly port: number; readonly nodePort?: number; readonly protocol?: string }[]
    readonly selector?: Readonly<Record<string, string>>
  }
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] } }
}

const loadBalancerWidth = 16

function externalText({ spec, status }: ServiceLike): string {
  const own = spec.externalIPs ?? []
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return own.length > 0 ? own.join(',') : '<none>'
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter((one) => one !== '')
      const all = sortStrings(new Set(ingress)).join(',')
      const shown = all.length > loadBalancerWidth ? `${all.slice(0, loadBalancerWidth - 3)}...` : all
      if (own.length > 0) return [...(shown === '' ? [] : shown.split(',')), ...own].join(',')
      return shown === '' ? '<pending>' : shown
    }
    case 'ExternalName':
      return spec.externalName ?? ''
    default:
      return '<unknown>'
  }
}

function portsText({ spec }: ServiceLike): string {
  const ports = spec.ports ?? []
  if (ports.length === 0) return '<none>'
  return ports
    .map(({ port, nodePort = 0, protocol }) => (nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
    .join(',')
}

function selectorText({ spec }: ServiceLike): string {
  return Object.keys(spec.selector ?? {}).length === 0 ? '<none>' : formatRequirements(requirementsOfLabels(spec.selector))
}

export const serviceColumns: readonly Column<ServiceLike>[] = [
  nameColumn as Column<ServiceLike>,
  { name: 'Type', type: 'string', description: 'How it is reached.', value: ({ spec }) => spec.type ?? '' },
  { name: 'Cluster-IP', type: 'string', description: 'Its address in the cluster.', value: ({ spec }) => spec.clusterIPs?.[0] || '<none>' },
  { name: 'External-IP', type: 'string', description: 'Its addresses outside.', value: externalText },
  { name: 'Port(s)', type: 'string', description: 'Its ports.', value: portsText },
  ageColumn as Column<ServiceLike>,
  { name: 'Selector', type: 'string', priority: 1, description: 'Which Pods it sends to.', value: selectorText },
]
