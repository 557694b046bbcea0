/**
 * apps/v1 DaemonSet: one Pod on every node that fits.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, intOrString, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod-spec/pod-spec.ts'

export interface RollingUpdateDaemonSet extends Infer<typeof rollingUpdateDaemonSet> {}
export const rollingUpdateDaemonSet = struct('apps.v1.RollingUpdateDaemonSet', {
  maxUnavailable: field(1, intOrString).optional().pointer(),
  maxSurge: field(2, intOrString).optional().pointer(),
})

export interface DaemonSetUpdateStrategy extends Infer<typeof daemonSetUpdateStrategy> {}
export const daemonSetUpdateStrategy = struct('apps.v1.DaemonSetUpdateStrategy', {
  type: field(1, string).optional().enum('OnDelete', 'RollingUpdate'),
  rollingUpdate: field(2, rollingUpdateDaemonSet).optional().pointer(),
})

export interface DaemonSetSpec extends Infer<typeof daemonSetSpec> {}
export const daemonSetSpec = struct('apps.v1.DaemonSetSpec', {
  selector: field(1, labelSelector).pointer(),
  template: field(2, podTemplateSpec),
  updateStrategy: field(3, daemonSetUpdateStrategy).optional(),
  minReadySeconds: field(4, int32).optional(),
  revisionHistoryLimit: field(6, int32).optional().pointer(),
})

export interface DaemonSetCondition extends Infer<typeof daemonSetCondition> {}
export const daemonSetCondition = struct('apps.v1.DaemonSetCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface DaemonSetStatus extends Infer<typeof daemonSetStatus> {}
export const daemonSetStatus = struct('apps.v1.DaemonSetStatus', {
  currentNumberScheduled: field(1, int32),
  numberMisscheduled: field(2, int32),
  desiredNumberScheduled: field(3, int32),
  numberReady: field(4, int32),
  observedGeneration: field(5, int64).optional(),
  updatedNumberScheduled: field(6, int32).optional(),
  numberAvailable: field(7, int32).optional(),
  numberUnavailable: field(8, int32).optional(),
  collisionCount: field(9, int32).optional().pointer(),
  conditions: field(10, list(daemonSetCondition)).optional().listMap('type').patchMerge('type'),
})

export const daemonSet = struct('apps.v1.DaemonSet', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, daemonSetSpec).implied(),
  status: field(3, daemonSetStatus).optional(),
})

export type DaemonSet = ObjectOf<typeof DaemonSet>
export const DaemonSet = defineKind({
  group: 'apps',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: daemonSet }],
  hasStatus: true,
})
