/**
 * What a Pod begins with, and what of a change comes through (podStrategy.PrepareForCreate and its siblings upstream): pending, of a class that stays,
 * gated when it says so; label keys become selectors, AppArmor annotations fields.
 *
 * What a newcomer would get wrong: each endpoint of a Pod lets only its own part through, silently; a resize that adds, removes or
 * renames containers comes through whole, to be refused.
 */

import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import type { UpdateContext } from '../../apimachinery/kind.ts'
import { qosClassOf } from './pod-qos.ts'
import type { Pod } from './pod-schema.ts'
import { dropDisabledFields } from './pod-spec/disabled-fields.ts'
import { type Draft, items, part } from './pod-spec/draft.ts'
import { appArmorOf, appArmorPrefix } from './pod-spec/validate-annotations.ts'
import type { Errors } from './pod-spec/validate-paths.ts'
import { checkAppArmor } from './pod-spec/validate-security.ts'
import { keepFromOldStatus } from './pod-status-rules.ts'

export interface PodDraft {
  metadata: Draft & { labels?: Record<string, string>; annotations?: Record<string, string>; creationTimestamp?: string }
  spec: Draft
  status?: Draft
}

export function beginPod(draft: PodDraft, gates: FeatureGates): void {
  const { metadata, spec } = draft
  draft.status = { phase: 'Pending', qosClass: qosClassOf(draft as never) }
  dropDisabledFields(spec, gates)
  if (items(spec.schedulingGates).length > 0) {
    const gated = {
      type: 'PodScheduled',
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: metadata.creationTimestamp ?? null,
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    }
    draft.status.conditions = [gated]
  }
  mergeLabelKeys(spec, metadata.labels ?? {})
  appArmorFromAnnotations(draft)
}

type Labels = Readonly<Record<string, string>>

/** matchLabelKeys say: as this Pod. From here on they are ordinary requirements. */
function mergeLabelKeys(spec: Draft, labels: Labels): void {
  const affinity = part(spec, 'affinity')
  for (const name of ['podAffinity', 'podAntiAffinity']) {
    const terms = part(affinity, name)
    for (const { podAffinityTerm } of items(terms?.preferredDuringSchedulingIgnoredDuringExecution))
      mergeKeys(podAffinityTerm as Draft, labels)
    for (const term of items(terms?.requiredDuringSchedulingIgnoredDuringExecution)) mergeKeys(term, labels)
  }
  for (const constraint of items(spec.topologySpreadConstraints)) mergeKeys(constraint, labels)
}

function mergeKeys(holder: Draft, labels: Labels): void {
  const selector = part(holder, 'labelSelector')
  if (selector === undefined) return
  const added: object[] = []
  for (const [list, operator] of [
    [holder.matchLabelKeys, 'In'],
    [holder.mismatchLabelKeys, 'NotIn'],
  ] as const) {
    for (const key of (list as readonly string[] | undefined) ?? []) {
      if (labels[key] !== undefined) added.push({ key, operator, values: [labels[key]] })
    }
  }
  if (added.length > 0) selector.matchExpressions = [...items(selector.matchExpressions), ...added]
}

/** The annotation of a container is its field, unless the Pod as a whole says the same or the container says otherwise. */
function appArmorFromAnnotations({ metadata, spec }: PodDraft): void {
  const { annotations } = metadata
  if (!annotations || part(spec, 'os')?.name === 'windows') return
  const podProfile = JSON.stringify(part(part(spec, 'securityContext'), 'appArmorProfile'))
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of items(spec[list])) {
      const annotation = annotations[`${appArmorPrefix}${container.name as string}`]
      const context = part(container, 'securityContext')
      if (annotation === undefined || part(context, 'appArmorProfile')) continue
      const profile = appArmorOf(annotation)
      if (profile === undefined || !isRight(profile) || JSON.stringify(profile) === podProfile) continue
      container.securityContext = { ...context, appArmorProfile: profile }
    }
  }
}

function isRight(profile: Parameters<typeof checkAppArmor>[0]): boolean {
  const errors: Errors = []
  checkAppArmor(profile, '', errors)
  return errors.length === 0
}

export function prepareChange(draft: PodDraft, old: Pod, { subresource, gates }: UpdateContext): void {
  const before = old as unknown as PodDraft
  if (subresource === 'status') return prepareStatus(draft, before, old)
  if (subresource === 'ephemeralcontainers') keepOnly(draft, before, { ephemeralContainers: draft.spec.ephemeralContainers })
  else if (subresource === 'resize') keepOnlyResize(draft, before)
  dropDisabledFields(draft.spec, gates)
}

function prepareStatus(draft: PodDraft, before: PodDraft, old: Pod): void {
  // Nobody changes owners or is deleted by a word about the status.
  if (before.metadata.ownerReferences === undefined) delete draft.metadata.ownerReferences
  else draft.metadata.ownerReferences = before.metadata.ownerReferences
  draft.status ??= {}
  keepFromOldStatus(draft.status as never, old.status)
}

/** The old spec with these parts of the new one, and of the metadata only what a status may change. */
function keepOnly(draft: PodDraft, before: PodDraft, parts: Draft): void {
  const spec: Draft = { ...before.spec }
  for (const name of Object.keys(parts)) {
    if (parts[name] === undefined) delete spec[name]
    else spec[name] = parts[name]
  }
  draft.spec = spec
  for (const name of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    if (before.metadata[name] === undefined) delete draft.metadata[name]
    else (draft.metadata as Draft)[name] = before.metadata[name]
  }
}

function keepOnlyResize(draft: PodDraft, before: PodDraft): void {
  const parts: Draft = {}
  for (const list of ['containers', 'initContainers']) {
    const [now, old] = [items(draft.spec[list]), items(before.spec[list])]
    if (now.length !== old.length) return
    if (now.length > 0)
      parts[list] = now.every(({ name }, i) => name === old[i]?.name) ? now.map((one, i) => resized(one, old[i] as Draft)) : now
  }
  keepOnly(draft, before, parts)
}

function resized({ resources, resizePolicy }: Draft, old: Draft): Draft {
  const { resizePolicy: _, ...rest } = old
  return { ...rest, resources, ...(resizePolicy === undefined ? {} : { resizePolicy }) }
}
