/**
 * Autoscalers: what is filled in, what is refused, what Tables say, and that nothing is lost between v2 and v1.
 */
import { describe, expect, test } from 'vitest'
import { describeFieldErrors, type FieldError } from '../../apimachinery/field-error.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import { autoscalerFromV1, autoscalerToV1 } from './horizontal-pod-autoscaler-v1.ts'

type Draft = Mutable<HorizontalPodAutoscaler>

function autoscaler(change: (draft: Draft) => void = () => {}): HorizontalPodAutoscaler {
  const draft = {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }, maxReplicas: 5 },
  } as unknown as Draft
  change(draft)
  HorizontalPodAutoscaler.setDefaults?.(draft)
  return draft as unknown as HorizontalPodAutoscaler
}
function texts(errors: Iterable<FieldError> | undefined): readonly string[] {
  return [...(errors ?? [])].map((error) => describeFieldErrors([error]).message)
}

test('setDefaults measures CPU, and completes behaviour that was begun', () => {
  const { spec } = autoscaler(({ spec }) => (spec.behavior = { scaleDown: { stabilizationWindowSeconds: 60 } }))
  expect(spec.minReplicas).toBe(1)
  expect(spec.metrics).toEqual([{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }])
  expect(spec.behavior).toEqual({
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
    },
    scaleDown: { stabilizationWindowSeconds: 60, selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
  })
})

describe('validate()', () => {
  const check = (name: string, change: (draft: Draft) => void, expected: readonly string[]): void => {
    test(name, () => expect(texts(HorizontalPodAutoscaler.validate?.(autoscaler(change)))).toEqual(expected))
  }
  check('takes a good one', () => {}, [])
  check('looks at bounds', ({ spec }) => Object.assign(spec, { minReplicas: 0, maxReplicas: -1 }), [
    'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
    'spec.maxReplicas: Invalid value: -1: must be greater than 0',
    'spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`',
    'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
  ])
  check('wants a target with a group', ({ spec }) => (spec.scaleTargetRef = { kind: 'Pod', name: 'a/b', apiVersion: 'v1' }), [
    'spec.scaleTargetRef.name: Invalid value: "a/b": may not contain \'/\'',
    'spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group',
  ])
  check('unless it is a ReplicationController', ({ spec }) => (spec.scaleTargetRef = { kind: 'ReplicationController', name: 'a' }), [])
  check('knows five types, and says so twice', ({ spec }) => (spec.metrics = [{ type: 'Guess' }]), [
    'spec.metrics[0].type: Unsupported value: "Guess": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
    'spec.metrics[0].type: Unsupported value: "Guess": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
  ])
  check(
    'wants one source and one target',
    ({ spec }) => {
      spec.metrics = [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0, averageValue: '1' } },
          pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '0' } },
        },
      ]
    },
    [
      'spec.metrics[0].pods.target.averageValue: Invalid value: "0": must be positive',
      'spec.metrics[0].pods: Forbidden: must populate the given metric source only',
    ],
  )
  check(
    'looks at policies',
    ({ spec }) =>
      (spec.behavior = { scaleUp: { policies: [{ type: 'Nodes', value: 0, periodSeconds: 1801 }], stabilizationWindowSeconds: 3601 } }),
    [
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
      'spec.behavior.scaleUp.policies[0].type: Unsupported value: "Nodes": supported values: "Percent", "Pods"',
      'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
      'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
    ],
  )
})

describe('v1', () => {
  const full = autoscaler((draft) => {
    draft.spec.metrics = [
      { type: 'Pods', pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '5' } } },
      {
        type: 'Object',
        object: {
          describedObject: { kind: 'Ingress', name: 'i', apiVersion: 'networking.k8s.io/v1' },
          target: { type: 'Value', value: '10k' },
          metric: { name: 'rps' },
        },
      },
      {
        type: 'External',
        external: { metric: { name: 'queue', selector: { matchLabels: { q: 'a' } } }, target: { type: 'AverageValue', averageValue: '3' } },
      },
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
    ]
    draft.spec.behavior = {}
    draft.status = {
      currentReplicas: 2,
      desiredReplicas: 3,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageValue: '100m', averageUtilization: 40 } } }],
      conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'Ready' }],
    }
  })
  test('carries in annotations what it has no field for', () => {
    const { metadata, spec, status } = autoscalerToV1(full)
    expect(spec.targetCPUUtilizationPercentage).toBe(50)
    expect(status?.currentCPUUtilizationPercentage).toBe(40)
    expect(metadata.annotations).toEqual({
      'autoscaling.alpha.kubernetes.io/metrics':
        '[{"type":"Pods","pods":{"metricName":"qps","targetAverageValue":"5"}},{"type":"Object","object":{"target":{"kind":"Ingress","name":"i","apiVersion":"networking.k8s.io/v1"},"metricName":"rps","targetValue":"10k"}},{"type":"External","external":{"metricName":"queue","metricSelector":{"matchLabels":{"q":"a"}},"targetAverageValue":"3"}}]',
      'autoscaling.alpha.kubernetes.io/behavior':
        '{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15},{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null},"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":[{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null}}',
      'autoscaling.alpha.kubernetes.io/current-metrics':
        '[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":40,"currentAverageValue":"100m"}}]',
      'autoscaling.alpha.kubernetes.io/conditions':
        '[{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"Ready"}]',
    })
  })
  test('and gives it back', () => expect(autoscalerFromV1(autoscalerToV1(full))).toEqual(full))
  test('means 80 percent of CPU when it says nothing', () => {
    const { spec } = autoscalerFromV1({
      metadata: {},
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'a' }, maxReplicas: 2 },
    } as never)
    expect(spec.metrics).toEqual([{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }])
  })
})

test('Targets shows two metrics and counts the rest', () => {
  const object = autoscaler((draft) => {
    const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }
    const qps = { type: 'Pods', pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '5' } } }
    draft.spec.metrics = [cpu, qps, qps]
    draft.status = {
      desiredReplicas: 1,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 7 } } }],
    }
  })
  const targets = HorizontalPodAutoscaler.columns?.find(({ name }) => name === 'Targets')
  expect(targets?.value(object, { nowMs: 0 })).toBe('cpu: 7%/50%, <unknown>/5 + 1 more...')
})
