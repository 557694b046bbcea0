/**
 * What Go's converter from untyped maps would say of the first value that does not go into its type: what a client reads whose strategic merge
 * patch made an object of the wrong shape. undefined: it says nothing.
 *
 *     restoreProblem(pod, { metadata: { labels: 'x' } }) → 'cannot restore map from string'
 *     restoreProblem(pod, { spec: { priority: 'x' } })   → 'unrecognized type: int32'
 *
 * What a newcomer would get wrong: this is not the JSON decoder, whose words are in explain.ts. It walks fields in the order of the type, not of
 * the text, names no field, and stops at once. It makes numbers of numbers without asking whether they fit.
 */
import { isObject, type JsonObject } from '../patch/plain-json.ts'
import { base64Problem } from './base64.ts'
import { explain, type GoTypeNames, itemName, valueName } from './explain.ts'
import type { Schema, StructSchema } from './schema.ts'

export function restoreProblem(
  schema: Schema,
  value: unknown,
  typeNames: GoTypeNames = () => undefined,
  named?: string,
): string | undefined {
  if (value === null || value === undefined) return undefined
  switch (schema.type) {
    case 'struct':
      return isObject(value) ? structProblem(schema, value, typeNames) : `cannot restore struct from: ${kindOf(value)}`
    case 'map':
      if (!isObject(value)) return `cannot restore map from ${kindOf(value)}`
      return firstProblem(Object.values(value), (one) => restoreProblem(schema.values, one, typeNames, valueName(named)))
    case 'list':
      if (!Array.isArray(value)) return `cannot restore slice from ${kindOf(value)}`
      return firstProblem(value, (one) => restoreProblem(schema.items, one, typeNames, itemName(named)))
    case 'bytes':
      return bytesProblem(value)
    case 'string':
    case 'boolean':
    case 'int32':
    case 'int64':
    case 'double':
      return scalarProblem(goKinds[schema.type], named, value)
    default:
      // These read themselves, from JSON.
      return explain(schema, JSON.stringify(value)).fatal
  }
}

const goKinds = { string: 'string', boolean: 'bool', int32: 'int32', int64: 'int64', double: 'float64' } as const

function structProblem({ name, fields }: StructSchema, value: JsonObject, typeNames: GoTypeNames): string | undefined {
  for (const key in fields) {
    if (!Object.hasOwn(value, key)) continue
    const { schema } = (fields[key] as StructSchema['fields'][string]).facts
    const problem = restoreProblem(schema, value[key], typeNames, typeNames(name, key))
    if (problem !== undefined) return problem
  }
  return undefined
}

function firstProblem(values: readonly unknown[], problemOf: (value: unknown) => string | undefined): string | undefined {
  for (const value of values) {
    const problem = problemOf(value)
    if (problem !== undefined) return problem
  }
  return undefined
}

function bytesProblem(value: unknown): string | undefined {
  if (Array.isArray(value)) return firstProblem(value, (one) => scalarProblem('uint8', undefined, one))
  if (typeof value !== 'string') return `cannot restore slice from ${kindOf(value)}`
  const problem = base64Problem(value)
  return problem === undefined ? undefined : `error decoding from json: ${problem}`
}

/** Go can convert an integer to a string, and a number to any number; the converter forbids the first, and the second when something is lost. */
function scalarProblem(wanted: string, named: string | undefined, value: unknown): string | undefined {
  const found = kindOf(value)
  const isNumber = found === 'int64' || found === 'float64'
  if (found === wanted || (wanted === 'float64' && isNumber) || (wanted !== 'string' && wanted !== 'bool' && found === 'int64'))
    return undefined
  const isConvertible = isNumber && wanted !== 'bool' && !(wanted === 'string' && found === 'float64')
  return isConvertible ? `cannot convert ${found} to ${named ?? wanted}` : `unrecognized type: ${wanted}`
}

/** reflect.Kind of what encoding/json makes of it. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'slice'
  switch (typeof value) {
    case 'object':
      return 'map'
    case 'boolean':
      return 'bool'
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64'
    default:
      return 'string'
  }
}
