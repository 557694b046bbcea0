/**
 * The paths of OpenAPI documents: which operations a resource has, with which parameters. kubectl looks here whether a server knows
 * fieldValidation, which patches it takes, and which kind lies behind a path.
 *
 * Operation ids are Kubernetes' own (readAppsV1NamespacedDeploymentStatus): generators of clients make method names of them.
 */
import type { OpenApiObject } from '../../apimachinery/schema/to-openapi.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { isBuiltIn } from '../route.ts'
import { capital, groupVersionName, tagOf } from './openapi-names.ts'
import { type Method, type Operation, type PathsDialect, pathItem } from './openapi-operation.ts'
import {
  connecting,
  deleting,
  deletingMany,
  listing,
  nameParameter,
  namespaceParameter,
  type Parameter,
  patching,
  pathParameter,
  pretty,
  writing,
} from './openapi-parameters.ts'

/** Names of definitions. */
export interface PathTypes {
  readonly object: string
  readonly list: string
  readonly deleteOptions: string
  readonly patch: string
  readonly status: string
  readonly watchEvent: string
  /** What a subresource takes and gives; undefined: a connection, or text. */
  readonly subresource: (name: string) => string | undefined
}

type Operations = (readonly [Method, Operation])[]

const anyType = ['*/*']
export const objectTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
const watchTypes = [...objectTypes, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

/** Wrapped by Kubernetes so that its documents believe deletes answer with a Status: they do answer with the object. */
const secretlyReturned = 'namespaces'

export function addPaths(paths: OpenApiObject, resource: ServedResource, dialect: PathsDialect, types: PathTypes): void {
  const { group, versionName, isNamespaced, kind, verbs } = resource
  const base = group === '' ? `/api/${versionName}` : `/apis/${group}/${versionName}`
  const below = isNamespaced ? `/namespaces/{namespace}/${resource.resource}` : `/${resource.resource}`
  const inPath = isNamespaced ? [namespaceParameter] : []
  const named = [nameParameter(kind.kind), ...inPath]
  const put = (path: string, operations: Operations, parameters: readonly Parameter[]): void => {
    if (operations.length === 0) return
    const whole = operations.map(([method, one]) => [method, { ...one, parameters: [...parameters, ...one.parameters] }] as const)
    paths[path] = pathItem(dialect, whole)
  }
  put(base + below, collectionOperations(resource, types), [...inPath, pretty])
  put(`${base + below}/{name}`, itemOperations(resource, types), [...named, pretty])
  if (isNamespaced && verbs.has('list'))
    put(`${base}/${resource.resource}`, [['get', listOperation(resource, types, idOf(resource, 'list', '', 'ForAllNamespaces'))]], [pretty])
  for (const { name } of resource.subresources.values()) {
    const operations = subresourceOperations(resource, types, name, '')
    // Connections print nothing.
    const shared = name in connecting && name !== 'log' ? named : [...named, pretty]
    put(`${base + below}/{name}/${name}`, operations, shared)
    if (name !== 'proxy') continue
    put(`${base + below}/{name}/proxy/{path}`, subresourceOperations(resource, types, name, 'WithPath'), [...shared, pathParameter])
  }
  // Deprecated, and still told of; not for custom resources.
  if (!verbs.has('watch') || !isBuiltIn(group)) return
  const scope = scopeOf(resource)
  put(
    `${base}/watch${below}`,
    [['get', watchOperation(resource, types, idOf(resource, 'watch', scope, 'List'), true)]],
    [...inPath, pretty],
  )
  put(`${base}/watch${below}/{name}`, [['get', watchOperation(resource, types, idOf(resource, 'watch', scope), false)]], [...named, pretty])
  if (!isNamespaced) return
  const everywhere = watchOperation(resource, types, idOf(resource, 'watch', '', 'ListForAllNamespaces'), true)
  put(`${base}/watch/${resource.resource}`, [['get', everywhere]], [pretty])
}

/** readAppsV1NamespacedDeploymentStatus: the verb, group and version, the scope, the kind, the rest. */
function idOf(resource: ServedResource, verb: string, scope: string, rest = ''): string {
  return `${verb}${groupVersionName(resource.group, resource.versionName)}${scope}${resource.kind.kind}${rest}`
}

function scopeOf({ isNamespaced }: ServedResource): string {
  return isNamespaced ? 'Namespaced' : ''
}

function facts(resource: ServedResource, action: string, what: string): Pick<Operation, 'about' | 'tag' | 'description' | 'consumes'> {
  const { group, versionName, kind } = resource
  const gvk = { group, version: versionName, kind: kind.kind }
  return { about: { action, gvk }, tag: tagOf(group, versionName), description: `${what} ${kind.kind}`, consumes: anyType }
}

function listOperation(resource: ServedResource, types: PathTypes, id: string): Operation {
  return {
    ...facts(resource, 'list', 'list or watch objects of kind'),
    id,
    parameters: listing,
    produces: watchTypes,
    answer: types.list,
    codes: [200],
  }
}

function watchOperation(resource: ServedResource, types: PathTypes, id: string, isMany: boolean): Operation {
  const what = isMany
    ? 'Deprecated: list with watch=true instead. Watch objects of kind'
    : 'Deprecated: list with watch=true instead. Watch one'
  return {
    ...facts(resource, isMany ? 'watchlist' : 'watch', what),
    id,
    parameters: listing,
    produces: watchTypes,
    answer: types.watchEvent,
    codes: [200],
  }
}

function collectionOperations(resource: ServedResource, types: PathTypes): Operations {
  const { verbs } = resource
  const scope = scopeOf(resource)
  const operations: Operations = []
  if (verbs.has('list')) operations.push(['get', listOperation(resource, types, idOf(resource, 'list', scope))])
  if (verbs.has('create')) {
    const id = idOf(resource, 'create', scope)
    operations.push(['post', writeOperation(resource, { verb: 'create', id, definition: types.object, types })])
  }
  if (verbs.has('deletecollection'))
    operations.push(['delete', deleteOperation(resource, types, { id: idOf(resource, 'delete', `Collection${scope}`), isMany: true })])
  return operations
}

function itemOperations(resource: ServedResource, types: PathTypes): Operations {
  const { verbs } = resource
  const operations: Operations = []
  const id = (verb: string): string => idOf(resource, verb, scopeOf(resource))
  const definition = types.object
  if (verbs.has('get')) operations.push(['get', readOperation(resource, id('read'), definition, [])])
  if (verbs.has('update')) operations.push(['put', writeOperation(resource, { verb: 'update', id: id('replace'), definition, types })])
  if (verbs.has('delete')) operations.push(['delete', deleteOperation(resource, types, { id: id('delete'), isMany: false })])
  if (verbs.has('patch')) operations.push(['patch', writeOperation(resource, { verb: 'patch', id: id('patch'), definition, types })])
  return operations
}

const methodOf = { get: 'get', create: 'post', update: 'put', patch: 'patch', delete: 'delete' } as const
const idVerbOf = { get: 'read', create: 'create', update: 'replace', patch: 'patch', delete: 'delete' } as const

function subresourceOperations(resource: ServedResource, types: PathTypes, name: string, suffix: string): Operations {
  const subresource = resource.subresources.get(name)
  if (subresource === undefined) return []
  const rest = `${capital(name)}${suffix}`
  const scope = scopeOf(resource)
  const methods = subresource.verbs.flatMap((verb) => (verb in methodOf ? [verb as keyof typeof methodOf] : []))
  const about = (one: Operation): Operation => (one.about === undefined ? one : { ...one, about: { ...one.about, gvk: subresource.kind } })
  if (name in connecting && name !== 'log') {
    // A proxy passes on any method, also those that are no verb.
    const all: Method[] = [...methods.map((verb) => methodOf[verb]), ...(name === 'proxy' ? (['head', 'options'] as const) : [])]
    return all.map((method) => {
      return [method, about(connectOperation(resource, idOf(resource, 'connect', `${capital(method)}${scope}`, rest), name))]
    })
  }
  const own = types.subresource(name)
  const operations: Operations = []
  for (const verb of methods) {
    const id = idOf(resource, idVerbOf[verb], scope, rest)
    if (verb === 'get') {
      const one = readOperation(resource, id, own, connecting[name] ?? [])
      // What discovery calls a log's kind is the Pod's.
      operations.push(['get', own === undefined ? one : about(one)])
    } else if (verb !== 'delete' && own !== undefined)
      operations.push([methodOf[verb], about(writeOperation(resource, { verb, id, definition: own, types }))])
  }
  return operations
}

function readOperation(resource: ServedResource, id: string, answer: string | undefined, parameters: readonly Parameter[]): Operation {
  const common = { ...facts(resource, 'get', 'read the specified'), id, parameters, codes: [200] }
  return answer === undefined ? { ...common, produces: ['text/plain', ...objectTypes] } : { ...common, produces: objectTypes, answer }
}

function connectOperation(resource: ServedResource, id: string, name: string): Operation {
  const parameters = connecting[name] ?? []
  return { ...facts(resource, 'connect', `connect to ${name} of`), id, parameters, produces: anyType, codes: [200] }
}

interface Write {
  readonly verb: 'create' | 'update' | 'patch'
  readonly id: string
  readonly definition: string
  readonly types: PathTypes
}

function writeOperation(resource: ServedResource, { verb, id, definition, types }: Write): Operation {
  const isPatch = verb === 'patch'
  const words = { create: 'create', update: 'replace the specified', patch: 'change a part of the specified' }[verb]
  return {
    ...facts(resource, methodOf[verb], words),
    id,
    parameters: isPatch ? patching : writing,
    body: { definition: isPatch ? types.patch : definition, isRequired: true },
    consumes: isPatch ? patchTypes : anyType,
    produces: objectTypes,
    answer: definition,
    codes: verb === 'create' ? [200, 201, 202] : [200, 201],
  }
}

function deleteOperation(resource: ServedResource, types: PathTypes, { id, isMany }: { id: string; isMany: boolean }): Operation {
  const isObject = !isMany && resource.kind.returnsDeletedObject === true && resource.resource !== secretlyReturned
  return {
    ...facts(resource, isMany ? 'deletecollection' : 'delete', isMany ? 'delete the selected objects of kind' : 'delete the specified'),
    id,
    parameters: isMany ? deletingMany : deleting,
    body: { definition: types.deleteOptions, isRequired: false },
    produces: objectTypes,
    answer: isObject ? types.object : types.status,
    codes: isMany ? [200] : [200, 202],
  }
}
