/**
 * The protobuf of apiextensions' either-ors, which are plain JSON elsewhere: a schema, or several, or yes and no, or names.
 *
 *     items                 { 1: schema, 2: schemas… }
 *     additionalProperties  { 1: yes, 2: schema }, and yes where there is a schema
 *     dependencies          { 1: schema, 2: names… }
 */
import { type ProtobufReader, type ProtobufWriter, wireBytes, wireVarint } from '../../wire/protobuf.ts'
import type { SchemaOr } from '../schema/schema.ts'
import { wrongWireType } from './protobuf-small.ts'

export interface SchemaMessages {
  write(writer: ProtobufWriter, field: number, schema: unknown): void
  read(reader: ProtobufReader, depth: number): unknown
}

export function writeSchemaOr(writer: ProtobufWriter, or: SchemaOr['or'], value: unknown, schemas: SchemaMessages): void {
  const isSchema = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (or === 'bool') {
    writer.boolField(1, isSchema || value === true)
    if (isSchema) schemas.write(writer, 2, value)
  } else if (isSchema) schemas.write(writer, 1, value)
  else if (Array.isArray(value)) {
    for (const one of value as readonly unknown[]) {
      if (or === 'array') schemas.write(writer, 2, one)
      else writer.stringField(2, String(one))
    }
  }
}

/** To the reader's limit. */
export function readSchemaOr(reader: ProtobufReader, { or, name }: SchemaOr, schemas: SchemaMessages, depth: number): unknown {
  const goName = name.slice(name.lastIndexOf('.') + 1)
  let isAllowed = false
  let schema: unknown
  const items: unknown[] = []
  while (!reader.isDone) {
    const tag = reader.tag(goName)
    const number = tag >>> 3
    const wireType = tag & 7
    if (number !== 1 && number !== 2) reader.skip(wireType)
    else if (or === 'bool' && number === 1) {
      if (wireType !== wireVarint) throw wrongWireType(reader, wireType, 'Allows')
      isAllowed = reader.bool()
    } else if (number === (or === 'bool' ? 2 : 1)) {
      if (wireType !== wireBytes) throw wrongWireType(reader, wireType, 'Schema')
      schema = schemas.read(reader, depth)
    } else {
      if (wireType !== wireBytes) throw wrongWireType(reader, wireType, or === 'array' ? 'JSONSchemas' : 'Property')
      items.push(or === 'array' ? schemas.read(reader, depth) : reader.string())
    }
  }
  if (or === 'bool') return schema ?? isAllowed
  return items.length > 0 ? items : (schema ?? null)
}
