/**
 * autoscaling/v1 Scale: the body of every scale subresource.
 */
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, string, struct } from '../../apimachinery/schema/schema.ts'

export interface ScaleSpec extends Infer<typeof scaleSpec> {}
export const scaleSpec = struct('autoscaling.v1.ScaleSpec', {
  replicas: field(1, int32).optional().default(0),
})

export interface ScaleStatus extends Infer<typeof scaleStatus> {}
export const scaleStatus = struct('autoscaling.v1.ScaleStatus', {
  replicas: field(1, int32),
  selector: field(2, string).optional(),
})

export interface Scale extends Infer<typeof scale> {}
export const scale = struct('autoscaling.v1.Scale', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, scaleSpec).optional(),
  status: field(3, scaleStatus).optional(),
})
