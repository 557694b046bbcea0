/**
 * What may change of a Pod that is there (ValidatePodUpdate upstream): images, activeDeadlineSeconds downwards, tolerations that are added, gates that are
 * removed, a negative grace period to 1. Anything else is refused as a whole.
 */
import { type FieldError, forbiddenField, invalidValue } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import type { Container } from './pod-spec/container.ts'
import type { PodSpec } from './pod-spec/pod-spec.ts'

type Spec = { readonly spec: PodSpec }

const mutableWords =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

export function* validatePodUpdate({ spec }: Spec, { spec: old }: Spec): Generator<FieldError> {
  yield* validateImages(spec, old)
  yield* validateDeadline(spec.activeDeadlineSeconds, old.activeDeadlineSeconds)
  yield* validateTolerationsAdded(spec, old)
  yield* validateGatesRemoved(spec, old)
  const allowed = withMutableFieldsOf(spec, old)
  if (!semanticallyEqual(allowed, old)) yield forbiddenField('spec', `${mutableWords}\n${difference(spec, old)}`)
}

function* validateImages(spec: PodSpec, old: PodSpec): Generator<FieldError> {
  for (const list of ['containers', 'initContainers'] as const) {
    const now = spec[list] ?? []
    const before = old[list] ?? []
    if (now.length !== before.length) {
      yield forbiddenField(child('spec', list), 'pod updates may not add or remove containers')
      continue
    }
    for (const [position, { image = '' }] of now.entries())
      if (image === '' && (before[position]?.image ?? '') !== '')
        yield { type: 'Required', field: `spec.${list}[${position}].image`, detail: '' }
  }
}

function* validateDeadline(now: number | undefined, before: number | undefined): Generator<FieldError> {
  const path = 'spec.activeDeadlineSeconds'
  if (now !== undefined) {
    if (now < 0 || now > 2_147_483_647) return yield invalidValue(path, now, 'must be between 0 and 2147483647, inclusive')
    if (before !== undefined && before < now) yield invalidValue(path, now, 'must be less than or equal to previous value')
  } else if (before !== undefined) yield invalidValue(path, null, 'must not update from a positive integer to nil value')
}

function* validateTolerationsAdded({ tolerations = [] }: PodSpec, old: PodSpec): Generator<FieldError> {
  const isKept = (old.tolerations ?? []).every((one) =>
    tolerations.some((now) => semanticallyEqual({ ...now, tolerationSeconds: undefined }, { ...one, tolerationSeconds: undefined })),
  )
  if (!isKept) yield forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
}

function* validateGatesRemoved({ schedulingGates = [] }: PodSpec, old: PodSpec): Generator<FieldError> {
  const before = new Set((old.schedulingGates ?? []).map(({ name }) => name))
  const added = schedulingGates.map(({ name }) => name).filter((name) => !before.has(name))
  if (added.length > 0)
    yield forbiddenField('spec.schedulingGates', `only deletion is allowed, but found new scheduling gates '${added.join(',')}'`)
}

/** The new spec, with everything that may change as it was: equal to the old one if nothing else changed. */
function withMutableFieldsOf(spec: PodSpec, old: PodSpec): PodSpec {
  const images = (now: readonly Container[] | undefined, before: readonly Container[] | undefined) =>
    now?.map((one, position) => ({ ...one, image: before?.[position]?.image }))
  const isGated = (old.schedulingGates?.length ?? 0) > 0
  return {
    ...spec,
    containers: images(spec.containers, old.containers) as PodSpec['containers'],
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: images(spec.initContainers, old.initContainers) as PodSpec['initContainers'] }),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    // A Pod that is still gated may narrow where it runs.
    ...(isGated ? { nodeSelector: old.nodeSelector, affinity: old.affinity } : {}),
    ...((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1
      ? { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds }
      : {}),
  }
}

/** The fields of the spec that differ, old and new. */
function difference(spec: PodSpec, old: PodSpec): string {
  const [now, before] = [spec as unknown as Record<string, unknown>, old as unknown as Record<string, unknown>]
  const lines: string[] = []
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (semanticallyEqual(now[name], before[name])) continue
    lines.push(`- \t${name}: ${JSON.stringify(before[name])},`, `+ \t${name}: ${JSON.stringify(now[name])},`)
  }
  return `  core.PodSpec{\n${lines.join('\n')}\n  }\n`
}
