/**
 * The same shape in another version of its group: the structs of `from` under the names of `to`, all others as they are.
 *
 *     inVersion(ipAddress, 'networking.v1', 'networking.v1beta1')
 *
 * Versions mostly differ in which values they list: `enums` says what a field lists there, by `Type.field`; nothing for none. Where the shape
 * differs too, `reshape` is asked for the fields of each type, once they have their new names.
 */
import { Field, type Schema, type StructSchema } from './schema.ts'

export type Fields = Readonly<Record<string, Field<unknown, boolean>>>

export function inVersion<T>(
  schema: StructSchema<T>,
  from: string,
  to: string,
  enums: Readonly<Record<string, readonly string[]>> = {},
  reshape: (type: string, fields: Fields) => Fields = (_type, fields) => fields,
): StructSchema<T> {
  const [before, after] = [`io.k8s.api.${from}.`, `io.k8s.api.${to}.`]
  const known = new Map<StructSchema, StructSchema>()
  const renamed = (one: Schema): Schema => {
    switch (one.type) {
      case 'list':
        return { ...one, items: renamed(one.items) }
      case 'map':
        return { ...one, values: renamed(one.values) }
      case 'struct':
        return structOf(one)
      default:
        return one
    }
  }
  const structOf = (one: StructSchema): StructSchema => {
    if (!one.name.startsWith(before)) return one
    const had = known.get(one)
    if (had !== undefined) return had
    const type = one.name.slice(before.length)
    const fields: Record<string, Field<unknown, boolean>> = {}
    // Known before its fields are looked at: types contain themselves.
    const out = { ...one, name: after + type, fields: {} as Fields }
    known.set(one, out)
    for (const [name, { facts }] of Object.entries(one.fields)) {
      const { enumValues, ...rest } = facts
      const listed = enums[`${type}.${name}`] ?? enumValues ?? []
      fields[name] = new Field({ ...rest, schema: renamed(facts.schema), ...(listed.length > 0 ? { enumValues: listed } : {}) })
    }
    out.fields = reshape(type, fields)
    return out
  }
  return structOf(schema as StructSchema) as StructSchema<T>
}
