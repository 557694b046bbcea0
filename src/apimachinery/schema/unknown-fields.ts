/** Fields that the schema does not know, in the order in which they were sent: "spec.containers[0].imagee". */
import type { Schema, StructSchema } from './schema.ts'

export function unknownFields(schema: StructSchema, value: unknown): readonly string[] {
  const found: string[] = []
  visit(schema, value, '', found)
  return found
}

function visit(schema: Schema, value: unknown, path: string, found: string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (schema.type === 'list') {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(schema.items, item, `${path}[${index}]`, found)
    return
  }
  if (schema.type === 'map') {
    for (const [key, one] of Object.entries(value)) visit(schema.values, one, join(path, key), found)
    return
  }
  if (schema.type !== 'struct') return
  for (const [key, one] of Object.entries(value)) {
    const field = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined
    if (field !== undefined) visit(field.facts.schema, one, join(path, key), found)
    else if (!schema.preservesUnknown) found.push(join(path, key))
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
