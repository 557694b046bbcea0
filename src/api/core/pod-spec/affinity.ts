/**
 * Where a Pod would rather run, or must: affinity, tolerations and topology spread.
 */
import { labelSelector } from '../../../apimachinery/meta.ts'
import { field, type Infer, int32, int64, list, string, struct } from '../../../apimachinery/schema/schema.ts'
import { nodeSelector, nodeSelectorTerm } from '../node-selector.ts'

export interface PreferredSchedulingTerm extends Infer<typeof preferredSchedulingTerm> {}
export const preferredSchedulingTerm = struct('core.v1.PreferredSchedulingTerm', {
  weight: field(1, int32),
  preference: field(2, nodeSelectorTerm),
})

export interface NodeAffinity extends Infer<typeof nodeAffinity> {}
export const nodeAffinity = struct('core.v1.NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: field(1, nodeSelector).optional().pointer(),
  preferredDuringSchedulingIgnoredDuringExecution: field(2, list(preferredSchedulingTerm)).optional().listAtomic(),
})

export interface PodAffinityTerm extends Infer<typeof podAffinityTerm> {}
export const podAffinityTerm = struct('core.v1.PodAffinityTerm', {
  labelSelector: field(1, labelSelector).optional().pointer(),
  namespaces: field(2, list(string)).optional().listAtomic(),
  topologyKey: field(3, string),
  namespaceSelector: field(4, labelSelector).optional().pointer(),
  matchLabelKeys: field(5, list(string)).optional().listAtomic(),
  mismatchLabelKeys: field(6, list(string)).optional().listAtomic(),
})

export interface WeightedPodAffinityTerm extends Infer<typeof weightedPodAffinityTerm> {}
export const weightedPodAffinityTerm = struct('core.v1.WeightedPodAffinityTerm', {
  weight: field(1, int32),
  podAffinityTerm: field(2, podAffinityTerm),
})

export interface PodAffinity extends Infer<typeof podAffinity> {}
export const podAffinity = struct('core.v1.PodAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: field(1, list(podAffinityTerm)).optional().listAtomic(),
  preferredDuringSchedulingIgnoredDuringExecution: field(2, list(weightedPodAffinityTerm)).optional().listAtomic(),
})

export interface PodAntiAffinity extends Infer<typeof podAntiAffinity> {}
export const podAntiAffinity = struct('core.v1.PodAntiAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: field(1, list(podAffinityTerm)).optional().listAtomic(),
  preferredDuringSchedulingIgnoredDuringExecution: field(2, list(weightedPodAffinityTerm)).optional().listAtomic(),
})

export interface Affinity extends Infer<typeof affinity> {}
export const affinity = struct('core.v1.Affinity', {
  nodeAffinity: field(1, nodeAffinity).optional().pointer(),
  podAffinity: field(2, podAffinity).optional().pointer(),
  podAntiAffinity: field(3, podAntiAffinity).optional().pointer(),
})

export interface Toleration extends Infer<typeof toleration> {}
export const toleration = struct('core.v1.Toleration', {
  key: field(1, string).optional(),
  operator: field(2, string).optional().enum('Equal', 'Exists'),
  value: field(3, string).optional(),
  effect: field(4, string).optional().enum('NoExecute', 'NoSchedule', 'PreferNoSchedule'),
  tolerationSeconds: field(5, int64).optional().pointer(),
})

export interface TopologySpreadConstraint extends Infer<typeof topologySpreadConstraint> {}
export const topologySpreadConstraint = struct('core.v1.TopologySpreadConstraint', {
  maxSkew: field(1, int32),
  topologyKey: field(2, string),
  whenUnsatisfiable: field(3, string).enum('DoNotSchedule', 'ScheduleAnyway'),
  labelSelector: field(4, labelSelector).optional().pointer(),
  minDomains: field(5, int32).optional().pointer(),
  nodeAffinityPolicy: field(6, string).optional().pointer().enum('Honor', 'Ignore'),
  nodeTaintsPolicy: field(7, string).optional().pointer().enum('Honor', 'Ignore'),
  matchLabelKeys: field(8, list(string)).optional().listAtomic(),
})
