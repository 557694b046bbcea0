/**
 * flowcontrol.apiserver.k8s.io/v1 FlowSchema: which requests belong to which priority level.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, list, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface FlowDistinguisherMethod extends Infer<typeof flowDistinguisherMethod> {}
export const flowDistinguisherMethod = struct('flowcontrol.v1.FlowDistinguisherMethod', {
  type: field(1, string).enum('ByNamespace', 'ByUser'),
})

export interface PriorityLevelConfigurationReference extends Infer<typeof priorityLevelConfigurationReference> {}
export const priorityLevelConfigurationReference = struct('flowcontrol.v1.PriorityLevelConfigurationReference', {
  name: field(1, string),
})

export interface NonResourcePolicyRule extends Infer<typeof nonResourcePolicyRule> {}
export const nonResourcePolicyRule = struct('flowcontrol.v1.NonResourcePolicyRule', {
  verbs: field(1, list(string)).listSet(),
  nonResourceURLs: field(6, list(string)).listSet(),
})

export interface ResourcePolicyRule extends Infer<typeof resourcePolicyRule> {}
export const resourcePolicyRule = struct('flowcontrol.v1.ResourcePolicyRule', {
  verbs: field(1, list(string)).listSet(),
  apiGroups: field(2, list(string)).listSet(),
  resources: field(3, list(string)).listSet(),
  clusterScope: field(4, boolean).optional(),
  namespaces: field(5, list(string)).printed().listSet(),
})

export interface GroupSubject extends Infer<typeof groupSubject> {}
export const groupSubject = struct('flowcontrol.v1.GroupSubject', {
  name: field(1, string),
})

export interface ServiceAccountSubject extends Infer<typeof serviceAccountSubject> {}
export const serviceAccountSubject = struct('flowcontrol.v1.ServiceAccountSubject', {
  namespace: field(1, string),
  name: field(2, string),
})

export interface UserSubject extends Infer<typeof userSubject> {}
export const userSubject = struct('flowcontrol.v1.UserSubject', {
  name: field(1, string),
})

export interface Subject extends Infer<typeof subject> {}
export const subject = struct('flowcontrol.v1.Subject', {
  kind: field(1, string).enum('Group', 'ServiceAccount', 'User'),
  user: field(2, userSubject).optional().pointer(),
  group: field(3, groupSubject).optional().pointer(),
  serviceAccount: field(4, serviceAccountSubject).optional().pointer(),
})

export interface PolicyRulesWithSubjects extends Infer<typeof policyRulesWithSubjects> {}
export const policyRulesWithSubjects = struct('flowcontrol.v1.PolicyRulesWithSubjects', {
  subjects: field(1, list(subject)).listAtomic(),
  resourceRules: field(2, list(resourcePolicyRule)).optional().listAtomic(),
  nonResourceRules: field(3, list(nonResourcePolicyRule)).optional().listAtomic(),
})

export interface FlowSchemaSpec extends Infer<typeof flowSchemaSpec> {}
export const flowSchemaSpec = struct('flowcontrol.v1.FlowSchemaSpec', {
  priorityLevelConfiguration: field(1, priorityLevelConfigurationReference),
  matchingPrecedence: field(2, int32).printed(),
  distinguisherMethod: field(3, flowDistinguisherMethod).optional().pointer(),
  rules: field(4, list(policyRulesWithSubjects)).optional().listAtomic(),
})

export interface FlowSchemaCondition extends Infer<typeof flowSchemaCondition> {}
export const flowSchemaCondition = struct('flowcontrol.v1.FlowSchemaCondition', {
  type: field(1, string).optional(),
  status: field(2, string).optional().enum('False', 'True', 'Unknown'),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface FlowSchemaStatus extends Infer<typeof flowSchemaStatus> {}
export const flowSchemaStatus = struct('flowcontrol.v1.FlowSchemaStatus', {
  conditions: field(1, list(flowSchemaCondition)).optional().listMap('type').patchMerge('type'),
})

export const flowSchema = struct('flowcontrol.v1.FlowSchema', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, flowSchemaSpec).implied(),
  status: field(3, flowSchemaStatus).optional(),
})

export type FlowSchema = ObjectOf<typeof FlowSchema>
export const FlowSchema = defineKind({
  group: 'flowcontrol.apiserver.k8s.io',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: flowSchema }],
  hasStatus: true,
})
