/**
 * v1 ResourceQuota: how much a namespace may hold and ask for. Counted by admission on the way in and by the
 * controller afterwards.
 */

import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, field, type Infer, list, map, quantity, string, struct } from '../../apimachinery/schema/schema.ts'
import { roundAmounts } from './pod-spec/draft.ts'
import { quotaWarnings, validateQuota, validateQuotaStatus, validateQuotaUpdate } from './quota-rules.ts'
import { quotaText } from './quota-text.ts'

export interface ScopedResourceSelectorRequirement extends Infer<typeof scopedResourceSelectorRequirement> {}
export const scopedResourceSelectorRequirement = struct('core.v1.ScopedResourceSelectorRequirement', {
  scopeName: field(1, string).enum(
    'BestEffort',
    'CrossNamespacePodAffinity',
    'NotBestEffort',
    'NotTerminating',
    'PriorityClass',
    'Terminating',
    'VolumeAttributesClass',
  ),
  operator: field(2, string).enum('DoesNotExist', 'Exists', 'In', 'NotIn'),
  values: field(3, list(string)).optional().listAtomic(),
})

export interface ScopeSelector extends Infer<typeof scopeSelector> {}
export const scopeSelector = atomicStruct('core.v1.ScopeSelector', {
  matchExpressions: field(1, list(scopedResourceSelectorRequirement)).optional().listAtomic(),
})

export interface ResourceQuotaSpec extends Infer<typeof resourceQuotaSpec> {}
export const resourceQuotaSpec = struct('core.v1.ResourceQuotaSpec', {
  hard: field(1, map(quantity)).optional(),
  scopes: field(2, list(string))
    .optional()
    .enum(
      'BestEffort',
      'CrossNamespacePodAffinity',
      'NotBestEffort',
      'NotTerminating',
      'PriorityClass',
      'Terminating',
      'VolumeAttributesClass',
    )
    .listAtomic(),
  scopeSelector: field(3, scopeSelector).optional().pointer(),
})

export interface ResourceQuotaStatus extends Infer<typeof resourceQuotaStatus> {}
export const resourceQuotaStatus = struct('core.v1.ResourceQuotaStatus', {
  hard: field(1, map(quantity)).optional(),
  used: field(2, map(quantity)).optional(),
})

export const resourceQuota = struct('core.v1.ResourceQuota', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, resourceQuotaSpec).implied(),
  status: field(3, resourceQuotaStatus).optional(),
})

export type ResourceQuota = ObjectOf<typeof ResourceQuota>
export const ResourceQuota = defineKind({
  group: '',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: resourceQuota }],
  hasStatus: true,
  setDefaults: ({ spec, status }) => {
    for (const amounts of [spec.hard, status?.hard, status?.used]) roundAmounts(amounts)
  },
  generation: 'none',
  returnsDeletedObject: true,
  validate: validateQuota,
  validateUpdate: validateQuotaUpdate,
  validateStatusUpdate: ({ status }) => validateQuotaStatus(status),
  warnings: quotaWarnings,
  columns: [
    nameColumn as never,
    {
      name: 'Request',
      type: 'string',
      description: 'Request represents a minimum amount of cpu/memory that a container may consume.',
      value: ({ status }) => quotaText(status, false),
    },
    {
      name: 'Limit',
      type: 'string',
      description: 'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
      value: ({ status }) => quotaText(status, true),
    },
    ageColumn as never,
  ],
})
