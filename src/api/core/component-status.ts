/**
 * v1 ComponentStatus: how the control plane feels, asked for by old tools. Computed, never stored; deprecated since
 * 1.19.
 */
import { nameColumn } from '../../apimachinery/columns.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'

export interface ComponentCondition extends Infer<typeof componentCondition> {}
export const componentCondition = struct('core.v1.ComponentCondition', {
  type: field(1, string),
  status: field(2, string),
  message: field(3, string).optional(),
  error: field(4, string).optional(),
})

export const componentStatus = struct('core.v1.ComponentStatus', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  conditions: field(2, list(componentCondition)).optional().listMap('type').patchMerge('type'),
})

export type ComponentStatus = ObjectOf<typeof ComponentStatus>
export const ComponentStatus = defineKind({
  group: '',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  deprecated: { since: '1.19' },
  shortNames: ['cs'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: componentStatus }],
  verbs: ['get', 'list'],
  columns: [
    nameColumn,
    {
      name: 'Status',
      type: 'string',
      description: 'Status of the component conditions',
      value: (object) => {
        const status = healthOf(object)?.status
        return status === undefined ? 'Unknown' : status === 'True' ? 'Healthy' : 'Unhealthy'
      },
    },
    {
      name: 'Message',
      type: 'string',
      description: 'Message of the component conditions',
      value: (object) => healthOf(object)?.message ?? '',
    },
    { name: 'Error', type: 'string', description: 'Error of the component conditions', value: (object) => healthOf(object)?.error ?? '' },
  ],
})

function healthOf({ conditions }: Infer<typeof componentStatus>): ComponentCondition | undefined {
  return conditions?.find(({ type }) => type === 'Healthy')
}
