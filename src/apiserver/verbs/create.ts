/** POST on a collection: decode, default, and on to registry/create.ts. */

import type { HttpResponse } from '../../wire/http.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { createObject } from '../registry/create.ts'
import { bodyMedia, readBody } from '../request/body.ts'
import { decodeObject, defaulted } from '../request/decode.ts'
import { managerOf, parseWriteOptions, type WriteOptions } from '../request/write-options.ts'
import { respondStored } from '../response/respond.ts'
import type { RequestContext, Write } from '../server-parts.ts'

export async function createVerb(context: RequestContext, resource: ServedResource): Promise<HttpResponse> {
  const representation = context.server.negotiators.object.negotiate(context.header('accept'))
  const media = bodyMedia(context)
  const body = await readBody(context)
  const options = parseWriteOptions(context, 'CreateOptions')
  const object = await decodeObject(targetOf(resource), body, {
    media,
    fieldValidation: options.fieldValidation,
    warn: (text) => context.warn(text),
  })
  const write = writeOf(context, resource, options)
  const stored = await createObject(write, defaulted(resource, object))
  return respondStored(context, resource, stored, representation, 201)
}

export function targetOf(resource: ServedResource): { kind: string; group: string; apiVersion: string; schema: ServedResource['schema'] } {
  return { kind: resource.kind.kind, group: resource.group, apiVersion: resource.apiVersion, schema: resource.schema }
}

export function writeOf(context: RequestContext, resource: ServedResource, options: WriteOptions): Write {
  const { server, info, user, http } = context
  return {
    server,
    resource,
    subresource: info.subresource,
    namespace: resource.isNamespaced ? info.namespace : '',
    user,
    isDryRun: options.isDryRun,
    manager: managerOf(context, options),
    fieldValidation: options.fieldValidation,
    warn: (text) => context.warn(text),
    signal: http.signal,
  }
}
