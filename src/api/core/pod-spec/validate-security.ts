/**
 * Security contexts of containers and Pods (ValidateSecurityContext, validatePodSpecSecurityContext upstream).
 */
import { duplicate, type FieldError, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { child, index } from '../../../apimachinery/field-path.ts'
import { groupIdErrors, userIdErrors } from '../../../apimachinery/names.ts'
import type { PodSpec } from './pod-spec.ts'
import type { SecurityContext } from './security-context.ts'

const seccompTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']
interface Profile {
  readonly type: string
  readonly localhostProfile?: string | undefined
}

export function* validateSecurityContext(context: SecurityContext, path: string): Generator<FieldError> {
  const { privileged, allowPrivilegeEscalation, runAsUser, runAsGroup, procMount } = context
  if (runAsUser !== undefined) for (const text of userIdErrors(runAsUser)) yield invalidValue(child(path, 'runAsUser'), runAsUser, text)
  if (runAsGroup !== undefined)
    for (const text of groupIdErrors(runAsGroup)) yield invalidValue(child(path, 'runAsGroup'), runAsGroup, text)
  yield* validateProfile(context.seccompProfile, child(path, 'seccompProfile'))
  if (procMount !== undefined && procMount !== 'Default' && procMount !== 'Unmasked')
    yield notSupported(child(path, 'procMount'), procMount, ['Default', 'Unmasked'])
  if (allowPrivilegeEscalation === false) {
    if (privileged === true) yield invalidValue(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN'))
      yield invalidValue(path, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN')
  }
  yield* validateProfile(context.appArmorProfile, child(path, 'appArmorProfile'))
}

export function* validatePodSecurity({ securityContext }: PodSpec, path: string): Generator<FieldError> {
  if (!securityContext) return
  const { fsGroup, runAsUser, runAsGroup, supplementalGroups, sysctls, fsGroupChangePolicy } = securityContext
  if (fsGroup !== undefined) for (const text of groupIdErrors(fsGroup)) yield invalidValue(child(path, 'fsGroup'), fsGroup, text)
  if (runAsUser !== undefined) for (const text of userIdErrors(runAsUser)) yield invalidValue(child(path, 'runAsUser'), runAsUser, text)
  if (runAsGroup !== undefined)
    for (const text of groupIdErrors(runAsGroup)) yield invalidValue(child(path, 'runAsGroup'), runAsGroup, text)
  for (const [position, group] of (supplementalGroups ?? []).entries())
    for (const text of groupIdErrors(group)) yield invalidValue(index(child(path, 'supplementalGroups'), position), group, text)
  const names = new Set<string>()
  for (const [position, { name }] of (sysctls ?? []).entries()) {
    const at = child(index(child(path, 'sysctls'), position), 'name')
    if (name === '') yield required(at)
    else if (!/^[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/.test(name) || name.length > 253)
      yield invalidValue(
        at,
        name,
        'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
      )
    else if (names.has(name)) yield duplicate(at, name)
    names.add(name)
  }
  if (fsGroupChangePolicy !== undefined && fsGroupChangePolicy !== 'Always' && fsGroupChangePolicy !== 'OnRootMismatch')
    yield notSupported(child(path, 'fsGroupChangePolicy'), fsGroupChangePolicy, ['Always', 'OnRootMismatch'])
  yield* validateProfile(securityContext.seccompProfile, child(path, 'seccompProfile'))
  yield* validateProfile(securityContext.appArmorProfile, child(path, 'appArmorProfile'))
}

function* validateProfile(profile: Profile | undefined, path: string): Generator<FieldError> {
  if (!profile) return
  const { type, localhostProfile } = profile
  if (type === 'Localhost') {
    if (localhostProfile === undefined) yield required(child(path, 'localhostProfile'), 'must be set when seccomp type is Localhost')
  } else if (!seccompTypes.includes(type)) {
    if (type === '') yield required(child(path, 'type'), 'type is required when seccompProfile is set')
    else yield notSupported(child(path, 'type'), type, seccompTypes)
  } else if (localhostProfile !== undefined)
    yield invalidValue(child(path, 'localhostProfile'), localhostProfile, 'can only be set when seccomp type is Localhost')
}
