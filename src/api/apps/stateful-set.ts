/**
 * apps/v1 StatefulSet: Pods with stable names and storage, started and stopped in order.
 */
import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { dns1123LabelErrors, nameIsDnsLabel } from '../../apimachinery/names.ts'
import { type Mutable, objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, intOrString, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { validateLabels } from '../../apimachinery/selectors/labels.ts'
import { semanticallyEqual, validateAnnotations, validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import { claimSpecWarnings, setClaimDefaults, validateClaimSpec } from '../core/persistent-volume-claim-rules.ts'
import { persistentVolumeClaim } from '../core/persistent-volume-claim-schema.ts'
import { type PodTemplateSpec, podTemplateSpec } from '../core/pod-spec/pod-spec.ts'
import { validateAtMost, validateCounts, validateNotDecremented } from '../core/workload-status.ts'
import {
  isSet,
  parsedSelector,
  selectorText,
  setTemplateDefaults,
  shownSelector,
  templateColumns,
  templateWarnings,
  validateRunsForever,
  validateSelector,
  validateSelectorMatches,
  validateTemplate,
} from '../core/workload-template.ts'
import { intOrPercentValue, validateNotMoreThan100Percent, validatePositiveIntOrPercent } from './int-or-percent.ts'

export interface StatefulSetOrdinals extends Infer<typeof statefulSetOrdinals> {}
export const statefulSetOrdinals = struct('apps.v1.StatefulSetOrdinals', {
  start: field(1, int32).printed(),
})

export interface StatefulSetPersistentVolumeClaimRetentionPolicy extends Infer<typeof statefulSetPersistentVolumeClaimRetentionPolicy> {}
export const statefulSetPersistentVolumeClaimRetentionPolicy = struct('apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy', {
  whenDeleted: field(1, string).optional(),
  whenScaled: field(2, string).optional(),
})

export interface RollingUpdateStatefulSetStrategy extends Infer<typeof rollingUpdateStatefulSetStrategy> {}
export const rollingUpdateStatefulSetStrategy = struct('apps.v1.RollingUpdateStatefulSetStrategy', {
  partition: field(1, int32).optional().pointer(),
  maxUnavailable: field(2, intOrString).optional().pointer(),
})

export interface StatefulSetUpdateStrategy extends Infer<typeof statefulSetUpdateStrategy> {}
export const statefulSetUpdateStrategy = struct('apps.v1.StatefulSetUpdateStrategy', {
  type: field(1, string).optional().enum('OnDelete', 'RollingUpdate'),
  rollingUpdate: field(2, rollingUpdateStatefulSetStrategy).optional().pointer(),
})

export interface StatefulSetSpec extends Infer<typeof statefulSetSpec> {}
export const statefulSetSpec = struct('apps.v1.StatefulSetSpec', {
  replicas: field(1, int32).optional().pointer(),
  selector: field(2, labelSelector).pointer(),
  template: field(3, podTemplateSpec),
  volumeClaimTemplates: field(4, list(persistentVolumeClaim)).optional().listAtomic(),
  serviceName: field(5, string).printed(),
  podManagementPolicy: field(6, string).optional().enum('OrderedReady', 'Parallel'),
  updateStrategy: field(7, statefulSetUpdateStrategy).optional(),
  revisionHistoryLimit: field(8, int32).optional().pointer(),
  minReadySeconds: field(9, int32).optional(),
  persistentVolumeClaimRetentionPolicy: field(10, statefulSetPersistentVolumeClaimRetentionPolicy).optional().pointer(),
  ordinals: field(11, statefulSetOrdinals).optional().pointer(),
})

export interface StatefulSetCondition extends Infer<typeof statefulSetCondition> {}
export const statefulSetCondition = struct('apps.v1.StatefulSetCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface StatefulSetStatus extends Infer<typeof statefulSetStatus> {}
export const statefulSetStatus = struct('apps.v1.StatefulSetStatus', {
  observedGeneration: field(1, int64).optional(),
  replicas: field(2, int32),
  readyReplicas: field(3, int32).optional(),
  currentReplicas: field(4, int32).optional(),
  updatedReplicas: field(5, int32).optional(),
  currentRevision: field(6, string).optional(),
  updateRevision: field(7, string).optional(),
  collisionCount: field(9, int32).optional().pointer(),
  conditions: field(10, list(statefulSetCondition)).optional().listMap('type').patchMerge('type'),
  availableReplicas: field(11, int32).printed(),
})

export const statefulSet = struct('apps.v1.StatefulSet', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, statefulSetSpec).implied(),
  status: field(3, statefulSetStatus).optional(),
})

export type StatefulSet = ObjectOf<typeof StatefulSet>
export const StatefulSet = defineKind({
  group: 'apps',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: statefulSet }],
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
    setSpecDefaults(spec)
    setTemplateDefaults(spec.template, gates)
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.kind ??= 'PersistentVolumeClaim'
      claim.apiVersion ??= 'v1'
      setClaimDefaults(claim)
    }
  },
  prepareForCreate: ({ spec }, { gates }) => dropMaxUnavailable(spec, undefined, gates),
  prepareForUpdate: ({ spec }, old, { subresource, gates }) => {
    if (subresource !== 'status') dropMaxUnavailable(spec, old.spec, gates)
  },
  validateName: nameIsDnsLabel,
  validate: ({ spec }) => validateSpec(spec, 'spec', {}),
  *validateUpdate({ spec }, old) {
    const rules = { isUpdate: true, skipsTemplate: [...validateSpec(old.spec, '', { isUpdate: true })].length > 0 }
    yield* validateSpec(spec, 'spec', rules)
    if (!semanticallyEqual(withMutable(spec, old.spec), old.spec)) {
      const detail =
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
      yield forbiddenField('spec', detail)
    }
  },
  *validateStatusUpdate({ status }, old) {
    yield* validateCounts(status ?? {}, statusCounts, 'status')
    yield* validateAtMost(
      status ?? {},
      ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
      'status',
      'status.readyReplicas',
    )
    yield* validateNotDecremented(status?.collisionCount, old.status?.collisionCount, 'status.collisionCount')
  },
  *warnings({ metadata, spec }, old) {
    if (metadata.generation !== old?.metadata.generation) yield* templateWarnings(spec.template, old?.spec.template)
    for (const [i, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
      // Upstream's capital S.
      const path = index('spec.volumeClaimTemplates', i)
      yield* claimSpecWarnings(claim.spec, old === undefined ? path : child(path, 'Spec'))
    }
    if ((spec.revisionHistoryLimit ?? 0) < 0) {
      yield 'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended'
    }
  },
  columns: [
    {
      name: 'Ready',
      type: 'string',
      description: 'Number of the pod with ready state',
      value: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    },
    ...templateColumns<Infer<typeof statefulSet>>(({ spec }) => spec.template),
  ],
})

const statusCounts = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
] as const

function setSpecDefaults(spec: Mutable<StatefulSetSpec>): void {
  if (!spec.podManagementPolicy) spec.podManagementPolicy = 'OrderedReady'
  const strategy = (spec.updateStrategy = { ...spec.updateStrategy })
  if (!strategy.type) {
    strategy.type = 'RollingUpdate'
    strategy.rollingUpdate ??= {}
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate) {
    strategy.rollingUpdate = { ...strategy.rollingUpdate, partition: strategy.rollingUpdate.partition ?? 0 }
  }
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {}
  spec.persistentVolumeClaimRetentionPolicy = { whenDeleted: whenDeleted || 'Retain', whenScaled: whenScaled || 'Retain' }
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= 10
}

function dropMaxUnavailable(spec: Mutable<StatefulSetSpec>, old: StatefulSetSpec | undefined, gates: FeatureGates): void {
  if (gates.isOn('MaxUnavailableStatefulSet')) return
  const { rollingUpdate } = spec.updateStrategy ?? {}
  if (rollingUpdate && !isSet(old?.updateStrategy?.rollingUpdate?.maxUnavailable)) delete rollingUpdate.maxUnavailable
}

/** The next spec with the old values of all that may change. */
function withMutable(spec: StatefulSetSpec, old: StatefulSetSpec): StatefulSetSpec {
  const { replicas, template, updateStrategy, minReadySeconds, ordinals, revisionHistoryLimit, persistentVolumeClaimRetentionPolicy } = old
  return {
    ...spec,
    replicas,
    template,
    updateStrategy,
    minReadySeconds,
    ordinals,
    revisionHistoryLimit,
    persistentVolumeClaimRetentionPolicy,
  }
}

interface SpecRules {
  /** What never changes may have been stored before it was checked: names and claim templates are tolerated. */
  readonly isUpdate?: boolean
  /** So may the template. */
  readonly skipsTemplate?: boolean
}

function* validateSpec(spec: StatefulSetSpec, path: string, rules: SpecRules): Generator<FieldError> {
  yield* validatePolicy(spec.podManagementPolicy ?? '', child(path, 'podManagementPolicy'))
  yield* validateUpdateStrategy(spec.updateStrategy ?? {}, child(path, 'updateStrategy'))
  yield* validateRetention(spec.persistentVolumeClaimRetentionPolicy, child(path, 'persistentVolumeClaimRetentionPolicy'))
  if (!rules.isUpdate) {
    for (const [i, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
      yield* validateClaimSpec(claim.spec, child(index(child(path, 'volumeClaimTemplates'), i), 'spec'))
    }
  }
  yield* validateNonNegative(spec.replicas ?? 0, child(path, 'replicas'))
  yield* validateNonNegative(spec.minReadySeconds ?? 0, child(path, 'minReadySeconds'))
  if (spec.ordinals) yield* validateNonNegative(spec.ordinals.start ?? 0, child(path, 'ordinals.start'))
  const { serviceName = '' } = spec
  if (!rules.isUpdate && serviceName !== '') {
    for (const problem of dns1123LabelErrors(serviceName)) yield invalidValue(child(path, 'serviceName'), serviceName, problem)
  }
  yield* validateSelector(spec.selector, child(path, 'selector'), 'statefulset')
  const templatePath = child(path, 'template')
  const selector = parsedSelector(spec.selector)
  if (selector === undefined) yield invalidValue(child(path, 'selector'), shownSelector(spec.selector), '')
  else {
    yield* validateSelectorMatches(selector, spec.template, templatePath)
    const template = asPodsWillHaveIt(spec)
    if (!rules.skipsTemplate) yield* validateTemplate(template, templatePath)
    yield* validateLabels(template.metadata?.labels, child(templatePath, 'labels'))
    yield* validateAnnotations(template.metadata?.annotations, child(templatePath, 'annotations'))
  }
  yield* validateRunsForever(spec.template, templatePath, 'StatefulSet')
}

/** The controller sets host names, subdomains and the volumes of claim templates: the template is judged with those. */
function asPodsWillHaveIt({ template, volumeClaimTemplates }: StatefulSetSpec): PodTemplateSpec {
  const claims = new Set((volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name ?? ''))
  const { hostname: _hostname, subdomain: _subdomain, volumes, ...spec } = template.spec
  const ofClaims = [...claims].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
  const all = [...ofClaims, ...(volumes ?? []).filter(({ name }) => !claims.has(name))]
  return { ...template, spec: all.length === 0 ? spec : { ...spec, volumes: all } }
}

function* validatePolicy(policy: string, path: string): Generator<FieldError> {
  if (policy === '') yield required(path)
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') yield invalidValue(path, policy, "must be 'OrderedReady' or 'Parallel'")
}

function* validateUpdateStrategy({ type = '', rollingUpdate }: StatefulSetUpdateStrategy, path: string): Generator<FieldError> {
  const shown = rollingUpdate ? { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: rollingUpdate.maxUnavailable ?? null } : null
  if (type === '') yield required(path)
  else if (type === 'RollingUpdate') {
    if (rollingUpdate) yield* validateRollingUpdate(rollingUpdate, child(path, 'rollingUpdate'))
  } else if (type !== 'OnDelete') {
    yield invalidValue(path, { Type: type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'")
  } else if (shown) yield invalidValue(child(path, 'rollingUpdate'), shown, "only allowed for updateStrategy 'RollingUpdate'")
}

function* validateRollingUpdate({ partition, maxUnavailable }: RollingUpdateStatefulSetStrategy, path: string): Generator<FieldError> {
  yield* validateNonNegative(partition ?? 0, child(path, 'partition'))
  if (!isSet(maxUnavailable)) return
  const at = child(path, 'maxUnavailable')
  yield* validatePositiveIntOrPercent(maxUnavailable, at)
  if (intOrPercentValue(maxUnavailable) === 0) yield invalidValue(at, maxUnavailable, 'cannot be 0')
  yield* validateNotMoreThan100Percent(maxUnavailable, at)
}

function* validateRetention(
  policy: StatefulSetPersistentVolumeClaimRetentionPolicy | null | undefined,
  path: string,
): Generator<FieldError> {
  if (!isSet(policy)) return
  for (const name of ['whenDeleted', 'whenScaled'] as const) {
    const value = policy[name] ?? ''
    if (value !== 'Retain' && value !== 'Delete') yield notSupported(child(path, name), value, ['Retain', 'Delete'])
  }
}
