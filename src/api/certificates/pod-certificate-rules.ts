/**
 * What a PodCertificateRequest may ask, and whether it proves that its key is at hand: the signature is that of the Pod's UID
 * (ValidatePodCertificateRequestCreate upstream, which stops at the first thing wrong with the key).
 */
import { proofProblem } from '../../apimachinery/certificates.ts'
import { type FieldError, invalidValue, omittedValue, required, tooLong } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { checkSignerName } from '../core/pod-spec/validate-signer-name.ts'
import type { PodCertificateRequestSpec } from './pod-certificate-schema.ts'

const uidBytesMax = 128
const keyBytesMax = 10 * 1024
const hourSeconds = 60 * 60
const daySeconds = 24 * hourSeconds

export function* validatePodCertificateRequest(spec: PodCertificateRequestSpec): Generator<FieldError> {
  const { signerName = '', maxExpirationSeconds: seconds } = spec
  const errors: FieldError[] = []
  checkSignerName(signerName, 'spec.signerName', errors)
  yield* errors
  for (const what of ['pod', 'serviceAccount', 'node'] as const) {
    yield* validateNameAndUid(`${what}Name`, spec[`${what}Name`] ?? '', `${what}UID`, spec[`${what}UID`] ?? '')
  }
  if (seconds === undefined || seconds === null) return yield required('spec.maxExpirationSeconds', 'must be set')
  const secondsMax = isOfKubernetes(signerName) ? daySeconds : 91 * daySeconds
  if (seconds < hourSeconds || seconds > secondsMax) {
    yield invalidValue('spec.maxExpirationSeconds', seconds, `must be in the range [${hourSeconds}, ${secondsMax}]`)
  }
  yield* validateProof(spec)
}

function* validateNameAndUid(nameField: string, name: string, uidField: string, uid: string): Generator<FieldError> {
  for (const problem of nameIsDnsSubdomain(name, false)) yield invalidValue(child('spec', nameField), name, problem)
  if (uid === '') yield invalidValue(child('spec', uidField), uid, 'must not be empty')
  if (utf8Length(uid) > uidBytesMax) yield tooLong(child('spec', uidField), uidBytesMax)
}

function isOfKubernetes(signerName: string): boolean {
  const [host = ''] = signerName.split('/')
  return host === 'kubernetes.io' || host.endsWith('.kubernetes.io')
}

function* validateProof({ podUID = '', pkixPublicKey, proofOfPossession }: PodCertificateRequestSpec): Generator<FieldError> {
  const [key, proof] = [Buffer.from(pkixPublicKey ?? '', 'base64'), Buffer.from(proofOfPossession ?? '', 'base64')]
  if (key.length > keyBytesMax) return yield tooLong('spec.pkixPublicKey', keyBytesMax)
  if (proof.length > keyBytesMax) return yield tooLong('spec.proofOfPossession', keyBytesMax)
  const problem = proofProblem(key, podUID, proof)
  if (problem === undefined) return
  if (problem.of === 'proof') yield invalidValue('spec.proofOfPossession', omittedValue, problem.detail)
  else yield invalidValue('spec.pkixPublicKey', problem.shown ?? pkixPublicKey ?? null, problem.detail)
}
