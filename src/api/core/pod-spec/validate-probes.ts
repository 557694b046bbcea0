/**
 * Probes and lifecycle handlers (validateProbe, validateHandler upstream): exactly one way to ask, and numbers that make sense.
 *
 * What a newcomer would get wrong: a handler beyond the first is refused without a look at it; headers are reported at their list.
 */
import { forbiddenField, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { httpHeaderNameErrors, portNameErrors, portNumberErrors } from '../../../apimachinery/names.ts'
import type { Container } from './container.ts'
import type { HTTPGetAction, LifecycleHandler, Probe } from './probe.ts'
import { checkName, type Errors, isSet } from './validate-paths.ts'

/** `graceSeconds`: how long the Pod may take to end; undefined when it does not say. */
export function checkProbes(
  { livenessProbe, readinessProbe, startupProbe, lifecycle }: Container,
  path: string,
  graceSeconds: number | undefined,
  out: Errors,
): void {
  if (lifecycle) {
    if (lifecycle.postStart) checkHandler(lifecycle.postStart, `${path}.lifecycle.postStart`, graceSeconds, out)
    if (lifecycle.preStop) checkHandler(lifecycle.preStop, `${path}.lifecycle.preStop`, graceSeconds, out)
  }
  if (livenessProbe) checkOnceProbe(livenessProbe, `${path}.livenessProbe`, graceSeconds, out)
  if (readinessProbe) {
    const at = `${path}.readinessProbe`
    checkProbe(readinessProbe, at, graceSeconds, out)
    const { terminationGracePeriodSeconds: grace } = readinessProbe
    if (isSet(grace)) out.push(invalidValue(`${at}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'))
  }
  if (startupProbe) checkOnceProbe(startupProbe, `${path}.startupProbe`, graceSeconds, out)
}

/** One success is enough. */
function checkOnceProbe(probe: Probe, path: string, graceSeconds: number | undefined, out: Errors): void {
  checkProbe(probe, path, graceSeconds, out)
  const threshold = probe.successThreshold ?? 0
  if (threshold !== 1) out.push(invalidValue(`${path}.successThreshold`, threshold, 'must be 1'))
}

const numbers = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const

function checkProbe(probe: Probe, path: string, graceSeconds: number | undefined, out: Errors): void {
  checkHandler(probe, path, graceSeconds, out)
  for (const name of numbers) {
    const value = probe[name] ?? 0
    if (value < 0) out.push(invalidValue(`${path}.${name}`, value, 'must be greater than or equal to 0'))
  }
  const grace = probe.terminationGracePeriodSeconds
  if (isSet(grace) && grace <= 0) out.push(invalidValue(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'))
}

type Handler = Partial<LifecycleHandler> & Pick<Probe, 'grpc'>
const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const

function checkHandler(handler: Handler, path: string, graceSeconds: number | undefined, out: Errors): void {
  let first: string | undefined
  for (const name of handlers) {
    if (!handler[name]) continue
    if (first === undefined) first = name
    else out.push(forbiddenField(`${path}.${name}`, 'may not specify more than 1 handler type'))
    if (first === name) checkAction(handler, name, `${path}.${name}`, graceSeconds, out)
  }
  if (first === undefined) out.push(required(path, 'must specify a handler type'))
}

function checkAction(
  { exec, httpGet, tcpSocket, grpc, sleep }: Handler,
  name: (typeof handlers)[number],
  path: string,
  graceSeconds: number | undefined,
  out: Errors,
): void {
  if (name === 'exec') {
    if ((exec?.command?.length ?? 0) === 0) out.push(required(`${path}.command`))
  } else if (name === 'httpGet') checkHttpGet(httpGet as HTTPGetAction, path, out)
  else if (name === 'tcpSocket') checkPort(tcpSocket?.port ?? 0, `${path}.port`, out)
  else if (name === 'grpc') checkPort(grpc?.port ?? 0, `${path}.port`, out)
  else {
    const seconds = sleep?.seconds ?? 0
    if (graceSeconds === undefined || (seconds >= 0 && seconds <= graceSeconds)) return
    out.push(invalidValue(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`))
  }
}

const schemes = ['HTTP', 'HTTPS']

function checkHttpGet({ path: route = '', port, scheme = '', httpHeaders }: HTTPGetAction, path: string, out: Errors): void {
  if (route === '') out.push(required(`${path}.path`))
  checkPort(port ?? 0, `${path}.port`, out)
  if (!schemes.includes(scheme)) out.push(notSupported(`${path}.scheme`, scheme, schemes))
  for (const { name = '' } of httpHeaders ?? []) checkName(httpHeaderNameErrors(name), name, `${path}.httpHeaders`, out)
}

function checkPort(port: number | string, path: string, out: Errors): void {
  const problems = typeof port === 'number' ? portNumberErrors(port) : portNameErrors(port)
  for (const problem of problems) out.push(invalidValue(path, port, problem))
}
