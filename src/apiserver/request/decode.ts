/**
 * From a body to an object of the kind that the URL names: parsed, checked against the schema, defaulted. In the version of the request; versions.ts
 * makes the stored shape of it, where the kind's defaults are set.
 *
 * The good path is JSON.parse, one pass over the text (`scanJson`) and one over the value (`normalize`). Only when one of them finds something is the
 * text read again, slowly, to say in Go's words what (`explain`): a 400, or with unknown and doubled fields what fieldValidation says.
 *
 * What a newcomer would get wrong: YAML is decoded as the JSON with sorted keys that upstream makes of it, so its errors come in that order.
 */

import { goTypeName } from '../../api/go-type-names.ts'
import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { parseApiVersion } from '../../apimachinery/object.ts'
import { jsonTypeOf } from '../../apimachinery/patch/plain-json.ts'
import { explain } from '../../apimachinery/schema/explain.ts'
import { Misfit, type Normalized, normalize } from '../../apimachinery/schema/normalize.ts'
import type { StructSchema } from '../../apimachinery/schema/schema.ts'
import { badRequest, type StatusError } from '../../apimachinery/status-error.ts'
import { JsonSyntaxError, readJson } from '../../wire/json.ts'
import type { ServedResource } from '../registry/catalog.ts'
import type { Draft } from '../registry/resource-store.ts'
import { toStored } from '../registry/versions.ts'
import type { Media } from '../response/negotiate.ts'
import type { FieldValidation } from '../server-parts.ts'
import { kindProblem } from './registered-kinds.ts'

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
  const parsed = await parseBody(target, bytes, options)
  checkKind(target, parsed.value, bytes)
  const { object, strict } = normalized(target, parsed, (why) => badRequest(`${cannotHandle(target)}: ${why}`))
  report(target, strict.length > 0 && options.media === 'cbor' ? await cborStrict(target, parsed) : [...parsed.strict, ...strict], options)
  return object
}

/** A value of our own making, or one that was checked: unknown fields are dropped. */
export function decodeValue(target: DecodeTarget, value: unknown): Draft {
  return decodeChecked(target, value, (why) => badRequest(`${cannotHandle(target)}: ${why}`)).object
}

export interface Decoded {
  readonly object: Draft
  /** Unknown and doubled fields, as strict decoding tells of them. */
  readonly strict: readonly string[]
}

/** What came out of a patch. `refuse` makes the error of what does not decode, from Go's words for it. */
export function decodeChecked(target: DecodeTarget, value: unknown, refuse: (why: string) => StatusError): Decoded {
  const { kind, apiVersion } = typeOf(target, value)
  const problem = kind === target.kind && apiVersion === target.apiVersion ? undefined : kindProblem(target, kind, apiVersion)
  if (problem !== undefined) throw refuse(problem)
  return normalized(target, { value, strict: [], text: undefined, members: undefined, hasOddNumbers: false }, refuse)
}

/** The kind's own defaults, on the stored shape. */
export function defaulted(resource: ServedResource, object: Draft): Draft {
  const draft = toStored(resource, object)
  ;(resource.kind.setDefaults as ((draft: Draft, gates?: FeatureGates) => void) | undefined)?.(draft, resource.gates)
  return draft
}

interface Parsed {
  readonly value: unknown
  /** What strict decoding tells before it looks at fields: keys doubled in YAML. */
  readonly strict: readonly string[]
  /** As JSON; undefined when it must first be made. */
  readonly text: string | undefined
  /** Keys in the text; undefined when none can be doubled. */
  readonly members: number | undefined
  readonly hasOddNumbers: boolean
}

async function parseBody(target: DecodeTarget, bytes: Uint8Array, { media }: DecodeOptions): Promise<Parsed> {
  if (media === 'protobuf') {
    const { decodeProtobufBody } = await import('../response/binary-objects.ts')
    const value = decodeProtobufBody(target.schema, target.kind, bytes, (why, type) =>
      type === undefined
        ? unrecognized(target, why, bytes)
        : badRequest(`${cannotHandle(target, type.kind || target.kind, type.apiVersion || target.apiVersion)}: ${why}`),
    )
    return { value, strict: [], text: undefined, members: undefined, hasOddNumbers: false }
  }
  if (media === 'cbor') {
    const value = await parseCbor(bytes, (why, isInvalid) =>
      isInvalid ? badRequest(`${cannotHandle(target)}: ${why}`) : unrecognized(target, `${noCborType}${why}`, bytes),
    )
    checkCborType(value, (why) => unrecognized(target, why, bytes))
    return { value, strict: [], text: undefined, members: undefined, hasOddNumbers: false }
  }
  try {
    if (media === 'yaml') {
      const { parseYaml } = await import('../../wire/yaml.ts')
      const duplicates: string[] = []
      const value = sortedKeys(parseYaml(bytes, { onDuplicate: ({ message }) => duplicates.push(message) }))
      const strict = duplicates.length === 0 ? [] : [`${yamlProblems}${duplicates.map((one) => `  ${one}`).join('\n')}`]
      return { value, strict, text: undefined, members: undefined, hasOddNumbers: false }
    }
    const { value, text, scan } = readJson(bytes)
    return { value, strict: [], text, members: scan.members, hasOddNumbers: scan.hasOddNumbers }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError) && (error as Error).name !== 'YamlError') throw error
    const why = (error as Error).message
    throw unrecognized(target, media === 'yaml' ? why : `couldn't get version/kind; json parse error: ${why}`, bytes)
  }
}

const noCborType = 'unable to determine group/version/kind: '

export async function parseCbor(bytes: Uint8Array, refuse: (why: string, isInvalid: boolean) => Error): Promise<unknown> {
  const { CborError, readCbor } = await import('../../wire/cbor.ts')
  try {
    return readCbor(bytes)
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    throw refuse(error.message, error.isInvalid)
  }
}

/** What is no object, or says its kind with something else than text; an apiVersion that is none does not count. */
function checkCborType(value: unknown, refuse: (why: string) => Error): void {
  const cannot = `${noCborType}cbor: cannot unmarshal`
  if (value === null) return
  if (Array.isArray(value))
    throw refuse(`${cannot} array into Go value of type v1.TypeMeta (cannot decode CBOR array to struct without toarray option)`)
  if (typeof value !== 'object') throw refuse(`${cannot} ${cborTypeOf(value)} into Go value of type v1.TypeMeta`)
  const type = value as Record<string, unknown>
  for (const name of ['kind', 'apiVersion']) {
    const one = type[name]
    if (one !== undefined && one !== null && typeof one !== 'string')
      throw refuse(`${cannot} ${cborTypeOf(one)} into Go struct field v1.TypeMeta.${name} of type string`)
  }
  if (typeof type.apiVersion === 'string' && type.apiVersion.split('/').length > 2) delete type.apiVersion
}

function cborTypeOf(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? (value < 0 ? 'negative integer' : 'positive integer') : 'primitives'
    case 'string':
      return 'byte string'
    case 'object':
      return Array.isArray(value) ? 'array' : 'map'
    default:
      return 'primitives'
  }
}

/** CBOR's decoder stops at the first unknown field. */
async function cborStrict({ schema }: DecodeTarget, { value }: Parsed): Promise<readonly string[]> {
  const { firstUnknown } = await import('../../apimachinery/codec/cbor.ts')
  const problem = firstUnknown(schema, value)
  return problem === undefined ? [] : [problem]
}

const yamlProblems = 'yaml: unmarshal errors:\n'

function sortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sortedKeys)
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value).sort()) {
    const one = sortedKeys((value as Record<string, unknown>)[key])
    if (key === '__proto__') Object.defineProperty(out, key, { value: one, writable: true, enumerable: true, configurable: true })
    else out[key] = one
  }
  return out
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

interface TypeMeta {
  readonly kind: string
  readonly apiVersion: string
}

/** Which kind the client says it is; what it says nothing of is as the URL has it. Throws 400. */
function typeOf(target: DecodeTarget, value: unknown, bytes?: Uint8Array): TypeMeta {
  if (value === null || value === undefined) return target
  const said = typeMetaOf(value, (why) => unrecognized(target, why, bytes))
  const saidVersion = said.apiVersion || target.apiVersion
  if (saidVersion.split('/').length > 2) throw unrecognized(target, `unexpected GroupVersion string: ${saidVersion}`, bytes)
  return { kind: said.kind || target.kind, apiVersion: saidVersion }
}

/** '' for what is not said. */
export function typeMetaOf(value: unknown, refuse: (why: string) => StatusError): TypeMeta {
  const problem = (text: string): StatusError => refuse(`couldn't get version/kind; json parse error: json: cannot unmarshal ${text}`)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw problem(`${jsonTypeOf(value)} into Go value of type ${typeMetaText}`)
  const { apiVersion, kind } = value as { readonly apiVersion?: unknown; readonly kind?: unknown }
  for (const [name, one] of [
    ['apiVersion', apiVersion],
    ['kind', kind],
  ] as const) {
    if (one !== undefined && one !== null && typeof one !== 'string')
      throw problem(`${jsonTypeOf(one)} into Go struct field .${name} of type string`)
  }
  return { kind: (kind as string | null | undefined) ?? '', apiVersion: (apiVersion as string | null | undefined) ?? '' }
}

function checkKind(target: DecodeTarget, value: unknown, bytes: Uint8Array): void {
  const { kind, apiVersion } = typeOf(target, value, bytes)
  if (kind === target.kind && apiVersion === target.apiVersion) return
  const problem = kindProblem(target, kind, apiVersion)
  if (problem !== undefined) throw badRequest(`${cannotHandle(target, kind, apiVersion)}: ${problem}`)
  if (apiVersion !== target.apiVersion)
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${target.apiVersion})`)
}

function cannotHandle(target: DecodeTarget, kind = target.kind, apiVersion = target.apiVersion): string {
  return `${kind} in version ${quote(parseApiVersion(apiVersion).version)} cannot be handled as a ${target.kind}`
}

function normalized({ schema, kind, apiVersion }: DecodeTarget, parsed: Parsed, refuse: (why: string) => StatusError): Decoded {
  const sent = parsed.value ?? {}
  let result: Normalized | undefined
  try {
    result = normalize(schema, sent, parsed.members !== undefined)
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
  }
  let strict: readonly string[] = []
  const isDoubled = parsed.members !== undefined && parsed.members !== result?.members
  if (result === undefined || result.hasUnknown || isDoubled || parsed.hasOddNumbers) {
    const explanation = explain(schema, parsed.text ?? JSON.stringify(sent), goTypeName)
    const { fatal } = explanation
    if (fatal !== undefined || result === undefined) throw refuse(fatal ?? 'json: the value does not fit its type')
    strict = explanation.strict
  }
  const object = result.value as unknown as Draft
  object.kind = kind
  object.apiVersion = apiVersion
  object.metadata ??= {} as Draft['metadata']
  // Empty is more than absent here: it makes the server forget who owns what.
  if ((sent as Partial<Draft>).metadata?.managedFields?.length === 0) object.metadata.managedFields = []
  return { object, strict }
}

function report(target: DecodeTarget, problems: readonly string[], { fieldValidation, warn }: DecodeOptions): void {
  if (problems.length === 0 || fieldValidation === 'Ignore') return
  if (fieldValidation === 'Strict') throw badRequest(`${cannotHandle(target)}: strict decoding error: ${problems.join(', ')}`)
  warnStrict(problems, warn)
}

/** One warning for each; of YAML's, which come as one text, one for each line. */
export function warnStrict(problems: readonly string[], warn: (text: string) => void): void {
  for (const problem of problems) {
    const at = problem.indexOf(yamlProblems)
    if (at < 0) warn(problem)
    else for (const line of problem.slice(at + yamlProblems.length).split('\n')) warn(line.trim())
  }
}
