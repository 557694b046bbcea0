/**
 * From a request to the verb that answers it. In order: does the group and version exist, does the resource, does the
 * subresource, does this method go with it. The texts differ: an unknown group or version is plain text, everything below it a
 * Status; a wrong method is 405.
 */

import { kinds } from '../api/kinds.ts'
import { quote } from '../apimachinery/go-strings.ts'
import { pathSegmentNameErrors } from '../apimachinery/names.ts'
import { methodNotAllowed, methodNotSupported, resourceNotFound, StatusError } from '../apimachinery/status-error.ts'
import type { HttpResponse } from '../wire/http.ts'
import type { ServedResource } from './registry/catalog.ts'
import { extensionOf } from './registry/extensions/extension.ts'
import { scaleVerb } from './registry/extensions/scale.ts'
import type { RequestContext } from './server-parts.ts'
import { createVerb } from './verbs/create.ts'
import { deleteVerb } from './verbs/delete.ts'
import { deleteCollectionVerb } from './verbs/delete-collection.ts'
import { getObject } from './verbs/get.ts'
import { listObjects } from './verbs/list.ts'
import { patchKindOf, patchVerb } from './verbs/patch.ts'
import { updateVerb } from './verbs/update.ts'
import { watchObjects } from './verbs/watch.ts'

export type Answer = HttpResponse | Promise<HttpResponse>

/** Undefined: no such group or version; the caller answers with text. */
export function routeResource(context: RequestContext): Answer | undefined {
  const { info, server, http } = context
  const { catalog } = server
  const resource = catalog.find(info.group, info.version, info.resource)
  if (resource === undefined) {
    if (!catalog.servesGroup(info.group)) return undefined
    if (!catalog.servesGroupVersion(info.group, info.version) && !isBuiltIn(info.group)) return undefined
    throw resourceNotFound()
  }
  // A proxy passes on any method.
  if ((http.method === 'HEAD' || http.method === 'OPTIONS') && info.subresource !== 'proxy') throw methodNotAllowed()
  checkPlace(context, resource)
  if (resource.kind.deprecated !== undefined) tellDeprecated(context, resource)
  return info.subresource === '' ? mainVerb(context, resource) : subresourceVerb(context, resource)
}

function tellDeprecated(context: RequestContext, { kind, apiVersion, group, versionName, resource }: ServedResource): void {
  const { since = '', replacement } = kind.deprecated ?? {}
  context.warn(`${apiVersion} ${kind.kind} is deprecated in v${since}+${replacement === undefined ? '' : `; use ${replacement}`}`)
  context.server.metrics.deprecated.of(group, '', resource, context.info.subresource, versionName).value = 1
}

/** A group that custom resources may not have: its router knows the group, and misses the version. */
export function isBuiltIn(group: string): boolean {
  return kinds.some((kind) => kind.group === group || kind.versions.some((version) => version.group === group))
}

/** A namespaced object needs its namespace in the URL; a cluster-wide kind has none. */
function checkPlace({ info }: RequestContext, resource: ServedResource): void {
  const isNamespaces = resource.resource === 'namespaces' && resource.group === ''
  if (resource.isNamespaced) {
    if (info.namespace === '' && info.name !== '' && info.verb !== 'watch') throw resourceNotFound()
  } else if (info.namespace !== '' && !isNamespaces) throw resourceNotFound()
  if (info.name === '') return
  const problems = pathSegmentNameErrors(info.name, false)
  if (problems.length > 0) {
    throw new StatusError(400, 'BadRequest', `Name parameter invalid: ${quote(info.name)}: ${problems.join('; ')}`)
  }
}

function mainVerb(context: RequestContext, resource: ServedResource): Answer {
  const { info } = context
  // Paths of long ago: /api/v1/proxy/…
  if (info.verb === 'proxy') throw resourceNotFound()
  if (!resource.verbs.has(info.verb)) {
    // What can be listed shares its path with a watch, which is found out late.
    throw info.verb === 'watch' && resource.verbs.has('list') ? methodNotSupported(resource.groupResource, 'watch') : methodNotAllowed()
  }
  const extension = extensionOf(context.server, resource)
  switch (info.verb) {
    case 'get':
      return extension?.get?.(context, resource) ?? getObject(context, resource)
    case 'list':
      return extension?.list?.(context, resource) ?? listObjects(context, resource)
    case 'watch':
      return watchObjects(context, resource)
    case 'create':
      if (info.name !== '') throw methodNotAllowed()
      if (resource.isNamespaced && info.namespace === '') throw methodNotAllowed()
      return extension?.create?.(context, resource) ?? createVerb(context, resource)
    case 'update':
      if (info.name === '') throw methodNotAllowed()
      return updateVerb(context, resource)
    case 'patch':
      if (info.name === '') throw methodNotAllowed()
      patchKindOf(context)
      return patchVerb(context, resource)
    case 'delete':
      return deleteVerb(context, resource)
    case 'deletecollection':
      if (resource.isNamespaced && info.namespace === '') throw methodNotAllowed()
      return deleteCollectionVerb(context, resource)
    default:
      throw methodNotAllowed()
  }
}

function subresourceVerb(context: RequestContext, resource: ServedResource): Answer {
  const { info, server } = context
  const subresource = resource.subresources.get(info.subresource)
  if (subresource === undefined || (info.rest.length > 0 && info.subresource !== 'proxy')) throw resourceNotFound()
  if (info.subresource !== 'proxy' && !subresource.verbs.includes(info.verb)) throw methodNotAllowed()
  const handler = extensionOf(server, resource)?.subresources?.[info.subresource]
  if (handler !== undefined) return handler(context, resource)
  if (info.subresource === 'scale') return scaleVerb(context, resource)
  switch (info.verb) {
    case 'get':
      return getObject(context, resource)
    case 'update':
      return updateVerb(context, resource)
    case 'patch':
      patchKindOf(context)
      return patchVerb(context, resource)
    default:
      throw methodNotAllowed()
  }
}
