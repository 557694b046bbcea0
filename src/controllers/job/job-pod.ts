/**
 * The Pods of a Job: what they are made from, and what is read off them: their index, whether they failed, when they ended. Pure.
 */
import { Job } from '../../api/batch/job.ts'
import type { Pod } from '../../api/core/pod.ts'
import { isPodTerminal, isTerminating, podCondition, podPhase } from '../../api/core/pod-facts.ts'
import type { PodTemplateSpec } from '../../api/core/pod-spec/pod-spec.ts'
import { podFromTemplate } from '../shared/pod-from-template.ts'
import { timeMs } from '../shared/time-text.ts'
import { judgeFailure } from './policies.ts'

/** Keeps Pods until they are counted. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking'
const indexKey = 'batch.kubernetes.io/job-completion-index'
const failuresKey = 'batch.kubernetes.io/job-index-failure-count'
const ignoredFailuresKey = 'batch.kubernetes.io/job-index-ignored-failure-count'
const indexVariable = 'JOB_COMPLETION_INDEX'
const generatedNameMax = 58

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(trackingFinalizer) === true
}

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed'
}

export function hasLimitPerIndex({ spec }: Job): boolean {
  return typeof spec.backoffLimitPerIndex === 'number'
}

/** Undefined: none, or none that counts. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[indexKey] ?? ''
  return /^\+?\d+$/.test(text) ? Number(text) : undefined
}

/** A Pod is replaced when it has ended for good, not already when it is on its way out. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || Boolean(spec.podFailurePolicy)
}

export function isFailed(pod: Pod, job: Job): boolean {
  if (podPhase(pod) === 'Failed') return true
  return !replacesOnlyFailed(job) && isTerminating(pod) && podPhase(pod) !== 'Succeeded'
}

/** On its way out, and not over yet. */
export function isLeaving(pod: Pod): boolean {
  return isTerminating(pod) && !isPodTerminal(pod)
}

function count({ metadata }: Pod, key: string): number {
  const value = Number(metadata.annotations?.[key] ?? '0')
  return Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : 0
}

/** How often its index had failed before. */
export function failuresBefore(pod: Pod): number {
  return count(pod, failuresKey)
}

export function allFailuresBefore(pod: Pod): number {
  return count(pod, failuresKey) + count(pod, ignoredFailuresKey)
}

/** When the last container ended; else when it stopped being ready; else when its deletion began; else its birth. */
export function finishedMs({ metadata, spec, status }: Pod): number {
  const sidecars = new Set(spec.initContainers?.filter((one) => one.restartPolicy === 'Always').map(({ name }) => name))
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name))]
  const ends = statuses.map(({ state }) => timeMs(state?.terminated?.finishedAt))
  if (ends.length > 0 && !ends.some(Number.isNaN)) return Math.max(...ends)
  const ready = podCondition({ metadata, spec, status } as Pod, 'Ready')
  const readyMs = timeMs(ready?.lastTransitionTime)
  if (ready?.status === 'False' && !Number.isNaN(readyMs)) return readyMs
  const deletedMs = timeMs(metadata.deletionTimestamp)
  if (!Number.isNaN(deletedMs)) return deletedMs - (metadata.deletionGracePeriodSeconds ?? 0) * 1000
  return timeMs(metadata.creationTimestamp)
}

/** `index` for Indexed Jobs; `before`: the Pod of that index that failed. */
export function jobPod(job: Job, index?: number, before?: Pod): Pod {
  const { name = '' } = job.metadata
  const pod = podFromTemplate(job.spec.template as PodTemplateSpec, job, Job)
  const finalizers = pod.metadata.finalizers ?? []
  const tracked = finalizers.includes(trackingFinalizer) ? finalizers : [...finalizers, trackingFinalizer]
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers: tracked } }
  const text = String(index)
  const suffix = `-${text}-`
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: name.slice(0, generatedNameMax - suffix.length) + suffix,
      labels: { ...pod.metadata.labels, [indexKey]: text },
      annotations: { ...pod.metadata.annotations, [indexKey]: text, ...(hasLimitPerIndex(job) ? failureCounts(job, before) : {}) },
      finalizers: tracked,
    },
    spec: {
      ...pod.spec,
      hostname: `${name}-${index}`,
      containers: pod.spec.containers.map(withIndex),
      ...(pod.spec.initContainers ? { initContainers: pod.spec.initContainers.map(withIndex) } : {}),
    },
  }
}

function failureCounts(job: Job, before: Pod | undefined): Readonly<Record<string, string>> {
  if (before === undefined) return { [failuresKey]: '0' }
  const { isCounted } = judgeFailure(job.spec, before)
  const ignored = count(before, ignoredFailuresKey) + (isCounted ? 0 : 1)
  return {
    [failuresKey]: String(failuresBefore(before) + (isCounted ? 1 : 0)),
    ...(ignored > 0 ? { [ignoredFailuresKey]: String(ignored) } : {}),
  }
}

type Container = Pod['spec']['containers'][number]
function withIndex<C extends Pick<Container, 'env'>>(container: C): C {
  if (container.env?.some(({ name }) => name === indexVariable)) return container
  const fieldPath = `metadata.labels['${indexKey}']`
  return { ...container, env: [...(container.env ?? []), { name: indexVariable, valueFrom: { fieldRef: { fieldPath } } }] }
}
