/**
 * apps/v1 Deployment: keeps a number of interchangeable Pods running through ReplicaSets, and moves them from one Pod
 * template to the next without dropping below a floor. Acted on by controllers/deployment.ts. A changed annotation
 * also bumps generation, because annotations are copied down to ReplicaSets.
 */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { type Mutable, objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, int64, intOrString, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { semanticallyEqual, validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import { podTemplateSpec } from '../core/pod-spec/pod-spec.ts'
import { dropTerminatingReplicas, validateAtMost, validateCounts, validateNotDecremented } from '../core/workload-status.ts'
import {
  isSet,
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
import { intOrPercentValue, validateNotMoreThan100Percent, validatePositiveIntOrPercent } from './int-or-percent.ts'

export interface RollingUpdateDeployment extends Infer<typeof rollingUpdateDeployment> {}
export const rollingUpdateDeployment = struct('apps.v1.RollingUpdateDeployment', {
  maxUnavailable: field(1, intOrString).optional().pointer(),
  maxSurge: field(2, intOrString).optional().pointer(),
})

export interface DeploymentStrategy extends Infer<typeof deploymentStrategy> {}
export const deploymentStrategy = struct('apps.v1.DeploymentStrategy', {
  type: field(1, string).optional().enum('Recreate', 'RollingUpdate'),
  rollingUpdate: field(2, rollingUpdateDeployment).optional().pointer(),
})

export interface DeploymentSpec extends Infer<typeof deploymentSpec> {}
export const deploymentSpec = struct('apps.v1.DeploymentSpec', {
  replicas: field(1, int32).optional().pointer(),
  selector: field(2, labelSelector).pointer(),
  template: field(3, podTemplateSpec),
  strategy: field(4, deploymentStrategy).optional().retainKeys(),
  minReadySeconds: field(5, int32).optional(),
  revisionHistoryLimit: field(6, int32).optional().pointer(),
  paused: field(7, boolean).optional(),
  progressDeadlineSeconds: field(9, int32).optional().pointer(),
})

export interface DeploymentCondition extends Infer<typeof deploymentCondition> {}
export const deploymentCondition = struct('apps.v1.DeploymentCondition', {
  type: field(1, string),
  status: field(2, string),
  lastUpdateTime: field(6, time).optional(),
  lastTransitionTime: field(7, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface DeploymentStatus extends Infer<typeof deploymentStatus> {}
export const deploymentStatus = struct('apps.v1.DeploymentStatus', {
  observedGeneration: field(1, int64).optional(),
  replicas: field(2, int32).optional(),
  updatedReplicas: field(3, int32).optional(),
  readyReplicas: field(7, int32).optional(),
  availableReplicas: field(4, int32).optional(),
  unavailableReplicas: field(5, int32).optional(),
  terminatingReplicas: field(9, int32).optional().pointer(),
  conditions: field(6, list(deploymentCondition)).optional().listMap('type').patchMerge('type'),
  collisionCount: field(8, int32).optional().pointer(),
})

export const deployment = struct('apps.v1.Deployment', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, deploymentSpec).implied(),
  status: field(3, deploymentStatus).optional(),
})

export type Deployment = ObjectOf<typeof Deployment>
export const Deployment = defineKind({
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: deployment }],
  hasStatus: true,
  scale: {
    specReplicas: ({ spec }) => spec.replicas ?? 0,
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => selectorText(spec.selector, ''),
    withReplicas: (draft, replicas) => {
      draft.spec.replicas = replicas
    },
  },
  setDefaults: (draft, gates) => {
    setSpecDefaults(draft.spec)
    setTemplateDefaults(draft.spec.template, gates)
  },
  prepareForUpdate: (draft, old, { subresource, gates }) => {
    if (subresource !== 'status') return
    if (old.metadata.labels === undefined) delete draft.metadata.labels
    else draft.metadata.labels = old.metadata.labels
    dropTerminatingReplicas(draft, old, gates)
  },
  generation: (draft, old) =>
    !semanticallyEqual(draft.spec, old.spec) || !semanticallyEqual(draft.metadata.annotations, old.metadata.annotations),
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  *validateUpdate({ spec }, old) {
    yield* validateSpec(spec, 'spec', old.spec)
    yield* validateSelectorKept(spec.selector, old.spec.selector)
  },
  *validateStatusUpdate({ status }, old) {
    yield* validateStatus(status ?? {}, 'status')
    yield* validateNotDecremented(status?.collisionCount, old.status?.collisionCount, 'status.collisionCount')
  },
  *warnings(object, old) {
    if (old === undefined) yield* podNameWarnings(object)
    if (object.metadata.generation !== old?.metadata.generation) yield* templateWarnings(object.spec.template, old?.spec.template)
  },
  columns: [
    {
      name: 'Ready',
      type: 'string',
      description: 'Number of the pod with ready state',
      value: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    },
    {
      name: 'Up-to-date',
      type: 'string',
      description: 'Total number of non-terminating pods targeted by this deployment that have the desired template spec.',
      value: ({ status }) => status?.updatedReplicas ?? 0,
    },
    {
      name: 'Available',
      type: 'string',
      description: 'Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.',
      value: ({ status }) => status?.availableReplicas ?? 0,
    },
    ...templateColumns<Infer<typeof deployment>>(({ spec }) => spec.template),
    selectorColumn<Infer<typeof deployment>>(
      "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
      ({ spec }) => selectorText(spec.selector, '<invalid>'),
    ),
  ],
})

function setSpecDefaults(spec: Mutable<DeploymentSpec>): void {
  spec.replicas ??= 1
  spec.strategy = { ...spec.strategy }
  if (!spec.strategy.type) spec.strategy.type = 'RollingUpdate'
  if (spec.strategy.type === 'RollingUpdate') {
    const { maxUnavailable, maxSurge } = spec.strategy.rollingUpdate ?? {}
    spec.strategy.rollingUpdate = { maxUnavailable: maxUnavailable ?? '25%', maxSurge: maxSurge ?? '25%' }
  }
  spec.revisionHistoryLimit ??= 10
  spec.progressDeadlineSeconds ??= 600
}

function* validateSpec(spec: DeploymentSpec, path: string, old?: DeploymentSpec): Generator<FieldError> {
  yield* validateNonNegative(spec.replicas ?? 0, child(path, 'replicas'))
  yield* validateSelector(spec.selector, child(path, 'selector'), 'deployment')
  const selector = parsedSelector(spec.selector)
  if (selector === undefined) yield invalidValue(child(path, 'selector'), shownSelector(spec.selector), 'invalid label selector')
  else yield* validateTemplateOfReplicaSet(spec.template, selector, child(path, 'template'), old?.template)
  yield* validateStrategy(spec.strategy ?? {}, child(path, 'strategy'))
  const { minReadySeconds = 0, revisionHistoryLimit, progressDeadlineSeconds } = spec
  yield* validateNonNegative(minReadySeconds, child(path, 'minReadySeconds'))
  if (isSet(revisionHistoryLimit)) yield* validateNonNegative(revisionHistoryLimit, child(path, 'revisionHistoryLimit'))
  if (!isSet(progressDeadlineSeconds)) return
  yield* validateNonNegative(progressDeadlineSeconds, child(path, 'progressDeadlineSeconds'))
  if (progressDeadlineSeconds <= minReadySeconds) {
    yield invalidValue(child(path, 'progressDeadlineSeconds'), progressDeadlineSeconds, 'must be greater than minReadySeconds')
  }
}

function* validateStrategy(strategy: DeploymentStrategy, path: string): Generator<FieldError> {
  const { type = '', rollingUpdate } = strategy
  if (type === 'Recreate') {
    if (rollingUpdate) yield forbiddenField(child(path, 'rollingUpdate'), "may not be specified when strategy `type` is 'Recreate'")
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate) yield* validateRollingUpdate(rollingUpdate, child(path, 'rollingUpdate'))
    else yield required(child(path, 'rollingUpdate'), 'this should be defaulted and never be nil')
  } else {
    const shown = rollingUpdate ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 } : null
    yield notSupported(path, { Type: type, RollingUpdate: shown }, ['Recreate', 'RollingUpdate'])
  }
}

function* validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDeployment, path: string): Generator<FieldError> {
  yield* validatePositiveIntOrPercent(maxUnavailable, child(path, 'maxUnavailable'))
  yield* validatePositiveIntOrPercent(maxSurge, child(path, 'maxSurge'))
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    yield invalidValue(child(path, 'maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0')
  }
  yield* validateNotMoreThan100Percent(maxUnavailable, child(path, 'maxUnavailable'))
}

const statusCounts = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
] as const

function* validateStatus(status: DeploymentStatus, path: string): Generator<FieldError> {
  yield* validateCounts(status, statusCounts, path)
  yield* validateAtMost(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], path)
}
