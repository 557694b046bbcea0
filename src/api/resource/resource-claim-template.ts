/**
 * resource.k8s.io/v1 ResourceClaimTemplate: claims to be made per Pod.
 */

import type { FieldError } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, struct } from '../../apimachinery/schema/schema.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { validateTemplateMetadata } from '../core/template-metadata.ts'
import { goForm, goTemplateForm } from '../go-form.ts'
import { resourceClaimSpec } from './device-request.ts'
import { dropDisabledRequestFields, setRequestDefaults, validateClaimSpec } from './device-rules.ts'
import { claimTemplateConversion, inV1beta1 } from './v1beta1.ts'

export interface ResourceClaimTemplateSpec extends Infer<typeof resourceClaimTemplateSpec> {}
export const resourceClaimTemplateSpec = struct('resource.v1.ResourceClaimTemplateSpec', {
  metadata: field(1, objectMeta).optional(),
  spec: field(2, resourceClaimSpec),
})

export const resourceClaimTemplate = struct('resource.v1.ResourceClaimTemplate', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, resourceClaimTemplateSpec),
})

export type ResourceClaimTemplate = ObjectOf<typeof ResourceClaimTemplate>
export const ResourceClaimTemplate = defineKind({
  group: 'resource.k8s.io',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  scope: 'Namespaced',
  versions: [
    { name: 'v1', schema: resourceClaimTemplate },
    { name: 'v1beta2', schema: inVersion(resourceClaimTemplate, 'resource.v1', 'resource.v1beta2'), isOff: true },
    { name: 'v1beta1', schema: inV1beta1(resourceClaimTemplate), isOff: true, ...claimTemplateConversion },
  ],
  setDefaults: ({ spec }) => setRequestDefaults(spec.spec),
  prepareForCreate: ({ spec }, { gates }) => dropDisabledRequestFields(spec.spec, gates),
  prepareForUpdate: ({ spec }, old, { gates }) => dropDisabledRequestFields(spec.spec, gates, old.spec.spec),
  generation: 'none',
  validateName: nameIsDnsSubdomain,
  validate: ({ spec }) => validateSpec(spec),
  *validateUpdate({ spec }, old) {
    yield* validateSpec(spec)
    yield* validateImmutable(spec, old.spec, 'spec', (one) => goTemplateForm(one.metadata, goForm('ResourceClaimSpec', one.spec)))
  },
  returnsDeletedObject: true,
  columns: [],
})

function* validateSpec({ metadata, spec }: ResourceClaimTemplateSpec): Generator<FieldError> {
  yield* validateTemplateMetadata(metadata, 'spec.metadata')
  yield* validateClaimSpec(spec, 'spec.spec')
}
