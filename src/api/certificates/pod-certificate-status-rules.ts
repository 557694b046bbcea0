/**
 * How a PodCertificateRequest ends: issued, denied or failed, once, and then it stays as it is (ValidatePodCertificateRequestStatusUpdate
 * upstream). One that is issued tells a certificate for the key that was asked for, and its times, which must be those of the certificate.
 */
import { chainProblem } from '../../apimachinery/certificates.ts'
import { type FieldError, invalidValue, notSupported, omittedValue, required, tooLong } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { validateConditions } from '../../apimachinery/validate-conditions.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import type { PodCertificateRequestSpec, PodCertificateRequestStatus } from './pod-certificate-schema.ts'

export const terminalConditions: readonly string[] = ['Issued', 'Denied', 'Failed']

interface Request {
  readonly spec: PodCertificateRequestSpec
  readonly status?: PodCertificateRequestStatus | undefined
}

export function* validatePodCertificateStatus(request: Request, old: Request, now: string): Generator<FieldError> {
  const { status = {} } = request
  const errors = [...validateKnownConditions(status), ...validateConditions(status.conditions, 'status.conditions')]
  if (errors.length > 0) return yield* errors
  const is = (type: string, { conditions }: PodCertificateRequestStatus = status): boolean =>
    conditions?.some((one) => one.type === type && one.status === 'True') ?? false
  const before = old.status ?? {}
  if (terminalConditions.some((type) => is(type, before))) {
    yield* validateSame(status, before, 'immutable after PodCertificateRequest is issued, denied, or failed')
  } else if (is('Denied') || is('Failed')) {
    const detail = 'non-condition status fields must be empty when denying or failing the PodCertificateRequest'
    yield* validateSame(status, { conditions: status.conditions }, detail)
  } else if (is('Issued')) {
    yield* validateIssued(old.spec, status, Date.parse(now))
  } else {
    yield* validateSame(status, before, 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"')
  }
}

function* validateKnownConditions({ conditions }: PodCertificateRequestStatus): Generator<FieldError> {
  let count = 0
  for (const [i, { type = '', status = '' }] of (conditions ?? []).entries()) {
    // A dot before the index: upstream's.
    const at = `status.conditions.[${i}]`
    if (!terminalConditions.includes(type)) {
      yield notSupported(child(at, 'type'), type, terminalConditions)
      continue
    }
    count++
    if (count > 1) {
      yield invalidValue(child(at, 'type'), type, 'There may be at most one condition with type "Issued", "Denied", or "Failed"')
    }
    if (status !== 'True') yield notSupported(child(at, 'status'), status, ['True'])
  }
}

function* validateSame(status: PodCertificateRequestStatus, wanted: PodCertificateRequestStatus, detail: string): Generator<FieldError> {
  if (!semanticallyEqual(status, wanted)) yield invalidValue('status', omittedValue, detail)
}

const chainBytesMax = 100 * 1024
const minuteMs = 60_000
const hourMs = 60 * minuteMs

function* validateIssued(spec: PodCertificateRequestSpec, status: PodCertificateRequestStatus, nowMs: number): Generator<FieldError> {
  const { certificateChain: chain = '', notBefore, notAfter, beginRefreshAt } = status
  if (utf8Length(chain) > chainBytesMax) return yield tooLong('status.certificateChain', chainBytesMax)
  const { leaf, leafProblem, restProblem } = chainProblem(chain, Buffer.from(spec.pkixPublicKey ?? '', 'base64'))
  if (leaf === undefined) return yield invalidValue('status.certificateChain', chain, leafProblem ?? '')
  const consistent = 'must be present and consistent with the issued certificate'
  if (!notBefore) yield required('status.notBefore', consistent)
  if (!notAfter) yield required('status.notAfter', consistent)
  if (!beginRefreshAt) yield required('status.beginRefreshAt', 'must be present and in the range [notbefore+10min, notafter-10min]')
  if (!notBefore || !notAfter || !beginRefreshAt) return
  const wrong = timesProblem({ notBefore, notAfter, beginRefreshAt }, leaf, nowMs, spec.maxExpirationSeconds ?? 0)
  if (wrong !== undefined) yield wrong
  else if (restProblem !== undefined) yield invalidValue('status.certificateChain', chain, restProblem)
}

interface Times {
  readonly notBefore: string
  readonly notAfter: string
  readonly beginRefreshAt: string
}

function timesProblem(
  times: Times,
  leaf: { readonly notBeforeMs: number; readonly notAfterMs: number },
  nowMs: number,
  secondsMax: number,
): FieldError | undefined {
  const wrong = (name: keyof Times, detail: string): FieldError => invalidValue(`status.${name}`, times[name], detail)
  const [beginMs, endMs, refreshMs] = [times.notBefore, times.notAfter, times.beginRefreshAt].map((text) => Date.parse(text)) as [
    number,
    number,
    number,
  ]
  if (beginMs !== leaf.notBeforeMs) return wrong('notBefore', 'must be set to the NotBefore time encoded in the leaf certificate')
  if (Math.abs(beginMs - nowMs) >= 5 * minuteMs) {
    return wrong('notBefore', "must be set to within 5 minutes of kube-apiserver's current time")
  }
  if (endMs !== leaf.notAfterMs) return wrong('notAfter', 'must be set to the NotAfter time encoded in the leaf certificate')
  const lifetimeMs = endMs - beginMs
  const tooShortOrLong = (detail: string): FieldError =>
    invalidValue('status.certificateChain', lifetimeMs * 1e6, `leaf certificate lifetime must be ${detail}`)
  if (lifetimeMs < hourMs) return tooShortOrLong('>= 1 hour')
  if (lifetimeMs > secondsMax * 1000) return tooShortOrLong(`<= spec.maxExpirationSeconds (${secondsMax})`)
  if (refreshMs < beginMs + 10 * minuteMs) return wrong('beginRefreshAt', 'must be at least 10 minutes after status.notBefore')
  if (refreshMs > endMs - 10 * minuteMs) return wrong('beginRefreshAt', 'must be at least 10 minutes before status.notAfter')
  return undefined
}
