/**
 * What strategic merge needs to know of a field: its schema and how its lists are merged. Fields are found by name, then
 * regardless of case, as Go's decoder would; inside maps and free-form JSON there is nothing to look up, which only matters
 * when both object and patch hold an object or a list there: then it is an error.
 */
import type { Field, Schema } from '../schema/schema.ts'
import { SchemaMismatch } from './patch-error.ts'
import { has } from './plain-json.ts'

type Strategy = '' | 'merge' | 'replace'

export interface FieldPatchFacts {
  readonly schema: Schema
  readonly strategy: Strategy
  readonly mergeKey: string
}
export interface ListPatchFacts {
  readonly elements: Schema
  readonly elementGoKind: string
  readonly strategy: Strategy
  readonly mergeKey: string
}

export function fieldSchemaOf(schema: Schema, key: string): FieldPatchFacts {
  if (schema.type !== 'struct') {
    // Quantities, times and raw JSON are Go structs without fields of their own.
    const structName = goStructNames[schema.type]
    if (structName !== undefined) throw fieldNotFound(structName, key)
    throw new SchemaMismatch(`merging an object in json but data type is not struct, instead is: ${goKindOf(schema)}`)
  }
  const fields: Readonly<Record<string, Field<unknown, boolean>>> = schema.fields
  const found = has(fields, key) ? fields[key] : foldedField(fields, key)
  if (found === undefined) throw fieldNotFound(schema.name.slice(schema.name.lastIndexOf('.') + 1), key)
  const { patchStrategies = [], patchMergeKey = '' } = found.facts
  return {
    schema: found.facts.schema,
    strategy: patchStrategies.find((one) => one !== 'retainKeys') ?? '',
    mergeKey: patchMergeKey,
  }
}

export function listFactsOf(schema: Schema, key: string): ListPatchFacts {
  const { schema: list, strategy, mergeKey } = fieldSchemaOf(schema, key)
  if (list.type !== 'list') throw new SchemaMismatch('expected slice or array type, but got: struct')
  if (list.items.type === 'list') throw new SchemaMismatch('unexpected slice of slice')
  return { elements: list.items, elementGoKind: goKindOf(list.items), strategy, mergeKey }
}

function foldedField(fields: Readonly<Record<string, Field<unknown, boolean>>>, key: string): Field<unknown, boolean> | undefined {
  const folded = key.toLowerCase()
  const name = Object.keys(fields).find((one) => one.toLowerCase() === folded)
  return name === undefined ? undefined : fields[name]
}

function fieldNotFound(structName: string, key: string): SchemaMismatch {
  return new SchemaMismatch(`unable to find api field in struct ${structName} for the json field ${JSON.stringify(key)}`)
}

const goStructNames: Readonly<Partial<Record<Schema['type'], string>>> = {
  quantity: 'Quantity',
  intOrString: 'IntOrString',
  time: 'Time',
  microTime: 'MicroTime',
  duration: 'Duration',
  json: 'JSON',
  rawExtension: 'RawExtension',
  fieldsV1: 'FieldsV1',
}

function goKindOf(schema: Schema): string {
  switch (schema.type) {
    case 'boolean':
      return 'bool'
    case 'double':
      return 'float64'
    case 'bytes':
    case 'list':
      return 'slice'
    case 'string':
    case 'int32':
    case 'int64':
    case 'map':
      return schema.type
    default:
      return 'struct'
  }
}
