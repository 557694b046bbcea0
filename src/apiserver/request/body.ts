/**
 * The body of a request: read within the limit, and understood in the media type it claims. From here on it is a plain JSON
 * value; decode.ts makes an object of a kind from it.
 */

import { requestEntityTooLarge, unsupportedMediaType } from '../../apimachinery/status-error.ts'
import { parseMediaType } from '../../wire/media-type.ts'
import { type Media, mediaTypes } from '../response/negotiate.ts'
import type { RequestContext } from '../server-parts.ts'

export const bodyBytesMax = 3 * 1024 * 1024

export function readBody(context: RequestContext): Uint8Array | Promise<Uint8Array> {
  const body = context.http.body(bodyBytesMax)
  return body instanceof Promise ? body.then(orTooLarge) : orTooLarge(body)
}

function orTooLarge(body: Uint8Array | 'too-large'): Uint8Array {
  if (body === 'too-large') throw requestEntityTooLarge(`limit is ${bodyBytesMax}`)
  return body
}

/** For POST, PUT and DELETE. Nothing said means JSON. Throws 415. */
export function bodyMedia(context: RequestContext): Media {
  const offered = context.server.media
  const header = context.header('content-type') ?? ''
  if (header === '' || header === mediaTypes.json) return 'json'
  const type = parseMediaType(header)
  for (const media of offered) if (mediaTypes[media] === type) return media
  const accepted = offered.map((media) => mediaTypes[media]).join(', ')
  throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted}`)
}
