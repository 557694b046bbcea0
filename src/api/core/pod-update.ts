/**
 * What may change of a Pod that is there (ValidatePodUpdate upstream): images, activeDeadlineSeconds downwards, tolerations that are added, gates that are
 * removed, a negative grace period to 1; while it is gated also where it may run, as long as that narrows. Anything else is refused as a
 * whole, with a diff. And ephemeral containers, which have an endpoint of their own and may only be added.
 *
 * What a newcomer would get wrong: the whole Pod is judged again, with what was wrong before excepted.
 */
import { type FieldError, forbiddenField, invalidValue, required } from '../../apimachinery/field-error.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { unifiedDiff } from '../../apimachinery/unified-diff.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { goForm, goPodSpec } from '../go-form.ts'
import type { NodeSelectorTerm } from './node-selector.ts'
import type { Pod } from './pod-schema.ts'
import type { NodeAffinity, Toleration } from './pod-spec/affinity.ts'
import type { Container } from './pod-spec/container.ts'
import type { PodSpec } from './pod-spec/pod-spec.ts'
import { rulesAfter } from './pod-spec/rules.ts'
import { checkAnnotationUpdates, checkPodAnnotations, mirrorAnnotation } from './pod-spec/validate-annotations.ts'
import { type Errors, isSet } from './pod-spec/validate-paths.ts'
import { checkPod } from './pod-spec/validate-pod-spec.ts'
import { checkTolerations } from './pod-spec/validate-scheduling.ts'

const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',')
const int32Max = 2_147_483_647

export function validatePodUpdate(next: Pod, old: Pod): Iterable<FieldError> {
  const out: Errors = []
  checkChangedPod(next, old, out)
  const [spec, before] = [next.spec, old.spec]
  if (!checkImages(spec.containers ?? [], before.containers ?? [], 'spec.containers', out)) return out
  if (!checkImages(spec.initContainers ?? [], before.initContainers ?? [], 'spec.initContainers', out)) return out
  if (!checkDeadline(spec.activeDeadlineSeconds, before.activeDeadlineSeconds, out)) return out
  checkTolerationsAdded(spec.tolerations ?? [], before.tolerations ?? [], out)
  checkGatesRemoved(spec, before, out)
  if (semanticallyEqual(spec, before)) return out
  const unchanged = withOldFields(spec, before, out)
  if (!semanticallyEqual(unchanged, before)) {
    const diff = unifiedDiff(goPodSpec(before), goPodSpec(unchanged))
    out.push(forbiddenField('spec', `pod updates may not change fields other than ${changeable}\n${diff}`))
  }
  return out
}

/** What every change of a Pod must leave true. */
function checkChangedPod(next: Pod, old: Pod, out: Errors): void {
  const rules = rulesAfter(old.spec, old.metadata.annotations, true)
  checkPod(next, rules, out)
  checkAnnotationUpdates(next.metadata.annotations, old.metadata.annotations, 'metadata.annotations', out)
  checkPodAnnotations(next.metadata.annotations, next.spec, 'metadata.annotations', rules, out)
}

/** False: nothing more can be said. */
function checkImages(now: readonly Container[], before: readonly Container[], path: string, out: Errors): boolean {
  if (now.length !== before.length) {
    out.push(forbiddenField(path, 'pod updates may not add or remove containers'))
    return false
  }
  for (const [i, { image = '' }] of now.entries()) {
    if (image === '') out.push(required(`${path}[${i}].image`))
    if (image.trim() !== image) {
      out.push(invalidValue(`${path}[${i}].image`, image, 'must not have leading or trailing whitespace'))
    }
  }
  return true
}

function checkDeadline(now: number | null | undefined, before: number | null | undefined, out: Errors): boolean {
  const path = 'spec.activeDeadlineSeconds'
  if (!isSet(now)) {
    if (isSet(before)) out.push(invalidValue(path, null, 'must not update from a positive integer to nil value'))
    return true
  }
  const count = out.length
  if (now < 0 || now > int32Max) out.push(invalidValue(path, now, `must be between 0 and ${int32Max}, inclusive`))
  else if (isSet(before) && before < now) out.push(invalidValue(path, now, 'must be less than or equal to previous value'))
  return out.length === count
}

function checkTolerationsAdded(now: readonly Toleration[], before: readonly Toleration[], out: Errors): void {
  const isSame = (a: Toleration, b: Toleration): boolean =>
    (['key', 'operator', 'value', 'effect'] as const).every((name) => (a[name] ?? '') === (b[name] ?? ''))
  if (!before.every((old) => now.some((one) => isSame(one, old)))) {
    out.push(forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'))
  } else checkTolerations(now, 'spec.tolerations', out)
}

function checkGatesRemoved({ schedulingGates }: PodSpec, before: PodSpec, out: Errors): void {
  const old = new Set((before.schedulingGates ?? []).map(({ name }) => name))
  for (const [i, { name }] of (schedulingGates ?? []).entries()) {
    if (old.has(name)) continue
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`
    out.push(forbiddenField(`spec.schedulingGates[${i}].name`, detail))
  }
}

/** The new spec with everything that may change as it was: equal to the old one if nothing else changed. */
function withOldFields(spec: PodSpec, old: PodSpec, out: Errors): PodSpec {
  const images = (now: readonly Container[], before: readonly Container[]): readonly Container[] =>
    now.map((one, i) => ({ ...one, image: before[i]?.image }))
  const isGated = (old.schedulingGates?.length ?? 0) > 0
  const wasNegative = (old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1
  return {
    ...spec,
    containers: images(spec.containers ?? [], old.containers ?? []) as PodSpec['containers'],
    ...(spec.initContainers ? { initContainers: images(spec.initContainers, old.initContainers ?? []) as PodSpec['initContainers'] } : {}),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    ...(wasNegative ? { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds } : {}),
    ...(isGated ? { nodeSelector: oldNodeSelector(spec, old, out), affinity: oldNodeAffinity(spec, old, out) } : {}),
  } as PodSpec
}

function oldNodeSelector({ nodeSelector }: PodSpec, { nodeSelector: old }: PodSpec, out: Errors): PodSpec['nodeSelector'] {
  if (Object.entries(old ?? {}).some(([name, value]) => nodeSelector?.[name] !== value)) {
    const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
    out.push(invalidValue('spec.nodeSelector', nodeSelector ?? null, detail))
  }
  return old
}

function oldNodeAffinity({ affinity }: PodSpec, { affinity: old }: PodSpec, out: Errors): PodSpec['affinity'] {
  if (semanticallyEqual(affinity?.nodeAffinity, old?.nodeAffinity)) return affinity
  checkNarrowed(affinity?.nodeAffinity, old?.nodeAffinity, out)
  if (!affinity) return old?.nodeAffinity ? { nodeAffinity: old.nodeAffinity } : affinity
  const { nodeAffinity: _, ...rest } = affinity
  if (!old && Object.keys(rest).length === 0) return undefined
  return (old?.nodeAffinity ? { ...rest, nodeAffinity: old.nodeAffinity } : rest) as PodSpec['affinity']
}

function checkNarrowed(now: NodeAffinity | undefined, old: NodeAffinity | undefined, out: Errors): void {
  const wanted = 'requiredDuringSchedulingIgnoredDuringExecution'
  const path = `spec.affinity.nodeAffinity.${wanted}.nodeSelectorTerms`
  const before = old?.[wanted]?.nodeSelectorTerms ?? []
  const terms = now?.[wanted]?.nodeSelectorTerms ?? []
  const shown = (term: NodeSelectorTerm): object => goForm('NodeSelectorTerm', term)
  if (before.length > 0 && before.length !== terms.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'
    out.push(invalidValue(path, terms.length === 0 ? null : terms.map(shown), detail))
    return
  }
  for (const [i, term] of before.entries()) {
    const next = terms[i] as NodeSelectorTerm
    if (!hasOnlyMore(next, term)) {
      out.push(invalidValue(`${path}[${i}]`, shown(next), 'only additions are allowed (no mutations or deletions)'))
    }
  }
}

function hasOnlyMore(next: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const
  // An empty term selects nothing; it must not begin to.
  if (lists.every((name) => (old[name]?.length ?? 0) === 0)) return lists.every((name) => (next[name]?.length ?? 0) === 0)
  return lists.every((name) => semanticallyEqual((next[name] ?? []).slice(0, old[name]?.length ?? 0), old[name] ?? []))
}

/** Through pods/NAME/ephemeralcontainers. */
export function validateEphemeralContainersUpdate(next: Pod, old: Pod): Iterable<FieldError> {
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined) {
    return [forbiddenField('', 'static pods do not support ephemeral containers')]
  }
  const out: Errors = []
  checkChangedPod(next, old, out)
  const path = 'spec.ephemeralContainers'
  for (const before of old.spec.ephemeralContainers ?? []) {
    const now = next.spec.ephemeralContainers?.find(({ name }) => name === before.name)
    if (now === undefined) {
      out.push(forbiddenField(path, `existing ephemeral containers ${quote(before.name ?? '')} may not be removed\n`))
    } else if (!semanticallyEqual(before, now)) {
      const diff = unifiedDiff(goForm('EphemeralContainer', before), goForm('EphemeralContainer', now))
      out.push(forbiddenField(path, `existing ephemeral containers ${quote(before.name ?? '')} may not be changed\n${diff}`))
    }
  }
  return out
}
