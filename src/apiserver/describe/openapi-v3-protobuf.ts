/**
 * An OpenAPI v3 document in gnostic's protobuf (openapiv3/OpenAPIv3.proto), written straight from the JSON. Where the format wants "a thing or a
 * reference to it", the thing is field 1 and the reference field 2. Defaults that are objects have no place in it and are left out.
 */
import type { OpenApiObject } from '../../apimachinery/schema/to-openapi.ts'
import { ProtobufWriter } from '../../wire/protobuf.ts'
import { any, entries, extensions, message, named, objects, text, texts } from './gnostic.ts'

export function encodeOpenApiV3(document: OpenApiObject): Uint8Array {
  const writer = new ProtobufWriter(1 << 20)
  text(writer, 1, document.openapi)
  message(writer, 2, () => {
    const info = document.info as OpenApiObject
    text(writer, 1, info.title)
    text(writer, 6, info.version)
  })
  message(writer, 4, () => {
    for (const [path, item] of entries(document.paths)) named(writer, 1, path, () => pathItem(writer, item))
  })
  message(writer, 5, () => {
    const { schemas, securitySchemes } = document.components as OpenApiObject
    if (schemas !== undefined)
      message(writer, 1, () => {
        for (const [name, one] of entries(schemas)) named(writer, 1, name, () => schemaOrReference(writer, one))
      })
    message(writer, 7, () => {
      for (const [name, one] of entries(securitySchemes))
        named(writer, 1, name, () => message(writer, 1, () => securityScheme(writer, one)))
    })
  })
  return writer.finish()
}

const methods = { get: 4, put: 5, post: 6, delete: 7, options: 8, head: 9, patch: 10 } as const

function securityScheme(writer: ProtobufWriter, { type, description, name, in: place }: OpenApiObject): void {
  text(writer, 1, type)
  text(writer, 2, description)
  text(writer, 3, name)
  text(writer, 4, place)
}

function pathItem(writer: ProtobufWriter, item: OpenApiObject): void {
  for (const [method, number] of Object.entries(methods)) {
    const one = item[method] as OpenApiObject | undefined
    if (one !== undefined) message(writer, number, () => operation(writer, one))
  }
  parameters(writer, 13, item.parameters)
}

function operation(writer: ProtobufWriter, one: OpenApiObject): void {
  texts(writer, 1, one.tags)
  text(writer, 3, one.description)
  text(writer, 5, one.operationId)
  parameters(writer, 6, one.parameters)
  const body = one.requestBody as OpenApiObject | undefined
  if (body !== undefined) {
    message(writer, 7, () =>
      message(writer, 1, () => {
        content(writer, 2, body.content)
        if (body.required === true) writer.boolField(3, true)
      }),
    )
  }
  message(writer, 8, () => {
    for (const [code, response] of entries(one.responses)) {
      named(writer, 2, code, () =>
        message(writer, 1, () => {
          text(writer, 1, response.description)
          if (response.content !== undefined) content(writer, 3, response.content)
        }),
      )
    }
  })
  extensions(writer, 13, one)
}

function content(writer: ProtobufWriter, number: number, types: unknown): void {
  message(writer, number, () => {
    for (const [type, one] of entries(types))
      named(writer, 1, type, () => message(writer, 1, () => schemaOrReference(writer, one.schema as OpenApiObject)))
  })
}

function parameters(writer: ProtobufWriter, number: number, all: unknown): void {
  for (const one of objects(all)) {
    message(writer, number, () =>
      message(writer, 1, () => {
        text(writer, 1, one.name)
        text(writer, 2, one.in)
        text(writer, 3, one.description)
        if (one.required === true) writer.boolField(4, true)
        message(writer, 10, () => schemaOrReference(writer, one.schema as OpenApiObject))
      }),
    )
  }
}

function schemaOrReference(writer: ProtobufWriter, one: OpenApiObject): void {
  if (typeof one.$ref === 'string') message(writer, 2, () => text(writer, 1, one.$ref))
  else message(writer, 1, () => schema(writer, one))
}

function schema(writer: ProtobufWriter, one: OpenApiObject): void {
  if (one.uniqueItems === true) writer.boolField(20, true)
  texts(writer, 23, one.required)
  for (const value of (one.enum as readonly unknown[] | undefined) ?? []) any(writer, 24, value)
  text(writer, 25, one.type)
  for (const part of objects(one.allOf)) message(writer, 26, () => schemaOrReference(writer, part))
  for (const part of objects(one.oneOf)) message(writer, 27, () => schemaOrReference(writer, part))
  if (one.items !== undefined) message(writer, 30, () => message(writer, 1, () => schemaOrReference(writer, one.items as OpenApiObject)))
  if (one.properties !== undefined)
    message(writer, 31, () => {
      for (const [name, property] of entries(one.properties)) named(writer, 1, name, () => schemaOrReference(writer, property))
    })
  if (one.additionalProperties !== undefined)
    message(writer, 32, () => message(writer, 1, () => schemaOrReference(writer, one.additionalProperties as OpenApiObject)))
  defaultValue(writer, one.default)
  text(writer, 34, one.description)
  text(writer, 35, one.format)
  extensions(writer, 36, one)
}

function defaultValue(writer: ProtobufWriter, value: unknown): void {
  if (typeof value === 'number') message(writer, 33, () => writer.doubleField(1, value))
  else if (typeof value === 'boolean') message(writer, 33, () => writer.boolField(2, value))
  else if (typeof value === 'string') message(writer, 33, () => writer.stringField(3, value))
}
