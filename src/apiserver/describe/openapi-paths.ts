/**
 * The paths of OpenAPI documents: which operations a resource has, with which parameters. kubectl looks here whether a server knows
 * fieldValidation, which patches it takes, and which kind lies behind a path.
 *
 * Operation ids are Kubernetes' own (readAppsV1NamespacedDeploymentStatus): generators of clients make method names of them. Parameters that all
 * operations of a path have are the path's.
 */
import type { OpenApiObject } from '../../apimachinery/schema/to-openapi.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { type Operation, operationObject, type PathsDialect, pathParameter, queryParameter } from './openapi-operation.ts'
import { connecting, deleting, deletingMany, listing, type Parameter, patching, pretty, writing } from './openapi-parameters.ts'

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

const answerTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
const listTypes = [...answerTypes, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']
const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]

export function addPaths(paths: OpenApiObject, resource: ServedResource, dialect: PathsDialect, types: PathTypes): void {
  const { group, versionName, isNamespaced, kind, verbs } = resource
  const base = group === '' ? `/api/${versionName}` : `/apis/${group}/${versionName}`
  const collection = isNamespaced ? `${base}/namespaces/{namespace}/${resource.resource}` : `${base}/${resource.resource}`
  const shared = isNamespaced ? [pathParameter(dialect, 'namespace', 'The namespace of the object.')] : []
  const named = [pathParameter(dialect, 'name', `Name of the ${kind.kind}.`), ...shared]
  const put = (path: string, operations: readonly [string, Operation][], parameters: readonly OpenApiObject[]): void => {
    if (operations.length > 0) paths[path] = pathItem(dialect, operations, parameters)
  }
  put(collection, collectionOperations(resource, types), shared)
  put(`${collection}/{name}`, itemOperations(resource, types), named)
  if (isNamespaced && verbs.has('list')) {
    const everywhere = listOperation(resource, types, `list${gvName(resource)}${kind.kind}ForAllNamespaces`)
    put(`${base}/${resource.resource}`, [['get', everywhere]], [])
  }
  if (verbs.has('watch')) {
    const watched = collection.replace(base, `${base}/watch`)
    if (isNamespaced) put(`${base}/watch/${resource.resource}`, [['get', watchOperation(resource, types, 'ListForAllNamespaces')]], [])
    put(watched, [['get', watchOperation(resource, types, 'List')]], shared)
    if (verbs.has('get')) put(`${watched}/{name}`, [['get', watchOperation(resource, types, '')]], named)
  }
  for (const { name } of resource.subresources.values()) {
    put(`${collection}/{name}/${name}`, subresourceOperations(resource, types, name, ''), named)
    if (name !== 'proxy') continue
    const rest = pathParameter(dialect, 'path', 'Where the request goes on to.')
    put(`${collection}/{name}/proxy/{path}`, subresourceOperations(resource, types, name, 'WithPath'), [...named, rest])
  }
}

/** What a version of a group has, by the path of discovery. */
export function addDiscoveryPath(paths: OpenApiObject, resource: ServedResource, dialect: PathsDialect, definition: string): void {
  const { group, versionName } = resource
  const path = group === '' ? `/api/${versionName}/` : `/apis/${group}/${versionName}/`
  const operation: Operation = {
    id: `get${gvName(resource)}APIResources`,
    tag: facts(resource, '', '').tag,
    description: 'get the resources that there are',
    parameters: [],
    answer: { definition, types: answerTypes },
    codes: [200],
  }
  paths[path] ??= { get: operationObject(dialect, operation) }
}

function pathItem(dialect: PathsDialect, operations: readonly [string, Operation][], ofPath: readonly OpenApiObject[]): OpenApiObject {
  const [[, first]] = operations as [[string, Operation]]
  const isCommon = ({ name }: Parameter): boolean => operations.every(([, { parameters }]) => parameters.some((one) => one.name === name))
  const shown = first.action === 'connect' ? [] : [pretty]
  const common = [...first.parameters.filter(isCommon), ...shown].map((one) => queryParameter(dialect, one))
  const item = operations.map(([method, operation]) => {
    const parameters = operation.parameters.filter((one) => !isCommon(one))
    return [method, operationObject(dialect, { ...operation, parameters })] as const
  })
  const byName = (a: OpenApiObject, b: OpenApiObject): number => (String(a.name) < String(b.name) ? -1 : 1)
  return { ...Object.fromEntries(item), parameters: [...ofPath, ...common].sort(byName) }
}

/** RbacAuthorizationV1 */
function gvName({ group, versionName }: ServedResource): string {
  const short = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '')
  return [...short.split('.'), versionName].map(capital).join('')
}
function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

function facts(
  resource: ServedResource,
  action: string,
  what: string,
): Required<Pick<Operation, 'action' | 'gvk' | 'tag' | 'description'>> {
  const { group, versionName, kind } = resource
  const tag = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '').replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase())
  return {
    action,
    gvk: { group, version: versionName, kind: kind.kind },
    tag: `${tag}_${versionName}`,
    description: `${what} ${kind.kind}`,
  }
}

function scopeOf({ isNamespaced }: ServedResource): string {
  return isNamespaced ? 'Namespaced' : ''
}

function listOperation(resource: ServedResource, types: PathTypes, id: string): Operation {
  return {
    ...facts(resource, 'list', 'list or watch objects of kind'),
    id,
    parameters: listing,
    answer: { definition: types.list, types: listTypes },
    codes: [200],
  }
}

function watchOperation(resource: ServedResource, types: PathTypes, suffix: '' | 'List' | 'ListForAllNamespaces'): Operation {
  const scope = suffix === 'ListForAllNamespaces' ? '' : scopeOf(resource)
  const what = suffix === '' ? 'watch one object of kind' : 'watch the objects of kind'
  return {
    ...facts(resource, suffix === '' ? 'watch' : 'watchlist', what),
    description: `${what} ${resource.kind.kind}. Deprecated: list with the parameter watch instead${suffix === '' ? ', and name it in fieldSelector' : ''}.`,
    id: `watch${gvName(resource)}${scope}${resource.kind.kind}${suffix}`,
    parameters: listing,
    answer: { definition: types.watchEvent, types: listTypes },
    codes: [200],
  }
}

function collectionOperations(resource: ServedResource, types: PathTypes): [string, Operation][] {
  const { verbs, kind } = resource
  const operations: [string, Operation][] = []
  const id = (verb: string, middle = ''): string => `${verb}${gvName(resource)}${middle}${scopeOf(resource)}${kind.kind}`
  if (verbs.has('list')) operations.push(['get', listOperation(resource, types, id('list'))])
  if (verbs.has('create'))
    operations.push(['post', writeOperation(resource, { verb: 'create', id: id('create'), definition: types.object, types })])
  if (verbs.has('deletecollection'))
    operations.push(['delete', deleteOperation(resource, types, { id: id('delete', 'Collection'), isMany: true })])
  return operations
}

function itemOperations(resource: ServedResource, types: PathTypes): [string, Operation][] {
  const { verbs, kind } = resource
  const operations: [string, Operation][] = []
  const id = (verb: string): string => `${verb}${gvName(resource)}${scopeOf(resource)}${kind.kind}`
  const definition = types.object
  if (verbs.has('get')) operations.push(['get', readOperation(resource, id('read'), definition, [])])
  if (verbs.has('update')) operations.push(['put', writeOperation(resource, { verb: 'update', id: id('replace'), definition, types })])
  if (verbs.has('patch')) operations.push(['patch', writeOperation(resource, { verb: 'patch', id: id('patch'), definition, types })])
  if (verbs.has('delete')) operations.push(['delete', deleteOperation(resource, types, { id: id('delete'), isMany: false })])
  return operations
}

const methodOf = { get: 'get', create: 'post', update: 'put', patch: 'patch', delete: 'delete' } as const
const idOf = { get: 'read', create: 'create', update: 'replace', patch: 'patch', delete: 'delete' } as const

function subresourceOperations(resource: ServedResource, types: PathTypes, name: string, suffix: string): [string, Operation][] {
  const subresource = resource.subresources.get(name)
  const own = types.subresource(name)
  const gvk = subresource === undefined || own === types.object ? {} : { gvk: subresource.kind }
  const rest = `${scopeOf(resource)}${resource.kind.kind}${capital(name)}${suffix}`
  const operations: [string, Operation][] = []
  for (const verb of subresource?.verbs ?? []) {
    if (!(verb in methodOf)) continue
    const known = verb as keyof typeof methodOf
    const method = methodOf[known]
    const id = `${idOf[known]}${gvName(resource)}${rest}`
    if (name in connecting && name !== 'log')
      operations.push([method, { ...connectOperation(resource, `connect${gvName(resource)}${capital(method)}${rest}`, name), ...gvk }])
    else if (known === 'get') operations.push([method, { ...readOperation(resource, id, own, connecting[name] ?? []), ...gvk }])
    else if (known !== 'delete' && own !== undefined)
      operations.push([method, { ...writeOperation(resource, { verb: known, id, definition: own, types }), ...gvk }])
  }
  if (name === 'proxy' && subresource !== undefined) {
    // A proxy passes these on too.
    for (const method of ['head', 'options'])
      operations.push([method, { ...connectOperation(resource, `connect${gvName(resource)}${capital(method)}${rest}`, name), ...gvk }])
  }
  return operations
}

function readOperation(resource: ServedResource, id: string, definition: string | undefined, parameters: readonly Parameter[]): Operation {
  const types = definition === undefined ? ['text/plain', ...answerTypes] : answerTypes
  return { ...facts(resource, 'get', 'read the specified'), id, parameters, answer: { definition, types }, codes: [200] }
}

function connectOperation(resource: ServedResource, id: string, name: string): Operation {
  return { ...facts(resource, 'connect', `connect to ${name} of`), id, parameters: connecting[name] ?? [], codes: [200] }
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
    body: { definition: isPatch ? types.patch : definition, isRequired: true, types: isPatch ? patchTypes : ['*/*'] },
    answer: { definition, types: answerTypes },
    codes: verb === 'create' ? [200, 201, 202] : [200, 201],
  }
}

function deleteOperation(resource: ServedResource, types: PathTypes, { id, isMany }: { id: string; isMany: boolean }): Operation {
  const definition = !isMany && resource.kind.returnsDeletedObject === true ? types.object : types.status
  return {
    ...facts(resource, isMany ? 'deletecollection' : 'delete', isMany ? 'delete the selected objects of kind' : 'delete the specified'),
    id,
    parameters: isMany ? deletingMany : deleting,
    body: { definition: types.deleteOptions, isRequired: false, types: ['*/*'] },
    answer: { definition, types: answerTypes },
    codes: isMany ? [200] : [200, 202],
  }
}
