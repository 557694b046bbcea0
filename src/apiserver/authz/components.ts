/**
 * The parts of the control plane may do everything, as long as they prove who they are: controller manager, scheduler, API server. Kubelets are
 * node.ts's business, users rbac.ts's.
 */
import type { Authorizer } from './authorizer.ts'

/** One client acts for all simulated nodes: it is no kubelet, which could write nothing but itself. */
export const simulatedNodesUser = 'system:simulated-nodes'
const names = new Set([
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:kube-proxy',
  simulatedNodesUser,
])

export const componentIdentities: Authorizer = ({ name }) => (names.has(name) ? { verdict: 'allow' } : { verdict: 'none' })
