/**
 * apps/v1 ReplicaSet: keeps a number of Pods of one template running. Mostly owned by a Deployment.
 */
import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { formatSelector } from '../../apimachinery/selectors/labels.ts'
import { validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import { podTemplateSpec } from '../core/pod-spec/pod-spec.ts'
import { dropTerminatingReplicas, validateAtMost, validateCounts } from '../core/workload-status.ts'
import {
  parsedSelector,
  podNameWarnings,
  selectorColumn,
  selectorText,
  setTemplateDefaults,
  shownSelector,
  templateColumns,
  templateWarnings,
  validateSelector,
  validateSelectorKept,
  validateTemplateOfReplicaSet,
} from '../core/workload-template.ts'

export interface ReplicaSetSpec extends Infer<typeof replicaSetSpec> {}
export const replicaSetSpec = struct('apps.v1.ReplicaSetSpec', {
  replicas: field(1, int32).optional().pointer(),
  minReadySeconds: field(4, int32).optional(),
  selector: field(2, labelSelector).pointer(),
  template: field(3, podTemplateSpec).optional(),
})

export interface ReplicaSetCondition extends Infer<typeof replicaSetCondition> {}
export const replicaSetCondition = struct('apps.v1.ReplicaSetCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface ReplicaSetStatus extends Infer<typeof replicaSetStatus> {}
export const replicaSetStatus = struct('apps.v1.ReplicaSetStatus', {
  replicas: field(1, int32),
  fullyLabeledReplicas: field(2, int32).optional(),
  readyReplicas: field(4, int32).optional(),
  availableReplicas: field(5, int32).optional(),
  terminatingReplicas: field(7, int32).optional().pointer(),
  observedGeneration: field(3, int64).optional(),
  conditions: field(6, list(replicaSetCondition)).optional().listMap('type').patchMerge('type'),
})

export const replicaSet = struct('apps.v1.ReplicaSet', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, replicaSetSpec).implied(),
  status: field(3, replicaSetStatus).optional(),
})

export type ReplicaSet = ObjectOf<typeof ReplicaSet>
export const ReplicaSet = defineKind({
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: replicaSet }],
  hasStatus: true,
  scale: {
    specReplicas: ({ spec }) => spec.replicas ?? 0,
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => selectorText(spec.selector, ''),
    withReplicas: (draft, replicas) => {
      draft.spec.replicas = replicas
    },
  },
  setDefaults: ({ spec }, gates) => {
    spec.replicas ??= 1
    setTemplateDefaults(spec.template, gates)
  },
  prepareForUpdate: (draft, old, { subresource, gates }) => {
    if (subresource === 'status') dropTerminatingReplicas(draft, old, gates)
  },
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  *validateUpdate({ spec }, old) {
    yield* validateSpec(spec, 'spec', old.spec)
    yield* validateSelectorKept(spec.selector, old.spec.selector)
  },
  *validateStatusUpdate({ status }) {
    yield* validateCounts(status ?? {}, statusCounts, 'status')
    yield* validateAtMost(status ?? {}, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], 'status')
  },
  *warnings(object, old) {
    if (old === undefined) yield* podNameWarnings(object)
    if (object.metadata.generation !== old?.metadata.generation) yield* templateWarnings(object.spec.template, old?.spec.template)
  },
  columns: [
    {
      name: 'Desired',
      type: 'integer',
      description:
        'Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
      value: ({ spec }) => spec.replicas ?? 0,
    },
    {
      name: 'Current',
      type: 'integer',
      description:
        'Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
      value: ({ status }) => status?.replicas ?? 0,
    },
    {
      name: 'Ready',
      type: 'integer',
      description: 'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.',
      value: ({ status }) => status?.readyReplicas ?? 0,
    },
    ...templateColumns<Infer<typeof replicaSet>>(({ spec }) => spec.template),
    selectorColumn<Infer<typeof replicaSet>>(
      "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
      ({ spec }) => formatSelector(spec.selector),
    ),
  ],
})

const statusCounts = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
  'terminatingReplicas',
] as const

function* validateSpec(spec: ReplicaSetSpec, path: string, old?: ReplicaSetSpec): Generator<FieldError> {
  yield* validateNonNegative(spec.replicas ?? 0, child(path, 'replicas'))
  yield* validateNonNegative(spec.minReadySeconds ?? 0, child(path, 'minReadySeconds'))
  yield* validateSelector(spec.selector, child(path, 'selector'), 'deployment')
  const selector = parsedSelector(spec.selector)
  if (selector === undefined) yield invalidValue(child(path, 'selector'), shownSelector(spec.selector), 'invalid label selector')
  else yield* validateTemplateOfReplicaSet(spec.template, selector, child(path, 'template'), old?.template)
}
