/**
 * Which signing requests are refused, and what each of the three endpoints may change: the main one only metadata, /approval only conditions,
 * /status the certificate and conditions other than Approved and Denied (pkg/apis/certificates/validation and the strategies upstream).
 *
 * What a newcomer would get wrong: whatever else a client sends is dropped without a word; what was wrong in the stored object already is
 * tolerated from then on; conditions of the three known types can only be True and never go away.
 */

import { certificatesProblem, signingRequestProblem } from '../../apimachinery/certificates.ts'
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import type { KubeObject, Mutable } from '../../apimachinery/object.ts'
import { unifiedDiff } from '../../apimachinery/unified-diff.ts'
import {
  semanticallyEqual,
  validateKubernetesFinalizers,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../apimachinery/validate-metadata.ts'
import { checkSignerName } from '../core/pod-spec/validate-signer-name.ts'
import { goForm } from '../go-form.ts'

interface Condition {
  readonly type?: string | undefined
  readonly status?: string | undefined
  readonly lastUpdateTime?: string | null | undefined
  readonly lastTransitionTime?: string | null | undefined
}
interface Request extends KubeObject {
  readonly spec: {
    readonly request?: string | undefined
    readonly usages?: readonly string[] | undefined
    readonly signerName?: string | undefined
    readonly expirationSeconds?: number | undefined
  }
  readonly status?: { readonly conditions?: readonly Condition[] | undefined; readonly certificate?: string | undefined } | undefined
}
type Draft = Mutable<Request>

export const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
] as const
const knownUsages: ReadonlySet<string> = new Set(usages)
const legacySigner = 'kubernetes.io/legacy-unknown'
const onlyTrue = new Set(['Approved', 'Denied', 'Failed'])
const conditionsField = 'status.conditions'
const expirationSecondsMin = 600

const conditionsOf = ({ status }: Request): readonly Condition[] => status?.conditions ?? []
const ofType = (request: Request, type: string): readonly Condition[] => conditionsOf(request).filter((one) => one.type === type)
const bytesOf = (base64: string | undefined): Uint8Array => Buffer.from(base64 ?? '', 'base64')
const isTwice = (all: readonly unknown[]): boolean => new Set(all).size < all.length

// What a write leaves of what was sent

export function prepareRequestForUpdate(draft: Draft, old: Request, { subresource, now }: { subresource: string; now: string }): void {
  draft.spec = old.spec as Draft['spec']
  if (subresource === 'approval') {
    const conditions = withTimes(conditionsOf(draft as Request), old, now)
    draft.status = { ...old.status, conditions } as NonNullable<Draft['status']>
  } else if (subresource === 'status') {
    const kept = keepDecisions(conditionsOf(draft as Request), old)
    if (kept.length > 0) draft.status = { ...draft.status, conditions: withTimes(kept, old, now) } as NonNullable<Draft['status']>
  }
}

/** As many decisions as before are the decisions from before. */
function keepDecisions(conditions: readonly Condition[], old: Request): readonly Condition[] {
  let kept = conditions
  for (const type of ['Approved', 'Denied']) {
    const before = ofType(old, type)
    if (kept.filter((one) => one.type === type).length !== before.length) continue
    let next = 0
    kept = kept.map((one) => (one.type === type ? (before[next++] as Condition) : one))
  }
  return kept
}

function withTimes(conditions: readonly Condition[], old: Request, now: string): readonly Condition[] {
  return conditions.map((one) => {
    const before = conditionsOf(old).find(({ type, status, lastTransitionTime }) => {
      return type === one.type && status === one.status && Boolean(lastTransitionTime)
    })
    return {
      ...one,
      lastUpdateTime: one.lastUpdateTime || now,
      lastTransitionTime: one.lastTransitionTime || before?.lastTransitionTime || now,
    }
  })
}

// What is refused

export function* validateRequest(request: Request, old?: Request): Generator<FieldError> {
  yield* validateObjectMeta(request.metadata, { scope: 'Cluster', validateName: () => [] })
  yield* validateKubernetesFinalizers(request.metadata)
  const { spec } = request
  const problem = signingRequestProblem(bytesOf(spec.request))
  if (problem !== undefined) yield invalidValue('spec.request', spec.request ?? null, problem)
  yield* validateUsages(spec.usages ?? [], old?.spec.usages ?? [])
  const { signerName = '', expirationSeconds } = spec
  if (signerName === legacySigner && old?.spec.signerName !== legacySigner) {
    yield invalidValue('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version')
  } else {
    const errors: FieldError[] = []
    checkSignerName(signerName, 'spec.signerName', errors)
    yield* errors
  }
  if (typeof expirationSeconds === 'number' && expirationSeconds < expirationSecondsMin) {
    yield invalidValue('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)')
  }
  yield* validateConditions(conditionsOf(request), old === undefined ? [] : conditionsOf(old))
  yield* validateCertificate(request.status?.certificate ?? '', old)
}

function* validateUsages(wanted: readonly string[], old: readonly string[]): Generator<FieldError> {
  const at = (i: number): string => index('spec.usages', i)
  if (wanted.length === 0) yield required('spec.usages')
  if (old.every((usage) => knownUsages.has(usage))) {
    for (const [i, usage] of wanted.entries()) if (!knownUsages.has(usage)) yield notSupported(at(i), usage, usages)
  }
  if (isTwice(old)) return
  for (const [i, usage] of wanted.entries()) if (wanted.indexOf(usage) < i) yield duplicate(at(i), usage)
}

function* validateConditions(conditions: readonly Condition[], old: readonly Condition[]): Generator<FieldError> {
  const oldTypes = old.map(({ type }) => type ?? '')
  const mayLackType = oldTypes.includes('')
  const mayBeBoth = oldTypes.includes('Approved') && oldTypes.includes('Denied')
  const seen = new Set<string>()
  for (const [i, { type = '', status = '' }] of conditions.entries()) {
    const at = index(conditionsField, i)
    if (type === '' && !mayLackType) yield required(child(at, 'type'))
    const allowed = onlyTrue.has(type) ? ['True'] : ['False', 'True', 'Unknown']
    if (status === '') yield required(child(at, 'status'))
    else if (!allowed.includes(status)) yield notSupported(child(at, 'status'), status, allowed)
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined
    if (!mayBeBoth && other !== undefined && seen.has(other)) {
      yield invalidValue(conditionsField, type, 'Approved and Denied conditions are mutually exclusive')
    }
    if (seen.has(type) && !isTwice(oldTypes)) yield duplicate(child(at, 'type'), type)
    seen.add(type)
  }
}

function* validateCertificate(certificate: string, old: Request | undefined): Generator<FieldError> {
  if (certificate === '' || certificate === old?.status?.certificate) return
  const before = old?.status?.certificate ?? ''
  if (before !== '' && certificatesProblem(bytesOf(before)) !== undefined) return
  const problem = certificatesProblem(bytesOf(certificate))
  if (problem !== undefined) yield invalidValue('status.certificate', '<certificate data>', problem)
}

/** Through the main resource nothing is left that could be wrong but metadata; the rules are the same. */
export function* validateRequestUpdate(
  now: Request,
  old: Request,
  may: { readonly decide?: boolean; readonly issue?: boolean } = {},
): Generator<FieldError> {
  yield* validateRequest(now, old)
  for (const type of onlyTrue) {
    if (ofType(now, type).length < ofType(old, type).length) {
      yield forbiddenField(conditionsField, `updates may not remove a condition of type ${quote(type)}`)
    }
  }
  if (may.decide !== true) yield* validateDecisions(now, old)
  if ((now.status?.certificate ?? '') !== (old.status?.certificate ?? '')) {
    if (may.issue !== true) yield forbiddenField('status.certificate', 'updates may not set certificate content')
    else if ((old.status?.certificate ?? '') !== '') {
      yield forbiddenField('status.certificate', 'updates may not modify existing certificate content')
    }
  }
  yield* validateObjectMetaUpdate(now.metadata, old.metadata)
  yield* validateKubernetesFinalizers(now.metadata)
}

function* validateDecisions(now: Request, old: Request): Generator<FieldError> {
  for (const type of ['Approved', 'Denied']) {
    const [after, before] = [ofType(now, type), ofType(old, type)]
    if (after.length > before.length) yield forbiddenField(conditionsField, `updates may not add a condition of type ${quote(type)}`)
    else if (after.length === before.length && !semanticallyEqual(after, before)) {
      const shown = (conditions: readonly object[]): object => conditions.map((one) => goForm('CertificateSigningRequestCondition', one))
      const diff = unifiedDiff(shown(before), shown(after))
      yield forbiddenField(conditionsField, `updates may not modify a condition of type ${quote(type)}\n${diff}`)
    }
  }
}
