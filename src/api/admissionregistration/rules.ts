/**
 * Which requests a webhook or policy is about.
 */
import { labelSelector } from '../../apimachinery/meta.ts'
import { atomicStruct, bytes, field, type Infer, inline, int32, list, string, struct } from '../../apimachinery/schema/schema.ts'

export interface ServiceReference extends Infer<typeof serviceReference> {}
export const serviceReference = struct('admissionregistration.v1.ServiceReference', {
  namespace: field(1, string),
  name: field(2, string),
  path: field(3, string).optional().pointer(),
  port: field(4, int32).optional().pointer(),
})

export interface WebhookClientConfig extends Infer<typeof webhookClientConfig> {}
export const webhookClientConfig = struct('admissionregistration.v1.WebhookClientConfig', {
  url: field(3, string).optional().pointer(),
  service: field(1, serviceReference).optional().pointer(),
  caBundle: field(2, bytes).optional(),
})

export interface MatchCondition extends Infer<typeof matchCondition> {}
export const matchCondition = struct('admissionregistration.v1.MatchCondition', {
  name: field(1, string),
  expression: field(2, string),
})

export interface Rule extends Infer<typeof rule> {}
export const rule = struct('admissionregistration.v1.Rule', {
  apiGroups: field(1, list(string)).optional().listAtomic(),
  apiVersions: field(2, list(string)).optional().listAtomic(),
  resources: field(3, list(string)).optional().listAtomic(),
  scope: field(4, string).optional().pointer(),
})

export interface RuleWithOperations extends Infer<typeof ruleWithOperations> {}
export const ruleWithOperations = struct('admissionregistration.v1.RuleWithOperations', {
  operations: field(1, list(string)).optional().enum('*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE').listAtomic(),
  ...inline(2, rule),
})

export interface NamedRuleWithOperations extends Infer<typeof namedRuleWithOperations> {}
export const namedRuleWithOperations = atomicStruct('admissionregistration.v1.NamedRuleWithOperations', {
  resourceNames: field(1, list(string)).optional().listAtomic(),
  ...inline(2, ruleWithOperations),
})

export interface MatchResources extends Infer<typeof matchResources> {}
export const matchResources = atomicStruct('admissionregistration.v1.MatchResources', {
  namespaceSelector: field(1, labelSelector).optional().pointer(),
  objectSelector: field(2, labelSelector).optional().pointer(),
  resourceRules: field(3, list(namedRuleWithOperations)).optional().listAtomic(),
  excludeResourceRules: field(4, list(namedRuleWithOperations)).optional().listAtomic(),
  matchPolicy: field(7, string).optional().pointer().enum('Equivalent', 'Exact'),
})
