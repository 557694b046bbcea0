/**
 * networking.k8s.io/v1 IngressClass: which controller acts on an Ingress.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, string, struct } from '../../apimachinery/schema/schema.ts'

export interface IngressClassParametersReference extends Infer<typeof ingressClassParametersReference> {}
export const ingressClassParametersReference = struct('networking.v1.IngressClassParametersReference', {
  apiGroup: field(1, string).optional().pointer(),
  kind: field(2, string),
  name: field(3, string),
  scope: field(4, string).printed().pointer(),
  namespace: field(5, string).optional().pointer(),
})

export interface IngressClassSpec extends Infer<typeof ingressClassSpec> {}
export const ingressClassSpec = struct('networking.v1.IngressClassSpec', {
  controller: field(1, string).optional(),
  parameters: field(2, ingressClassParametersReference).optional().pointer(),
})

export const ingressClass = struct('networking.v1.IngressClass', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, ingressClassSpec).implied(),
})

export type IngressClass = ObjectOf<typeof IngressClass>
export const IngressClass = defineKind({
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: ingressClass }],
})
