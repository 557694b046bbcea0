/**
 * The shape of batch/v1 Jobs. What it means and which of it is allowed: job.ts, job-rules.ts, job-status-rules.ts.
 */
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, int64, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod-spec/pod-spec.ts'

export interface PodFailurePolicyOnExitCodesRequirement extends Infer<typeof podFailurePolicyOnExitCodesRequirement> {}
export const podFailurePolicyOnExitCodesRequirement = struct('batch.v1.PodFailurePolicyOnExitCodesRequirement', {
  containerName: field(1, string).optional().pointer(),
  operator: field(2, string).enum('In', 'NotIn'),
  values: field(3, list(int32)).listSet(),
})

export interface PodFailurePolicyOnPodConditionsPattern extends Infer<typeof podFailurePolicyOnPodConditionsPattern> {}
export const podFailurePolicyOnPodConditionsPattern = struct('batch.v1.PodFailurePolicyOnPodConditionsPattern', {
  type: field(1, string),
  status: field(2, string),
})

export interface PodFailurePolicyRule extends Infer<typeof podFailurePolicyRule> {}
export const podFailurePolicyRule = struct('batch.v1.PodFailurePolicyRule', {
  action: field(1, string).enum('Count', 'FailIndex', 'FailJob', 'Ignore'),
  onExitCodes: field(2, podFailurePolicyOnExitCodesRequirement).optional().pointer(),
  onPodConditions: field(3, list(podFailurePolicyOnPodConditionsPattern)).optional().listAtomic(),
})

export interface PodFailurePolicy extends Infer<typeof podFailurePolicy> {}
export const podFailurePolicy = struct('batch.v1.PodFailurePolicy', {
  rules: field(1, list(podFailurePolicyRule)).listAtomic(),
})

export interface SuccessPolicyRule extends Infer<typeof successPolicyRule> {}
export const successPolicyRule = struct('batch.v1.SuccessPolicyRule', {
  succeededIndexes: field(1, string).optional().pointer(),
  succeededCount: field(2, int32).optional().pointer(),
})

export interface SuccessPolicy extends Infer<typeof successPolicy> {}
export const successPolicy = struct('batch.v1.SuccessPolicy', {
  rules: field(1, list(successPolicyRule)).listAtomic(),
})

export interface JobSpec extends Infer<typeof jobSpec> {}
export const jobSpec = struct('batch.v1.JobSpec', {
  parallelism: field(1, int32).optional().pointer(),
  completions: field(2, int32).optional().pointer(),
  activeDeadlineSeconds: field(3, int64).optional().pointer(),
  podFailurePolicy: field(11, podFailurePolicy).optional().pointer(),
  successPolicy: field(16, successPolicy).optional().pointer(),
  backoffLimit: field(7, int32).optional().pointer(),
  backoffLimitPerIndex: field(12, int32).optional().pointer(),
  maxFailedIndexes: field(13, int32).optional().pointer(),
  selector: field(4, labelSelector).optional().pointer(),
  manualSelector: field(5, boolean).optional().pointer(),
  template: field(6, podTemplateSpec),
  ttlSecondsAfterFinished: field(8, int32).optional().pointer(),
  completionMode: field(9, string).optional().pointer().enum('Indexed', 'NonIndexed'),
  suspend: field(10, boolean).optional().pointer(),
  podReplacementPolicy: field(14, string).optional().pointer().enum('Failed', 'TerminatingOrFailed'),
  managedBy: field(15, string).optional().pointer(),
})

export interface JobCondition extends Infer<typeof jobCondition> {}
export const jobCondition = struct('batch.v1.JobCondition', {
  type: field(1, string),
  status: field(2, string),
  lastProbeTime: field(3, time).optional(),
  lastTransitionTime: field(4, time).optional(),
  reason: field(5, string).optional(),
  message: field(6, string).optional(),
})

export interface UncountedTerminatedPods extends Infer<typeof uncountedTerminatedPods> {}
export const uncountedTerminatedPods = struct('batch.v1.UncountedTerminatedPods', {
  succeeded: field(1, list(string)).optional().listSet(),
  failed: field(2, list(string)).optional().listSet(),
})

export interface JobStatus extends Infer<typeof jobStatus> {}
export const jobStatus = struct('batch.v1.JobStatus', {
  conditions: field(1, list(jobCondition)).optional().listAtomic().patchMerge('type'),
  startTime: field(2, time).optional().pointer(),
  completionTime: field(3, time).optional().pointer(),
  active: field(4, int32).optional(),
  succeeded: field(5, int32).optional(),
  failed: field(6, int32).optional(),
  terminating: field(11, int32).optional().pointer(),
  completedIndexes: field(7, string).optional(),
  failedIndexes: field(10, string).optional().pointer(),
  uncountedTerminatedPods: field(8, uncountedTerminatedPods).optional().pointer(),
  ready: field(9, int32).optional().pointer(),
})

export const job = struct('batch.v1.Job', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, jobSpec).implied(),
  status: field(3, jobStatus).optional(),
})

export interface JobObject extends Infer<typeof job> {}
