/**
 * What gnostic's messages for OpenAPI v2 and v3 have in common: pairs of a name and a value, and values of any type, which are written as YAML,
 * of which JSON is a part. Words that start with "x-" become vendor extensions.
 */
import type { OpenApiObject } from '../../apimachinery/schema/to-openapi.ts'
import type { ProtobufWriter } from '../../wire/protobuf.ts'

export function entries(value: unknown): [string, OpenApiObject][] {
  return Object.entries((value ?? {}) as Record<string, OpenApiObject>)
}
export function objects(value: unknown): readonly OpenApiObject[] {
  return (value as readonly OpenApiObject[] | undefined) ?? []
}

export function message(writer: ProtobufWriter, number: number, write: () => void): void {
  const mark = writer.begin(number)
  write()
  writer.end(mark)
}
/** { 1: name, 2: value } */
export function named(writer: ProtobufWriter, number: number, name: string, write: () => void): void {
  message(writer, number, () => {
    writer.stringField(1, name)
    message(writer, 2, write)
  })
}
export function text(writer: ProtobufWriter, number: number, value: unknown): void {
  if (typeof value === 'string') writer.stringField(number, value)
}
export function texts(writer: ProtobufWriter, number: number, values: unknown): void {
  for (const value of (values as readonly string[] | undefined) ?? []) writer.stringField(number, value)
}
/** { 2: yaml } */
export function any(writer: ProtobufWriter, number: number, value: unknown): void {
  message(writer, number, () => writer.stringField(2, `${JSON.stringify(value)}\n`))
}
export function extensions(writer: ProtobufWriter, number: number, holder: OpenApiObject): void {
  for (const [name, value] of Object.entries(holder)) {
    if (!name.startsWith('x-')) continue
    message(writer, number, () => {
      writer.stringField(1, name)
      any(writer, 2, value)
    })
  }
}
