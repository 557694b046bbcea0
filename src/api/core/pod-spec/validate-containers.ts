/**
 * Containers, init containers and sidecars (validateContainers, validateInitContainers upstream). What all have in common comes first, then what only
 * some may have.
 */
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { child, index } from '../../../apimachinery/field-path.ts'
import { dns1123LabelErrors, portNameErrors, portNumberErrors } from '../../../apimachinery/names.ts'
import type { Container } from './container.ts'
import type { PodSpec } from './pod-spec.ts'
import { validateEnv, validateEnvFrom } from './validate-env.ts'
import { validateProbes } from './validate-probes.ts'
import { validateResources } from './validate-resources.ts'
import { validateSecurityContext } from './validate-security.ts'
import { validateVolumeMounts } from './validate-volumes.ts'
import type { Volume } from './volume.ts'

const pullPolicies = ['Always', 'IfNotPresent', 'Never']
const protocols = ['SCTP', 'TCP', 'UDP']

interface World {
  readonly spec: PodSpec
  readonly volumes: ReadonlyMap<string, Volume>
}

export function* validateContainers({ spec, volumes }: World, path: string): Generator<FieldError> {
  if ((spec.containers?.length ?? 0) === 0) return yield required(path)
  const names = new Set<string>()
  for (const [position, one] of spec.containers.entries()) {
    const at = index(path, position)
    yield* validateShared(one, volumes, at)
    if (names.has(one.name)) yield duplicate(child(at, 'name'), one.name)
    names.add(one.name)
    yield* validateProbes(one, at, spec.terminationGracePeriodSeconds ?? 0)
    if (one.restartPolicy !== undefined) yield forbiddenField(child(at, 'restartPolicy'), 'may not be set for non-init containers')
  }
  yield* validateHostPorts(spec.containers, path)
}

export function* validateInitContainers({ spec, volumes }: World, path: string): Generator<FieldError> {
  const names = new Set((spec.containers ?? []).map(({ name }) => name))
  for (const [position, one] of (spec.initContainers ?? []).entries()) {
    const at = index(path, position)
    yield* validateShared(one, volumes, at)
    const { restartPolicy } = one
    if (restartPolicy !== undefined && restartPolicy !== 'Always') yield notSupported(child(at, 'restartPolicy'), restartPolicy, ['Always'])
    if (names.has(one.name)) yield duplicate(child(at, 'name'), one.name)
    else names.add(one.name)
    yield* validateHostPorts([one], path)
    if (restartPolicy === 'Always') yield* validateProbes(one, at, spec.terminationGracePeriodSeconds ?? 0)
    else {
      for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        if (one[name]) yield forbiddenField(child(at, name), 'may not be set for init containers without restartPolicy=Always')
      }
    }
  }
}

function* validateShared(container: Container, volumes: ReadonlyMap<string, Volume>, path: string): Generator<FieldError> {
  const { name, image, terminationMessagePolicy, imagePullPolicy } = container
  if (name === '') yield required(child(path, 'name'))
  else for (const text of dns1123LabelErrors(name)) yield invalidValue(child(path, 'name'), name, text)
  if ((image ?? '') === '') yield required(child(path, 'image'))
  if ((terminationMessagePolicy ?? '') === '') yield required(child(path, 'terminationMessagePolicy'))
  else if (terminationMessagePolicy !== 'File' && terminationMessagePolicy !== 'FallbackToLogsOnError')
    yield notSupported(child(path, 'terminationMessagePolicy'), terminationMessagePolicy, ['File', 'FallbackToLogsOnError'])
  yield* validatePorts(container, child(path, 'ports'))
  if (container.env) yield* validateEnv(container.env, child(path, 'env'))
  if (container.envFrom) yield* validateEnvFrom(container.envFrom, child(path, 'envFrom'))
  if (container.volumeMounts) yield* validateVolumeMounts(container, volumes, child(path, 'volumeMounts'))
  if ((imagePullPolicy ?? '') === '') yield required(child(path, 'imagePullPolicy'))
  else if (!pullPolicies.includes(imagePullPolicy as string))
    yield notSupported(child(path, 'imagePullPolicy'), imagePullPolicy, pullPolicies)
  yield* validateResources(container.resources, child(path, 'resources'))
  if (container.securityContext) yield* validateSecurityContext(container.securityContext, child(path, 'securityContext'))
}

function* validatePorts({ ports }: Container, path: string): Generator<FieldError> {
  const names = new Set<string>()
  for (const [position, port] of (ports ?? []).entries()) {
    const at = index(path, position)
    const name = port.name ?? ''
    if (name !== '') {
      const problems = portNameErrors(name)
      for (const text of problems) yield invalidValue(child(at, 'name'), name, text)
      if (problems.length === 0 && names.has(name)) yield duplicate(child(at, 'name'), name)
      names.add(name)
    }
    if (port.containerPort === 0) yield required(child(at, 'containerPort'))
    else for (const text of portNumberErrors(port.containerPort)) yield invalidValue(child(at, 'containerPort'), port.containerPort, text)
    if ((port.hostPort ?? 0) !== 0)
      for (const text of portNumberErrors(port.hostPort as number)) yield invalidValue(child(at, 'hostPort'), port.hostPort, text)
    const protocol = port.protocol ?? ''
    if (protocol === '') yield required(child(at, 'protocol'))
    else if (!protocols.includes(protocol)) yield notSupported(child(at, 'protocol'), protocol, protocols)
  }
}

/** Two containers of a Pod cannot have one port of the node. */
function* validateHostPorts(containers: readonly Container[], path: string): Generator<FieldError> {
  const taken = new Set<string>()
  for (const [position, { ports }] of containers.entries()) {
    for (const [portPosition, port] of (ports ?? []).entries()) {
      if ((port.hostPort ?? 0) === 0) continue
      const place = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`
      if (taken.has(place)) yield duplicate(child(index(child(index(path, position), 'ports'), portPosition), 'hostPort'), place)
      taken.add(place)
    }
  }
}
