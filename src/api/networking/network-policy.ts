/**
 * networking.k8s.io/v1 NetworkPolicy: who may talk to which Pods.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, intOrString, list, string, struct } from '../../apimachinery/schema/schema.ts'

export interface NetworkPolicyPort extends Infer<typeof networkPolicyPort> {}
export const networkPolicyPort = struct('networking.v1.NetworkPolicyPort', {
  protocol: field(1, string).optional().pointer(),
  port: field(2, intOrString).optional().pointer(),
  endPort: field(3, int32).optional().pointer(),
})

export interface IPBlock extends Infer<typeof ipBlock> {}
export const ipBlock = struct('networking.v1.IPBlock', {
  cidr: field(1, string),
  except: field(2, list(string)).optional().listAtomic(),
})

export interface NetworkPolicyPeer extends Infer<typeof networkPolicyPeer> {}
export const networkPolicyPeer = struct('networking.v1.NetworkPolicyPeer', {
  podSelector: field(1, labelSelector).optional().pointer(),
  namespaceSelector: field(2, labelSelector).optional().pointer(),
  ipBlock: field(3, ipBlock).optional().pointer(),
})

export interface NetworkPolicyEgressRule extends Infer<typeof networkPolicyEgressRule> {}
export const networkPolicyEgressRule = struct('networking.v1.NetworkPolicyEgressRule', {
  ports: field(1, list(networkPolicyPort)).optional().listAtomic(),
  to: field(2, list(networkPolicyPeer)).optional().listAtomic(),
})

export interface NetworkPolicyIngressRule extends Infer<typeof networkPolicyIngressRule> {}
export const networkPolicyIngressRule = struct('networking.v1.NetworkPolicyIngressRule', {
  ports: field(1, list(networkPolicyPort)).optional().listAtomic(),
  from: field(2, list(networkPolicyPeer)).optional().listAtomic(),
})

export interface NetworkPolicySpec extends Infer<typeof networkPolicySpec> {}
export const networkPolicySpec = struct('networking.v1.NetworkPolicySpec', {
  podSelector: field(1, labelSelector).printed(),
  ingress: field(2, list(networkPolicyIngressRule)).optional().listAtomic(),
  egress: field(3, list(networkPolicyEgressRule)).optional().listAtomic(),
  policyTypes: field(4, list(string)).optional().enum('Egress', 'Ingress').listAtomic(),
})

export const networkPolicy = struct('networking.v1.NetworkPolicy', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, networkPolicySpec).implied(),
})

export type NetworkPolicy = ObjectOf<typeof NetworkPolicy>
export const NetworkPolicy = defineKind({
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: networkPolicy }],
})
