/** The checks of level baseline: what a Pod must not do to its node. In the order of their ids, which is the order of what is said. */
import { quote } from '../../../apimachinery/go-strings.ts'
import {
  type Check,
  type CheckedPod,
  containersText,
  named,
  plural,
  quoted,
  quotedSet,
  settersText,
  type VersionedCheck,
  type Violation,
} from './check.ts'

const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/'

function appArmorProfile(pod: CheckedPod): Violation | undefined {
  const isBad = (profile: { readonly type: string } | null | undefined): boolean =>
    !!profile && profile.type !== 'RuntimeDefault' && profile.type !== 'Localhost'
  const own = pod.spec.securityContext?.appArmorProfile
  const names = named(pod, ({ securityContext }) => isBad(securityContext?.appArmorProfile))
  const types = [own, ...pod.containers.map(({ securityContext }) => securityContext?.appArmorProfile)].filter(isBad)
  const values = [...new Set(types.map((profile) => profile?.type ?? ''))].sort()
  const annotations = Object.entries(pod.annotations)
    .filter(([name, value]) => name.startsWith(appArmorPrefix) && !isAllowedAppArmor(value))
    .map(([name, value]) => `${name}=${quote(value)}`)
    .sort()
  values.push(...annotations)
  const setters = [settersText(isBad(own), names)].filter((one) => one !== '')
  if (annotations.length > 0) setters.push(plural('annotation', annotations.length))
  if (setters.length === 0) return undefined
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${setters.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  }
}

function isAllowedAppArmor(profile: string): boolean {
  return profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/')
}

const defaultCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

function capabilities(pod: CheckedPod): Violation | undefined {
  const added = pod.containers.map(({ name, securityContext }) => ({
    name,
    bad: (securityContext?.capabilities?.add ?? []).filter((one) => !defaultCapabilities.has(one)),
  }))
  const names = added.filter(({ bad }) => bad.length > 0).map(({ name }) => name)
  if (names.length === 0) return undefined
  const bad = quotedSet(added.flatMap((one) => one.bad))
  return {
    reason: 'non-default capabilities',
    detail: `${containersText(names)} must not include ${bad} in securityContext.capabilities.add`,
  }
}

function hostNamespaces({ spec }: CheckedPod): Violation | undefined {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((one) => spec[one] === true).map((one) => `${one}=true`)
  return used.length === 0 ? undefined : { reason: 'host namespaces', detail: used.join(', ') }
}

function hostPathVolumes({ spec }: CheckedPod): Violation | undefined {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name)
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural('volume', names.length)} ${quoted(names)}` }
}

function hostPorts(pod: CheckedPod): Violation | undefined {
  const portsOf = (ports: readonly { readonly hostPort?: number | null | undefined }[] | null | undefined): number[] =>
    (ports ?? []).map(({ hostPort }) => hostPort ?? 0).filter((one) => one !== 0)
  const names = named(pod, ({ ports }) => portsOf(ports).length > 0)
  if (names.length === 0) return undefined
  const ports = [...new Set(pod.containers.flatMap((one) => portsOf(one.ports).map(String)))].sort()
  const detail = `${containersText(names)} ${names.length === 1 ? 'uses' : 'use'} ${plural('hostPort', ports.length)} ${ports.join(', ')}`
  return { reason: 'hostPort', detail }
}

interface Handler {
  readonly httpGet?: { readonly host?: string | undefined } | null | undefined
  readonly tcpSocket?: { readonly host?: string | undefined } | null | undefined
}

function hostsOf(handlers: readonly (Handler | null | undefined)[]): string[] {
  const hosts = handlers.flatMap((one) => [one?.httpGet?.host ?? '', one?.tcpSocket?.host ?? ''])
  return hosts.filter((host) => host !== '')
}

function hostProbes(pod: CheckedPod): Violation | undefined {
  const found = pod.containers.map(({ name, livenessProbe, readinessProbe, startupProbe, lifecycle }) => ({
    name,
    hosts: hostsOf([livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]),
  }))
  const names = [...new Set(found.filter(({ hosts }) => hosts.length > 0).map(({ name }) => name))].sort()
  if (names.length === 0) return undefined
  const hosts = new Set(found.flatMap((one) => one.hosts))
  const what = plural('probe or lifecycle host', hosts.size)
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(names)} ${names.length === 1 ? 'uses' : 'use'} ${what} ${quotedSet(hosts)}`,
  }
}

function privileged(pod: CheckedPod): Violation | undefined {
  const names = named(pod, ({ securityContext }) => securityContext?.privileged === true)
  if (names.length === 0) return undefined
  return { reason: 'privileged', detail: `${containersText(names)} must not set securityContext.privileged=true` }
}

function procMount(pod: CheckedPod): Violation | undefined {
  const isBad = (mount: string | null | undefined): boolean => typeof mount === 'string' && mount !== 'Default'
  const names = named(pod, ({ securityContext }) => isBad(securityContext?.procMount))
  if (names.length === 0) return undefined
  const mounts = pod.containers.map(({ securityContext }) => securityContext?.procMount ?? 'Default').filter(isBad)
  return { reason: 'procMount', detail: `${containersText(names)} must not set securityContext.procMount to ${quotedSet(mounts)}` }
}

interface SeLinuxOptions {
  readonly type?: string | undefined
  readonly user?: string | undefined
  readonly role?: string | undefined
}

function seLinuxOptions(...allowed: readonly string[]): Check {
  const isTypeBad = ({ type = '' }: SeLinuxOptions): boolean => type !== '' && !allowed.includes(type)
  const isBad = (options: SeLinuxOptions | null | undefined): options is SeLinuxOptions =>
    !!options && (isTypeBad(options) || !!options.user || !!options.role)
  return (pod) => {
    const own = pod.spec.securityContext?.seLinuxOptions
    const setters = settersText(
      isBad(own),
      named(pod, ({ securityContext }) => isBad(securityContext?.seLinuxOptions)),
    )
    if (setters === '') return undefined
    const bad = [own, ...pod.containers.map(({ securityContext }) => securityContext?.seLinuxOptions)].filter(isBad)
    const types = new Set(bad.filter(isTypeBad).map(({ type = '' }) => type))
    const what = types.size > 0 ? [`${plural('type', types.size)} ${quotedSet(types)}`] : []
    if (bad.some(({ user }) => user)) what.push('user may not be set')
    if (bad.some(({ role }) => role)) what.push('role may not be set')
    return { reason: 'seLinuxOptions', detail: `${setters} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}` }
  }
}

const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod'
const seccompContainer = 'container.seccomp.security.alpha.kubernetes.io/'

/** Before there was a field for it. */
function seccompAnnotations(pod: CheckedPod): Violation | undefined {
  const names = [seccompPod, ...pod.containers.map(({ name }) => seccompContainer + name)]
  const bad = new Set<string>()
  for (const name of names) {
    const value = pod.annotations[name]
    if (value === undefined || value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/')) continue
    bad.add(`${name}=${quote(value)}`)
  }
  if (bad.size === 0) return undefined
  return { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', bad.size)} ${[...bad].sort().join(', ')}` }
}

export function isSeccompBad(profile: { readonly type: string } | null | undefined): boolean {
  return !!profile && profile.type !== 'RuntimeDefault' && profile.type !== 'Localhost'
}

export function seccompProfile(pod: CheckedPod): Violation | undefined {
  const own = pod.spec.securityContext?.seccompProfile
  const setters = settersText(
    isSeccompBad(own),
    named(pod, ({ securityContext }) => isSeccompBad(securityContext?.seccompProfile)),
  )
  if (setters === '') return undefined
  const bad = [own, ...pod.containers.map(({ securityContext }) => securityContext?.seccompProfile)].filter(isSeccompBad)
  const types = quotedSet(bad.map((profile) => profile?.type ?? ''))
  return { reason: 'seccompProfile', detail: `${setters} must not set securityContext.seccompProfile.type to ${types}` }
}

const firstSysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
]
const reservedPorts = [...firstSysctls, 'net.ipv4.ip_local_reserved_ports']
const keepAlive = [
  ...reservedPorts,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
]
const buffers = [...keepAlive, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']

function sysctls(allowed: readonly string[]): Check {
  return ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.includes(name))
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') }
  }
}

function windowsHostProcess(pod: CheckedPod): Violation | undefined {
  const isPod = pod.spec.securityContext?.windowsOptions?.hostProcess === true
  const setters = settersText(
    isPod,
    named(pod, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true),
  )
  if (setters === '') return undefined
  return { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` }
}

const containerTypes = ['container_t', 'container_init_t', 'container_kvm_t']

export const baselineChecks: readonly VersionedCheck[] = [
  { id: 'appArmorProfile', versions: [[0, appArmorProfile]] },
  { id: 'capabilities_baseline', versions: [[0, capabilities]] },
  { id: 'hostNamespaces', versions: [[0, hostNamespaces]] },
  { id: 'hostPathVolumes', versions: [[0, hostPathVolumes]] },
  { id: 'hostPorts', versions: [[0, hostPorts]] },
  { id: 'hostProbesAndHostLifecycle', versions: [[34, hostProbes]] },
  { id: 'privileged', versions: [[0, privileged]] },
  { id: 'procMount', versions: [[0, procMount]] },
  {
    id: 'seLinuxOptions',
    versions: [
      [0, seLinuxOptions(...containerTypes)],
      [31, seLinuxOptions(...containerTypes, 'container_engine_t')],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      [0, seccompAnnotations],
      [19, seccompProfile],
    ],
  },
  {
    id: 'sysctls',
    versions: [
      [0, sysctls(firstSysctls)],
      [27, sysctls(reservedPorts)],
      [29, sysctls(keepAlive)],
      [32, sysctls(buffers)],
    ],
  },
  { id: 'windowsHostProcess', versions: [[0, windowsHostProcess]] },
]
