/**
 * Rules, subjects and role references, shared by the four RBAC kinds.
 */
import { atomicStruct, field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'

export interface RoleRef extends Infer<typeof roleRef> {}
export const roleRef = atomicStruct('rbac.v1.RoleRef', {
  apiGroup: field(1, string),
  kind: field(2, string),
  name: field(3, string),
})

export interface Subject extends Infer<typeof subject> {}
export const subject = atomicStruct('rbac.v1.Subject', {
  kind: field(1, string),
  apiGroup: field(2, string).optional(),
  name: field(3, string),
  namespace: field(4, string).optional(),
})

export interface PolicyRule extends Infer<typeof policyRule> {}
export const policyRule = struct('rbac.v1.PolicyRule', {
  verbs: field(1, list(string)).listAtomic(),
  apiGroups: field(2, list(string)).optional().listAtomic(),
  resources: field(3, list(string)).optional().listAtomic(),
  resourceNames: field(4, list(string)).optional().listAtomic(),
  nonResourceURLs: field(5, list(string)).optional().listAtomic(),
})
