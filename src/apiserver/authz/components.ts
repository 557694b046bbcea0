/**
 * The API server itself, and the one client that acts for all simulated nodes, may do everything. Every other part of the control plane is bound
 * by the roles that every cluster has (bootstrap/), like upstream's.
 */
import type { Authorizer } from './authorizer.ts'

/** One client acts for all simulated nodes: it is no kubelet, which could write nothing but itself. */
export const simulatedNodesUser = 'system:simulated-nodes'
const names = new Set(['system:apiserver', simulatedNodesUser])

export const componentIdentities: Authorizer = ({ name }) => (names.has(name) ? { verdict: 'allow' } : { verdict: 'none' })
