/**
 * What a request is about, read off its method and path alone: PATCH on `/apis/apps/v1/namespaces/shop/deployments/web` is
 * *patch, apps/v1, shop, deployments, web*. Whether such a resource exists is route.ts's business.
 *
 *     /api/v1/namespaces/shop/pods/web/log      get, pods, shop, web, log
 *     /api/v1/namespaces/shop                   get, namespaces, (namespace shop), shop
 *     /api/v1/namespaces/shop/finalize          update, namespaces, shop, finalize
 *     /api/v1/watch/namespaces/shop/pods/web    watch, pods, shop, web            (deprecated, still served)
 *     /apis/apps/v1                             no resource: a document
 *
 * What a newcomer would get wrong: `%2F` is decoded before the path is cut; trailing slashes do not count; a watch is a list
 * with `?watch=`, where anything but false and 0 is true; on the path of one object `?watch=` is ignored.
 */
import { nothing, type Query } from './query.ts'

export interface RequestInfo {
  /** get, list, watch, create, update, patch, delete, deletecollection; else the method in lower case. */
  readonly verb: string
  /** Decoded. */
  readonly path: string
  readonly isResource: boolean
  readonly prefix: string
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  readonly name: string
  readonly subresource: string
  /** What follows the subresource: proxy paths. */
  readonly rest: readonly string[]
  /** For authorization only: a list that selects metadata.name=x counts as one about x. */
  readonly selectedName: string
}

const namespaceSubresources = new Set(['status', 'finalize'])
const specialVerbs = new Set(['proxy', 'watch'])

export function parseRequestInfo(method: string, rawPath: string, query: () => Query): RequestInfo {
  const path = decodePath(rawPath)
  const parts = splitPath(path)
  const isCore = parts[0] === 'api'
  if ((!isCore && parts[0] !== 'apis') || parts.length < (isCore ? 3 : 4)) return documentRequest(method, path, parts)
  let at = 1
  const group = isCore ? '' : (parts[at++] as string)
  const version = parts[at++] as string
  let verb = verbOf(method)
  const isSpecial = specialVerbs.has(parts[at] as string)
  if (isSpecial && parts.length === at + 1) return documentRequest(method, path, parts)
  if (isSpecial) verb = parts[at++] as string
  let namespace = ''
  if (parts[at] === 'namespaces' && parts.length > at + 1) {
    namespace = parts[at + 1] as string
    if (parts.length > at + 2 && !namespaceSubresources.has(parts[at + 2] as string)) at += 2
  }
  const resource = parts[at] as string
  const name = parts[at + 1] ?? ''
  const subresource = isSpecial ? '' : (parts[at + 2] ?? '')
  let selectedName = name
  if (name === '') {
    if (verb === 'get') verb = isWatch(query()) ? 'watch' : 'list'
    else if (verb === 'delete') verb = 'deletecollection'
    if (verb !== 'create') selectedName = nameSelectedBy(query())
  }
  const rest = parts.length > at + 3 ? parts.slice(at + 3) : noParts
  return {
    verb,
    path,
    isResource: true,
    prefix: parts[0] as string,
    group,
    version,
    namespace,
    resource,
    name,
    subresource,
    rest,
    selectedName,
  }
}

const noParts: readonly string[] = []

function documentRequest(method: string, path: string, parts: readonly string[]): RequestInfo {
  return {
    verb: method.toLowerCase(),
    path,
    isResource: false,
    prefix: parts[0] ?? '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    name: '',
    subresource: '',
    rest: noParts,
    selectedName: '',
  }
}

function verbOf(method: string): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return 'get'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return 'delete'
    default:
      return ''
  }
}

/** A path that is no valid percent-encoding is taken as it is: it will lead nowhere. */
function decodePath(rawPath: string): string {
  if (!rawPath.includes('%')) return rawPath
  try {
    return decodeURIComponent(rawPath)
  } catch {
    return rawPath
  }
}

export function splitPath(path: string): string[] {
  let start = 0
  let end = path.length
  while (start < end && path.charCodeAt(start) === 47) start++
  while (end > start && path.charCodeAt(end - 1) === 47) end--
  return start === end ? [] : path.slice(start, end).split('/')
}

/** Go's lenient conversion of a query parameter: present and neither "false" nor "0". */
export function isWatch(query: Query): boolean {
  if (query === nothing) return false
  const value = query.get('watch')
  return value !== undefined && value.toLowerCase() !== 'false' && value !== '0'
}

const plainName = /^[^,=!\\%/]+$/
function nameSelectedBy(query: Query): string {
  const selector = query.get('fieldSelector')
  if (selector === undefined || !selector.includes('metadata.name=')) return ''
  for (const term of selector.split(',')) {
    const value = /^metadata\.name={1,2}(.*)$/.exec(term)?.[1]
    if (value !== undefined && plainName.test(value)) return value
  }
  return ''
}
