/**
 * What goes with which operating system: a Pod that says it is for Windows has no SELinux, one for Linux no Windows options; and what those options
 * may be (validateWindows, validateLinux, validateWindowsHostProcessPod upstream).
 */
import { forbiddenField, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { utf8Length } from '../../../apimachinery/go-strings.ts'
import type { PodSpec } from './pod-spec.ts'
import type { WindowsSecurityContextOptions } from './security-context.ts'
import { checkSubdomain, type Errors, isSet } from './validate-paths.ts'
import { visitContainers } from './walk.ts'

const systems = ['linux', 'windows']

export function checkOs(spec: PodSpec, path: string, out: Errors): void {
  const name = spec.os?.name ?? ''
  if (name === '') out.push(required(`${path}.os.name`))
  else if (name === 'linux') checkLinux(spec, path, out)
  else if (name === 'windows') checkWindows(spec, path, out)
  else out.push(notSupported(`${path}.os`, name, systems))
}

function checkLinux(spec: PodSpec, path: string, out: Errors): void {
  const refuse = (at: string): void =>
    void out.push(forbiddenField(`${at}.securityContext.windowsOptions`, 'windows options cannot be set for a linux pod'))
  if (spec.securityContext?.windowsOptions) refuse(path)
  visitContainers(spec, path, ({ securityContext }, at) => {
    if (securityContext?.windowsOptions) refuse(at)
  })
}

/** Where they stand in v1, in upstream's order. */
const linuxPodFields = [
  'securityContext.appArmorProfile',
  'securityContext.seLinuxOptions',
  'hostUsers',
  'hostPID',
  'hostIPC',
  'securityContext.seccompProfile',
  'securityContext.fsGroup',
  'securityContext.fsGroupChangePolicy',
  'securityContext.sysctls',
  'shareProcessNamespace',
  'securityContext.runAsUser',
  'securityContext.runAsGroup',
  'securityContext.supplementalGroups',
  'securityContext.supplementalGroupsPolicy',
  'securityContext.seLinuxChangePolicy',
]
const linuxContainerFields = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
]
/** They are no pointers in Go: false is not set. */
const plainBooleans: ReadonlySet<string> = new Set(['hostPID', 'hostIPC'])

function checkWindows(spec: PodSpec, path: string, out: Errors): void {
  const refuse = (at: string): void => void out.push(forbiddenField(at, 'cannot be set for a windows pod'))
  for (const field of linuxPodFields) {
    const [first = '', second] = field.split('.')
    const holder = spec as unknown as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>
    const value = second === undefined ? holder[first] : holder[first]?.[second]
    if (isSet(value) && !(plainBooleans.has(field) && value === (false as unknown))) refuse(`${path}.${field}`)
  }
  visitContainers(spec, path, ({ securityContext }, at) => {
    if (!securityContext) return
    const context = securityContext as unknown as Readonly<Record<string, unknown>>
    for (const field of linuxContainerFields) if (isSet(context[field])) refuse(`${at}.securityContext.${field}`)
  })
}

/** Host process containers: all or none, and on the host's network. */
export function checkHostProcesses(spec: PodSpec, path: string, out: Errors): void {
  const podSays = spec.securityContext?.windowsOptions?.hostProcess
  let count = 0
  let hostProcessCount = 0
  visitContainers(spec, path, ({ securityContext }, at) => {
    count++
    const says = securityContext?.windowsOptions?.hostProcess
    if (isSet(podSays) && isSet(says) && podSays !== says) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${podSays}`
      out.push(invalidValue(`${at}.securityContext.windowsOptions.hostProcess`, says, detail))
    }
    if (says === true || (!isSet(says) && podSays === true)) hostProcessCount++
  })
  if (hostProcessCount === 0) return
  if (hostProcessCount !== count) {
    out.push(invalidValue(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'))
  }
  if (spec.hostNetwork !== true) {
    out.push(invalidValue(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers'))
  }
}

const credentialSpecKiB = 64

export function checkWindowsOptions(options: WindowsSecurityContextOptions, path: string, out: Errors): void {
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: credentials, runAsUserName } = options
  if (isSet(name)) checkSubdomain(name, `${path}.gmsaCredentialSpecName`, out)
  if (isSet(credentials)) {
    const at = `${path}.gmsaCredentialSpec`
    if (credentials === '') out.push(invalidValue(at, credentials, 'gmsaCredentialSpec cannot be an empty string'))
    else if (utf8Length(credentials) > credentialSpecKiB * 1024) {
      out.push(invalidValue(at, credentials, `gmsaCredentialSpec size must be under ${credentialSpecKiB} KiB`))
    }
  }
  if (isSet(runAsUserName)) {
    for (const problem of userNameErrors(runAsUserName)) out.push(invalidValue(`${path}.runAsUserName`, runAsUserName, problem))
  }
}

const netBiosName = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const dnsDomain = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

/** "user" or "DOMAIN\user". */
function userNameErrors(name: string): readonly string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\x00-\x1f\x7f]/.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const user = parts[parts.length - 1] as string
  const errors: string[] = []
  if (parts.length === 2) {
    const domain = parts[0] as string
    if (utf8Length(domain) >= 256) errors.push("runAsUserName's Domain length must be under 256 characters")
    if (!netBiosName.test(domain) && !dnsDomain.test(domain)) {
      errors.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
    }
  }
  if (user === '') errors.push("runAsUserName's User cannot be empty")
  else if (utf8Length(user) > 104) errors.push("runAsUserName's User length must not be longer than 104 characters")
  if (/^[. ]+$/.test(user)) errors.push("runAsUserName's User cannot contain only periods or spaces")
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    errors.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]')
  }
  return errors
}
