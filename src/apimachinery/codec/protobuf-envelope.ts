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

export const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0)

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

/** What stands before and behind a message of so many bytes that is made elsewhere. */
export function envelopeAround(apiVersion: string, kind: string, rawBytes: number): { begin: Uint8Array; end: Uint8Array } {
  const writer = new ProtobufWriter(128)
  writer.raw(magic)
  const type = writer.begin(1)
  writer.stringField(1, apiVersion)
  writer.stringField(2, kind)
  writer.end(type)
  writer.tag(2, wireBytes)
  writer.uint32(rawBytes)
  return { begin: writer.finish(), end: Uint8Array.of(0x1a, 0, 0x22, 0) }
}

/** Throws ProtobufError. */
export function openEnvelope(bytes: Uint8Array): Enveloped {
  if (bytes.length === 0) throw new ProtobufError('empty data', 0)
  if (magic.some((byte, index) => bytes[index] !== byte)) {
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]', 0)
  }
  if (bytes.length === magic.length) throw new ProtobufError('empty body', magic.length)
  const reader = new ProtobufReader(bytes, magic.length)
  let type = { apiVersion: '', kind: '' }
  let raw = bytes.subarray(0, 0)
  while (!reader.isDone) {
    const field = textField(reader, 'Unknown', ['TypeMeta', 'Raw', 'ContentEncoding', 'ContentType'])
    if (field === 1) type = typeMeta(reader)
    else if (field === 2) raw = reader.bytes()
    else if (field > 0) reader.skip(wireBytes)
  }
  return { ...type, raw }
}

function typeMeta(reader: ProtobufReader): { apiVersion: string; kind: string } {
  let apiVersion = ''
  let kind = ''
  const outer = reader.enter()
  while (!reader.isDone) {
    const field = textField(reader, 'TypeMeta', ['APIVersion', 'Kind'])
    if (field === 1) apiVersion = reader.string()
    else if (field === 2) kind = reader.string()
  }
  reader.leave(outer)
  return { apiVersion, kind }
}

/** Reads a tag: the number of one of `fields`, all of which are bytes; 0 for others, which are passed over. */
function textField(reader: ProtobufReader, message: string, fields: readonly string[]): number {
  const tag = reader.tag(message)
  const name = fields[(tag >>> 3) - 1]
  if (name === undefined) {
    reader.skip(tag & 7)
    return 0
  }
  if ((tag & 7) !== wireBytes) throw new ProtobufError(`proto: wrong wireType = ${tag & 7} for field ${name}`, reader.position)
  return tag >>> 3
}
