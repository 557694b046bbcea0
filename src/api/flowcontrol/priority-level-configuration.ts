/**
 * flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration: how many requests of a level may run and wait.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, list, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface ExemptPriorityLevelConfiguration extends Infer<typeof exemptPriorityLevelConfiguration> {}
export const exemptPriorityLevelConfiguration = struct('flowcontrol.v1.ExemptPriorityLevelConfiguration', {
  nominalConcurrencyShares: field(1, int32).optional().pointer(),
  lendablePercent: field(2, int32).optional().pointer(),
})

export interface QueuingConfiguration extends Infer<typeof queuingConfiguration> {}
export const queuingConfiguration = struct('flowcontrol.v1.QueuingConfiguration', {
  queues: field(1, int32).printed(),
  handSize: field(2, int32).printed(),
  queueLengthLimit: field(3, int32).printed(),
})

export interface LimitResponse extends Infer<typeof limitResponse> {}
export const limitResponse = struct('flowcontrol.v1.LimitResponse', {
  type: field(1, string).enum('Queue', 'Reject'),
  queuing: field(2, queuingConfiguration).optional().pointer(),
})

export interface LimitedPriorityLevelConfiguration extends Infer<typeof limitedPriorityLevelConfiguration> {}
export const limitedPriorityLevelConfiguration = struct('flowcontrol.v1.LimitedPriorityLevelConfiguration', {
  nominalConcurrencyShares: field(1, int32).printed().pointer(),
  limitResponse: field(2, limitResponse).optional(),
  lendablePercent: field(3, int32).optional().pointer(),
  borrowingLimitPercent: field(4, int32).optional().pointer(),
})

export interface PriorityLevelConfigurationSpec extends Infer<typeof priorityLevelConfigurationSpec> {}
export const priorityLevelConfigurationSpec = struct('flowcontrol.v1.PriorityLevelConfigurationSpec', {
  type: field(1, string).enum('Exempt', 'Limited'),
  limited: field(2, limitedPriorityLevelConfiguration).optional().pointer(),
  exempt: field(3, exemptPriorityLevelConfiguration).optional().pointer(),
})

export interface PriorityLevelConfigurationCondition extends Infer<typeof priorityLevelConfigurationCondition> {}
export const priorityLevelConfigurationCondition = struct('flowcontrol.v1.PriorityLevelConfigurationCondition', {
  type: field(1, string).optional(),
  status: field(2, string).optional().enum('False', 'True', 'Unknown'),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface PriorityLevelConfigurationStatus extends Infer<typeof priorityLevelConfigurationStatus> {}
export const priorityLevelConfigurationStatus = struct('flowcontrol.v1.PriorityLevelConfigurationStatus', {
  conditions: field(1, list(priorityLevelConfigurationCondition)).optional().listMap('type').patchMerge('type'),
})

export const priorityLevelConfiguration = struct('flowcontrol.v1.PriorityLevelConfiguration', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, priorityLevelConfigurationSpec).implied(),
  status: field(3, priorityLevelConfigurationStatus).optional(),
})

export type PriorityLevelConfiguration = ObjectOf<typeof PriorityLevelConfiguration>
export const PriorityLevelConfiguration = defineKind({
  group: 'flowcontrol.apiserver.k8s.io',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: priorityLevelConfiguration }],
  hasStatus: true,
})
