/**
 * Probes and lifecycle handlers (validateProbe, validateHandler upstream): exactly one way to ask, and numbers that make sense.
 */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { child, index } from '../../../apimachinery/field-path.ts'
import { httpHeaderNameErrors, portNameErrors, portNumberErrors } from '../../../apimachinery/names.ts'
import { validateNonNegative } from '../../../apimachinery/validate-metadata.ts'
import type { Container } from './container.ts'
import type { HTTPGetAction, LifecycleHandler, Probe } from './probe.ts'

export function* validateProbes(container: Container, path: string, graceSeconds: number): Generator<FieldError> {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  if (lifecycle?.postStart) yield* validateHandler(lifecycle.postStart, child(path, 'lifecycle', 'postStart'), graceSeconds)
  if (lifecycle?.preStop) yield* validateHandler(lifecycle.preStop, child(path, 'lifecycle', 'preStop'), graceSeconds)
  yield* validateProbe(livenessProbe, child(path, 'livenessProbe'), graceSeconds)
  if (livenessProbe && (livenessProbe.successThreshold ?? 1) !== 1)
    yield invalidValue(child(path, 'livenessProbe', 'successThreshold'), livenessProbe.successThreshold, 'must be 1')
  yield* validateProbe(readinessProbe, child(path, 'readinessProbe'), graceSeconds)
  if (readinessProbe?.terminationGracePeriodSeconds !== undefined)
    yield invalidValue(
      child(path, 'readinessProbe', 'terminationGracePeriodSeconds'),
      readinessProbe.terminationGracePeriodSeconds,
      'must not be set for readinessProbes',
    )
  yield* validateProbe(startupProbe, child(path, 'startupProbe'), graceSeconds)
  if (startupProbe && (startupProbe.successThreshold ?? 1) !== 1)
    yield invalidValue(child(path, 'startupProbe', 'successThreshold'), startupProbe.successThreshold, 'must be 1')
}

function* validateProbe(probe: Probe | undefined, path: string, graceSeconds: number): Generator<FieldError> {
  if (!probe) return
  yield* validateHandler(probe, path, graceSeconds)
  for (const name of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const)
    yield* validateNonNegative(probe[name] ?? 0, child(path, name))
  const grace = probe.terminationGracePeriodSeconds
  if (grace !== undefined && grace <= 0) yield invalidValue(child(path, 'terminationGracePeriodSeconds'), grace, 'must be greater than 0')
}

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>

export function* validateHandler(handler: Handler, path: string, graceSeconds: number): Generator<FieldError> {
  let count = 0
  const isFirst = function* (name: string): Generator<FieldError, boolean> {
    if (count++ === 0) return true
    yield forbiddenField(child(path, name), 'may not specify more than 1 handler type')
    return false
  }
  if (handler.exec && (yield* isFirst('exec')) && (handler.exec.command?.length ?? 0) === 0) yield required(child(path, 'exec', 'command'))
  if (handler.httpGet && (yield* isFirst('httpGet'))) yield* validateHttpGet(handler.httpGet, child(path, 'httpGet'))
  if (handler.tcpSocket && (yield* isFirst('tcpSocket'))) yield* validatePort(handler.tcpSocket.port, child(path, 'tcpSocket', 'port'))
  if (handler.grpc && (yield* isFirst('grpc'))) {
    for (const text of portNumberErrors(handler.grpc.port)) yield invalidValue(child(path, 'grpc', 'port'), handler.grpc.port, text)
  }
  if (handler.sleep && (yield* isFirst('sleep'))) {
    const { seconds } = handler.sleep
    if (seconds < 0 || seconds > graceSeconds) {
      const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds}). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.`
      yield invalidValue(child(path, 'sleep'), seconds, detail)
    }
  }
  if (count === 0) yield required(path, 'must specify a handler type')
}

function* validateHttpGet(get: HTTPGetAction, path: string): Generator<FieldError> {
  if ((get.path ?? '') === '') yield required(child(path, 'path'))
  yield* validatePort(get.port, child(path, 'port'))
  const scheme = get.scheme ?? ''
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') yield notSupported(child(path, 'scheme'), scheme, ['HTTP', 'HTTPS'])
  for (const [position, { name }] of (get.httpHeaders ?? []).entries()) {
    for (const text of httpHeaderNameErrors(name))
      yield invalidValue(child(index(child(path, 'httpHeaders'), position), 'name'), name, text)
  }
}

function* validatePort(port: number | string, path: string): Generator<FieldError> {
  for (const text of typeof port === 'number' ? portNumberErrors(port) : portNameErrors(port)) yield invalidValue(path, port, text)
}
