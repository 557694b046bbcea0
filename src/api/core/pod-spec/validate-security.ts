/**
 * Security contexts of containers and Pods (ValidateSecurityContext, validatePodSpecSecurityContext upstream). Windows' options and which fields go with
 * which operating system: validate-os.ts.
 */
import { duplicate, forbiddenField, invalidValue, notSupported, required, tooLong } from '../../../apimachinery/field-error.ts'
import { utf8Length } from '../../../apimachinery/go-strings.ts'
import { groupIdErrors, userIdErrors } from '../../../apimachinery/names.ts'
import { goForm } from '../../go-form.ts'
import type { PodSpec } from './pod-spec.ts'
import { hostSysctlProblem, type PodRules } from './rules.ts'
import type { AppArmorProfile, PodSecurityContext, SeccompProfile, SecurityContext } from './security-context.ts'
import { checkWindowsOptions } from './validate-os.ts'
import { checkInside, type Errors, isSet } from './validate-paths.ts'

const procMounts = ['Default', 'Unmasked']

export function checkSecurityContext(context: SecurityContext, path: string, hasHostUsers: boolean, out: Errors): void {
  const { privileged, allowPrivilegeEscalation, runAsUser, runAsGroup, procMount } = context
  if (isSet(runAsUser)) for (const problem of userIdErrors(runAsUser)) out.push(invalidValue(`${path}.runAsUser`, runAsUser, problem))
  if (isSet(runAsGroup)) {
    for (const problem of groupIdErrors(runAsGroup)) out.push(invalidValue(`${path}.runAsGroup`, runAsGroup, problem))
  }
  if (isSet(procMount)) {
    if (!procMounts.includes(procMount)) out.push(notSupported(`${path}.procMount`, procMount, procMounts))
    if (hasHostUsers && procMount === 'Unmasked') {
      out.push(invalidValue(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'))
    }
  }
  if (context.seccompProfile) checkSeccomp(context.seccompProfile, `${path}.seccompProfile`, out)
  if (allowPrivilegeEscalation === false) {
    const refuse = (what: string): void =>
      void out.push(invalidValue(path, goForm('SecurityContext', context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`))
    if (privileged === true) refuse('`privileged` to true')
    for (const one of context.capabilities?.add ?? []) if (one === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN')
  }
  if (context.windowsOptions) checkWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, out)
  if (context.appArmorProfile) checkAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, out)
}

export function checkPodSecurity(spec: PodSpec, path: string, rules: PodRules, out: Errors): void {
  const context = spec.securityContext
  if (!context) return
  checkIds(context, path, out)
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    out.push(invalidValue(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'))
  }
  checkSysctls(spec, path, rules, out)
  checkChoice(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${path}.fsGroupChangePolicy`, out)
  if (context.seccompProfile) checkSeccomp(context.seccompProfile, `${path}.seccompProfile`, out)
  if (context.windowsOptions) checkWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, out)
  if (context.appArmorProfile) checkAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, out)
  checkChoice(context.supplementalGroupsPolicy, ['Merge', 'Strict'], `${path}.supplementalGroupsPolicy`, out)
  // The gate SELinuxMount is off: MountOption stays where it was.
  const changes = rules.allowsAnySELinuxChange === true ? ['MountOption', 'Recursive'] : ['Recursive']
  checkChoice(context.seLinuxChangePolicy, changes, `${path}.seLinuxChangePolicy`, out)
}

function checkIds({ fsGroup, runAsUser, runAsGroup, supplementalGroups }: PodSecurityContext, path: string, out: Errors): void {
  if (isSet(fsGroup)) for (const problem of groupIdErrors(fsGroup)) out.push(invalidValue(`${path}.fsGroup`, fsGroup, problem))
  if (isSet(runAsUser)) for (const problem of userIdErrors(runAsUser)) out.push(invalidValue(`${path}.runAsUser`, runAsUser, problem))
  if (isSet(runAsGroup)) {
    for (const problem of groupIdErrors(runAsGroup)) out.push(invalidValue(`${path}.runAsGroup`, runAsGroup, problem))
  }
  for (let i = 0; i < (supplementalGroups?.length ?? 0); i++) {
    const group = supplementalGroups?.[i] as number
    for (const problem of groupIdErrors(group)) out.push(invalidValue(`${path}.supplementalGroups[${i}]`, group, problem))
  }
}

function checkChoice(value: string | null | undefined, supported: readonly string[], path: string, out: Errors): void {
  if (isSet(value) && !supported.includes(value)) out.push(notSupported(path, value, supported))
}

const sysctlText = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'
/** The same language without nested repetition. */
const sysctlForm = /^[a-z0-9](?:[-_]*[a-z0-9])*(?:[./][a-z0-9](?:[-_]*[a-z0-9])*)*$/

function checkSysctls(spec: PodSpec, path: string, rules: PodRules, out: Errors): void {
  const sysctls = spec.securityContext?.sysctls
  if (!sysctls) return
  const names = new Set<string>()
  for (let i = 0; i < sysctls.length; i++) {
    const { name = '' } = sysctls[i] as (typeof sysctls)[number]
    const at = `${path}.sysctls[${i}].name`
    if (name === '') out.push(required(at))
    else if (utf8Length(name) > 253 || !sysctlForm.test(name)) {
      out.push(invalidValue(at, name, `must have at most 253 characters and match regex ${sysctlText}`))
    } else if (names.has(name)) out.push(duplicate(at, name))
    const problem = rules.allowsHostSysctls === true ? undefined : hostSysctlProblem(name, spec)
    if (problem !== undefined) out.push(invalidValue(at, name, problem))
    names.add(name)
  }
}

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']

function checkSeccomp(profile: SeccompProfile, path: string, out: Errors): void {
  const { type = '', localhostProfile } = profile
  if (type === '') out.push(required(`${path}.type`, 'type is required when seccompProfile is set'))
  else if (!profileTypes.includes(type)) out.push(notSupported(`${path}.type`, type, profileTypes))
  const at = `${path}.localhostProfile`
  if (type === 'Localhost') {
    if (!isSet(localhostProfile)) out.push(required(at, 'must be set when seccomp type is Localhost'))
    else checkInside(localhostProfile, at, out)
  } else if (isSet(localhostProfile)) {
    out.push(invalidValue(at, goForm('SeccompProfile', profile), 'can only be set when seccomp type is Localhost'))
  }
}

const appArmorBytesMax = 4095

export function checkAppArmor({ type = '', localhostProfile }: AppArmorProfile, path: string, out: Errors): void {
  const at = `${path}.localhostProfile`
  if (type === 'Localhost') {
    if (!isSet(localhostProfile)) return void out.push(required(at, 'must be set when AppArmor type is Localhost'))
    const trimmed = localhostProfile.trim()
    if (trimmed !== localhostProfile) out.push(invalidValue(at, localhostProfile, 'must not be padded with whitespace'))
    else if (trimmed === '') out.push(required(at, 'must be set when AppArmor type is Localhost'))
    if (utf8Length(localhostProfile) > appArmorBytesMax) out.push(tooLong(at, appArmorBytesMax))
  } else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (isSet(localhostProfile)) out.push(invalidValue(at, localhostProfile, 'can only be set when AppArmor type is Localhost'))
  } else if (type === '') out.push(required(`${path}.type`, 'type is required when appArmorProfile is set'))
  else out.push(notSupported(`${path}.type`, type, profileTypes))
}

/** With users of its own a Pod shares nothing with the host. */
export function checkHostUsers(spec: PodSpec, path: string, rules: PodRules, out: Errors): void {
  if (spec.hostUsers !== false) return
  const detail = 'when `hostUsers` is false'
  if (spec.hostNetwork === true) out.push(forbiddenField(`${path}.hostNetwork`, detail))
  if (spec.hostPID === true) out.push(forbiddenField(`${path}.HostPID`, detail))
  if (spec.hostIPC === true) out.push(forbiddenField(`${path}.HostIPC`, detail))
  if (rules.allowsDevicesOfUserNamespaces === true) return
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    const containers = spec[list]
    for (let i = 0; i < (containers?.length ?? 0); i++) {
      if ((containers?.[i]?.volumeDevices?.length ?? 0) > 0) out.push(forbiddenField(`${path}.${list}[${i}].volumeDevices`, detail))
    }
  }
}
