/**
 * A range's answer in slices is the same bytes as the answer at once.
 */
import { array, assert, bigInt, integer, oneof, property, record, string, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import type { BodySink } from '../wire/http.ts'
import { keyValue, rangeResponse } from './messages.ts'
import { keyValueBytes, rangeStream } from './range-stream.ts'

const revision = integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const kv = record({
  key: string({ unit: 'grapheme-ascii', maxLength: 300 }),
  value: uint8Array({ maxLength: 300 }),
  createRevision: revision,
  modRevision: revision,
  version: revision,
  lease: oneof(
    revision,
    integer({ max: -1 }),
    bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
  ),
})

test('keyValueBytes() is the length of the encoding', () => {
  assert(property(kv, (one) => keyValueBytes(one) === keyValue.encode(one).length))
})

test('rangeStream() writes what the encoder writes', async () => {
  const sampled: Parameters<typeof rangeStream>[0]['kvs'][] = []
  assert(
    property(array(kv, { maxLength: 5 }), (kvs) => void sampled.push(kvs)),
    { numRuns: 20 },
  )
  const long = Array.from({ length: 500 }, (_, index) => ({
    ...(sampled[3]?.[0] ?? { key: 'k', createRevision: 1, modRevision: 1, version: 1, lease: 0 }),
    value: new Uint8Array(1000).fill(index),
  }))
  for (const kvs of [...sampled, long]) {
    const answer = { header: { clusterId: 2n ** 63n, memberId: 7, revision: 900, raftTerm: 2 }, kvs, more: true, count: 70_000 }
    const message = rangeStream(answer)
    const parts: Uint8Array[] = []
    const sink = {
      write: (bytes: Uint8Array) => parts.push(bytes),
      unsentBytes: 0,
      drained: async () => {},
      signal: new AbortController().signal,
    }
    await message.write(sink as unknown as BodySink)
    const written = Buffer.concat(parts)
    expect(written.length).toBe(message.bytes)
    expect(written.equals(rangeResponse.encode(answer))).toBe(true)
  }
})
