/**
 * Deployments: what is filled in, what is refused and in which words, what counts as a new generation. The template's own rules are
 * tested beside pod-spec.
 */
import { describe, expect, test } from 'vitest'
import { describeFieldErrors, type FieldError } from '../../apimachinery/field-error.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { writeContext } from '../../testing/judged.ts'
import { Deployment } from './deployment.ts'

type Draft = Mutable<Deployment>

function deployment(change: (draft: Draft) => void = () => {}): Deployment {
  const draft = {
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [{ name: 'c', image: 'nginx', imagePullPolicy: 'Always', terminationMessagePolicy: 'File' }],
          restartPolicy: 'Always',
          dnsPolicy: 'ClusterFirst',
        },
      },
    },
  } as unknown as Draft
  Deployment.setDefaults?.(draft)
  change(draft)
  return draft as unknown as Deployment
}
function texts(errors: Iterable<FieldError> | undefined): readonly string[] {
  return [...(errors ?? [])].map((error) => describeFieldErrors([error]).message)
}

test('setDefaults fills in replicas, strategy, history and deadline', () => {
  const { replicas, strategy, revisionHistoryLimit, progressDeadlineSeconds } = deployment().spec
  expect({ replicas, strategy, revisionHistoryLimit, progressDeadlineSeconds }).toEqual({
    replicas: 1,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  })
})

test('setDefaults leaves Recreate alone', () => {
  const object = deployment((draft) => {
    draft.spec.strategy = { type: 'Recreate' }
    Deployment.setDefaults?.(draft)
  })
  expect(object.spec.strategy).toEqual({ type: 'Recreate' })
})

describe('validate()', () => {
  const check = (name: string, change: (draft: Draft) => void, expected: readonly string[]): void => {
    test(name, () => expect(texts(Deployment.validate?.(deployment(change)))).toEqual(expected))
  }
  check('takes a good one', () => {}, [])
  check('wants a selector', (draft) => Reflect.deleteProperty(draft.spec, 'selector'), [
    'spec.selector: Required value',
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ])
  check('refuses an empty selector', (draft) => (draft.spec.selector = {}), [
    'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
  ])
  check('wants a selector that matches', (draft) => (draft.spec.selector = { matchLabels: { b: '2', a: '1' } }), [
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ])
  check(
    'refuses selectors that mean nothing',
    (draft) => (draft.spec.selector = { matchExpressions: [{ key: 'a', operator: 'Near', values: ['b'] }] }),
    [
      'spec.selector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator',
      'spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"Near","values":["b"]}]}: invalid label selector',
    ],
  )
  check(
    'knows two strategies',
    (draft) => (draft.spec.strategy = { type: 'Other', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } }),
    [
      'spec.strategy: Unsupported value: {"Type":"Other","RollingUpdate":{"MaxUnavailable":"25%","MaxSurge":1}}: supported values: "Recreate", "RollingUpdate"',
    ],
  )
  check('Recreate rolls nothing', (draft) => (draft.spec.strategy = { type: 'Recreate', rollingUpdate: {} }), [
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ])
  check(
    'looks at shares',
    (draft) => (draft.spec.strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '150%', maxSurge: '10' } }),
    [
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"10\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "150%": must not be greater than 100%',
    ],
  )
  check(
    'wants room to roll',
    (draft) => (draft.spec.strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '0%' } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  )
  check(
    'refuses negative numbers',
    ({ spec }) => Object.assign(spec, { replicas: -1, minReadySeconds: -2, revisionHistoryLimit: -3, progressDeadlineSeconds: -4 }),
    [
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0',
      'spec.revisionHistoryLimit: Invalid value: -3: must be greater than or equal to 0',
      'spec.progressDeadlineSeconds: Invalid value: -4: must be greater than or equal to 0',
      'spec.progressDeadlineSeconds: Invalid value: -4: must be greater than minReadySeconds',
    ],
  )
  check('Pods run forever', ({ spec }) => Object.assign(spec.template.spec, { restartPolicy: 'Never', activeDeadlineSeconds: 5 }), [
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
  ])
})

test('validateUpdate() keeps the selector', () => {
  const next = deployment((draft) => {
    draft.spec.selector = { matchLabels: { tier: 'a', app: 'web' } }
    draft.spec.template.metadata = { labels: { app: 'web', tier: 'a' } }
  })
  expect(texts(Deployment.validateUpdate?.(next, deployment()))).toEqual([
    'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"a"}}: field is immutable',
  ])
})

test('validateStatusUpdate() compares counts', () => {
  const next = deployment((draft) => (draft.status = { replicas: 1, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 2 }))
  const old = deployment((draft) => (draft.status = { collisionCount: 1 }))
  expect(texts(Deployment.validateStatusUpdate?.(next, old, writeContext()))).toEqual([
    'status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
    'status.collisionCount: Invalid value: 0: cannot be decremented',
  ])
})

test('generation grows with the spec and with annotations', () => {
  const grows = Deployment.generation as unknown as (draft: unknown, old: unknown) => boolean
  expect(grows(deployment(), deployment())).toBe(false)
  expect(
    grows(
      deployment((draft) => (draft.metadata.labels = { a: 'b' })),
      deployment(),
    ),
  ).toBe(false)
  expect(
    grows(
      deployment((draft) => (draft.metadata.annotations = { a: 'b' })),
      deployment(),
    ),
  ).toBe(true)
  expect(
    grows(
      deployment((draft) => (draft.spec.paused = true)),
      deployment(),
    ),
  ).toBe(true)
})

test('warnings() mind names that cannot be host names', () => {
  const named = deployment((draft) => (draft.metadata.name = 'a.b'))
  expect([...(Deployment.warnings?.(named) ?? [])]).toEqual([
    'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]',
  ])
})

test('columns show what is ready of what is wanted', () => {
  const object = deployment((draft) => (draft.status = { readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 }))
  expect(Deployment.columns?.map((column) => [column.name, column.value(object, { nowMs: 0 })])).toEqual([
    ['Ready', '1/1'],
    ['Up-to-date', 2],
    ['Available', 1],
    ['Containers', 'c'],
    ['Images', 'nginx'],
    ['Selector', 'app=web'],
  ])
})
