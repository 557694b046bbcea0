/**
 * networking.k8s.io/v1 IPAddress: one address that is taken; the name is the address.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, string, struct } from '../../apimachinery/schema/schema.ts'

export interface ParentReference extends Infer<typeof parentReference> {}
export const parentReference = struct('networking.v1.ParentReference', {
  group: field(1, string).optional(),
  resource: field(2, string).omitEmpty(),
  namespace: field(3, string).optional(),
  name: field(4, string).omitEmpty(),
})

export interface IPAddressSpec extends Infer<typeof ipAddressSpec> {}
export const ipAddressSpec = struct('networking.v1.IPAddressSpec', {
  parentRef: field(1, parentReference).omitEmpty().pointer(),
})

export const ipAddress = struct('networking.v1.IPAddress', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, ipAddressSpec).implied(),
})

export type IPAddress = ObjectOf<typeof IPAddress>
export const IPAddress = defineKind({
  group: 'networking.k8s.io',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: ipAddress }],
})
