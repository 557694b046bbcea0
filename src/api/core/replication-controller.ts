/**
 * v1 ReplicationController: the ancestor of ReplicaSet, with a plain map as selector (taken from the template when absent, as are
 * the labels) and a default of orphaning its Pods. The selector may change.
 */
import { type FieldError, required } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, list, map, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { formatRequirements, requirementsOfLabels } from '../../apimachinery/selectors/labels.ts'
import { validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import { podTemplateSpec } from './pod-spec/pod-spec.ts'
import { validateAtMost, validateCounts } from './workload-status.ts'
import {
  formatLabels,
  isSet,
  podNameWarnings,
  selectorColumn,
  setTemplateDefaults,
  templateColumns,
  templateWarnings,
  validateRunsForever,
  validateSelectorMatches,
  validateTemplate,
} from './workload-template.ts'

export interface ReplicationControllerSpec extends Infer<typeof replicationControllerSpec> {}
export const replicationControllerSpec = struct('core.v1.ReplicationControllerSpec', {
  replicas: field(1, int32).optional().pointer().default(1),
  minReadySeconds: field(4, int32).optional().default(0),
  selector: field(2, map(string)).optional().atomic(),
  template: field(3, podTemplateSpec).optional().pointer(),
})

export interface ReplicationControllerCondition extends Infer<typeof replicationControllerCondition> {}
export const replicationControllerCondition = struct('core.v1.ReplicationControllerCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface ReplicationControllerStatus extends Infer<typeof replicationControllerStatus> {}
export const replicationControllerStatus = struct('core.v1.ReplicationControllerStatus', {
  replicas: field(1, int32),
  fullyLabeledReplicas: field(2, int32).optional(),
  readyReplicas: field(4, int32).optional(),
  availableReplicas: field(5, int32).optional(),
  observedGeneration: field(3, int64).optional(),
  conditions: field(6, list(replicationControllerCondition)).optional().listMap('type').patchMerge('type'),
})

export const replicationController = struct('core.v1.ReplicationController', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, replicationControllerSpec).implied(),
  status: field(3, replicationControllerStatus).optional(),
})

export type ReplicationController = ObjectOf<typeof ReplicationController>
export const ReplicationController = defineKind({
  group: '',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: replicationController }],
  hasStatus: true,
  scale: {
    specReplicas: ({ spec }) => spec.replicas ?? 0,
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => formatRequirements(requirementsOfLabels(spec.selector)),
    withReplicas: (draft, replicas) => {
      draft.spec.replicas = replicas
    },
  },
  setDefaults: ({ metadata, spec }, gates) => {
    const labels = spec.template?.metadata?.labels
    if (isSet(labels)) {
      if (isNone(spec.selector)) spec.selector = { ...labels }
      if (isNone(metadata.labels)) metadata.labels = { ...labels }
    }
    spec.replicas ??= 1
    setTemplateDefaults(spec.template, gates)
  },
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  validateUpdate: ({ spec }, old) => validateSpec(spec, 'spec', old.spec),
  *validateStatusUpdate({ status }) {
    yield* validateCounts(status ?? {}, statusCounts, 'status')
    yield* validateAtMost(status ?? {}, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], 'status')
  },
  *warnings(object, old) {
    if (old === undefined) yield* podNameWarnings(object)
    const { template } = object.spec
    if (old === undefined) yield* templateWarnings(template)
    // As upstream: a change is warned of what was there before it.
    else if (object.metadata.generation !== old.metadata.generation) yield* templateWarnings(old.spec.template, template)
  },
  defaultPropagation: 'Orphan',
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  fieldLabelErrors: 'own',
  columns: [
    {
      name: 'Desired',
      type: 'integer',
      description:
        'Replicas is the number of desired replicas. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller#what-is-a-replicationcontroller',
      value: ({ spec }) => spec.replicas ?? 0,
    },
    {
      name: 'Current',
      type: 'integer',
      description:
        'Replicas is the most recently observed number of replicas. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller#what-is-a-replicationcontroller',
      value: ({ status }) => status?.replicas ?? 0,
    },
    {
      name: 'Ready',
      type: 'integer',
      description: 'The number of ready replicas for this replication controller.',
      value: ({ status }) => status?.readyReplicas ?? 0,
    },
    ...templateColumns<Infer<typeof replicationController>>(({ spec }) => spec.template),
    selectorColumn<Infer<typeof replicationController>>(
      'Selector is a label query over pods that should match the Replicas count. If Selector is empty, it is defaulted to the labels present on the Pod template. Label keys and values that must match in order to be controlled by this replication controller, if empty defaulted to labels on Pod template. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
      ({ spec }) => formatLabels(spec.selector),
    ),
  ],
})

const statusCounts = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const

function isNone(labels: Readonly<Record<string, string>> | null | undefined): boolean {
  return Object.keys(labels ?? {}).length === 0
}

function* validateSpec(spec: ReplicationControllerSpec, path: string, old?: ReplicationControllerSpec): Generator<FieldError> {
  yield* validateNonNegative(spec.minReadySeconds ?? 0, child(path, 'minReadySeconds'))
  if (isNone(spec.selector)) yield required(child(path, 'selector'))
  if (isSet(spec.replicas)) yield* validateNonNegative(spec.replicas, child(path, 'replicas'))
  else yield required(child(path, 'replicas'))
  const { template } = spec
  const templatePath = child(path, 'template')
  if (!isSet(template)) return yield required(templatePath)
  yield* validateSelectorMatches(requirementsOfLabels(spec.selector), template, templatePath)
  yield* validateTemplate(template, templatePath, old?.template)
  yield* validateRunsForever(template, templatePath, 'ReplicationController')
}
