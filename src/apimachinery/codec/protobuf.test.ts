/** The official fixtures, both ways and byte for byte, and input that wants to break the reader. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { kinds } from '../../api/kinds.ts'
import { orderedBySchema } from '../../apiserver/registry/shape.ts'
import { discoveryMessages } from '../../apiserver/response/discovery-messages.ts'
import { ProtobufError } from '../../wire/protobuf.ts'
import { parseYaml } from '../../wire/yaml.ts'
import { deleteOptions, statusSchema } from '../meta.ts'
import { apiVersionOf } from '../object.ts'
import type { StructSchema } from '../schema/schema.ts'
import { decodeProtobuf, encodeProtobuf, writeProtobuf } from './protobuf.ts'
import { openEnvelope, sealEnvelope } from './protobuf-envelope.ts'

const place = new URL('../../../../shared/kubernetes-1.34/round-trip/', import.meta.url)

const shared: Readonly<Record<string, unknown>> = { ...discoveryMessages, DeleteOptions: deleteOptions, Status: statusSchema }

function schemaOf(apiVersion: string, kindName: string): StructSchema | undefined {
  if (Object.hasOwn(shared, kindName)) return shared[kindName] as StructSchema
  for (const kind of kinds) {
    for (const version of kind.versions) {
      if (kind.kind === kindName && apiVersionOf(version.group ?? kind.group, version.name) === apiVersion)
        return version.schema as StructSchema
    }
  }
  return undefined
}

describe.runIf(existsSync(place))('official fixtures', () => {
  const names = existsSync(place)
    ? readdirSync(place)
        .filter((name) => name.endsWith('.pb'))
        .map((name) => name.slice(0, -3))
    : []
  test.each(names)('%s', (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(`${name}.pb`, place)))
    const wanted = JSON.parse(readFileSync(new URL(`${name}.json`, place), 'utf8'))
    expect(parseYaml(readFileSync(new URL(`${name}.yaml`, place), 'utf8'))).toEqual(wanted)
    const { apiVersion, kind, raw } = openEnvelope(bytes)
    const schema = schemaOf(apiVersion, kind)
    if (schema === undefined) {
      // Nobody sends these as objects: they come in queries, or lie inside others.
      expect(name).toMatch(/Options$|\.(PodStatusResult|RangeAllocation|SerializedReference|WatchEvent)$/)
      return
    }
    const { apiVersion: _, kind: __, ...body } = wanted
    expect(orderedBySchema(schema, decodeProtobuf(schema, raw))).toEqual(orderedBySchema(schema, body))
    const sealed = sealEnvelope(apiVersion, kind, (writer) => writeProtobuf(writer, schema, orderedBySchema(schema, wanted)))
    expect(Buffer.from(sealed).toString('hex')).toBe(Buffer.from(bytes).toString('hex'))
  })
})

const pod = schemaOf('v1', 'Pod') as StructSchema

test('lists in maps are messages of their own: what else is known of a user', () => {
  const request = schemaOf('certificates.k8s.io/v1', 'CertificateSigningRequest') as StructSchema
  const object = { metadata: { name: 'a' }, spec: { request: '', signerName: 's', extra: { one: ['x', 'y'], none: [] } } }
  expect(decodeProtobuf(request, encodeProtobuf(request, object))).toMatchObject({ spec: { extra: { one: ['x', 'y'], none: [] } } })
})

test('truncated input is an error at every length', () => {
  const object = {
    metadata: { name: 'a', labels: { x: 'y' } },
    spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 1 }] }] },
  }
  const bytes = encodeProtobuf(pod, object)
  let errors = 0
  for (let length = 0; length < bytes.length; length++) {
    try {
      decodeProtobuf(pod, bytes.subarray(0, length))
    } catch (error) {
      expect(error).toBeInstanceOf(ProtobufError)
      errors++
    }
  }
  expect(errors).toBeGreaterThan(bytes.length / 2)
})

test('hostile input is refused or harmless', () => {
  expect(() => openEnvelope(Uint8Array.of(1, 2, 3))).toThrow('does not appear to be a protobuf message')
  expect(() => decodeProtobuf(pod, Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f))).toThrow(ProtobufError)
  expect(() => decodeProtobuf(pod, Uint8Array.of(0x08, 0x01))).toThrow('wrong wireType = 0')
  const configMap = schemaOf('v1', 'ConfigMap') as StructSchema
  const evil = encodeProtobuf(configMap, { data: JSON.parse('{"__proto__":"x"}') })
  const decoded = decodeProtobuf(configMap, evil) as { data: object }
  expect([Object.getPrototypeOf(decoded.data) === Object.prototype, Object.keys(decoded.data)]).toEqual([true, ['__proto__']])
})
