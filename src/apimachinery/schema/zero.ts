/** What a field holds when nobody says anything, and what omitempty drops, as Go has it. */
import type { Schema } from './schema.ts'

/** Structs in Go, though scalars here: omitempty does not drop them. */
export function isGoStruct({ type }: Schema): boolean {
  return type === 'time' || type === 'microTime' || type === 'rawExtension' || type === 'quantity' || type === 'intOrString'
}

/** null for lists and maps, and for structs, which whoever walks them makes. */
export function zeroOf(schema: Schema): unknown {
  switch (schema.type) {
    case 'string':
      return ''
    case 'duration':
      return '0s'
    case 'boolean':
      return false
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0
    case 'quantity':
      return '0'
    default:
      return null
  }
}

export const never = (): boolean => false

/** Whether omitempty drops a value; found once for a schema, since every field of every object asks. */
export function emptyCheckOf(schema: Schema): (value: unknown) => boolean {
  switch (schema.type) {
    case 'list':
      return (value) => Array.isArray(value) && value.length === 0
    case 'map':
      return (value) => {
        for (const _ in value as object) return false
        return true
      }
    case 'struct':
    case 'quantity':
    case 'intOrString':
    case 'json':
    case 'rawExtension':
    case 'fieldsV1':
      return never
    default:
      return (value) => value === '' || value === 0 || value === false
  }
}
