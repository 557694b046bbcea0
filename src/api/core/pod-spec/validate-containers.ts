/**
 * Containers, init containers, sidecars and ephemeral containers (validateContainers and its siblings upstream). What all have in common comes first, then
 * what only some may have.
 *
 * What a newcomer would get wrong: names are unique among containers and init containers together, but an ephemeral one is reported
 * against both; a host port taken twice is one of the app containers only, init containers run before them.
 */
import { duplicate, forbiddenField, invalidValue, notFoundValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { portNameErrors, portNumberErrors } from '../../../apimachinery/names.ts'
import type { Container, ContainerPort, EphemeralContainer } from './container.ts'
import type { PodSpec } from './pod-spec.ts'
import type { PodRules } from './rules.ts'
import { checkEnv, checkEnvFrom } from './validate-env.ts'
import { checkMounts, type VolumesByName } from './validate-mounts.ts'
import { checkLabel, type Errors, isSet } from './validate-paths.ts'
import { checkProbes } from './validate-probes.ts'
import { checkResources } from './validate-resources.ts'
import { checkSecurityContext } from './validate-security.ts'
import { checkPullPolicy } from './validate-volumes.ts'

/** What containers are checked against. */
export interface ContainerWorld {
  readonly spec: PodSpec
  readonly volumes: VolumesByName
  readonly claimNames: ReadonlySet<string>
  readonly rules: PodRules
}

export function checkContainers(world: ContainerWorld, path: string, out: Errors): void {
  const { spec } = world
  const { containers } = spec
  if ((containers?.length ?? 0) === 0) return void out.push(required(path))
  const grace = spec.terminationGracePeriodSeconds ?? undefined
  const names = new Set<string>()
  for (let i = 0; i < containers.length; i++) {
    const container = containers[i] as Container
    const at = `${path}[${i}]`
    checkCommon(container, world, at, out)
    if (names.has(container.name)) out.push(duplicate(`${at}.name`, container.name))
    names.add(container.name)
    checkProbes(container, at, grace, out)
    if (isSet(container.restartPolicy)) out.push(forbiddenField(`${at}.restartPolicy`, 'may not be set for non-init containers'))
  }
  checkHostPorts(containers, path, out)
}

export function checkInitContainers(world: ContainerWorld, path: string, out: Errors): void {
  const { spec } = world
  const list = spec.initContainers
  if (!list || list.length === 0) return
  const grace = spec.terminationGracePeriodSeconds ?? undefined
  const names = new Set((spec.containers ?? []).map(({ name }) => name))
  for (let i = 0; i < list.length; i++) {
    const container = list[i] as Container
    const at = `${path}[${i}]`
    const { restartPolicy, name } = container
    checkCommon(container, world, at, out)
    if (isSet(restartPolicy) && restartPolicy !== 'Always') out.push(notSupported(`${at}.restartPolicy`, restartPolicy, ['Always']))
    if (names.has(name)) out.push(duplicate(`${at}.name`, name))
    else if (name !== '') names.add(name)
    // Upstream looks at each alone, and so counts from 0.
    checkHostPorts([container], path, out)
    if (restartPolicy === 'Always') checkProbes(container, at, grace, out)
    else {
      for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        if (container[field]) out.push(forbiddenField(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always'))
      }
    }
  }
}

/** In Go's order. */
const fieldsNotForEphemeral = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

export function checkEphemeralContainers(world: ContainerWorld, path: string, out: Errors): void {
  const { spec } = world
  const list = spec.ephemeralContainers
  if (!list || list.length === 0) return
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name))
  const names = new Set(others)
  const detail = 'cannot be set for an Ephemeral Container'
  for (let i = 0; i < list.length; i++) {
    const container = list[i] as EphemeralContainer
    const { name = '', targetContainerName = '', volumeMounts } = container
    const at = `${path}[${i}]`
    checkCommon(container as Container, world, at, out)
    checkImageSpaces(container as Container, at, out)
    if (names.has(name)) out.push(duplicate(`${at}.name`, name))
    else names.add(name)
    if (targetContainerName !== '' && !others.has(targetContainerName)) {
      out.push(notFoundValue(`${at}.targetContainerName`, targetContainerName))
    }
    for (const field of fieldsNotForEphemeral) {
      const value = container[field]
      const isEmpty = !isSet(value) || (field === 'resources' && Object.keys(value).length === 0)
      if (!isEmpty) out.push(forbiddenField(`${at}.${field}`, detail))
    }
    for (const [j, { subPath = '', subPathExpr = '' }] of (volumeMounts ?? []).entries()) {
      if (subPath !== '') out.push(forbiddenField(`${at}.volumeMounts[${j}].subPath`, detail))
      if (subPathExpr !== '') out.push(forbiddenField(`${at}.volumeMounts[${j}].subPathExpr`, detail))
    }
  }
}

/** Of Pods only: templates have always been allowed them. */
export function checkImageSpaces({ image = '' }: Container, path: string, out: Errors): void {
  if (image.trim() !== image) out.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'))
}

const messagePolicies = ['File', 'FallbackToLogsOnError']

function checkCommon(container: Container, world: ContainerWorld, path: string, out: Errors): void {
  const { name = '', image = '', terminationMessagePolicy: policy = '', securityContext, ports, env, envFrom } = container
  if (name === '') out.push(required(`${path}.name`))
  else checkLabel(name, `${path}.name`, out)
  if (image === '') out.push(required(`${path}.image`))
  if (policy === '') out.push(required(`${path}.terminationMessagePolicy`))
  else if (!messagePolicies.includes(policy)) out.push(notSupported(`${path}.terminationMessagePolicy`, policy, messagePolicies))
  if (ports) checkPorts(ports, `${path}.ports`, out)
  if (env) checkEnv(env, `${path}.env`, out)
  if (envFrom) checkEnvFrom(envFrom, `${path}.envFrom`, out)
  checkMounts(container, world.volumes, path, out)
  checkPullPolicy(container.imagePullPolicy ?? '', `${path}.imagePullPolicy`, out)
  if (container.resources) checkResources(container.resources, `${path}.resources`, world.rules, world.claimNames, out)
  if (container.resizePolicy) checkResizePolicies(container.resizePolicy, world.spec, `${path}.resizePolicy`, out)
  if (securityContext) checkSecurityContext(securityContext, `${path}.securityContext`, world.spec.hostUsers !== false, out)
}

const protocols = ['SCTP', 'TCP', 'UDP']

function checkPorts(ports: readonly ContainerPort[], path: string, out: Errors): void {
  const names = new Set<string>()
  for (let i = 0; i < ports.length; i++) {
    const { name = '', containerPort = 0, hostPort = 0, protocol = '' } = ports[i] as ContainerPort
    const at = `${path}[${i}]`
    if (name !== '') {
      const problems = portNameErrors(name)
      for (const problem of problems) out.push(invalidValue(`${at}.name`, name, problem))
      if (problems.length === 0 && names.has(name)) out.push(duplicate(`${at}.name`, name))
      else if (problems.length === 0) names.add(name)
    }
    if (containerPort === 0) out.push(required(`${at}.containerPort`))
    else for (const problem of portNumberErrors(containerPort)) out.push(invalidValue(`${at}.containerPort`, containerPort, problem))
    if (hostPort !== 0) for (const problem of portNumberErrors(hostPort)) out.push(invalidValue(`${at}.hostPort`, hostPort, problem))
    if (protocol === '') out.push(required(`${at}.protocol`))
    else if (!protocols.includes(protocol)) out.push(notSupported(`${at}.protocol`, protocol, protocols))
  }
}

/** Two containers of a Pod cannot have one port of the node. */
function checkHostPorts(containers: readonly Container[], path: string, out: Errors): void {
  let taken: Set<string> | undefined
  for (let i = 0; i < containers.length; i++) {
    const ports = containers[i]?.ports
    if (!ports) continue
    for (let j = 0; j < ports.length; j++) {
      const { protocol, hostIP = '', hostPort = 0 } = ports[j] as ContainerPort
      if (hostPort === 0) continue
      taken ??= new Set()
      const place = `${protocol}/${hostIP}/${hostPort}`
      if (taken.has(place)) out.push(duplicate(`${path}[${i}].ports[${j}].hostPort`, place))
      else taken.add(place)
    }
  }
}

const resizableResources = ['cpu', 'memory']
const resizeRestarts = ['NotRequired', 'RestartContainer']

function checkResizePolicies(policies: NonNullable<Container['resizePolicy']>, spec: PodSpec, path: string, out: Errors): void {
  const names = new Set<string>()
  for (let i = 0; i < policies.length; i++) {
    const { resourceName = '', restartPolicy = '' } = policies[i] as (typeof policies)[number]
    if (names.has(resourceName)) out.push(duplicate(`${path}[${i}]`, resourceName))
    names.add(resourceName)
    if (resourceName === '') out.push(required(path))
    else if (!resizableResources.includes(resourceName)) out.push(notSupported(path, resourceName, resizableResources))
    if (restartPolicy === '') out.push(required(path))
    else if (!resizeRestarts.includes(restartPolicy)) out.push(notSupported(path, restartPolicy, resizeRestarts))
    if (spec.restartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      out.push(invalidValue(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"))
    }
  }
}
