/**
 * What ConfigMaps and Secrets may hold (ValidateConfigMap, ValidateSecret upstream): keys that are file names, a megabyte at most, nothing changed once
 * immutable; and what each type of Secret must hold. A Secret's stringData is a convenience for writing: it goes into data and is never kept.
 */
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../apimachinery/field-error.ts'
import { key } from '../../apimachinery/field-path.ts'
import { sortStrings, utf8Length } from '../../apimachinery/go-strings.ts'
import { configMapKeyErrors } from '../../apimachinery/names.ts'
import { semanticallyEqual, validateImmutable } from '../../apimachinery/validate-metadata.ts'

type Data = Readonly<Record<string, string>> | null | undefined
interface ConfigMapLike {
  readonly data?: Data
  readonly binaryData?: Data
  readonly immutable?: boolean
}
interface SecretLike {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined }
  readonly data?: Data
  readonly type?: string
  readonly immutable?: boolean
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
  yield* validateConfigMap(now)
}

/** Base64 text to the number of its bytes. */
function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  return Math.max(0, (base64.length / 4) * 3 - padding)
}

interface SecretDraft {
  data?: Record<string, string>
  stringData?: Record<string, string> | null
}
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
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('no object')
  } catch {
    yield invalidValue(key('data', name), '<secret contents redacted>', 'invalid character')
  }
}

export function* validateSecretUpdate(now: SecretLike, old: SecretLike): Generator<FieldError> {
  yield* validateImmutable(now.type, old.type, 'type')
  if (old.immutable === true) {
    if (now.immutable !== true) yield forbiddenField('immutable', 'field is immutable when `immutable` is set')
    if (!semanticallyEqual(now.data ?? {}, old.data ?? {})) yield forbiddenField('data', 'field is immutable when `immutable` is set')
  }
  yield* validateSecret(now)
}
