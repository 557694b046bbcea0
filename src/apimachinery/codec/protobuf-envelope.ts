/**
 * The envelope around protobuf objects: four magic bytes and a runtime.Unknown that says what kind lies inside.
 *
 *     "k8s\0"  { 1: { 1: apiVersion, 2: kind }, 2: raw, 3: contentEncoding, 4: contentType }
 */
import { ProtobufError, ProtobufReader, ProtobufWriter, wireBytes } from '../../wire/protobuf.ts'

export interface Enveloped {
  readonly apiVersion: string
  readonly kind: string
  /** A view into the input. */
  readonly raw: Uint8Array
}

const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0)

export function sealEnvelope(apiVersion: string, kind: string, writeRaw: (writer: ProtobufWriter) => void): Uint8Array {
  const writer = new ProtobufWriter(1024)
  writer.raw(magic)
  const type = writer.begin(1)
  writer.stringField(1, apiVersion)
  writer.stringField(2, kind)
  writer.end(type)
  const raw = writer.begin(2)
  writeRaw(writer)
  writer.end(raw)
  writer.stringField(3, '')
  writer.stringField(4, '')
  return writer.finish()
}

/** Throws ProtobufError. */
export function openEnvelope(bytes: Uint8Array): Enveloped {
  if (magic.some((byte, index) => bytes[index] !== byte)) {
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]', 0)
  }
  const reader = new ProtobufReader(bytes, magic.length)
  let apiVersion = ''
  let kind = ''
  let raw = bytes.subarray(0, 0)
  while (!reader.isDone) {
    const tag = reader.tag()
    if (tag === ((1 << 3) | wireBytes)) {
      const outer = reader.enter()
      while (!reader.isDone) {
        const inner = reader.tag()
        if (inner === ((1 << 3) | wireBytes)) apiVersion = reader.string()
        else if (inner === ((2 << 3) | wireBytes)) kind = reader.string()
        else reader.skip(inner & 7)
      }
      reader.leave(outer)
    } else if (tag === ((2 << 3) | wireBytes)) raw = reader.bytes()
    else reader.skip(tag & 7)
  }
  return { apiVersion, kind, raw }
}
