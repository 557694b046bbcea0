/**
 * Annotations that Kubernetes itself reads off Pods: mirror Pods of static ones, the cost of deletion, and the old spellings of tolerations and of
 * security profiles, which must not contradict the fields (ValidatePodSpecificAnnotations upstream).
 */
import { forbiddenField, invalidValue } from '../../../apimachinery/field-error.ts'
import { quote } from '../../../apimachinery/go-strings.ts'
import type { Toleration } from './affinity.ts'
import type { PodSpec } from './pod-spec.ts'
import { deletionCostAnnotation, isDeletionCost, type PodRules } from './rules.ts'
import type { AppArmorProfile, SeccompProfile } from './security-context.ts'
import { checkInside, type Errors } from './validate-paths.ts'
import { checkTolerations } from './validate-scheduling.ts'
import { visitContainers } from './walk.ts'

export type Annotations = Readonly<Record<string, string>> | null | undefined

export const mirrorAnnotation = 'kubernetes.io/config.mirror'
const tolerationsAnnotation = 'scheduler.alpha.kubernetes.io/tolerations'
export const seccompPodAnnotation = 'seccomp.security.alpha.kubernetes.io/pod'
export const seccompContainerPrefix = 'container.seccomp.security.alpha.kubernetes.io/'
export const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/'
const localhostPrefix = 'localhost/'

export function checkPodAnnotations(annotations: Annotations, spec: PodSpec, path: string, rules: PodRules, out: Errors): void {
  if (!annotations) return
  const mirror = annotations[mirrorAnnotation]
  if (mirror !== undefined && (spec.nodeName ?? '') === '') {
    out.push(invalidValue(`${path}[${mirrorAnnotation}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'))
  }
  if ((annotations[tolerationsAnnotation] ?? '') !== '') checkTolerationsAnnotation(annotations[tolerationsAnnotation] as string, path, out)
  const cost = annotations[deletionCostAnnotation]
  if (rules.allowsAnyDeletionCost !== true && !isDeletionCost(cost)) {
    out.push(invalidValue(`${path}[${deletionCostAnnotation}]`, cost, 'must be a 32bit integer'))
  }
  const seccomp = annotations[seccompPodAnnotation]
  if (seccomp !== undefined) checkSeccompName(seccomp, `${path}.${seccompPodAnnotation}`, out)
  for (const name in annotations) {
    if (name.startsWith(seccompContainerPrefix)) checkSeccompName(annotations[name] as string, `${path}.${name}`, out)
  }
  for (const name in annotations) {
    if (name.startsWith(appArmorPrefix)) checkAppArmorName(name, annotations[name] as string, spec, `${path}[${name}]`, out)
  }
}

function checkTolerationsAnnotation(text: string, path: string, out: Errors): void {
  let tolerations: unknown
  try {
    tolerations = JSON.parse(text)
  } catch (error) {
    return void out.push(invalidValue(path, tolerationsAnnotation, (error as Error).message))
  }
  if (Array.isArray(tolerations)) checkTolerations(tolerations as readonly Toleration[], `${path}.${tolerationsAnnotation}`, out)
}

function checkSeccompName(profile: string, path: string, out: Errors): void {
  if (profile === 'runtime/default' || profile === 'docker/default' || profile === 'unconfined') return
  if (profile.startsWith(localhostPrefix)) return checkInside(profile.slice(localhostPrefix.length), path, out)
  out.push(invalidValue(path, profile, 'must be a valid seccomp profile'))
}

function checkAppArmorName(annotation: string, profile: string, spec: PodSpec, path: string, out: Errors): void {
  const name = annotation.slice(appArmorPrefix.length)
  let isThere = false
  visitContainers(spec, '', (container) => {
    if (container.name === name) isThere = true
  })
  if (!isThere) out.push(invalidValue(path, name, 'container not found'))
  if (profile === '' || profile === 'runtime/default' || profile === 'unconfined' || profile.startsWith(localhostPrefix)) return
  out.push(invalidValue(path, profile, `invalid AppArmor profile name: ${quote(profile)}`))
}

/** Annotation and field must say the same, where both are there. `path`: the spec's. */
export function checkProfilesMatch(annotations: Annotations, spec: PodSpec, path: string, out: Errors): void {
  if (!annotations) return
  const ofPod = spec.securityContext?.seccompProfile
  const podText = annotations[seccompPodAnnotation]
  if (ofPod && podText !== undefined) checkMatch(ofPod, podText, 'seccomp', `${path}.securityContext.seccompProfile`, out)
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const text = annotations[seccompContainerPrefix + name]
    const profile = securityContext?.seccompProfile
    if (text !== undefined && profile) checkMatch(profile, text, 'seccomp', `${at}.securityContext.seccompProfile`, out)
  })
  if (spec.os?.name === 'windows') return
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const text = annotations[appArmorPrefix + name]
    const profile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile
    if (text !== undefined && profile) checkMatch(profile, text, 'apparmor', `${at}.securityContext.appArmorProfile`, out)
  })
}

function checkMatch(
  { type, localhostProfile }: SeccompProfile | AppArmorProfile,
  text: string,
  what: 'seccomp' | 'apparmor',
  path: string,
  out: Errors,
): void {
  const refuse = (field: string, noun: string): void =>
    void out.push(forbiddenField(`${path}.${field}`, `${what} ${noun} in annotation and field must match`))
  if (type === 'Unconfined') {
    if (text !== 'unconfined') refuse('type', 'type')
  } else if (type === 'RuntimeDefault') {
    if (text !== 'runtime/default' && !(what === 'seccomp' && text === 'docker/default')) refuse('type', 'type')
  } else if (type === 'Localhost') {
    if (!text.startsWith(localhostPrefix)) refuse('type', 'type')
    else if (text.slice(localhostPrefix.length) !== localhostProfile) refuse('localhostProfile', 'profile')
  }
}

/** What an AppArmor annotation says, as a field; undefined when it says nothing that a field could. */
export function appArmorOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' }
  const name = annotation.startsWith(localhostPrefix) ? annotation.slice(localhostPrefix.length) : ''
  return name === '' ? undefined : { type: 'Localhost', localhostProfile: name }
}

/** Of a Pod that is there; `path`: the annotations'. */
export function checkAnnotationUpdates(next: Annotations, old: Annotations, path: string, out: Errors): void {
  for (const name in old) {
    if (next?.[name] === old[name]) continue
    if (name.startsWith(appArmorPrefix)) out.push(forbiddenField(`${path}[${name}]`, 'may not remove or update AppArmor annotations'))
    if (name === mirrorAnnotation) out.push(forbiddenField(`${path}[${name}]`, 'may not remove or update mirror pod annotation'))
  }
  for (const name in next) {
    if (old?.[name] !== undefined) continue
    if (name.startsWith(appArmorPrefix)) out.push(forbiddenField(`${path}[${name}]`, 'may not add AppArmor annotations'))
    if (name === mirrorAnnotation) out.push(forbiddenField(`${path}[${name}]`, 'may not add mirror pod annotation'))
  }
}
