/**
 * Answers: one stored object, any object, a Status, in the form that was negotiated. Everything that is not a list or a
 * watch goes through here.
 *
 * The common case (JSON, the stored version) is a splice of bytes. What needs the object (another version, a Table, YAML)
 * gets it from the cache.
 */

import { goJson } from '../../apimachinery/go-strings.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { type Status, type StatusError, statusOf } from '../../apimachinery/status-error.ts'
import type { HttpBody, HttpResponse } from '../../wire/http.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { bytesOf, servedBytes, servedText } from '../registry/storage-codec.ts'
import { fromStored } from '../registry/versions.ts'
import type { Stored } from '../registry/write.ts'
import type { RequestContext } from '../server-parts.ts'
import { compressed } from './compress.ts'
import { mediaTypes, type Representation } from './negotiate.ts'
import { transformed } from './transform.ts'

export function respondStored(
  context: RequestContext,
  resource: ServedResource,
  stored: Stored,
  representation: Representation,
  status = 200,
): HttpResponse | Promise<HttpResponse> {
  if (
    representation.media === 'json' &&
    representation.transform === undefined &&
    resource.isStoredVersion &&
    !isPretty(context, representation)
  ) {
    const body = stored.revision === 0 ? bytesOf(`${servedText(stored.bytes, 0)}\n`) : servedBytes(stored.bytes, stored.revision)
    return compressed(context, answer(context, status, 'application/json', body))
  }
  const object = fromStored(resource, JSON.parse(servedText(stored.bytes, stored.revision)) as KubeObject)
  return respondObject(context, object, representation, status, resource)
}

/** `resource` is needed for Tables; without it the object comes as it is. */
export function respondObject(
  context: RequestContext,
  object: object,
  representation: Representation,
  status = 200,
  resource?: ServedResource,
): HttpResponse | Promise<HttpResponse> {
  const shown = resource === undefined ? object : transformed(context, resource, object as KubeObject, representation)
  const body = encode(context, shown, representation)
  const type = mediaTypes[representation.media]
  const finish = (bytes: HttpBody): HttpResponse => compressed(context, answer(context, status, type, bytes))
  return body instanceof Promise ? body.then(finish) : finish(body)
}

export function respondStatus(
  context: RequestContext,
  status: Status,
  representation: Representation,
): HttpResponse | Promise<HttpResponse> {
  const plain: Representation = { media: representation.media, isPretty: representation.isPretty === true }
  return respondObject(context, status, plain, status.code ?? 200)
}

function encode(context: RequestContext, object: object, representation: Representation): HttpBody | Promise<HttpBody> {
  switch (representation.media) {
    case 'json':
      // Pretty JSON ends without a newline.
      return isPretty(context, representation) ? goJson(object, 2) : `${goJson(object)}\n`
    case 'yaml':
      return import('../../wire/yaml.ts').then(() => encodeYaml(object))
    case 'protobuf':
    case 'cbor':
      return context.server.binary.encode(representation.media, object as KubeObject)
  }
}

async function encodeYaml(object: object): Promise<string> {
  const { formatYaml } = await import('../../wire/yaml-format.ts')
  return formatYaml(object)
}

export function isPretty(context: RequestContext, representation: Representation): boolean {
  if (representation.isPretty) return true
  const { query } = context.http
  if (query !== '' && query.includes('pretty')) {
    const pretty = context.query.get('pretty')
    if (pretty !== undefined && pretty !== '') return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(pretty)
  }
  const agent = context.header('user-agent')
  if (agent === undefined) return false
  const first = agent.charCodeAt(0)
  // "curl", "Wget", "Mozilla/5.0"
  if (first !== 99 && first !== 87 && first !== 77) return false
  return agent.startsWith('curl') || agent.startsWith('Wget') || agent.startsWith('Mozilla/5.0')
}

export function answer(context: RequestContext, status: number, type: string, body: HttpBody): HttpResponse {
  return { status, headers: headersFor(context, type), body }
}

/** Audit-Id is on every answer, where the request belongs on nearly every one; Warning only where there are some. */
export function headersFor(context: RequestContext, type: string): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = {
    'audit-id': context.server.random.uuid(),
    'cache-control': 'no-cache, private',
    'content-type': type,
  }
  const { flow } = context
  if (flow !== undefined) {
    headers['x-kubernetes-pf-flowschema-uid'] = flow.schemaUid
    headers['x-kubernetes-pf-prioritylevel-uid'] = flow.level.config.uid
  }
  if (context.warnings.size > 0) headers.warning = warningHeaders(context.warnings)
  return headers
}

const warningRunesMax = 4096
const warningRunesEach = 256

/** Whole while they all fit 4096 characters; then all are cut to 256 each, and what still does not fit is left out. */
export function warningHeaders(warnings: Iterable<string>): string[] {
  const texts = [...warnings].filter((text) => text !== '' && !hasControl(text))
  const total = texts.reduce((sum, text) => sum + [...text].length, 0)
  let left = warningRunesMax
  const headers: string[] = []
  for (const text of texts) {
    const runes = [...text]
    const shown = total <= warningRunesMax ? runes : runes.slice(0, warningRunesEach)
    if (shown.length > left) break
    left -= shown.length
    headers.push(`299 - "${shown.join('').replace(/[\\"]/g, '\\$&')}"`)
  }
  return headers
}
function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code === 127) return true
  }
  return false
}

/** Errors in the form that was asked for. */
export function respondError(
  context: RequestContext,
  error: StatusError,
  representation: Representation,
): HttpResponse | Promise<HttpResponse> {
  const status = statusOf(error) as Status
  const response = respondStatus(context, status, representation)
  const retryAfter = status.details?.retryAfterSeconds
  if (retryAfter === undefined) return response
  const withHeader = (one: HttpResponse): HttpResponse => ({ ...one, headers: { ...one.headers, 'retry-after': String(retryAfter) } })
  return response instanceof Promise ? response.then(withHeader) : withHeader(response)
}
