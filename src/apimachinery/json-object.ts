/**
 * Whether bytes are the JSON of an object, for fields that hold such text (credentials for registries). The answer is what Go's decoder would
 * say against it; `null` is an object too, since Go takes it for an empty one.
 */
import { JsonSyntaxError, parseJson } from '../wire/json.ts'

/** Undefined: nothing is wrong. */
export function jsonObjectProblem(bytes: Uint8Array): string | undefined {
  let value: unknown
  try {
    value = parseJson(bytes)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message
    throw error
  }
  if (typeof value === 'object' && !Array.isArray(value)) return undefined
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
}
