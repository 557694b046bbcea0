/** apiextensions' either-ors in protobuf: as a real server writes them, and both ways for all forms; odd input is refused. */
import { expect, test } from 'vitest'
import { customResourceDefinitionVersion, jsonSchemaProps } from '../../api/apiextensions/custom-resource-definition.ts'
import { decodeProtobuf, encodeProtobuf } from './protobuf.ts'

/** What a kube-apiserver v1.34.2 sent for the schema below it. */
const recorded = [
  'CgASACIAKgZvYmplY3QyADoAUABgAHoAkAEA6gGgAwoEc3BlYxKXAwoAEgAiACoGb2JqZWN0MgA6AEIYChZ7ImEiOjEsImIiOlsieCIsbnVsbF',
  '19UABgAHoAkAEA6gFECgFhEj8KABIAIgAqB2ludGVnZXIyADoAUABgAHoAkAEAogEDCgExogEDCgEyogILCgl7IngiOjEuNX2oAgC4AgDAAgDq',
  'AVEKAWISTAoAEgAiACoFYXJyYXkyADoAUABgAHoAkAEAwgEmCiQKABIAIgAqBnN0cmluZzIAOgBQAGAAegCQAQCoAgG4AgDAAgCoAgC4AgDAAg',
  'DqAS4KAWMSKQoAEgAiACoGb2JqZWN0MgA6AFAAYAB6AJABAPIBAggBqAIAuAIAwAIA6gFbCgFkElYKABIAIgAqBm9iamVjdDIAOgBQAGAAegCQ',
  'AQDyAS8IARIrCgASACIAKgZzdHJpbmcyADoAQgUKAyJxIlAAYAB6AJABAKgCALgCAMACAKgCALgCAMACAOoBLAoBZRInCgASACIAKgZvYmplY3',
  'QyADoAUABgAHoAkAEAqAIAsAIBuAIAwAIAqAIAuAIAwAIAqAIAuAIAwAIA',
].join('')
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      default: { a: 1, b: ['x', null] },
      properties: {
        a: { type: 'integer', enum: [1, 2], example: { x: 1.5 } },
        b: { type: 'array', items: { type: 'string', nullable: true } },
        c: { type: 'object', additionalProperties: true },
        d: { type: 'object', additionalProperties: { type: 'string', default: 'q' } },
        e: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
}

test('a schema as a real server writes it', () => {
  const bytes = Buffer.from(recorded, 'base64')
  expect(decodeProtobuf(jsonSchemaProps, bytes)).toMatchObject(schema)
  expect(Buffer.from(encodeProtobuf(jsonSchemaProps, schema)).toString('base64')).toBe(recorded)
})

test.each([
  { items: { type: 'string' } },
  { items: [{ type: 'string' }, { type: 'integer' }] },
  { additionalProperties: true, additionalItems: false },
  { additionalProperties: { items: { additionalProperties: { type: 'string' } } } },
  { dependencies: { a: ['b', 'c'], d: { type: 'object' } } },
  { default: null, enum: [null, 1, 'x', { a: [] }], example: false },
])('there and back: %j', (value) => {
  expect(decodeProtobuf(jsonSchemaProps, encodeProtobuf(jsonSchemaProps, value))).toMatchObject(
    value.default === null ? { enum: value.enum } : value,
  )
})

test('a status subresource says nothing', () => {
  const version = { name: 'v1', served: true, storage: true, subresources: { status: {} } }
  const bytes = encodeProtobuf(customResourceDefinitionVersion, version)
  expect(Buffer.from(bytes).toString('hex')).toBe('0a027631100118012a020a003800')
  expect(decodeProtobuf(customResourceDefinitionVersion, bytes)).toMatchObject(version)
})

test('odd input: wrong types of fields, no end, names where a schema is wanted', () => {
  // items, additionalProperties and dependencies are fields 24, 30 and 32.
  const decode = (...bytes: number[]): unknown => decodeProtobuf(jsonSchemaProps, Uint8Array.of(...bytes))
  expect(() => decode(0xc2, 1, 2, 8, 1)).toThrow('wrong wireType = 0 for field Schema')
  expect(() => decode(0xc2, 1, 2, 16, 1)).toThrow('wrong wireType = 0 for field JSONSchemas')
  expect(() => decode(0xf2, 1, 2, 10, 0)).toThrow('wrong wireType = 2 for field Allows')
  expect(() => decode(0xc2, 1, 9, 10, 0)).toThrow()
  expect(decode(0xc2, 1, 0)).toEqual({ items: null })
  expect(decode(0xf2, 1, 0)).toEqual({ additionalProperties: false })
  expect(decode(0xf2, 1, 2, 24, 1)).toEqual({ additionalProperties: false })
})
