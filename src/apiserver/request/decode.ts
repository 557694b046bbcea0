/**
 * From a body to an object of the kind that the URL names: parsed, checked against the schema, defaulted. Unknown and
 * doubled fields are warnings or errors as fieldValidation says. In the version of the request; versions.ts makes the
 * stored shape of it, where the kind's defaults are set.
 */

import { goJson, quote } from '../../apimachinery/go-strings.ts'
import { parseApiVersion } from '../../apimachinery/object.ts'
import { jsonTypeOf } from '../../apimachinery/patch/plain-json.ts'
import { DecodeError, type Normalized, normalize } from '../../apimachinery/schema/normalize.ts'
import type { StructSchema } from '../../apimachinery/schema/schema.ts'
import { unknownFields } from '../../apimachinery/schema/unknown-fields.ts'
import { badRequest, type StatusError } from '../../apimachinery/status-error.ts'
import { duplicateKeys, JsonSyntaxError, parseJson } from '../../wire/json.ts'
import type { ServedResource } from '../registry/catalog.ts'
import type { Draft } from '../registry/resource-store.ts'
import { toStored } from '../registry/versions.ts'
import type { Media } from '../response/negotiate.ts'
import type { FieldValidation } from '../server-parts.ts'

export interface DecodeTarget {
  readonly kind: string
  readonly group: string
  readonly apiVersion: string
  readonly schema: StructSchema
}

export interface DecodeOptions {
  readonly media: Media
  readonly fieldValidation: FieldValidation
  readonly warn: (text: string) => void
}

/** In the version of the request, as the client sent it, normalized. */
export async function decodeObject(target: DecodeTarget, bytes: Uint8Array, options: DecodeOptions): Promise<Draft> {
  const { value, duplicates } = await parseBody(target, bytes, options)
  return decodeValue(target, value, options, { bytes, duplicates })
}

/** The kind's own defaults, on the stored shape. */
export function defaulted(resource: ServedResource, object: Draft): Draft {
  const draft = toStored(resource, object)
  ;(resource.kind.setDefaults as ((draft: Draft) => void) | undefined)?.(draft)
  return draft
}

interface Parsed {
  readonly value: unknown
  /** Keys set twice, as errors name them. */
  readonly duplicates: readonly string[]
}

async function parseBody(target: DecodeTarget, bytes: Uint8Array, { media, fieldValidation }: DecodeOptions): Promise<Parsed> {
  if (media === 'protobuf') {
    const { decodeProtobufBody } = await import('../response/protobuf-objects.ts')
    return { value: decodeProtobufBody(target.schema, target.kind, bytes), duplicates: [] }
  }
  try {
    if (media === 'yaml') {
      const { parseYaml } = await import('../../wire/yaml.ts')
      const duplicates: string[] = []
      const value = parseYaml(bytes, { onDuplicate: ({ message }) => duplicates.push(message) })
      return { value, duplicates }
    }
    const value = parseJson(bytes)
    const duplicates = fieldValidation === 'Ignore' ? [] : duplicateKeys(textOf(bytes)).map((path) => `duplicate field ${quote(path)}`)
    return { value, duplicates }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError) && (error as Error).name !== 'YamlError') throw error
    const why = media === 'yaml' ? `error converting YAML to JSON: ${(error as Error).message}` : (error as Error).message
    throw unrecognized(target, `couldn't get version/kind; json parse error: ${why}`, bytes)
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

const summaryBytesMax = 30

function unrecognized({ kind }: DecodeTarget, why: string, bytes: Uint8Array | undefined): StatusError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why}${bytes === undefined ? '' : ` (${summaryOf(bytes)})`}`,
  )
}

/** The beginning of a body: as text if it looks like JSON, else in hexadecimal. */
function summaryOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>'
  const head = Buffer.from(bytes.subarray(0, summaryBytesMax))
  const text = bytes[0] === 0x7b ? head.toString('utf8') : head.toString('hex')
  return bytes.length > summaryBytesMax ? `${text} ...` : text
}

const typeMetaText = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/** Which kind the client says it is; what it says nothing of is as the URL has it. Throws 400. */
function checkType(
  target: DecodeTarget,
  value: unknown,
  bytes: Uint8Array | undefined,
): { readonly kind: string; readonly apiVersion: string } {
  if (value === null || value === undefined) return target
  const problem = (text: string): StatusError =>
    unrecognized(target, `couldn't get version/kind; json parse error: json: cannot unmarshal ${text}`, bytes)
  if (typeof value !== 'object' || Array.isArray(value)) throw problem(`${jsonTypeOf(value)} into Go value of type ${typeMetaText}`)
  const { apiVersion, kind } = value as { readonly apiVersion?: unknown; readonly kind?: unknown }
  for (const [name, one] of [
    ['apiVersion', apiVersion],
    ['kind', kind],
  ] as const) {
    if (one !== undefined && one !== null && typeof one !== 'string')
      throw problem(`${jsonTypeOf(one)} into Go struct field .${name} of type string`)
  }
  const saidVersion = (apiVersion as string | null | undefined) || target.apiVersion
  if (saidVersion.split('/').length > 2) throw unrecognized(target, `unexpected GroupVersion string: ${saidVersion}`, bytes)
  return { kind: (kind as string | null | undefined) || target.kind, apiVersion: saidVersion }
}

export function decodeValue(
  target: DecodeTarget,
  value: unknown,
  options: Pick<DecodeOptions, 'fieldValidation' | 'warn'>,
  { bytes, duplicates = [] }: { readonly bytes?: Uint8Array; readonly duplicates?: readonly string[] } = {},
): Draft {
  const { kind, apiVersion } = checkType(target, value, bytes)
  if (kind !== target.kind || parseApiVersion(apiVersion).group !== target.group) {
    const { version } = parseApiVersion(apiVersion)
    throw badRequest(
      `${kind} in version ${quote(version)} cannot be handled as a ${target.kind}: no kind ${quote(kind)} is registered for version ${quote(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    )
  }
  if (apiVersion !== target.apiVersion) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${target.apiVersion})`)
  }
  const draft = checkFields(target, (value ?? {}) as object, options, duplicates)
  draft.kind = kind
  draft.apiVersion = apiVersion
  draft.metadata ??= {} as Draft['metadata']
  return draft
}

const strictErrorsMax = 100

function checkFields(
  { schema, kind, apiVersion }: DecodeTarget,
  value: object,
  { fieldValidation, warn }: Pick<DecodeOptions, 'fieldValidation' | 'warn'>,
  duplicates: readonly string[],
): Draft {
  const cannot = `${kind} in version ${quote(parseApiVersion(apiVersion).version)} cannot be handled as a ${kind}`
  let normalized: Normalized
  try {
    normalized = normalize(schema, value)
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(`${cannot}: ${error.message}`)
    throw error
  }
  if (fieldValidation !== 'Ignore' && (normalized.hasUnknown || duplicates.length > 0)) {
    const unknown = normalized.hasUnknown ? unknownFields(schema, value).map((path) => `unknown field ${quote(path)}`) : []
    const problems = [...duplicates, ...unknown].slice(0, strictErrorsMax)
    if (fieldValidation === 'Strict' && problems.length > 0) throw badRequest(`${cannot}: strict decoding error: ${problems.join(', ')}`)
    for (const problem of problems) warn(problem)
  }
  return normalized.value as unknown as Draft
}

/** For texts that show what was sent. */
export function shown(value: unknown): string {
  return goJson(value)
}

/** Throws SyntaxError with Go's words. */
export function parseJsonText(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
}

/** The outcome of a patch, as if a client had sent it. */
export function decodePatched(
  target: DecodeTarget,
  patched: unknown,
  _patch: unknown,
  _kind: string,
  options: Omit<DecodeOptions, 'media'>,
): Draft {
  return decodeValue(target, patched, options)
}
