/**
 * What a container asks for and may use at most.
 */
import { field, type Infer, list, map, quantity, string, struct } from '../../../apimachinery/schema/schema.ts'

export interface ResourceClaim extends Infer<typeof resourceClaim> {}
export const resourceClaim = struct('core.v1.ResourceClaim', {
  name: field(1, string),
  request: field(2, string).optional(),
})

export interface ResourceRequirements extends Infer<typeof resourceRequirements> {}
export const resourceRequirements = struct('core.v1.ResourceRequirements', {
  limits: field(1, map(quantity)).optional(),
  requests: field(2, map(quantity)).optional(),
  claims: field(3, list(resourceClaim)).optional().listMap('name'),
})
