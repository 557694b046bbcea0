/**
 * apps/v1 DaemonSet: one Pod on every node that fits.
 */
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { type Column, defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { type Mutable, objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, intOrString, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { formatSelector, validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import { semanticallyEqual, validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import { podTemplateSpec } from '../core/pod-spec/pod-spec.ts'
import { validateCounts, validateNotDecremented } from '../core/workload-status.ts'
import {
  formatLabels,
  isEmptySelector,
  isSet,
  parsedSelector,
  selectorColumn,
  setTemplateDefaults,
  shownSelector,
  templateColumns,
  templateWarnings,
  validateRunsForever,
  validateSelectorKept,
  validateSelectorMatches,
  validateTemplate,
} from '../core/workload-template.ts'
import { intOrPercentValue, validateNotMoreThan100Percent, validatePositiveIntOrPercent } from './int-or-percent.ts'

/** Counts templates; upstream keeps it as a field that v1 shows as this annotation. */
const templateGeneration = 'deprecated.daemonset.template.generation'

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
  setDefaults: ({ metadata, spec }, gates) => {
    setSpecDefaults(spec)
    setTemplateDefaults(spec.template, gates)
    metadata.annotations = { ...metadata.annotations }
    metadata.annotations[templateGeneration] ??= '0'
  },
  prepareForCreate: ({ metadata }) => {
    metadata.annotations = withTemplateGeneration(metadata.annotations, Math.max(1, templateGenerationOf(metadata.annotations)))
  },
  prepareForUpdate: (draft, old, { subresource }) => {
    const isNew = subresource !== 'status' && !semanticallyEqual(draft.spec.template, old.spec.template)
    const generation = templateGenerationOf(old.metadata.annotations) + (isNew ? 1 : 0)
    draft.metadata.annotations = withTemplateGeneration(draft.metadata.annotations, generation)
  },
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  *validateUpdate({ spec }, old) {
    yield* validateSelectorKept(spec.selector, old.spec.selector)
    yield* validateSpec(spec, 'spec', old.spec)
  },
  *validateStatusUpdate({ status }, old) {
    yield* validateCounts(status ?? {}, statusCounts, 'status')
    yield* validateNotDecremented(status?.collisionCount, old.status?.collisionCount, 'status.collisionCount')
  },
  *warnings({ spec }, old) {
    if (old === undefined || !semanticallyEqual(spec.template, old.spec.template))
      yield* templateWarnings(spec.template, old?.spec.template)
  },
  columns: [
    countColumn(
      'Desired',
      'The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod). More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
      'desiredNumberScheduled',
    ),
    countColumn(
      'Current',
      'The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
      'currentNumberScheduled',
    ),
    countColumn(
      'Ready',
      'numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition.',
      'numberReady',
    ),
    countColumn('Up-to-date', 'The total number of nodes that are running updated daemon pod', 'updatedNumberScheduled'),
    countColumn(
      'Available',
      'The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds)',
      'numberAvailable',
    ),
    {
      name: 'Node Selector',
      type: 'string',
      description:
        "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/",
      value: ({ spec }) => formatLabels(spec.template.spec.nodeSelector),
    },
    ...templateColumns<Infer<typeof daemonSet>>(({ spec }) => spec.template),
    selectorColumn<Infer<typeof daemonSet>>(
      "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
      ({ spec }) => formatSelector(spec.selector),
    ),
  ],
})

const statusCounts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const

function countColumn(
  name: string,
  description: string,
  count: Exclude<(typeof statusCounts)[number], 'collisionCount'>,
): Column<Infer<typeof daemonSet>> {
  return { name, type: 'integer', description, value: ({ status }) => status?.[count] ?? 0 }
}

type Annotations = Readonly<Record<string, string>> | undefined

function templateGenerationOf(annotations: Annotations): number {
  return Number.parseInt(annotations?.[templateGeneration] ?? '0', 10) || 0
}
function withTemplateGeneration(annotations: Annotations, generation: number): Record<string, string> {
  return { ...annotations, [templateGeneration]: String(generation) }
}

function setSpecDefaults(spec: Mutable<DaemonSetSpec>): void {
  spec.updateStrategy = { ...spec.updateStrategy }
  if (!spec.updateStrategy.type) spec.updateStrategy.type = 'RollingUpdate'
  if (spec.updateStrategy.type === 'RollingUpdate') {
    const { maxUnavailable, maxSurge } = spec.updateStrategy.rollingUpdate ?? {}
    spec.updateStrategy.rollingUpdate = { maxUnavailable: maxUnavailable ?? 1, maxSurge: maxSurge ?? 0 }
  }
  spec.revisionHistoryLimit ??= 10
}

function* validateSpec(spec: DaemonSetSpec, path: string, old?: DaemonSetSpec): Generator<FieldError> {
  const templatePath = child(path, 'template')
  yield* validateLabelSelector(spec.selector, child(path, 'selector'))
  const selector = parsedSelector(spec.selector)
  if (selector !== undefined) yield* validateSelectorMatches(selector, spec.template, templatePath)
  if (isSet(spec.selector) && isEmptySelector(spec.selector)) {
    yield invalidValue(child(path, 'selector'), shownSelector(spec.selector), 'empty selector is invalid for daemonset')
  }
  yield* validateTemplate(spec.template, templatePath, old?.template)
  yield* validateRunsForever(spec.template, templatePath, 'DaemonSet')
  yield* validateNonNegative(spec.minReadySeconds ?? 0, child(path, 'minReadySeconds'))
  yield* validateUpdateStrategy(spec.updateStrategy ?? {}, child(path, 'updateStrategy'))
  if (isSet(spec.revisionHistoryLimit)) yield* validateNonNegative(spec.revisionHistoryLimit, child(path, 'revisionHistoryLimit'))
}

function* validateUpdateStrategy({ type = '', rollingUpdate }: DaemonSetUpdateStrategy, path: string): Generator<FieldError> {
  if (type === 'OnDelete') return
  if (type === 'RollingUpdate') {
    if (rollingUpdate) yield* validateRollingUpdate(rollingUpdate, child(path, 'rollingUpdate'))
    else yield required(child(path, 'rollingUpdate'))
    return
  }
  const shown = rollingUpdate ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 } : null
  yield notSupported(path, { Type: type, RollingUpdate: shown }, ['RollingUpdate', 'OnDelete'])
}

function* validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet, path: string): Generator<FieldError> {
  for (const check of [validatePositiveIntOrPercent, validateNotMoreThan100Percent]) {
    yield* check(maxUnavailable, child(path, 'maxUnavailable'))
    yield* check(maxSurge, child(path, 'maxSurge'))
  }
  const hasUnavailable = intOrPercentValue(maxUnavailable) !== 0
  const hasSurge = intOrPercentValue(maxSurge) !== 0
  if (hasUnavailable && hasSurge) yield invalidValue(child(path, 'maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero')
  if (!hasUnavailable && !hasSurge) yield required(child(path, 'maxUnavailable'), 'cannot be 0 when maxSurge is 0')
}
