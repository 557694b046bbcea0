/**
 * What is said of a Deployment: counts, and the conditions Available, Progressing and ReplicaFailure that `kubectl rollout status` waits for. Pure.
 *
 * What a newcomer would get wrong: progress is measured against the status written before; a condition whose status and reason stay keeps
 * its times; and once a rollout is complete its Progressing condition is left alone until the next one.
 */
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../api/apps/deployment.ts'
import type { ReplicaSet } from '../../api/apps/replica-set.ts'
import { availableOf, maxUnavailableOf, sumWanted, wantedOf } from './arithmetic.ts'

export interface RolloutWorld {
  readonly deployment: Deployment
  readonly newOne: ReplicaSet | undefined
  /** All, the new one too. */
  readonly all: readonly ReplicaSet[]
  readonly nowMs: number
}

const noDeadline = 2_147_483_647
export const timedOutReason = 'ProgressDeadlineExceeded'
const availableReason = 'NewReplicaSetAvailable'

export function hasProgressDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== noDeadline
}

export function conditionOf(status: DeploymentStatus | undefined, type: string): DeploymentCondition | undefined {
  return status?.conditions?.find((one) => one.type === type)
}

export function makeCondition(type: string, status: string, reason: string, message: string, nowMs: number): DeploymentCondition {
  const time = `${new Date(nowMs).toISOString().slice(0, 19)}Z`
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message }
}

/** A condition that says the same stays as it is; one that keeps its status keeps its transition time. */
export function withCondition(conditions: readonly DeploymentCondition[], condition: DeploymentCondition): readonly DeploymentCondition[] {
  const current = conditions.find(({ type }) => type === condition.type)
  if (current?.status === condition.status && current.reason === condition.reason) return conditions
  const lastTransitionTime = current?.status === condition.status ? current.lastTransitionTime : condition.lastTransitionTime
  return [...conditions.filter(({ type }) => type !== condition.type), { ...condition, lastTransitionTime }]
}

/** Counts and Available; the other conditions as they were. */
export function countStatus({ deployment, newOne, all, nowMs }: RolloutWorld): DeploymentStatus {
  const sum = (read: (status: NonNullable<ReplicaSet['status']>) => number | undefined): number =>
    all.reduce((total, { status }) => total + (status === undefined ? 0 : (read(status) ?? 0)), 0)
  const availableReplicas = all.reduce((total, one) => total + availableOf(one), 0)
  const isAvailable = availableReplicas >= wantedOf(deployment) - maxUnavailableOf(deployment)
  const available = isAvailable
    ? makeCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', nowMs)
    : makeCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', nowMs)
  const { collisionCount } = deployment.status ?? {}
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum(({ replicas }) => replicas),
    updatedReplicas: newOne?.status?.replicas ?? 0,
    readyReplicas: sum(({ readyReplicas }) => readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, sumWanted(all) - availableReplicas),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(deployment.status?.conditions ?? [], available),
  }
}

/** The whole status after a step of a rollout. */
export function rolloutStatus(world: RolloutWorld): DeploymentStatus {
  const { deployment, newOne, all } = world
  const counted = countStatus(world)
  let conditions = counted.conditions ?? []
  if (!hasProgressDeadline(deployment)) conditions = conditions.filter(({ type }) => type !== 'Progressing')
  const current = conditionOf({ conditions }, 'Progressing')
  const wasComplete = counted.replicas === counted.updatedReplicas && current?.reason === availableReason
  if (hasProgressDeadline(deployment) && !wasComplete) conditions = withProgress(conditions, current, world, counted)
  const failure = replicaFailure(all, newOne)
  conditions = failure === undefined ? conditions.filter(({ type }) => type !== 'ReplicaFailure') : withCondition(conditions, failure)
  return { ...counted, conditions }
}

function withProgress(
  conditions: readonly DeploymentCondition[],
  current: DeploymentCondition | undefined,
  { deployment, newOne, nowMs }: RolloutWorld,
  counted: DeploymentStatus,
): readonly DeploymentCondition[] {
  const who = newOne === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newOne.metadata.name}"`
  const say = (status: string, reason: string, what: string): DeploymentCondition =>
    makeCondition('Progressing', status, reason, `${who} ${what}`, nowMs)
  if (isComplete(deployment, counted)) return withCondition(conditions, say('True', availableReason, 'has successfully progressed.'))
  if (isProgressing(deployment.status, counted)) {
    const progressing = say('True', 'ReplicaSetUpdated', 'is progressing.')
    // Progress is news each time, even under the same reason: the deadline counts from here.
    const lastTransitionTime = current?.status === 'True' ? current.lastTransitionTime : progressing.lastTransitionTime
    return [...conditions.filter(({ type }) => type !== 'Progressing'), { ...progressing, lastTransitionTime }]
  }
  if (isTimedOut(deployment, current, nowMs)) return withCondition(conditions, say('False', timedOutReason, 'has timed out progressing.'))
  return conditions
}

export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = wantedOf(deployment)
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  )
}

function isProgressing(before: DeploymentStatus | undefined, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus | undefined): number => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0)
  return (
    (now.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  )
}

function isTimedOut(deployment: Deployment, current: DeploymentCondition | undefined, nowMs: number): boolean {
  if (current === undefined || current.reason === availableReason) return false
  if (current.reason === timedOutReason) return true
  return (deadlineMs(deployment, current) ?? Number.POSITIVE_INFINITY) < nowMs
}

function deadlineMs({ spec }: Deployment, { lastUpdateTime }: DeploymentCondition): number | undefined {
  if (typeof lastUpdateTime !== 'string') return undefined
  return Date.parse(lastUpdateTime) + (spec.progressDeadlineSeconds ?? 600) * 1000
}

/** When to look again at a rollout that does not move; undefined when there is nothing to wait for. */
export function nextCheckMs(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  const current = conditionOf(status, 'Progressing')
  if (!hasProgressDeadline(deployment) || current === undefined) return undefined
  if (isComplete(deployment, status) || current.reason === timedOutReason) return undefined
  const dueMs = deadlineMs(deployment, current)
  return dueMs === undefined ? undefined : Math.max(1000, dueMs - nowMs + 1000)
}

function replicaFailure(all: readonly ReplicaSet[], newOne: ReplicaSet | undefined): DeploymentCondition | undefined {
  const failureOf = (one: ReplicaSet | undefined) => one?.status?.conditions?.find(({ type }) => type === 'ReplicaFailure')
  const found = failureOf(newOne) ?? all.map(failureOf).find((one) => one !== undefined)
  if (found === undefined) return undefined
  const { type, status, reason, message, lastTransitionTime } = found
  return { type, status, reason, message, lastTransitionTime, lastUpdateTime: lastTransitionTime }
}
