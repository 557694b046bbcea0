/**
 * One operation, and one path, as OpenAPI spells them. v2 and v3 say the same in different places: bodies are parameters or stand on their own,
 * media types belong to the operation or to each body and answer, the type of a parameter stands in it or in a schema. Parameters that all
 * operations of a path have are the path's.
 */
import type { OpenApiObject, OpenApiVersion } from '../../apimachinery/schema/to-openapi.ts'
import type { Parameter } from './openapi-parameters.ts'

export interface PathsDialect {
  readonly version: OpenApiVersion
  reference(name: string): OpenApiObject
}

export interface Operation {
  readonly id: string
  /** core_v1 */
  readonly tag: string
  readonly description: string
  /** Absent for discovery. The action: get, list, put, patch, post, delete, deletecollection, watch, watchlist, connect. */
  readonly about?: {
    readonly action: string
    readonly gvk: { readonly group: string; readonly version: string; readonly kind: string }
  }
  readonly parameters: readonly Parameter[]
  readonly body?: { readonly definition: string; readonly isRequired: boolean }
  /** Media types of bodies, said even where there is none; empty: not a word of it. */
  readonly consumes: readonly string[]
  readonly produces: readonly string[]
  /** A definition; absent: text. */
  readonly answer?: string
  readonly codes: readonly number[]
}

export type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch'

const codeWords: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' }

export function pathItem(dialect: PathsDialect, operations: readonly (readonly [Method, Operation])[]): OpenApiObject {
  const counts = new Map<string, number>()
  const all = operations.flatMap(([, { parameters }]) => parameters)
  for (const one of all) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1)
  const isCommon = (one: Parameter): boolean => counts.get(keyOf(one)) === operations.length
  const common = (operations[0]?.[1].parameters ?? []).filter(isCommon).map((one) => parameterObject(dialect, one))
  const item = operations.map(([method, one]) => {
    const own = one.parameters.filter((parameter) => !isCommon(parameter))
    return [method, operationObject(dialect, { ...one, parameters: own })] as const
  })
  return { ...Object.fromEntries(item), ...parametersOf(common) }
}

function keyOf({ name, in: place }: Parameter): string {
  return `${name} ${place ?? 'query'}`
}

function operationObject(dialect: PathsDialect, operation: Operation): OpenApiObject {
  const { id, about, tag, description, parameters, body, answer, codes, consumes, produces } = operation
  const common = { tags: [tag], description, operationId: id }
  const extensions =
    about === undefined
      ? {}
      : {
          'x-kubernetes-action': about.action,
          'x-kubernetes-group-version-kind': { group: about.gvk.group, kind: about.gvk.kind, version: about.gvk.version },
        }
  const written = parameters.map((one) => parameterObject(dialect, one))
  const answerSchema = answer === undefined ? { type: 'string' } : dialect.reference(answer)
  if (dialect.version === 'v3') {
    return {
      ...common,
      ...parametersOf(written),
      ...(body === undefined ? {} : { requestBody: requestBody(dialect, body, consumes) }),
      responses: responses(codes, { content: contentOf(produces, answerSchema) }),
      ...extensions,
    }
  }
  if (body !== undefined)
    written.push({ name: 'body', in: 'body', ...(body.isRequired ? { required: true } : {}), schema: dialect.reference(body.definition) })
  return {
    ...common,
    ...(consumes.length === 0 ? {} : { consumes }),
    produces,
    schemes: ['https'],
    ...parametersOf(written),
    responses: responses(codes, { schema: answerSchema }),
    ...extensions,
  }
}

function contentOf(types: readonly string[], schema: OpenApiObject): OpenApiObject {
  return Object.fromEntries([...types].sort().map((type) => [type, { schema }]))
}

function requestBody(
  dialect: PathsDialect,
  { definition, isRequired }: NonNullable<Operation['body']>,
  types: readonly string[],
): OpenApiObject {
  return { content: contentOf(types, dialect.reference(definition)), ...(isRequired ? { required: true } : {}) }
}

function responses(codes: readonly number[], what: OpenApiObject): OpenApiObject {
  const good = codes.map((code) => [String(code), { description: codeWords[code] ?? 'OK', ...what }] as const)
  return { ...Object.fromEntries(good), '401': { description: 'Unauthorized' } }
}

/** By name; the path before the query. */
function parametersOf(written: readonly OpenApiObject[]): OpenApiObject {
  if (written.length === 0) return {}
  const key = (one: OpenApiObject): string => `${one.name} ${one.in}`
  return { parameters: [...written].sort((a, b) => (key(a) < key(b) ? -1 : 1)) }
}

function parameterObject({ version }: PathsDialect, { name, description, type, in: place }: Parameter): OpenApiObject {
  const parameter = { name, in: place ?? 'query', description, ...(place === 'path' ? { required: true } : {}) }
  return version === 'v3' ? { ...parameter, schema: { type, uniqueItems: true } } : { ...parameter, type, uniqueItems: true }
}
