/**
 * An OpenAPI v2 document as older kubectl asks for it: gnostic's protobuf (openapiv2/OpenAPIv2.proto). Written straight from the JSON.
 */
import type { OpenApiObject } from '../../apimachinery/schema/to-openapi.ts'
import { ProtobufWriter } from '../../wire/protobuf.ts'
import { any, entries, extensions, message, named, objects, text, texts } from './gnostic.ts'

export function encodeOpenApiV2(document: OpenApiObject): Uint8Array {
  const writer = new ProtobufWriter(1 << 20)
  writer.stringField(1, document.swagger as string)
  message(writer, 2, () => {
    const info = document.info as OpenApiObject
    writer.stringField(1, info.title as string)
    writer.stringField(2, info.version as string)
  })
  message(writer, 8, () => {
    for (const [path, item] of entries(document.paths)) named(writer, 2, path, () => pathItem(writer, item))
  })
  message(writer, 9, () => {
    for (const [name, definition] of entries(document.definitions)) named(writer, 1, name, () => schema(writer, definition))
  })
  message(writer, 10, () => {
    for (const [name, one] of entries(document.parameters)) named(writer, 1, name, () => parameter(writer, one))
  })
  for (const requirement of objects(document.security))
    message(writer, 12, () => {
      for (const [name, scopes] of Object.entries(requirement)) named(writer, 1, name, () => texts(writer, 1, scopes))
    })
  message(writer, 13, () => {
    for (const [name, one] of entries(document.securityDefinitions))
      named(writer, 1, name, () =>
        message(writer, 2, () => {
          text(writer, 1, one.type)
          text(writer, 2, one.name)
          text(writer, 3, one.in)
          text(writer, 4, one.description)
        }),
      )
  })
  return writer.finish()
}

const methods = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 } as const

function pathItem(writer: ProtobufWriter, item: OpenApiObject): void {
  for (const [method, number] of Object.entries(methods)) {
    const one = item[method] as OpenApiObject | undefined
    if (one !== undefined) message(writer, number, () => operation(writer, one))
  }
  parameters(writer, 9, item.parameters)
}

function operation(writer: ProtobufWriter, one: OpenApiObject): void {
  texts(writer, 1, one.tags)
  text(writer, 3, one.description)
  text(writer, 5, one.operationId)
  texts(writer, 6, one.produces)
  texts(writer, 7, one.consumes)
  parameters(writer, 8, one.parameters)
  message(writer, 9, () => {
    for (const [code, response] of entries(one.responses)) {
      named(writer, 1, code, () =>
        message(writer, 1, () => {
          text(writer, 1, response.description)
          if (response.schema !== undefined)
            message(writer, 2, () => message(writer, 1, () => schema(writer, response.schema as OpenApiObject)))
        }),
      )
    }
  })
  texts(writer, 10, one.schemes)
  extensions(writer, 13, one)
}

function parameters(writer: ProtobufWriter, number: number, all: unknown): void {
  for (const one of objects(all)) {
    if (one.$ref !== undefined) message(writer, number, () => message(writer, 2, () => text(writer, 1, one.$ref)))
    else message(writer, number, () => message(writer, 1, () => parameter(writer, one)))
  }
}

function parameter(writer: ProtobufWriter, one: OpenApiObject): void {
  if (one.in === 'body') {
    return message(writer, 1, () => {
      text(writer, 1, one.description)
      text(writer, 2, one.name)
      text(writer, 3, one.in)
      if (one.required === true) writer.boolField(4, true)
      message(writer, 5, () => schema(writer, one.schema as OpenApiObject))
    })
  }
  message(writer, 2, () =>
    message(writer, one.in === 'path' ? 4 : 3, () => {
      if (one.required === true) writer.boolField(1, true)
      text(writer, 2, one.in)
      text(writer, 3, one.description)
      text(writer, 4, one.name)
      // A query parameter may also allow empty values: its type comes one number later.
      text(writer, one.in === 'path' ? 5 : 6, one.type)
      if (one.uniqueItems === true) writer.boolField(one.in === 'path' ? 19 : 20, true)
    }),
  )
}

function schema(writer: ProtobufWriter, one: OpenApiObject): void {
  text(writer, 1, one.$ref)
  text(writer, 2, one.format)
  text(writer, 4, one.description)
  if (one.default !== undefined) any(writer, 5, one.default)
  texts(writer, 19, one.required)
  for (const value of (one.enum as readonly unknown[] | undefined) ?? []) any(writer, 20, value)
  if (one.additionalProperties !== undefined)
    message(writer, 21, () => message(writer, 1, () => schema(writer, one.additionalProperties as OpenApiObject)))
  if (typeof one.type === 'string') message(writer, 22, () => writer.stringField(1, one.type as string))
  if (one.items !== undefined) message(writer, 23, () => message(writer, 1, () => schema(writer, one.items as OpenApiObject)))
  if (one.properties !== undefined)
    message(writer, 25, () => {
      for (const [name, property] of entries(one.properties)) named(writer, 1, name, () => schema(writer, property))
    })
  extensions(writer, 31, one)
}
