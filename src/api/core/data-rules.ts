/**
 * What ConfigMaps and Secrets may hold (ValidateConfigMap, ValidateSecret upstream): keys that are file names, a megabyte at most, nothing changed once
 * immutable; and what each type of Secret must hold. A Secret's stringData is a convenience for writing: it goes into data and is never kept.
 */
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../apimachinery/field-error.ts'
import { key } from '../../apimachinery/field-path.ts'
import { sortStrings, utf8Length } from '../../apimachinery/go-strings.ts'
import { jsonObjectProblem } from '../../apimachinery/json-object.ts'
import { configMapKeyErrors, nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import type { ObjectMeta } from '../../apimachinery/object.ts'
import {
  semanticallyEqual,
  validateImmutable,
  validateKubernetesFinalizers,
  validateObjectMeta,
} from '../../apimachinery/validate-metadata.ts'
import { tlsPairProblem } from './tls-pair.ts'

type Data = Readonly<Record<string, string>> | null | undefined
type Metadata = { readonly metadata: ObjectMeta }
interface ConfigMapLike extends Metadata {
  readonly data?: Data
  readonly binaryData?: Data
  readonly immutable?: boolean | undefined
}
interface SecretLike extends Metadata {
  readonly data?: Data
  readonly type?: string | undefined
  readonly immutable?: boolean | undefined
}

const bytesMax = 1024 * 1024

export function* validateConfigMap({ data, binaryData }: ConfigMapLike): Generator<FieldError> {
  let total = 0
  for (const name of sortStrings(Object.keys(data ?? {}))) {
    for (const text of configMapKeyErrors(name)) yield invalidValue(key('data', name), name, text)
    if (binaryData && name in binaryData) yield invalidValue(key('data', name), name, 'duplicate of key present in binaryData')
    total += utf8Length(data?.[name] ?? '')
  }
  for (const name of sortStrings(Object.keys(binaryData ?? {}))) {
    for (const text of configMapKeyErrors(name)) yield invalidValue(key('binaryData', name), name, text)
    total += decodedLength(binaryData?.[name] ?? '')
  }
  if (total > bytesMax) yield tooLong('[]', bytesMax)
}

export function* validateConfigMapUpdate(now: ConfigMapLike, old: ConfigMapLike): Generator<FieldError> {
  if (old.immutable === true) {
    if (now.immutable !== true) yield forbiddenField('immutable', 'field is immutable when `immutable` is set')
    if (!semanticallyEqual(now.data ?? {}, old.data ?? {})) yield forbiddenField('data', 'field is immutable when `immutable` is set')
    if (!semanticallyEqual(now.binaryData ?? {}, old.binaryData ?? {}))
      yield forbiddenField('binaryData', 'field is immutable when `immutable` is set')
  }
  yield* validateObjectMeta(now.metadata, { scope: 'Namespaced', validateName: nameIsDnsSubdomain })
  yield* validateKubernetesFinalizers(now.metadata)
  yield* validateConfigMap(now)
}

/** Base64 text to the number of its bytes. */
function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  return Math.max(0, (base64.length / 4) * 3 - padding)
}

interface SecretDraft {
  data?: Record<string, string> | undefined
  stringData?: Record<string, string> | null | undefined
}

/** Part of reading a Secret, as it is upstream: nobody behind the decoder sees stringData. */
export function mergeStringData(draft: SecretDraft): void {
  const { stringData } = draft
  delete draft.stringData
  if (!stringData || Object.keys(stringData).length === 0) return
  draft.data = { ...draft.data }
  for (const [name, text] of Object.entries(stringData)) draft.data[name] = Buffer.from(text, 'utf8').toString('base64')
}

export function* validateSecret({ metadata, data, type }: SecretLike): Generator<FieldError> {
  let total = 0
  for (const name of sortStrings(Object.keys(data ?? {}))) {
    for (const text of configMapKeyErrors(name)) yield invalidValue(key('data', name), name, text)
    total += decodedLength(data?.[name] ?? '')
  }
  if (total > bytesMax) yield tooLong('data', bytesMax)
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if ((metadata.annotations?.['kubernetes.io/service-account.name'] ?? '') === '')
        yield required(key('metadata.annotations', 'kubernetes.io/service-account.name'))
      return
    case 'kubernetes.io/dockercfg':
      return yield* validateJsonEntry(data, '.dockercfg')
    case 'kubernetes.io/dockerconfigjson':
      return yield* validateJsonEntry(data, '.dockerconfigjson')
    case 'kubernetes.io/basic-auth':
      if (!data || !('username' in data || 'password' in data)) {
        yield required(key('data', 'username'))
        yield required(key('data', 'password'))
      }
      return
    case 'kubernetes.io/ssh-auth':
      if ((data?.['ssh-privatekey'] ?? '') === '') yield required(key('data', 'ssh-privatekey'))
      return
    case 'kubernetes.io/tls':
      for (const name of ['tls.crt', 'tls.key']) if (!data || !(name in data)) yield required(key('data', name))
  }
}

function* validateJsonEntry(data: Data, name: string): Generator<FieldError> {
  const base64 = data?.[name]
  if (base64 === undefined) return yield required(key('data', name))
  const problem = jsonObjectProblem(Buffer.from(base64, 'base64'))
  if (problem !== undefined) yield invalidValue(key('data', name), '<secret contents redacted>', problem)
}

export function* secretWarnings({ type, data }: SecretLike): Generator<string> {
  if (type !== 'kubernetes.io/tls') return
  const text = (name: string): string => Buffer.from(data?.[name] ?? '', 'base64').toString('latin1')
  const problem = tlsPairProblem(text('tls.crt'), text('tls.key'))
  if (problem !== undefined) yield problem
}

export function* validateSecretUpdate(now: SecretLike, old: SecretLike): Generator<FieldError> {
  yield* validateImmutable(now.type, old.type, 'type')
  if (old.immutable === true) {
    if (now.immutable !== true) yield forbiddenField('immutable', 'field is immutable when `immutable` is set')
    if (!semanticallyEqual(now.data ?? {}, old.data ?? {})) yield forbiddenField('data', 'field is immutable when `immutable` is set')
  }
  yield* validateObjectMeta(now.metadata, { scope: 'Namespaced', validateName: nameIsDnsSubdomain })
  yield* validateKubernetesFinalizers(now.metadata)
  yield* validateSecret(now)
}
