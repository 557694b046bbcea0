/**
 * DeleteOptions: from the body if there is one, and then the query is not read at all; else from the query. Unknown fields
 * do not matter.
 */

import { type FieldError, invalidValue, notSupported } from '../../apimachinery/field-error.ts'
import { deleteOptions } from '../../apimachinery/meta.ts'
import { goTypeOf } from '../../apimachinery/patch/plain-json.ts'
import type { StructSchema } from '../../apimachinery/schema/schema.ts'
import { invalid, plainError, StatusError } from '../../apimachinery/status-error.ts'
import type { DeleteRequest } from '../registry/delete.ts'
import type { RequestContext } from '../server-parts.ts'
import { bodyMedia, readBody } from './body.ts'
import { integer } from './list-options.ts'
import { isTrue } from './query.ts'
import { validateDryRun } from './write-options.ts'

export interface DeleteOptions extends Omit<DeleteRequest, 'name'> {
  readonly isDryRun: boolean
}

interface Body {
  readonly kind?: unknown
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
    const { decodeProtobufBody } = await import('../response/protobuf-objects.ts')
    return decodeProtobufBody(deleteOptions as StructSchema, 'DeleteOptions', bytes) as Body
  }
  const text = Buffer.from(bytes).toString('utf8')
  let value: unknown
  try {
    value = media === 'yaml' ? (await import('../../wire/yaml.ts')).parseYaml(text) : JSON.parse(text)
  } catch (error) {
    throw plainError(`couldn't get version/kind; json parse error: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw plainError(`couldn't get version/kind; json parse error: json: cannot unmarshal ${goTypeOf(value)} into Go value`)
  }
  const body = value as Body
  if (body.kind !== undefined && body.kind !== 'DeleteOptions') {
    throw new StatusError(500, undefined, 'decoded object cannot be converted to DeleteOptions')
  }
  return body
}

function fromQuery({ http, query }: RequestContext): Body {
  if (http.query === '') return {}
  const orphanDependents = query.get('orphanDependents')
  const grace = integer(query.get('gracePeriodSeconds'))
  const propagationPolicy = query.get('propagationPolicy')
  return {
    dryRun: query.all('dryRun'),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(propagationPolicy === undefined || propagationPolicy === '' ? {} : { propagationPolicy }),
    ...(orphanDependents === undefined ? {} : { orphanDependents: isTrue(orphanDependents) }),
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
