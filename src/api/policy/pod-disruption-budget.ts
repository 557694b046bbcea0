/**
 * policy/v1 PodDisruptionBudget: how many Pods of a set may be down on purpose at once.
 */
import { type FieldError, invalidValue, notSupported } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { condition, labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { pathSegmentNameErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, intOrString, list, map, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import { validateConditions } from '../../apimachinery/validate-conditions.ts'
import { validateNotMoreThan100Percent, validatePositiveIntOrPercent } from '../apps/int-or-percent.ts'
import { validateCounts } from '../core/workload-status.ts'
import { isSet, shownSelector } from '../core/workload-template.ts'

export interface PodDisruptionBudgetSpec extends Infer<typeof podDisruptionBudgetSpec> {}
export const podDisruptionBudgetSpec = struct('policy.v1.PodDisruptionBudgetSpec', {
  minAvailable: field(1, intOrString).optional().pointer(),
  selector: field(2, labelSelector).optional().pointer().patchReplace(),
  maxUnavailable: field(3, intOrString).optional().pointer(),
  unhealthyPodEvictionPolicy: field(4, string).optional().pointer().enum('AlwaysAllow', 'IfHealthyBudget'),
})

export interface PodDisruptionBudgetStatus extends Infer<typeof podDisruptionBudgetStatus> {}
export const podDisruptionBudgetStatus = struct('policy.v1.PodDisruptionBudgetStatus', {
  observedGeneration: field(1, int64).optional(),
  disruptedPods: field(2, map(time)).optional(),
  disruptionsAllowed: field(3, int32),
  currentHealthy: field(4, int32),
  desiredHealthy: field(5, int32),
  expectedPods: field(6, int32),
  conditions: field(7, list(condition)).optional().listMap('type').patchMerge('type'),
})

export const podDisruptionBudget = struct('policy.v1.PodDisruptionBudget', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, podDisruptionBudgetSpec).implied(),
  status: field(3, podDisruptionBudgetStatus).optional(),
})

export type PodDisruptionBudget = ObjectOf<typeof PodDisruptionBudget>
export const PodDisruptionBudget = defineKind({
  group: 'policy',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: podDisruptionBudget }],
  hasStatus: true,
  validateName: pathSegmentNameErrors,
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  validateUpdate: ({ spec }, old) => validateSpec(spec, 'spec', old.spec),
  *validateStatusUpdate({ status }) {
    yield* validateConditions(status?.conditions, 'status.conditions')
    yield* validateCounts(status ?? {}, ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'], 'status')
  },
  allowUnconditionalUpdate: false,
  columns: [
    {
      name: 'Min Available',
      type: 'string',
      description: 'The minimum number of pods that must be available.',
      value: ({ spec }) => String(spec.minAvailable ?? 'N/A'),
    },
    {
      name: 'Max Unavailable',
      type: 'string',
      description: 'The maximum number of pods that may be unavailable.',
      value: ({ spec }) => String(spec.maxUnavailable ?? 'N/A'),
    },
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      description: 'Calculated number of pods that may be disrupted at this time.',
      value: ({ status }) => status?.disruptionsAllowed ?? 0,
    },
  ],
})

const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget']

function* validateSpec(spec: PodDisruptionBudgetSpec, path: string, old?: PodDisruptionBudgetSpec): Generator<FieldError> {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec
  if (isSet(minAvailable) && isSet(maxUnavailable)) {
    const shown = {
      MinAvailable: minAvailable,
      Selector: shownSelector(selector),
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
    }
    yield invalidValue(path, shown, 'minAvailable and maxUnavailable cannot be both set')
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[name]
    if (!isSet(value)) continue
    yield* validatePositiveIntOrPercent(value, child(path, name))
    yield* validateNotMoreThan100Percent(value, child(path, name))
  }
  const wasInvalid = old !== undefined && [...validateLabelSelector(old.selector, '')].length > 0
  yield* validateLabelSelector(selector, child(path, 'selector'), { allowInvalidValues: wasInvalid })
  if (isSet(unhealthyPodEvictionPolicy) && !evictionPolicies.includes(unhealthyPodEvictionPolicy)) {
    yield notSupported(child(path, 'unhealthyPodEvictionPolicy'), unhealthyPodEvictionPolicy, evictionPolicies)
  }
}
