/**
 * From a body to an object of the kind that the URL names: parsed, checked against the schema, defaulted. Unknown and
 * doubled fields are warnings or errors as fieldValidation says. In the version of the request; versions.ts makes the
 * stored shape of it, where the kind's defaults are set.
 */

import { goJson, quote } from '../../apimachinery/go-strings.ts'
import { parseApiVersion } from '../../apimachinery/object.ts'
import type { StructSchema } from '../../apimachinery/schema/schema.ts'
import { badRequest } from '../../apimachinery/status-error.ts'
import type { ServedResource } from '../registry/catalog.ts'
import type { Draft } from '../registry/resource-store.ts'
import { orderedBySchema } from '../registry/shape.ts'
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
  const value = await parseBody(target, bytes, options)
  return decodeValue(target, value)
}

/** The kind's own defaults, on the stored shape. */
export function defaulted(resource: ServedResource, object: Draft): Draft {
  const draft = toStored(resource, object)
  ;(resource.kind.setDefaults as ((draft: Draft) => void) | undefined)?.(draft)
  return draft
}

async function parseBody(target: DecodeTarget, bytes: Uint8Array, { media }: DecodeOptions): Promise<unknown> {
  if (media === 'protobuf') {
    const { decodeProtobufBody } = await import('../response/protobuf-objects.ts')
    return decodeProtobufBody(target.schema, target.kind, bytes)
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  if (media === 'yaml') {
    const { parseYaml } = await import('../../wire/yaml.ts')
    return parseYaml(text)
  }
  try {
    return JSON.parse(text)
  } catch {
    const why = text === '' ? 'unexpected end of JSON input (<empty>)' : `invalid character (${text.slice(0, 20)})`
    throw badRequest(
      `the object provided is unrecognized (must be of type ${target.kind}): couldn't get version/kind; json parse error: ${why}`,
    )
  }
}

export function decodeValue(target: DecodeTarget, value: unknown): Draft {
  const plain = (value ?? {}) as Draft
  const apiVersion = plain.apiVersion ?? target.apiVersion
  const kind = plain.kind ?? target.kind
  if (kind !== target.kind || parseApiVersion(apiVersion).group !== target.group) {
    const { version } = parseApiVersion(apiVersion)
    throw badRequest(
      `${kind} in version ${quote(version)} cannot be handled as a ${target.kind}: no kind ${quote(kind)} is registered for version ${quote(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    )
  }
  if (apiVersion !== target.apiVersion) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${target.apiVersion})`)
  }
  const draft = orderedBySchema(target.schema, { ...plain, kind, apiVersion }) as unknown as Draft
  draft.metadata ??= {} as Draft['metadata']
  return draft
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
  _options: Omit<DecodeOptions, 'media'>,
): Draft {
  return decodeValue(target, patched)
}
