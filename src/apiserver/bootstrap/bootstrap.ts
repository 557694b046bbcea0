/**
 * The objects that every cluster has: four namespaces, two priority classes, the range of Service addresses, and the
 * `kubernetes` Service with its endpoints, flow control's objects and one APIService for each group and version. Created when missing; at later starts each costs one look. What follows
 * from flags (the advertised address) is put right.
 */

import { Namespace } from '../../api/core/namespace.ts'
import { ServiceCIDR } from '../../api/networking/service-cidr.ts'
import { PriorityClass } from '../../api/scheduling/priority-class.ts'
import type { Server } from '../server-parts.ts'
import { ensureApiServices } from './api-services.ts'
import { createMissing } from './create-missing.ts'
import { ensureFlowControl } from './flow-control.ts'
import { bootstrapKubernetesService } from './kubernetes-service.ts'
import { bootstrapRbac } from './rbac.ts'

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

const priorityClasses = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
]

export async function bootstrap(server: Server, signal: AbortSignal): Promise<void> {
  await Promise.all(namespaces.map((name) => createMissing(server, Namespace, { metadata: { name } }, { signal })))
  await Promise.all([
    ...priorityClasses.map(({ name, ...rest }) => createMissing(server, PriorityClass, { metadata: { name }, ...rest }, { signal })),
    createMissing(
      server,
      ServiceCIDR,
      { metadata: { name: 'kubernetes' }, spec: { cidrs: [server.flags.serviceClusterIpRange] } },
      { signal },
    ),
    bootstrapRbac(server, signal),
    bootstrapKubernetesService(server, signal),
    ensureFlowControl(server, signal),
    ensureApiServices(server, signal),
  ])
}
