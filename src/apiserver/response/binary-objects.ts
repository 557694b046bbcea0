/**
 * Objects, lists, Status and metadata in protobuf's envelopes and in CBOR, and what comes in protobuf. Which schema an answer has is found by its kind and
 * apiVersion: the catalog's kinds, their lists, and the few kinds that every group shares.
 */

import { tokenRequest } from '../../api/authentication/token-request.ts'
import { scale } from '../../api/autoscaling/scale.ts'
import { eviction } from '../../api/policy/eviction.ts'
import { encodeCbor, encodeCborEvent } from '../../apimachinery/codec/cbor.ts'
import { decodeProtobuf, writeProtobuf } from '../../apimachinery/codec/protobuf.ts'
import { openEnvelope, sealEnvelope } from '../../apimachinery/codec/protobuf-envelope.ts'
import { partialObjectMetadata, statusSchema } from '../../apimachinery/meta.ts'
import { type KubeObject, listMeta, parseApiVersion } from '../../apimachinery/object.ts'
import { field, type ListSchema, list, type StructSchema, struct } from '../../apimachinery/schema/schema.ts'
import { notAcceptable } from '../../apimachinery/status-error.ts'
import type { HttpBody } from '../../wire/http.ts'
import { ProtobufError, ProtobufWriter } from '../../wire/protobuf.ts'
import type { Catalog } from '../registry/catalog.ts'
import { type BinaryList, cborList, EncodedItems, protobufList } from './binary-list.ts'
import { discoveryMessages } from './discovery-messages.ts'
import type { BinaryMedia } from './negotiate.ts'

/** Kinds that no catalog lists, by kind. */
const sharedKinds: Readonly<Record<string, StructSchema>> = {
  Status: statusSchema as StructSchema,
  PartialObjectMetadata: partialObjectMetadata as StructSchema,
  PartialObjectMetadataList: listOf(partialObjectMetadata as StructSchema),
  // Its two fields have each other's numbers.
  'meta.k8s.io/v1beta1 PartialObjectMetadataList': struct('io.k8s.apimachinery.pkg.apis.meta.v1beta1.PartialObjectMetadataList', {
    metadata: field(2, listMeta).optional(),
    items: field(1, list(partialObjectMetadata as StructSchema)),
  }) as StructSchema,
  Scale: scale as StructSchema,
  Eviction: eviction as StructSchema,
  TokenRequest: tokenRequest as StructSchema,
  ...discoveryMessages,
}

function listOf(schema: StructSchema): StructSchema {
  return struct(`${schema.name}List`, { metadata: field(1, listMeta).optional(), items: field(2, list(schema)) }) as StructSchema
}

const encodedBytesMax = 64 * 1024 * 1024

export class BinaryObjects {
  readonly #catalog: Catalog
  readonly #lists = new WeakMap<StructSchema, StructSchema>()
  readonly #encoded = new EncodedItems(encodedBytesMax)

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  encode(media: BinaryMedia, object: KubeObject): Uint8Array {
    const { apiVersion = '', kind = '' } = object
    const schema = this.#schemaOf(apiVersion, kind)
    if (media === 'cbor') return encodeCbor(object, schema)
    if (schema === undefined) throw onlyText()
    return sealEnvelope(apiVersion, kind, (writer) => writeProtobuf(writer, schema, object))
  }

  encodeList(media: BinaryMedia, list: BinaryList): HttpBody {
    const schema = this.#schemaOf(list.apiVersion, list.kind)
    if (media === 'cbor') return cborList((schema?.fields.items?.facts.schema as ListSchema | undefined)?.items, list)
    if (schema === undefined) throw onlyText()
    return protobufList(schema, list, this.#encoded)
  }

  encodeEvent(media: BinaryMedia, type: string, object: object): Uint8Array {
    if (media === 'protobuf') return protobufEvent(type, this.encode(media, object as KubeObject))
    const { apiVersion = '', kind = '' } = object as Partial<KubeObject>
    return encodeCborEvent(type, object, this.#schemaOf(apiVersion, kind))
  }

  /** Undefined: no kind that anybody knows. */
  #schemaOf(apiVersion: string, kind: string): StructSchema | undefined {
    const { group, version } = parseApiVersion(apiVersion)
    const served = this.#catalog.byKind(group, version, kind)
    if (served !== undefined) return served.schema
    const shared = sharedKinds[`${apiVersion} ${kind}`] ?? sharedKinds[kind]
    if (shared !== undefined) return shared
    for (const one of this.#catalog.all()) {
      if (one.listKind !== kind || one.group !== group || one.versionName !== version) continue
      let schema = this.#lists.get(one.schema)
      if (schema === undefined) this.#lists.set(one.schema, (schema = listOf(one.schema)))
      return schema
    }
    return undefined
  }
}

function onlyText(): Error {
  return notAcceptable('only the following media types are accepted: application/json, application/yaml')
}

/** WatchEvent { 1: type, 2: { 1: the enveloped object } }, behind its length. */
function protobufEvent(type: string, object: Uint8Array): Uint8Array {
  const writer = new ProtobufWriter(object.length + 64)
  writer.raw(new Uint8Array(4))
  writer.stringField(1, type)
  const mark = writer.begin(2)
  writer.bytesField(1, object)
  writer.end(mark)
  const bytes = writer.finish()
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, bytes.length - 4)
  return bytes
}

/** What the envelope says; '' for what it does not, or what is no apiVersion. */
export interface ProtobufType {
  readonly kind: string
  readonly apiVersion: string
}

/**
 * A body that must be of the kind that `schema` is of; of another kind only that is told. `refuse` makes the error: without a type when not even that
 * could be read.
 */
export function decodeProtobufBody(
  schema: StructSchema,
  kind: string,
  bytes: Uint8Array,
  refuse: (why: string, type?: ProtobufType) => Error,
): Record<string, unknown> {
  const envelope = orRefused(() => openEnvelope(bytes), refuse)
  const apiVersion = envelope.apiVersion.split('/').length > 2 ? '' : envelope.apiVersion
  const type = { kind: envelope.kind, apiVersion }
  const said = { ...(envelope.kind === '' ? {} : { kind: envelope.kind }), ...(apiVersion === '' ? {} : { apiVersion }) }
  if (envelope.kind !== '' && envelope.kind !== kind) return said
  const value = orRefused(
    () => decodeProtobuf(schema, envelope.raw),
    (why) => refuse(why, type),
  )
  return { ...value, ...said }
}

function orRefused<T>(read: () => T, refuse: (why: string) => Error): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error
    throw refuse(error.message)
  }
}
