/**
 * The paths of OpenAPI documents: which operations a resource has, with which parameters. kubectl looks here whether a server knows
 * fieldValidation and dryRun, and which kind lies behind a path.
 */
import type { OpenApiObject } from '../../apimachinery/schema/to-openapi.ts'
import type { ServedResource } from '../registry/catalog.ts'

export interface PathsDialect {
  readonly isV3: boolean
  reference(name: string): OpenApiObject
  /** Names of definitions. */
  readonly objectName: string
  readonly listName: string
}

interface Parameter {
  readonly name: string
  readonly description: string
  readonly type: string
}

const pretty: Parameter = { name: 'pretty', description: 'Answers are printed with line breaks.', type: 'string' }
const writing: readonly Parameter[] = [
  { name: 'dryRun', description: 'All: everything is done but storing.', type: 'string' },
  { name: 'fieldManager', description: 'Who makes this change.', type: 'string' },
  { name: 'fieldValidation', description: 'Ignore, Warn or Strict: what becomes of unknown and doubled fields.', type: 'string' },
]
const force: Parameter = { name: 'force', description: 'An apply takes fields over from others.', type: 'boolean' }
const listing: readonly Parameter[] = [
  { name: 'allowWatchBookmarks', description: 'A watch may send bookmarks.', type: 'boolean' },
  { name: 'continue', description: 'Where the last page ended.', type: 'string' },
  { name: 'fieldSelector', description: 'Only objects with these fields.', type: 'string' },
  { name: 'labelSelector', description: 'Only objects with these labels.', type: 'string' },
  { name: 'limit', description: 'At most so many objects.', type: 'integer' },
  { name: 'resourceVersion', description: 'As of which version.', type: 'string' },
  { name: 'resourceVersionMatch', description: 'How the version is meant: Exact or NotOlderThan.', type: 'string' },
  { name: 'sendInitialEvents', description: 'A watch begins with what is there.', type: 'boolean' },
  { name: 'timeoutSeconds', description: 'When the request shall end.', type: 'integer' },
  { name: 'watch', description: 'Changes are sent as they come.', type: 'boolean' },
]
const deleting: readonly Parameter[] = [
  { name: 'dryRun', description: 'All: everything is done but storing.', type: 'string' },
  { name: 'gracePeriodSeconds', description: 'How long it may take to end.', type: 'integer' },
  { name: 'orphanDependents', description: 'Deprecated: use propagationPolicy.', type: 'boolean' },
  { name: 'propagationPolicy', description: 'Orphan, Background or Foreground.', type: 'string' },
]

export const deleteOptionsName = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'
const patchName = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch'
const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]
const answerTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

export function addPaths(paths: OpenApiObject, resource: ServedResource, dialect: PathsDialect): void {
  const { group, versionName, isNamespaced, kind, verbs } = resource
  const base = group === '' ? `/api/${versionName}` : `/apis/${group}/${versionName}`
  const collection = isNamespaced ? `${base}/namespaces/{namespace}/${resource.resource}` : `${base}/${resource.resource}`
  const gvk = { group, version: versionName, kind: kind.kind }
  const make = (
    action: string,
    parameters: readonly Parameter[],
    options: { readonly body?: string; readonly answer?: string; readonly consumes?: readonly string[] } = {},
  ) =>
    operation(dialect, {
      action,
      gvk,
      parameters,
      ...options,
      id: `${action}${camel(group)}${camel(versionName)}${isNamespaced ? 'Namespaced' : ''}${kind.kind}`,
    })
  const has = (verb: string): boolean => verbs.has(verb)
  const namespaceParameter = isNamespaced ? [pathParameter(dialect, 'namespace', 'The namespace of the object.')] : []
  const item: OpenApiObject = {}
  const all: OpenApiObject = {}
  if (has('list')) all.get = make('list', listing, { answer: dialect.listName })
  if (has('create')) all.post = make('post', writing, { body: dialect.objectName, answer: dialect.objectName })
  if (has('deletecollection')) all.delete = make('deletecollection', [...listing.slice(0, 7), ...deleting], { body: deleteOptionsName })
  if (has('get')) item.get = make('get', [], { answer: dialect.objectName })
  if (has('update')) item.put = make('put', writing, { body: dialect.objectName, answer: dialect.objectName })
  if (has('patch')) item.patch = make('patch', [...writing, force], { body: patchName, answer: dialect.objectName, consumes: patchTypes })
  if (has('delete')) item.delete = make('delete', deleting, { body: deleteOptionsName })
  const shared = [...namespaceParameter, queryParameter(dialect, pretty)]
  if (Object.keys(all).length > 0) paths[collection] = { ...all, parameters: shared }
  if (isNamespaced && has('list'))
    paths[`${base}/${resource.resource}`] = {
      get: make('list', listing, { answer: dialect.listName }),
      parameters: [queryParameter(dialect, pretty)],
    }
  const name = pathParameter(dialect, 'name', `Name of the ${kind.kind}.`)
  if (Object.keys(item).length > 0) paths[`${collection}/{name}`] = { ...item, parameters: [name, ...shared] }
  for (const sub of resource.subresources.values()) {
    const operations: OpenApiObject = {}
    const isSelf = sub.kind.kind === kind.kind
    const answer = isSelf ? { answer: dialect.objectName } : {}
    const body = isSelf ? { body: dialect.objectName } : {}
    for (const verb of sub.verbs) {
      if (verb === 'get') operations.get = make('get', [], answer)
      if (verb === 'create') operations.post = make('post', writing, { ...body, ...answer })
      if (verb === 'update') operations.put = make('put', writing, { ...body, ...answer })
      if (verb === 'patch') operations.patch = make('patch', [...writing, force], { body: patchName, ...answer, consumes: patchTypes })
      if (verb === 'delete') operations.delete = make('delete', deleting)
    }
    paths[`${collection}/{name}/${sub.name}`] = { ...operations, parameters: [name, ...shared] }
  }
}

interface Wanted {
  readonly action: string
  readonly id: string
  readonly gvk: OpenApiObject
  readonly parameters: readonly Parameter[]
  readonly body?: string
  readonly answer?: string
  readonly consumes?: readonly string[]
}

function operation(dialect: PathsDialect, { action, id, gvk, parameters, body, answer, consumes = ['*/*'] }: Wanted): OpenApiObject {
  const group = gvk.group as string
  const shared = {
    description: `${action} ${gvk.kind}`,
    operationId: id,
    tags: [`${group === '' ? 'core' : group.split('.')[0]}_${gvk.version}`],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  }
  const query = parameters.map((one) => queryParameter(dialect, one))
  const ok: OpenApiObject = { description: 'OK' }
  if (dialect.isV3) {
    const content = (types: readonly string[], name: string): OpenApiObject =>
      Object.fromEntries(types.map((type) => [type, { schema: dialect.reference(name) }]))
    return {
      ...shared,
      ...(query.length > 0 ? { parameters: query } : {}),
      ...(body === undefined
        ? {}
        : {
            requestBody: {
              content: content(consumes, body),
              ...(action === 'delete' || action === 'deletecollection' ? {} : { required: true }),
            },
          }),
      responses: {
        '200': answer === undefined ? ok : { ...ok, content: content(answerTypes, answer) },
        '401': { description: 'Unauthorized' },
      },
    }
  }
  const inBody = body === undefined ? [] : [{ in: 'body', name: 'body', required: true, schema: dialect.reference(body) }]
  return {
    ...shared,
    consumes,
    produces: answerTypes,
    schemes: ['https'],
    parameters: [...inBody, ...query],
    responses: { '200': answer === undefined ? ok : { ...ok, schema: dialect.reference(answer) }, '401': { description: 'Unauthorized' } },
  }
}

function queryParameter({ isV3 }: PathsDialect, { name, description, type }: Parameter): OpenApiObject {
  const base = { name, in: 'query', description }
  return isV3 ? { ...base, schema: { type, uniqueItems: true } } : { ...base, type, uniqueItems: true }
}
function pathParameter({ isV3 }: PathsDialect, name: string, description: string): OpenApiObject {
  const base = { name, in: 'path', description, required: true }
  return isV3 ? { ...base, schema: { type: 'string', uniqueItems: true } } : { ...base, type: 'string', uniqueItems: true }
}

function camel(text: string): string {
  return text
    .split(/[.\-_]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
}
