/**
 * policy/v1 PodDisruptionBudget: how many Pods of a set may be down on purpose at once.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { condition, labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, intOrString, list, map, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface PodDisruptionBudgetSpec extends Infer<typeof podDisruptionBudgetSpec> {}
export const podDisruptionBudgetSpec = struct('policy.v1.PodDisruptionBudgetSpec', {
  minAvailable: field(1, intOrString).optional().pointer(),
  selector: field(2, labelSelector).optional().pointer().patchReplace(),
  maxUnavailable: field(3, intOrString).optional().pointer(),
  unhealthyPodEvictionPolicy: field(4, string).optional().pointer().enum('AlwaysAllow', 'IfHealthyBudget'),
})

export interface PodDisruptionBudgetStatus extends Infer<typeof podDisruptionBudgetStatus> {}
export const podDisruptionBudgetStatus = struct('policy.v1.PodDisruptionBudgetStatus', {
  observedGeneration: field(1, int64).optional(),
  disruptedPods: field(2, map(time)).optional(),
  disruptionsAllowed: field(3, int32),
  currentHealthy: field(4, int32),
  desiredHealthy: field(5, int32),
  expectedPods: field(6, int32),
  conditions: field(7, list(condition)).optional().listMap('type').patchMerge('type'),
})

export const podDisruptionBudget = struct('policy.v1.PodDisruptionBudget', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, podDisruptionBudgetSpec).implied(),
  status: field(3, podDisruptionBudgetStatus).optional(),
})

export type PodDisruptionBudget = ObjectOf<typeof PodDisruptionBudget>
export const PodDisruptionBudget = defineKind({
  group: 'policy',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: podDisruptionBudget }],
  hasStatus: true,
})
