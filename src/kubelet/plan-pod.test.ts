/**
 * What to do for a Pod, and what to say of it, for Pods at every point of their lives. `check` builds the Pod and the state
 * from a few words and compares the plan and the phase.
 */
import { expect, test } from 'vitest'
import type { Pod } from '../api/core/pod.ts'
import { planPod } from './plan-pod.ts'
import { type ContainerState, newContainer, newPodState, type PodState } from './pod-state.ts'
import { phaseOf, statusOf } from './pod-status.ts'

const nowMs = Date.parse('2026-01-01T00:10:00Z')
const sandbox = { id: 's', podIp: '10.0.0.1' }

interface Case {
  readonly spec?: Partial<Pod['spec']>
  readonly deletionTimestamp?: string
  readonly sandbox?: PodState['sandbox']
  readonly containers?: Readonly<Record<string, Partial<ContainerState>>>
  readonly startedSecondsAgo?: number
  readonly plan?: readonly string[]
  readonly wakeInMs?: number
  readonly phase?: string
}

function build(one: Case): { pod: Pod; state: PodState } {
  const pod: Pod = {
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'u',
      ...(one.deletionTimestamp === undefined ? {} : { deletionTimestamp: one.deletionTimestamp }),
    },
    spec: { restartPolicy: 'Always', containers: [{ name: 'main', image: 'nginx' }], ...one.spec },
  }
  const state = {
    ...newPodState(nowMs - (one.startedSecondsAgo ?? 10) * 1000),
    sandbox: one.sandbox ?? sandbox,
    containers: new Map(Object.entries(one.containers ?? {}).map(([name, change]) => [name, { ...newContainer, ...change }])),
  }
  return { pod, state }
}

function check(one: Case): void {
  const { pod, state } = build(one)
  const plan = planPod(pod, state, nowMs)
  if (one.plan !== undefined)
    expect(plan.actions.map((action) => ('container' in action ? `${action.do} ${action.container.name}` : action.do))).toEqual(one.plan)
  if (one.wakeInMs !== undefined) expect((plan.wakeAtMs ?? 0) - nowMs).toBe(one.wakeInMs)
  if (one.phase !== undefined) expect(phaseOf(pod, state)).toBe(one.phase)
}

const running = { phase: 'running', containerId: 'c', isStarted: true, isReady: true } as const
const exited = (exitCode: number) =>
  ({
    phase: 'exited',
    termination: {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      containerId: 'c',
      startedAtMs: nowMs - 5000,
      finishedAtMs: nowMs,
    },
  }) as const

test('planPod() starts sandbox, then init containers in order, then all app containers', () => {
  check({ sandbox: 'none', plan: ['runSandbox'], phase: 'Pending' })
  check({ sandbox: 'starting', plan: [], phase: 'Pending' })
  check({ plan: ['startContainer main'], phase: 'Pending' })
  const spec = { initContainers: [{ name: 'a' }, { name: 'b' }], containers: [{ name: 'x' }, { name: 'y' }] }
  check({ spec, plan: ['startContainer a'] })
  check({ spec, containers: { a: running }, plan: [], phase: 'Pending' })
  check({ spec, containers: { a: exited(0) }, plan: ['startContainer b'] })
  check({ spec, containers: { a: exited(0), b: exited(0) }, plan: ['startContainer x', 'startContainer y'], phase: 'Pending' })
  check({ spec, containers: { a: exited(0), b: exited(0), x: running, y: running }, plan: [], phase: 'Running' })
})

test('planPod() starts a sidecar and goes on once it has started', () => {
  const spec = { initContainers: [{ name: 'side', restartPolicy: 'Always' }, { name: 'init' }] }
  check({ spec, plan: ['startContainer side'] })
  check({ spec, containers: { side: running }, plan: ['startContainer init'] })
  check({ spec, containers: { side: running, init: exited(0) }, plan: ['startContainer main'] })
})

test('planPod() restarts by policy, after the back-off', () => {
  check({ containers: { main: exited(1) }, plan: ['startContainer main'], phase: 'Running' })
  check({ containers: { main: { ...exited(1), notBeforeMs: nowMs + 3000 } }, plan: [], wakeInMs: 3000, phase: 'Running' })
  check({ spec: { restartPolicy: 'OnFailure' }, containers: { main: exited(0) }, plan: [], phase: 'Succeeded' })
  check({ spec: { restartPolicy: 'OnFailure' }, containers: { main: exited(1) }, plan: ['startContainer main'] })
  check({ spec: { restartPolicy: 'Never' }, containers: { main: exited(1) }, plan: [], phase: 'Failed' })
  check({ spec: { restartPolicy: 'Never', initContainers: [{ name: 'a' }] }, containers: { a: exited(3) }, plan: [], phase: 'Failed' })
})

test('planPod() ends a Pod: apps first, then sidecars, then out of the API', () => {
  const deletionTimestamp = '2026-01-01T00:10:30Z'
  const spec = { initContainers: [{ name: 'side', restartPolicy: 'Always' }] }
  check({ deletionTimestamp, spec, containers: { side: running, main: running }, plan: ['stopContainer main'] })
  check({ deletionTimestamp, spec, containers: { side: running, main: { ...running, phase: 'stopping' } }, plan: [] })
  check({ deletionTimestamp, spec, containers: { side: running, main: exited(0) }, plan: ['stopContainer side'] })
  check({ deletionTimestamp, spec, containers: { side: exited(0), main: exited(0) }, plan: ['finish'] })
  check({ deletionTimestamp, sandbox: 'none', plan: ['finish'] })
})

test('planPod() stops a Pod at its deadline', () => {
  const spec = { activeDeadlineSeconds: 60 }
  check({ spec, startedSecondsAgo: 20, containers: { main: running }, plan: [], wakeInMs: 40_000 })
  check({ spec, startedSecondsAgo: 60, containers: { main: running }, plan: ['fail'] })
})

test('statusOf() says what kubectl shows', () => {
  const context = { nowMs, hostIp: '172.18.0.3', runtime: 'sim://1' }
  const { pod, state } = build({ containers: { main: { ...running, startedAtMs: nowMs, imageReference: 'i' } } })
  const status = statusOf(pod, state, context)
  expect(status.conditions?.map((one) => `${one.type}=${one.status}`)).toEqual([
    'PodReadyToStartContainers=True',
    'Initialized=True',
    'Ready=True',
    'ContainersReady=True',
    'PodScheduled=True',
  ])
  expect(status.containerStatuses?.[0]).toMatchObject({
    name: 'main',
    ready: true,
    started: true,
    restartCount: 0,
    state: { running: { startedAt: '2026-01-01T00:10:00Z' } },
  })

  const waiting = build({ spec: { initContainers: [{ name: 'init' }] } })
  const pending = statusOf(waiting.pod, waiting.state, context)
  expect(pending.phase).toBe('Pending')
  expect(pending.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'PodInitializing' } })
  expect(pending.conditions?.find((one) => one.type === 'Initialized')).toMatchObject({
    reason: 'ContainersNotInitialized',
    message: 'containers with incomplete status: [init]',
  })

  const kept = { type: 'Ready', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' }
  const before = { ...pod, status: { conditions: [kept, { type: 'DisruptionTarget', status: 'True' }] } }
  const after = statusOf(before, state, context)
  expect(after.conditions?.find((one) => one.type === 'Ready')?.lastTransitionTime).toBe('2020-01-01T00:00:00Z')
  expect(after.conditions?.some((one) => one.type === 'DisruptionTarget')).toBe(true)
})
