/**
 * A range's answer too long for one turn: ten thousand objects are tens of megabytes, and making all of that at once would keep everybody
 * else waiting. gRPC wants the length first, so it is computed from the items, and they are encoded while they are sent, some at a time.
 */
import type { KeyValue } from '../store/store.ts'
import { LongMessage } from '../wire/grpc-server.ts'
import { ProtobufWriter, wireBytes } from '../wire/protobuf.ts'
import { keyValue, type ResponseHeader, rangeResponse } from './messages.ts'

const sliceBytes = 64 * 1024
/** Below this an answer is made at once. */
const longBytes = 256 * 1024
const kvsField = rangeResponse.fields['kvs']?.number as number

export interface LongRange {
  readonly header: ResponseHeader
  readonly kvs: readonly KeyValue[]
  readonly more: boolean
  readonly count: number
}

/** Whether the items may be longer than `longBytes`; looks only as far as it must. */
export function isLong(kvs: readonly KeyValue[]): boolean {
  let bytes = 0
  for (const kv of kvs) {
    bytes += kv.key.length + kv.value.length + 32
    if (bytes > longBytes) return true
  }
  return false
}

export function rangeStream({ header, kvs, more, count }: LongRange): LongMessage {
  const head = rangeResponse.encode({ header })
  const tail = rangeResponse.encode({ more, count })
  let bytes = head.length + tail.length
  for (const kv of kvs) bytes += fieldBytes(keyValueBytes(kv))
  return new LongMessage(bytes, async (sink) => {
    sink.write(head)
    const writer = new ProtobufWriter(sliceBytes * 2)
    for (const kv of kvs) {
      writer.tag(kvsField, wireBytes)
      writer.uint32(keyValueBytes(kv))
      keyValue.write(writer, kv)
      if (writer.length < sliceBytes) continue
      sink.write(writer.finish())
      writer.reset()
      await sink.drained()
      if (sink.signal.aborted) return
    }
    if (writer.length > 0) sink.write(writer.finish())
    sink.write(tail)
  })
}

/** Of the encoded message: every field has a tag of one byte, and is absent when it is zero. */
export function keyValueBytes({ key, value, createRevision, modRevision, version, lease }: KeyValue): number {
  return (
    bytesField(key.length) +
    bytesField(value.length) +
    integerField(createRevision) +
    integerField(modRevision) +
    integerField(version) +
    integerField(lease)
  )
}

function fieldBytes(length: number): number {
  return 1 + integerBytes(length) + length
}

function bytesField(length: number): number {
  return length === 0 ? 0 : fieldBytes(length)
}

function integerField(value: number | bigint): number {
  return value === 0 ? 0 : 1 + integerBytes(value)
}

function integerBytes(value: number | bigint): number {
  if (value < 0) return 10
  let bytes = 1
  if (typeof value === 'bigint') for (let rest = value >> 7n; rest > 0n; rest >>= 7n) bytes++
  else for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes++
  return bytes
}
