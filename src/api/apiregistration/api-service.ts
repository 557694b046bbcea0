/**
 * apiregistration.k8s.io/v1 APIService: who serves a group and version: this server or another behind it.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, bytes, field, type Infer, int32, list, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface ServiceReference extends Infer<typeof serviceReference> {}
export const serviceReference = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference', {
  namespace: field(1, string).optional(),
  name: field(2, string).optional(),
  port: field(3, int32).optional().pointer(),
})

export interface APIServiceSpec extends Infer<typeof apiServiceSpec> {}
export const apiServiceSpec = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec', {
  service: field(1, serviceReference).optional().pointer(),
  group: field(2, string).optional(),
  version: field(3, string).optional(),
  insecureSkipTLSVerify: field(4, boolean).optional(),
  caBundle: field(5, bytes).optional().listAtomic(),
  groupPriorityMinimum: field(7, int32),
  versionPriority: field(8, int32),
})

export interface APIServiceCondition extends Infer<typeof apiServiceCondition> {}
export const apiServiceCondition = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition', {
  type: field(1, string).enum('Available'),
  status: field(2, string).enum('False', 'True', 'Unknown'),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface APIServiceStatus extends Infer<typeof apiServiceStatus> {}
export const apiServiceStatus = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus', {
  conditions: field(1, list(apiServiceCondition)).optional().listMap('type').patchMerge('type'),
})

export const apiService = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, apiServiceSpec).implied(),
  status: field(3, apiServiceStatus).optional(),
})

export type APIService = ObjectOf<typeof APIService>
export const APIService = defineKind({
  group: 'apiregistration.k8s.io',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: apiService }],
  hasStatus: true,
})
