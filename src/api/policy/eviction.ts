/**
 * policy/v1 Eviction: the body that asks for a Pod to be evicted, with respect for disruption budgets.
 */
import { deleteOptions, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, struct } from '../../apimachinery/schema/schema.ts'

export interface Eviction extends Infer<typeof eviction> {}
export const eviction = struct('policy.v1.Eviction', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  deleteOptions: field(2, deleteOptions).optional().pointer(),
})
