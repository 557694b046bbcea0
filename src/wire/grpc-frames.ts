/**
 * gRPC's messages in a body: a flag, four bytes of length, the message. `GrpcFrameReader` cuts them out of what comes, wherever it is
 * cut, and unfolds those that are compressed with gzip, the only compression etcd knows; `frameMessage` makes one. Codes and texts for
 * what cannot be read are those of grpc-go, whose clients match on them.
 */
import { gunzipBytes } from '../std/gzip.ts'
import { GrpcError, grpcCode } from './grpc-status.ts'
import { Pieces } from './pieces.ts'
import { ProtobufWriter } from './protobuf.ts'
import type { MessageType, Partially } from './protobuf-message.ts'

export const prefixBytes = 5
const gzipHeaderBytes = 10

/** Cuts what comes into messages. Throws a `GrpcError` for what no message can begin with. */
export class GrpcFrameReader {
  readonly #bytesMax: number
  /** "gzip", or empty. */
  readonly #encoding: string
  readonly #pieces = new Pieces()
  /** How many bytes the next message needs, as far as is known. */
  #wantedBytes = prefixBytes

  constructor(bytesMax: number, encoding: string) {
    this.#bytesMax = bytesMax
    this.#encoding = encoding
  }

  /** What came of a message that is not whole; fewer than `prefixBytes` are no beginning. */
  get bytesLeft(): number {
    return this.#pieces.bytes
  }

  push(bytes: Uint8Array, onMessage: (payload: Uint8Array) => void): void {
    let data = bytes
    if (this.#pieces.bytes > 0) {
      this.#pieces.add(bytes)
      // A long message that comes in small pieces is put together once, not once a piece.
      if (this.#pieces.bytes < this.#wantedBytes) return
      data = this.#pieces.take()
    }
    let at = 0
    this.#wantedBytes = prefixBytes
    while (data.length - at >= prefixBytes) {
      const length = this.#lengthAt(data, at)
      const start = at + prefixBytes
      if (start + length > data.length) {
        this.#wantedBytes = prefixBytes + length
        break
      }
      const payload = data.subarray(start, start + length)
      onMessage(data[at] === 1 ? this.#unfolded(payload) : payload)
      at = start + length
    }
    if (at < data.length) this.#pieces.add(at === 0 ? data : data.slice(at))
  }

  #lengthAt(data: Uint8Array, at: number): number {
    const flag = data[at] as number
    if (flag === 1 && this.#encoding === '')
      throw new GrpcError(grpcCode.internal, 'grpc: compressed flag set with identity or empty encoding')
    if (flag > 1) throw new GrpcError(grpcCode.internal, `grpc: received unexpected payload format ${flag}`)
    const length =
      (data[at + 1] as number) * 0x1_00_00_00 +
      (((data[at + 2] as number) << 16) | ((data[at + 3] as number) << 8) | (data[at + 4] as number))
    if (length > this.#bytesMax)
      throw new GrpcError(grpcCode.resourceExhausted, `grpc: received message larger than max (${length} vs. ${this.#bytesMax})`)
    return length
  }

  #unfolded(payload: Uint8Array): Uint8Array {
    try {
      return gunzipBytes(payload, this.#bytesMax)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ERR_BUFFER_TOO_LARGE') {
        const message = `grpc: received message after decompression larger than max ${this.#bytesMax}`
        throw new GrpcError(grpcCode.resourceExhausted, message, { cause: error })
      }
      const message =
        payload.length < gzipHeaderBytes
          ? 'grpc: failed to decompress the message: unexpected EOF'
          : code === 'Z_BUF_ERROR'
            ? 'grpc: failed to read decompressed data: unexpected EOF'
            : 'grpc: failed to decompress the message: gzip: invalid header'
      throw new GrpcError(grpcCode.internal, message, { cause: error })
    }
  }
}

let shared = new ProtobufWriter(4096)
const prefix = new Uint8Array(prefixBytes)
const sharedBytesMax = 1024 * 1024

/** A message with its prefix, in memory of its own. */
export function frameMessage<V>(type: MessageType<V>, value: unknown): Uint8Array {
  const writer = shared
  writer.reset()
  writer.raw(prefix)
  type.write(writer, value as Partially<V>)
  const bytes = writer.finish()
  const length = bytes.length - prefixBytes
  if (length > sharedBytesMax) shared = new ProtobufWriter(4096)
  bytes[1] = length >>> 24
  bytes[2] = length >>> 16
  bytes[3] = length >>> 8
  bytes[4] = length
  return bytes
}
