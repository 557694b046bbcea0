/** gRPC by the byte: what no client library sends is answered with the code and the words of grpc-go, recorded from etcd 3.6. */
import { expect, test } from 'vitest'
import { gzipBytes } from '../std/gzip.ts'
import { silentLog } from '../std/log.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { data, Http2Peer, lastData, post, request } from '../testing/http2-peer.ts'
import { frameMessage } from './grpc-frames.ts'
import { grpcHandler, streaming, unary } from './grpc-server.ts'
import { GrpcError, grpcCode } from './grpc-status.ts'
import { frameType, numberFrame } from './http2/frames.ts'
import { message, string } from './protobuf-message.ts'

const text = message('Text', { text: string(1) })
const framed = (value: string): Buffer => Buffer.from(frameMessage(text, { text: value }))
const prefixed = (flag: number, bytes: Uint8Array): Buffer => {
  const prefix = Buffer.alloc(5)
  prefix[0] = flag
  prefix.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([prefix, bytes])
}
const bytesMax = 1000

/** `Say` answers with what it was told, `Never` never, `Fail` with an error, `Break` throws; `Chat` answers each message. */
async function opened(done: string[] = []) {
  const clock = new VirtualClock()
  const methods = new Map([
    ['/test.Test/Say', unary(text, text, (asked) => ({ text: asked.text }))],
    ['/test.Test/Later', unary(text, text, async (asked) => ({ text: asked.text }))],
    ['/test.Test/Never', unary(text, text, () => new Promise<{ text: string }>(() => {}))],
    [
      '/test.Test/Fail',
      unary(text, text, (): { text: string } => {
        throw new GrpcError(grpcCode.notFound, 'nö: 100%\n')
      }),
    ],
    [
      '/test.Test/Break',
      unary(text, text, (): { text: string } => {
        throw new Error('broken')
      }),
    ],
    [
      '/test.Test/Chat',
      streaming(text, text, (stream) => ({
        onRequest: (asked) => stream.send({ text: asked.text }),
        onRequestsEnd: () => stream.end(),
      })),
    ],
  ])
  const handler = grpcHandler({
    methods,
    requestBytesMax: bytesMax,
    clock,
    log: silentLog,
    onDone: (path, code) => done.push(`${path} ${code}`),
  })
  const peer = new Http2Peer(handler, { clock })
  await peer.open()
  return peer
}

const call = (method: string, headers: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ':path': `/test.Test/${method}`,
  'content-type': 'application/grpc',
  te: 'trailers',
  ...headers,
})

/** One call with `bytes` as its body, which ends; and a good one behind it. */
async function check(headers: Readonly<Record<string, string>>, bytes: Uint8Array, expected: readonly string[]): Promise<void> {
  const peer = await opened()
  expect(await peer.say(post(1, headers), lastData(1, bytes))).toEqual(expected)
  expect(await peer.say(post(3, call('Say')), lastData(3, framed('hi')))).toEqual(said(3, 'hi'))
  expect(peer.connection.streamCount).toBe(0)
  expect(peer.errors).toEqual([])
}

const said = (id: number, value: string): readonly string[] => [
  `${id} HEADERS 200`,
  `${id} DATA ${JSON.stringify(framed(value).toString('latin1'))}`,
  `${id} HEADERS grpc-status=0 grpc-message= end`,
]
const failed = (code: number, words: string, status = 200): readonly string[] => [
  `1 HEADERS ${status} grpc-status=${code} grpc-message=${words} end`,
]
const hi = framed('hi')
const gzip = { 'grpc-encoding': 'gzip' }
const garbage = Buffer.from([0xff, 0xff])

type Call = readonly [name: string, headers: Readonly<Record<string, string>>, bytes: Uint8Array, expected: readonly string[]]

const unaryCalls: readonly Call[] = [
  ['one message', call('Say'), hi, said(1, 'hi')],
  ['two messages', call('Say'), Buffer.concat([hi, framed('ho')]), said(1, 'hi')],
  ['a message and the beginning of another', call('Say'), Buffer.concat([hi, Buffer.from([0])]), said(1, 'hi')],
  ['no message', call('Say'), Buffer.alloc(0), failed(2, 'EOF')],
  ['half a prefix', call('Say'), Buffer.alloc(3), failed(2, 'EOF')],
  ['half a message', call('Say'), hi.subarray(0, 6), failed(2, 'unexpected EOF')],
  ['an empty message', call('Say'), Buffer.alloc(5), said(1, '')],
  [
    'a compressed message and no encoding',
    call('Say'),
    prefixed(1, hi),
    failed(13, 'grpc: compressed flag set with identity or empty encoding'),
  ],
  [
    'a compressed message and identity',
    call('Say', { 'grpc-encoding': 'identity' }),
    prefixed(1, hi),
    failed(13, 'grpc: compressed flag set with identity or empty encoding'),
  ],
  ['an unknown flag', call('Say'), prefixed(2, hi), failed(13, 'grpc: received unexpected payload format 2')],
  [
    'a message of 4 GB',
    call('Say'),
    Buffer.from([0, 255, 255, 255, 255]),
    failed(8, 'grpc: received message larger than max (4294967295 vs. 1000)'),
  ],
  [
    'a message that is a little too long',
    call('Say'),
    prefixed(0, new Uint8Array(1001)),
    failed(8, 'grpc: received message larger than max (1001 vs. 1000)'),
  ],
  ['bytes that are no message', call('Say'), prefixed(0, garbage), failed(13, 'grpc: error unmarshalling request: unexpected EOF')],
  ['gzip', call('Say', gzip), prefixed(1, gzipBytes(hi.subarray(5))), said(1, 'hi')],
  ['gzip that is not used', call('Say', gzip), hi, said(1, 'hi')],
  [
    'gzip that unfolds to too much',
    call('Say', gzip),
    prefixed(1, gzipBytes(new Uint8Array(100_000))),
    failed(8, 'grpc: received message after decompression larger than max 1000'),
  ],
  [
    'gzip that is cut off',
    call('Say', gzip),
    prefixed(1, gzipBytes(hi).subarray(0, 12)),
    failed(13, 'grpc: failed to read decompressed data: unexpected EOF'),
  ],
  [
    'gzip that is none',
    call('Say', gzip),
    prefixed(1, new Uint8Array(20)),
    failed(13, 'grpc: failed to decompress the message: gzip: invalid header'),
  ],
  [
    'gzip shorter than its header',
    call('Say', gzip),
    prefixed(1, new Uint8Array(3)),
    failed(13, 'grpc: failed to decompress the message: unexpected EOF'),
  ],
  [
    'an unknown encoding',
    call('Say', { 'grpc-encoding': 'br' }),
    hi,
    failed(12, 'grpc: Decompressor is not installed for grpc-encoding "br"'),
  ],
  ['an unknown method', call('Nothing'), hi, failed(12, 'unknown method Nothing for service test.Test')],
  ['a method with a query', call('Say?x=1'), hi, failed(12, 'unknown method Say?x=1 for service test.Test')],
  ['an unknown service', { ...call('Say'), ':path': '/nobody.Knows/It' }, hi, failed(12, 'unknown service nobody.Knows')],
  ['a path without a service', { ...call('Say'), ':path': '/nothing' }, hi, failed(12, 'malformed method name: "/nothing"')],
  [
    'the content-type of JSON',
    call('Say', { 'content-type': 'application/json' }),
    hi,
    failed(3, 'invalid gRPC request content-type "application/json"', 415),
  ],
  [
    'a content-type that only begins well',
    call('Say', { 'content-type': 'application/grpcx' }),
    hi,
    failed(3, 'invalid gRPC request content-type "application/grpcx"', 415),
  ],
  ['a flavour of content-type', call('Say', { 'content-type': 'application/grpc+proto' }), hi, said(1, 'hi')],
  [
    'the method PUT',
    call('Say', { ':method': 'PUT' }),
    hi,
    failed(13, 'Received a HEADERS frame with :method "PUT" which should be POST', 405),
  ],
  ['a timeout that is long over', call('Say', { 'grpc-timeout': '1n' }), hi, failed(4, 'context deadline exceeded')],
  ['a negative timeout', call('Say', { 'grpc-timeout': '-1S' }), hi, failed(4, 'context deadline exceeded')],
  ['a timeout of centuries', call('Say', { 'grpc-timeout': '99999999H' }), hi, said(1, 'hi')],
  [
    'a timeout without a unit',
    call('Say', { 'grpc-timeout': '5' }),
    hi,
    failed(13, 'malformed grpc-timeout: transport: timeout string is too short: "5"', 400),
  ],
  [
    'a timeout in years',
    call('Say', { 'grpc-timeout': '5y' }),
    hi,
    failed(13, 'malformed grpc-timeout: transport: timeout unit is not recognized: "5y"', 400),
  ],
  [
    'a timeout of ten characters',
    call('Say', { 'grpc-timeout': '123456789S' }),
    hi,
    failed(13, 'malformed grpc-timeout: transport: timeout string is too long: "123456789S"', 400),
  ],
  [
    'a timeout that is no number',
    call('Say', { 'grpc-timeout': '1.5S' }),
    hi,
    failed(13, 'malformed grpc-timeout: strconv.ParseInt: parsing "1.5": invalid syntax', 400),
  ],
  ['an error with every kind of character', call('Fail'), hi, failed(5, 'n%C3%B6: 100%25%0A')],
  ['a bug', call('Break'), hi, failed(13, 'internal error')],
]

test.each(unaryCalls)('a unary call with %s', async (_name, headers, bytes, expected) => {
  await check(headers, bytes, expected)
})

const streamCalls: readonly Call[] = [
  [
    'a message and half of another',
    call('Chat'),
    Buffer.concat([hi, hi.subarray(0, 6)]),
    [...said(1, 'hi').slice(0, 2), '1 HEADERS grpc-status=13 grpc-message=unexpected EOF end'],
  ],
  ['nothing', call('Chat'), Buffer.alloc(0), failed(0, '')],
  ['half a prefix', call('Chat'), Buffer.alloc(3), failed(0, '')],
  ['half a message', call('Chat'), hi.subarray(0, 6), failed(13, 'unexpected EOF')],
  ['a compressed message', call('Chat'), prefixed(1, hi), failed(13, 'grpc: compressed flag set with identity or empty encoding')],
  [
    'bytes that are no message',
    call('Chat'),
    prefixed(0, garbage),
    failed(13, 'grpc: failed to unmarshal the received message: unexpected EOF'),
  ],
  [
    'an unknown encoding',
    call('Chat', { 'grpc-encoding': 'br' }),
    hi,
    failed(12, 'grpc: Decompressor is not installed for grpc-encoding "br"'),
  ],
]

test.each(streamCalls)('a stream of %s', async (_name, headers, bytes, expected) => {
  await check(headers, bytes, expected)
})

test('messages are the same wherever they are cut', async () => {
  const bytes = Buffer.concat([framed('one'), framed(''), framed('x'.repeat(200)), framed('four')])
  for (let at = 0; at <= bytes.length; at++) {
    const peer = await opened()
    await peer.say(post(1, call('Chat')))
    const heard = [...(await peer.say(data(1, bytes.subarray(0, at)))), ...(await peer.say(lastData(1, bytes.subarray(at))))]
    expect(heard.filter((line) => line.startsWith('1 DATA')).length, `cut at ${at}`).toBeGreaterThan(0)
    expect(heard.at(-1)).toBe('1 HEADERS grpc-status=0 grpc-message= end')
  }
  const peer = await opened()
  await peer.say(post(1, call('Later')))
  for (const byte of framed('byte by byte').subarray(0, -1)) expect(await peer.say(data(1, Buffer.from([byte])))).toEqual([])
  expect(await peer.say(lastData(1, 'e'))).toEqual(said(1, 'byte by byte'))
})

test('a unary call is answered when its message is there, and its caller asked to stop', async () => {
  const peer = await opened()
  expect(await peer.say(post(1, call('Say')), data(1, hi))).toEqual([...said(1, 'hi'), '1 RST_STREAM none'])
  expect(await peer.say(lastData(1, 'more'))).toEqual([])
  expect(peer.connection.streamCount).toBe(0)
})

test('a deadline ends calls that are not answered, and streams', async () => {
  const done: string[] = []
  const peer = await opened(done)
  await peer.say(post(1, call('Never', { 'grpc-timeout': '100m' })), lastData(1, hi))
  await peer.say(post(3, call('Say', { 'grpc-timeout': '100m' })))
  await peer.say(post(5, call('Chat', { 'grpc-timeout': '1S' })), data(5, hi))
  await peer.say(post(7, call('Later', { 'grpc-timeout': '1S' })), lastData(7, hi))
  await peer.clock.advance(99)
  expect(await peer.heard()).toEqual([])
  await peer.clock.advance(1)
  expect(await peer.heard()).toEqual([
    '3 HEADERS 200 grpc-status=4 grpc-message=context deadline exceeded end',
    '1 HEADERS 200 grpc-status=4 grpc-message=context deadline exceeded end',
    '3 RST_STREAM none',
  ])
  await peer.clock.advance(900)
  expect(await peer.heard()).toEqual(['5 HEADERS grpc-status=4 grpc-message=context deadline exceeded end', '5 RST_STREAM none'])
  expect(peer.connection.streamCount).toBe(0)
  expect(done.toSorted()).toEqual(['/test.Test/Chat 4', '/test.Test/Later 0', '/test.Test/Never 4', '/test.Test/Say 4'])
})

test('calls whose client goes away end', async () => {
  const done: string[] = []
  const peer = await opened(done)
  await peer.say(post(1, call('Say')), post(3, call('Chat')), data(3, hi))
  await peer.say(numberFrame(frameType.resetStream, 1, 8), numberFrame(frameType.resetStream, 3, 8))
  expect(done).toEqual(['/test.Test/Say 1', '/test.Test/Chat 1'])
  expect(peer.connection.streamCount).toBe(0)
})

test('an answer has no content-length and its flavour is the call’s', async () => {
  const handler = grpcHandler({
    methods: new Map([['/t.T/Say', unary(text, text, (asked) => asked)]]),
    requestBytesMax: 100,
    clock: new VirtualClock(),
    log: silentLog,
  })
  const asked = { method: 'POST', path: '/t.T/Say', query: '', headers: { 'content-type': 'application/grpc;charset=x' } }
  const answer = await handler({ ...asked, bodyParts: (receiver: { onBytes(bytes: Uint8Array): void }) => receiver.onBytes(hi) } as never)
  expect(answer.headers).toEqual({ 'content-type': 'application/grpc+charset=x' })
  expect(answer.trailers?.()).toEqual({ 'grpc-status': '0', 'grpc-message': '' })
  const peer = await opened()
  expect(await peer.say(request(1, call('Say')))).toEqual([
    '1 HEADERS 405 grpc-status=13 grpc-message=Received a HEADERS frame with :method "GET" which should be POST end',
  ])
})
