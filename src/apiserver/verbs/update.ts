/** PUT of one object, or of its status. */

import { badRequest } from '../../apimachinery/status-error.ts'
import type { HttpResponse } from '../../wire/http.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { trackManagers } from '../registry/create.ts'
import type { Draft } from '../registry/resource-store.ts'
import { updateObject } from '../registry/update.ts'
import { bodyMedia, readBody } from '../request/body.ts'
import { decodeObject, defaulted } from '../request/decode.ts'
import { parseWriteOptions } from '../request/write-options.ts'
import { respondStored } from '../response/respond.ts'
import type { RequestContext } from '../server-parts.ts'
import { targetOf, writeOf } from './create.ts'

export async function updateVerb(context: RequestContext, resource: ServedResource): Promise<HttpResponse> {
  const { name } = context.info
  const representation = context.server.negotiators.object.negotiate(context.header('accept'))
  const media = bodyMedia(context)
  const body = await readBody(context)
  const options = parseWriteOptions(context, 'UpdateOptions')
  const object = await decodeObject(targetOf(resource), body, {
    media,
    fieldValidation: options.fieldValidation,
    warn: (text) => context.warn(text),
  })
  checkName(object, name)
  checkNamespace(resource, object, context.info.namespace)
  const write = { ...writeOf(context, resource, options), isReplace: true }
  const draft = defaulted(resource, object)
  const sent = JSON.stringify(draft)
  let isFirst = true
  const result = await updateObject(write, {
    name,
    next: (live) => {
      // Whoever was faster made us begin again: from what was sent, not from what the strategy made of it.
      const next = isFirst ? draft : (JSON.parse(sent) as Draft)
      isFirst = false
      trackManagers(write, next, live)
      return next
    },
  })
  return respondStored(context, resource, result, representation, result.isCreated ? 201 : 200)
}

export function checkName({ metadata }: Draft, name: string): void {
  const sent = metadata.name ?? ''
  if (sent === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (sent !== name) throw badRequest(`the name of the object (${sent}) does not match the name on the URL (${name})`)
}

export function checkNamespace({ isNamespaced }: ServedResource, { metadata }: Draft, namespace: string): void {
  if (!isNamespaced) {
    delete metadata.namespace
    return
  }
  const sent = metadata.namespace ?? ''
  if (sent === '') metadata.namespace = namespace
  else if (sent !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}
