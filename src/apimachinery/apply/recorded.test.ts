/**
 * Answers of a real API server to applies, step by step, against ours. Each step starts from the object that the real
 * server answered last, so that one difference does not make others. Runs only where the recordings are.
 */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kinds } from '../../api/kinds.ts'
import { objectMeta } from '../object.ts'
import { isObject, type JsonObject } from '../patch/plain-json.ts'
import * as s from '../schema/schema.ts'
import { statusOf } from '../status-error.ts'
import { applyPatch } from './apply.ts'
import { type FieldSet, setOf } from './field-set.ts'
import { withoutManagedFields } from './managed-fields.ts'

const folder = new URL('../../../../shared/tools/oracle/', import.meta.url)
const isThere = existsSync(new URL('real-1.36.jsonl', folder))

interface Step {
  readonly id: string
  readonly do?: string
  readonly type?: string
  readonly body?: JsonObject
}
interface Answer {
  readonly scenario: string
  readonly step: string
  readonly code: number
  readonly body: JsonObject & { readonly metadata?: JsonObject }
}

/** A structural schema as our schema value: every field a pointer, since nothing is printed that is not there. */
function fromOpenApi(openApi: JsonObject, name: string): s.Schema {
  const { type, properties, additionalProperties, items } = openApi as { [key: string]: JsonObject & string }
  const keys = openApi['x-kubernetes-list-map-keys'] as string[] | undefined
  if (type === 'array') {
    const kind = (openApi['x-kubernetes-list-type'] ?? 'atomic') as 'map' | 'set' | 'atomic'
    return {
      type: 'list',
      items: fromOpenApi(items as JsonObject, name),
      listType: kind === 'map' ? { kind, keys: keys as string[] } : { kind },
    }
  }
  if (type === 'object') {
    if (additionalProperties) return s.map(fromOpenApi(additionalProperties, name))
    const fields = Object.entries(properties ?? {}).map(([field, schema]) => {
      const facts = s
        .field(0, fromOpenApi(schema as JsonObject, `${name}.${field}`) as s.Schema<unknown>)
        .optional()
        .pointer()
      const value = (schema as JsonObject).default
      return [field, value === undefined ? facts : facts.default(value)]
    })
    const isAtomic = openApi['x-kubernetes-map-type'] === 'atomic'
    const preservesUnknown = openApi['x-kubernetes-preserve-unknown-fields'] === true
    return {
      ...s.struct(name, Object.fromEntries(fields)),
      ...(isAtomic ? { isAtomic } : {}),
      ...(preservesUnknown ? { preservesUnknown } : {}),
    }
  }
  return type === 'string' ? s.string : type === 'boolean' ? s.boolean : type === 'integer' ? s.int64 : s.double
}

interface Served {
  readonly schema: s.StructSchema
  readonly resetFields: (subresource: string) => FieldSet | undefined
}
function served(apiVersion: string, kind: string, custom: ReadonlyMap<string, s.StructSchema>): Served | undefined {
  const own = custom.get(`${apiVersion} ${kind}`)
  if (own !== undefined)
    return { schema: own, resetFields: (sub) => (sub === '' ? setOf(['f:status']) : setOf(['f:spec'], ['f:metadata'])) }
  const definition = kinds.find(
    (one) => one.kind === kind && one.versions.some(({ name, group }) => [`${group ?? one.group}/${name}`, name].includes(apiVersion)),
  )
  const schema = definition?.versions[0]?.schema as s.StructSchema | undefined
  return schema === undefined ? undefined : { schema, resetFields: () => undefined }
}

function customSchema(crd: JsonObject): [string, s.StructSchema][] {
  const { group, names, versions } = crd.spec as {
    group: string
    names: { kind: string }
    versions: { name: string; schema: { openAPIV3Schema: JsonObject } }[]
  }
  return versions.map(({ name, schema }) => {
    const root = fromOpenApi(schema.openAPIV3Schema, `io.${group}.${names.kind}`) as s.StructSchema
    const text = s.field(0, s.string).optional()
    return [
      `${group}/${name} ${names.kind}`,
      s.struct(root.name, {
        ...root.fields,
        kind: text,
        apiVersion: text,
        metadata: s.field(0, objectMeta).optional().pointer(),
      }) as s.StructSchema,
    ]
  })
}

const fixedTime = '2026-01-01T00:00:00Z'
const withTimes = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('"<time>"', `"${fixedTime}"`))
const entriesOf = (object: JsonObject): unknown[] => ((object.metadata as JsonObject).managedFields as unknown[] | undefined) ?? []
const sorted = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(sortKeys(one))).sort()
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key])]),
  )
}

for (const scenario of isThere ? ['core-apply', 'ext-cr-apply'] : []) {
  test(`${scenario}, as a real API server answered it`, () => {
    const steps = JSON.parse(readFileSync(new URL(`scenarios/${scenario}.json`, folder), 'utf8')).steps as Step[]
    const lines = readFileSync(new URL('real-1.36.jsonl', folder), 'utf8').trim().split('\n')
    const answers = new Map(
      lines
        .map((line) => JSON.parse(line) as Answer)
        .filter((one) => one.scenario === scenario)
        .map((one) => [one.step, one]),
    )
    const custom = new Map<string, s.StructSchema>()
    const live = new Map<string, JsonObject>()
    let compared = 0
    for (const step of steps) {
      const answer = answers.get(step.id)
      if (step.do === undefined || answer === undefined) continue
      if (step.body?.kind === 'CustomResourceDefinition') for (const [key, schema] of customSchema(step.body)) custom.set(key, schema)
      const url = new URL(step.do.split(' ')[1] as string, 'http://x')
      const path = url.pathname.replace(/\/status$/, '')
      if (step.type === 'application/apply-patch+yaml' && step.body !== undefined && url.searchParams.get('fieldManager')) {
        compared += compareApply(step, answer, url, live.get(path), custom)
      }
      const known = live.get(path)
      // This answer was recorded without its metadata.
      if (step.id === 'clear-managed-fields' && known !== undefined) live.set(path, withoutManagedFields(known))
      if (answer.code < 300 && answer.body.metadata !== undefined && !url.searchParams.has('dryRun'))
        live.set(path, withTimes(answer.body) as JsonObject)
    }
    expect(compared).toBeGreaterThan(20)
  })
}

function compareApply(
  step: Step,
  answer: Answer,
  url: URL,
  live: JsonObject | undefined,
  custom: ReadonlyMap<string, s.StructSchema>,
): number {
  const message = (answer.body.message ?? '') as string
  if (answer.code < 300 && answer.body.metadata === undefined) return 0
  const isOurs =
    answer.code < 300 ||
    message.startsWith('Apply failed') ||
    message.includes('typed patch object') ||
    message.startsWith('invalid object type') ||
    message.includes('must be nil')
  const applied = JSON.parse(JSON.stringify(step.body).replaceAll('$ns', `o-${answer.scenario}`)) as JsonObject
  const [first = '', second = ''] = url.pathname.split('/').slice(2)
  const group = url.pathname.startsWith('/apis') ? `${first}/${second}` : first
  const kind = (live?.kind ?? applied.kind) as string
  const known = served(group, kind, custom)
  if (!isOurs || known === undefined || url.pathname.includes('no-such-ns')) return 0
  const subresource = url.pathname.endsWith('/status') ? 'status' : ''
  const name = url.pathname
    .replace(/\/status$/, '')
    .split('/')
    .at(-1)
  const metadata = { name, ...(applied.metadata as object) }
  const options = {
    schema: known.schema,
    live,
    applied: { ...applied, metadata },
    kind,
    apiVersion: group,
    subresource,
    nowText: fixedTime,
    manager: url.searchParams.get('fieldManager') as string,
    force: url.searchParams.get('force') === 'true',
    resetFields: known.resetFields(subresource),
  }
  let got: unknown
  try {
    const { managedFields } = applyPatch(options)
    got = sorted(managedFields ?? [])
  } catch (error) {
    got = JSON.stringify(
      sortKeys({ code: statusOf(error)?.code, message: statusOf(error)?.message, causes: statusOf(error)?.details?.causes }),
    )
  }
  const { details } = answer.body as { details?: { causes?: unknown } }
  const want =
    answer.code < 300
      ? sorted(entriesOf(withTimes(answer.body) as JsonObject))
      : JSON.stringify(sortKeys({ code: answer.code, message, causes: details?.causes }))
  expect.soft({ step: step.id, got }).toEqual({ step: step.id, got: want })
  return 1
}

if (!isThere) test.skip('the recording is not here', () => {})
