/**
 * autoscaling/v1 Scale: the body of every scale subresource.
 */
import { ageColumn, nameDescription } from '../../apimachinery/columns.ts'
import type { Column } from '../../apimachinery/kind.ts'
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

/** `kubectl get deployment web --subresource=scale`. Its name has no format, other than everywhere else. */
export const scaleColumns: readonly Column<Scale>[] = [
  { name: 'Name', type: 'string', description: nameDescription, value: ({ metadata }) => metadata.name ?? '' },
  {
    name: 'Desired',
    type: 'integer',
    description: 'replicas is the desired number of instances for the scaled object.',
    value: ({ spec }) => spec?.replicas ?? 0,
  },
  {
    name: 'Available',
    type: 'integer',
    description: 'replicas is the actual number of observed instances of the scaled object.',
    value: ({ status }) => status?.replicas ?? 0,
  },
  ageColumn,
]
