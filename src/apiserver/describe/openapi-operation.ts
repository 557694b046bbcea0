/**
 * One operation as OpenAPI spells it. v2 and v3 say the same in different places: bodies are parameters or stand on their own, media types
 * belong to the operation or to each body and answer, the type of a parameter stands in it or in a schema.
 */
import type { OpenApiObject, OpenApiVersion } from '../../apimachinery/schema/to-openapi.ts'
import type { Parameter } from './openapi-parameters.ts'

export interface PathsDialect {
  readonly version: OpenApiVersion
  reference(name: string): OpenApiObject
}

export interface Operation {
  readonly id: string
  /** get, list, put, patch, post, delete, deletecollection, connect, watch, watchlist. Absent, with the kind: not about objects. */
  readonly action?: string
  readonly gvk?: { readonly group: string; readonly version: string; readonly kind: string }
  /** core_v1 */
  readonly tag: string
  readonly description: string
  readonly parameters: readonly Parameter[]
  readonly body?: { readonly definition: string; readonly isRequired: boolean; readonly types: readonly string[] }
  /** Without a definition it is text; absent: whatever a connection says. */
  readonly answer?: { readonly definition: string | undefined; readonly types: readonly string[] }
  readonly codes: readonly number[]
}

const codeWords: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' }

export function operationObject(dialect: PathsDialect, operation: Operation): OpenApiObject {
  const { id, action, gvk, tag, description, parameters, body, answer, codes } = operation
  const common = {
    description,
    operationId: id,
    tags: [tag],
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': gvk }),
  }
  const query = parameters.map((one) => queryParameter(dialect, one))
  const answerTypes = answer?.types ?? ['*/*']
  const answerSchema = answer?.definition === undefined ? { type: 'string' } : dialect.reference(answer.definition)
  if (dialect.version === 'v3') {
    const content = Object.fromEntries(answerTypes.map((type) => [type, { schema: answerSchema }]))
    return {
      ...common,
      ...(query.length > 0 ? { parameters: query } : {}),
      ...(body === undefined ? {} : { requestBody: requestBody(dialect, body) }),
      responses: responses(codes, { content }),
    }
  }
  const inBody =
    body === undefined
      ? []
      : [{ in: 'body', name: 'body', ...(body.isRequired ? { required: true } : {}), schema: dialect.reference(body.definition) }]
  return {
    ...common,
    consumes: body?.types ?? ['*/*'],
    produces: answerTypes,
    schemes: ['https'],
    parameters: [...inBody, ...query],
    responses: responses(codes, { schema: answerSchema }),
  }
}

function requestBody(dialect: PathsDialect, { definition, isRequired, types }: NonNullable<Operation['body']>): OpenApiObject {
  const schema = dialect.reference(definition)
  return {
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
    ...(isRequired ? { required: true } : {}),
  }
}

function responses(codes: readonly number[], what: OpenApiObject): OpenApiObject {
  const good = codes.map((code) => [String(code), { description: codeWords[code] ?? 'OK', ...what }] as const)
  return { ...Object.fromEntries(good), '401': { description: 'Unauthorized' } }
}

export function queryParameter(dialect: PathsDialect, { name, description, type }: Parameter): OpenApiObject {
  return typed(dialect, { name, in: 'query', description }, type)
}
export function pathParameter(dialect: PathsDialect, name: string, description: string): OpenApiObject {
  return typed(dialect, { name, in: 'path', description, required: true }, 'string')
}
function typed({ version }: PathsDialect, parameter: OpenApiObject, type: string): OpenApiObject {
  return version === 'v3' ? { ...parameter, schema: { type, uniqueItems: true } } : { ...parameter, type, uniqueItems: true }
}
