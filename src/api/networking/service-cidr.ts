/**
 * networking.k8s.io/v1 ServiceCIDR: a range that ClusterIPs are given out of.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { condition, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'

export interface ServiceCIDRSpec extends Infer<typeof serviceCIDRSpec> {}
export const serviceCIDRSpec = struct('networking.v1.ServiceCIDRSpec', {
  cidrs: field(1, list(string)).optional().listAtomic(),
})

export interface ServiceCIDRStatus extends Infer<typeof serviceCIDRStatus> {}
export const serviceCIDRStatus = struct('networking.v1.ServiceCIDRStatus', {
  conditions: field(1, list(condition)).optional().listMap('type').patchMerge('type'),
})

export const serviceCIDR = struct('networking.v1.ServiceCIDR', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, serviceCIDRSpec).implied(),
  status: field(3, serviceCIDRStatus).optional(),
})

export type ServiceCIDR = ObjectOf<typeof ServiceCIDR>
export const ServiceCIDR = defineKind({
  group: 'networking.k8s.io',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: serviceCIDR }],
  hasStatus: true,
})
