/**
 * Objects, lists, Status and metadata in their envelopes, and what comes in protobuf. Which schema an answer has is found by its kind and
 * apiVersion: the catalog's kinds, their lists, and the few kinds that every group shares.
 */

import { tokenRequest } from '../../api/authentication/token-request.ts'
import { scale } from '../../api/autoscaling/scale.ts'
import { eviction } from '../../api/policy/eviction.ts'
import { decodeProtobuf, writeProtobuf } from '../../apimachinery/codec/protobuf.ts'
import { openEnvelope, sealEnvelope } from '../../apimachinery/codec/protobuf-envelope.ts'
import { partialObjectMetadata, statusSchema } from '../../apimachinery/meta.ts'
import { type KubeObject, listMeta, parseApiVersion } from '../../apimachinery/object.ts'
import { field, list, type StructSchema, struct } from '../../apimachinery/schema/schema.ts'
import { badRequest, notAcceptable } from '../../apimachinery/status-error.ts'
import { ProtobufError, ProtobufWriter } from '../../wire/protobuf.ts'
import type { Catalog } from '../registry/catalog.ts'
import { discoveryMessages } from './discovery-messages.ts'

/** Kinds that no catalog lists, by kind. */
const sharedKinds: Readonly<Record<string, StructSchema>> = {
  Status: statusSchema as StructSchema,
  PartialObjectMetadata: partialObjectMetadata as StructSchema,
  PartialObjectMetadataList: listOf(partialObjectMetadata as StructSchema),
  Scale: scale as StructSchema,
  Eviction: eviction as StructSchema,
  TokenRequest: tokenRequest as StructSchema,
  ...discoveryMessages,
}

function listOf(schema: StructSchema): StructSchema {
  return struct(`${schema.name}List`, { metadata: field(1, listMeta).optional(), items: field(2, list(schema)) }) as StructSchema
}

export class ProtobufObjects {
  readonly #catalog: Catalog
  readonly #lists = new WeakMap<StructSchema, StructSchema>()

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  encode(object: KubeObject): Uint8Array {
    const { apiVersion = '', kind = '' } = object
    const schema = this.#schemaOf(apiVersion, kind)
    return sealEnvelope(apiVersion, kind, (writer) => writeProtobuf(writer, schema, object))
  }

  /** WatchEvent { 1: type, 2: { 1: the enveloped object } }, behind its length. */
  encodeEvent(type: string, object: object): Uint8Array {
    const writer = new ProtobufWriter(1024)
    writer.raw(new Uint8Array(4))
    writer.stringField(1, type)
    const mark = writer.begin(2)
    writer.bytesField(1, this.encode(object as KubeObject))
    writer.end(mark)
    const bytes = writer.finish()
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, bytes.length - 4)
    return bytes
  }

  #schemaOf(apiVersion: string, kind: string): StructSchema {
    const { group, version } = parseApiVersion(apiVersion)
    const served = this.#catalog.byKind(group, version, kind)
    if (served !== undefined) return served.schema
    const shared = sharedKinds[kind]
    if (shared !== undefined) return shared
    for (const one of this.#catalog.all()) {
      if (one.listKind !== kind || one.group !== group || one.versionName !== version) continue
      let schema = this.#lists.get(one.schema)
      if (schema === undefined) this.#lists.set(one.schema, (schema = listOf(one.schema)))
      return schema
    }
    throw notAcceptable('only the following media types are accepted: application/json, application/yaml')
  }
}

/** A body that must be of the kind that `schema` is of; of another kind only that is told. Throws 400. */
export function decodeProtobufBody(schema: StructSchema, kind: string, bytes: Uint8Array): Record<string, unknown> {
  try {
    const envelope = openEnvelope(bytes)
    const type = {
      ...(envelope.kind === '' ? {} : { kind: envelope.kind }),
      ...(envelope.apiVersion === '' ? {} : { apiVersion: envelope.apiVersion }),
    }
    if (envelope.kind !== '' && envelope.kind !== kind) return type
    return { ...decodeProtobuf(schema, envelope.raw), ...type }
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): ${error.message}`)
  }
}
