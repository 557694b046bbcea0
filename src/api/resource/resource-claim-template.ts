/**
 * resource.k8s.io/v1 ResourceClaimTemplate: claims to be made per Pod.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, struct } from '../../apimachinery/schema/schema.ts'
import { resourceClaimSpec } from './device-request.ts'

export interface ResourceClaimTemplateSpec extends Infer<typeof resourceClaimTemplateSpec> {}
export const resourceClaimTemplateSpec = struct('resource.v1.ResourceClaimTemplateSpec', {
  metadata: field(1, objectMeta).optional(),
  spec: field(2, resourceClaimSpec),
})

export const resourceClaimTemplate = struct('resource.v1.ResourceClaimTemplate', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, resourceClaimTemplateSpec).implied(),
})

export type ResourceClaimTemplate = ObjectOf<typeof ResourceClaimTemplate>
export const ResourceClaimTemplate = defineKind({
  group: 'resource.k8s.io',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: resourceClaimTemplate }],
})
