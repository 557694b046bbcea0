/**
 * v1 LimitRange: bounds and defaults for what Pods, containers and claims of a namespace ask for. Applied by the
 * LimitRanger admission plugin.
 */
import type { FieldError } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, map, quantity, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateKubernetesFinalizers, validateObjectMeta } from '../../apimachinery/validate-metadata.ts'
import { setItemDefaults, validateLimits } from './limit-range-rules.ts'

export interface LimitRangeItem extends Infer<typeof limitRangeItem> {}
export const limitRangeItem = struct('core.v1.LimitRangeItem', {
  type: field(1, string),
  max: field(2, map(quantity)).optional(),
  min: field(3, map(quantity)).optional(),
  default: field(4, map(quantity)).optional(),
  defaultRequest: field(5, map(quantity)).optional(),
  maxLimitRequestRatio: field(6, map(quantity)).optional(),
})

export interface LimitRangeSpec extends Infer<typeof limitRangeSpec> {}
export const limitRangeSpec = struct('core.v1.LimitRangeSpec', {
  limits: field(1, list(limitRangeItem)).listAtomic(),
})

export const limitRange = struct('core.v1.LimitRange', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, limitRangeSpec).implied(),
})

export type LimitRange = ObjectOf<typeof LimitRange>
export const LimitRange = defineKind({
  group: '',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: limitRange }],
  generation: 'none',
  allowCreateOnUpdate: true,
  setDefaults: ({ spec }) => {
    for (const item of spec?.limits ?? []) setItemDefaults(item)
  },
  validatesMetadata: true,
  validate: validateLimitRange,
  validateUpdate: (object) => validateLimitRange(object),
})

function* validateLimitRange({ metadata, spec }: Infer<typeof limitRange>): Generator<FieldError> {
  yield* validateObjectMeta(metadata, { scope: 'Namespaced', validateName: nameIsDnsSubdomain })
  yield* validateKubernetesFinalizers(metadata)
  yield* validateLimits(spec?.limits ?? [])
}
