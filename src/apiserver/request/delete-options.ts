/**
 * DeleteOptions: from the body if there is one, and then the query is not read at all; else from the query. Unknown fields
 * do not matter. What does not decode is a 500 without a reason in v1.34 (1.35 made it a 400).
 */

import { goTypeName } from '../../api/go-type-names.ts'
import { type FieldError, invalidValue, notSupported } from '../../apimachinery/field-error.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { deleteOptions } from '../../apimachinery/meta.ts'
import { explain } from '../../apimachinery/schema/explain.ts'
import { Misfit, normalize } from '../../apimachinery/schema/normalize.ts'
import type { StructSchema } from '../../apimachinery/schema/schema.ts'
import { invalid, plainError } from '../../apimachinery/status-error.ts'
import { JsonSyntaxError, readJson } from '../../wire/json.ts'
import type { DeleteRequest } from '../registry/delete.ts'
import type { RequestContext } from '../server-parts.ts'
import { bodyMedia, readBody } from './body.ts'
import { parseCbor, typeMetaOf } from './decode.ts'
import { parseInteger } from './list-options.ts'
import { isTrue } from './query.ts'
import { validateDryRun } from './write-options.ts'

export interface DeleteOptions extends Omit<DeleteRequest, 'name'> {
  readonly isDryRun: boolean
}

interface Body {
  readonly gracePeriodSeconds?: number | null
  readonly propagationPolicy?: string | null
  readonly orphanDependents?: boolean | null
  readonly preconditions?: { readonly uid?: string | null; readonly resourceVersion?: string | null } | null
  readonly dryRun?: readonly string[] | null
}

export async function parseDeleteOptions(context: RequestContext): Promise<DeleteOptions> {
  const bytes = await readBody(context)
  const body = bytes.length > 0 ? await decode(context, bytes) : fromQuery(context)
  const dryRun = body.dryRun ?? []
  const errors = [...validate(body), ...validateDryRun(dryRun)]
  if (errors.length > 0) throw invalid('meta.k8s.io', 'DeleteOptions', '', errors)
  return {
    isDryRun: dryRun.length > 0,
    gracePeriodSeconds: body.gracePeriodSeconds ?? undefined,
    propagationPolicy: body.propagationPolicy ?? undefined,
    orphanDependents: body.orphanDependents ?? undefined,
    uid: body.preconditions?.uid ?? undefined,
    resourceVersion: body.preconditions?.resourceVersion ?? undefined,
  }
}

async function decode(context: RequestContext, bytes: Uint8Array): Promise<Body> {
  const media = bodyMedia(context)
  if (media === 'protobuf') {
    const { decodeProtobufBody } = await import('../response/binary-objects.ts')
    const value = decodeProtobufBody(schema, 'DeleteOptions', bytes, (why) => plainError(why))
    checkKind(value)
    return value as Body
  }
  const { value, text }: Parsed =
    media === 'cbor'
      ? { value: await parseCbor(bytes, (why) => plainError(`unable to determine group/version/kind: ${why}`)) }
      : media === 'yaml'
        ? await readYaml(bytes)
        : parsed(() => readJson(bytes), "couldn't get version/kind; json parse error: ")
  if (value === null || value === undefined) return {}
  checkKind(value)
  try {
    const { value: body, hasUnknown } = normalize(schema, value)
    if (!hasUnknown) return body as Body
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
  }
  const { fatal } = explain(schema, text ?? JSON.stringify(value), goTypeName)
  if (fatal !== undefined) throw plainError(fatal)
  return normalize(schema, value).value as Body
}

const schema = deleteOptions as StructSchema

interface Parsed {
  readonly value: unknown
  readonly text?: string
}

async function readYaml(bytes: Uint8Array): Promise<Parsed> {
  const { parseYaml } = await import('../../wire/yaml.ts')
  return parsed(() => ({ value: parseYaml(bytes) }), '')
}

function parsed(read: () => Parsed, prefix: string): Parsed {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof JsonSyntaxError) && (error as Error).name !== 'YamlError') throw error
    throw plainError(prefix + (error as Error).message)
  }
}

const optionsKinds = ['CreateOptions', 'GetOptions', 'ListOptions', 'PatchOptions', 'UpdateOptions', 'WatchEvent']

/** DeleteOptions of any group will do, whether there is such a group or not. */
function checkKind(value: unknown): void {
  const { kind, apiVersion } = typeMetaOf(value, (why) => plainError(why))
  if (apiVersion.split('/').length > 2) throw plainError(`unexpected GroupVersion string: ${apiVersion}`)
  if (kind === '' || kind === 'DeleteOptions') return
  if (optionsKinds.includes(kind)) throw plainError('decoded object cannot be converted to DeleteOptions')
  const version = quote(apiVersion === '' ? 'meta.k8s.io/v1' : apiVersion)
  throw plainError(
    `no kind ${quote(kind)} is registered for version ${version} in scheme "pkg/apis/meta/internalversion/scheme/register.go:27"`,
  )
}

function fromQuery({ http, query }: RequestContext): Body {
  if (http.query === '') return {}
  const orphanDependents = query.get('orphanDependents')
  const grace = query.get('gracePeriodSeconds')
  const propagationPolicy = query.get('propagationPolicy')
  const uid = query.get('uid') || undefined
  const resourceVersion = query.get('resourceVersion') || undefined
  return {
    dryRun: query.all('dryRun'),
    ...(grace === undefined ? {} : { gracePeriodSeconds: parseInteger(grace) }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(orphanDependents === undefined ? {} : { orphanDependents: isTrue(orphanDependents) }),
    // For a deletecollection the resourceVersion also says which list is meant.
    preconditions: { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  }
}

const policies = ['Foreground', 'Background', 'Orphan', 'nil']
function* validate({ propagationPolicy, orphanDependents }: Body): Generator<FieldError> {
  if (propagationPolicy === undefined || propagationPolicy === null) return
  if (orphanDependents !== undefined && orphanDependents !== null) {
    yield invalidValue('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set')
  }
  if (!policies.slice(0, 3).includes(propagationPolicy)) yield notSupported('propagationPolicy', propagationPolicy, policies)
}
