/**
 * HTTP/2 by the frame: what an honest client never sends is answered with the right code, to the stream or to the connection, and
 * leaves nothing behind. Floods have a budget, windows hold in both directions.
 */
import {
  integer as anyInteger,
  array,
  assert as assertProperty,
  asyncProperty,
  constantFrom,
  oneof,
  record,
  tuple,
  uint8Array,
} from 'fast-check'
import { expect, test } from 'vitest'
import { block, data, Http2Peer, type Http2PeerOptions, lastData, literal, ping, post, request } from '../../testing/http2-peer.ts'
import type { BodySink, HttpHandler, HttpRequest } from '../http.ts'
import {
  clientPreface,
  controlFrame,
  flagAck,
  flagEndHeaders,
  flagEndStream,
  flagPadded,
  flagPriority,
  frameType,
  numberFrame,
  setting,
  settingsFrame,
} from './frames.ts'

/** `/` answers at once, `/echo` with its body, `/wait` never, `/big` with a million bytes. */
function handlerOf(seen: HttpRequest[] = [], waiting: (() => void)[] = []): HttpHandler {
  return (request) => {
    seen.push(request)
    switch (request.path) {
      case '/echo':
        return echo(request)
      case '/wait':
        return new Promise((resolve) => {
          waiting.push(() => resolve({ status: 200, headers: {}, body: 'waited' }))
        })
      case '/big':
        return { status: 200, headers: {}, body: new Uint8Array(1_000_000) }
      case '/throws':
        throw new Error('broken')
      case '/breaks':
        return { status: 200, headers: {}, body: breaks }
      default:
        return { status: 200, headers: {}, body: 'hello' }
    }
  }
}

async function echo(request: HttpRequest) {
  const body = await request.body(100_000)
  return { status: 200, headers: {}, body: body === 'too-large' ? 'too large' : `got ${body.length}` }
}

async function breaks(sink: BodySink): Promise<void> {
  sink.write('half')
  await sink.drained()
  throw new Error('broken')
}

async function opened(options: Http2PeerOptions & { readonly seen?: HttpRequest[]; readonly waiting?: (() => void)[] } = {}) {
  const peer = new Http2Peer(handlerOf(options.seen, options.waiting), options)
  await peer.open()
  return peer
}

const hello = (id: number): readonly string[] => [`${id} HEADERS 200`, `${id} DATA "hello" end`]
const reset = (id: number, code = 8): Buffer => numberFrame(frameType.resetStream, id, code)
const grow = (id: number, bytes: number): Buffer => numberFrame(frameType.windowUpdate, id, bytes)
const frame = (type: number, flags: number, id: number, bytes: number | readonly number[] = 0): Buffer =>
  controlFrame(type, flags, id, typeof bytes === 'number' ? Buffer.alloc(bytes) : Buffer.from(bytes))
const { data: DATA, headers: HEADERS, priority: PRIORITY, resetStream: RST_STREAM, settings: SETTINGS } = frameType
const { pushPromise: PUSH_PROMISE, ping: PING, goAway: GOAWAY, windowUpdate: WINDOW_UPDATE, continuation: CONTINUATION } = frameType

/** Says `bytes` on a connection whose streams 1 (answered) and 3 (waiting) are known; the answer to that, and whether stream 3 lives. */
async function check(bytes: readonly Uint8Array[], expected: readonly string[]): Promise<void> {
  const peer = await opened()
  expect(await peer.say(request(1), post(3, { ':path': '/wait' }))).toEqual(hello(1))
  expect(await peer.say(...bytes)).toEqual(expected)
  if (expected.includes('refused')) expect(peer.connection.streamCount).toBe(0)
  else {
    expect(await peer.say(request(99))).toEqual(hello(99))
    expect(peer.connection.streamCount).toBe(expected.some((line) => line.startsWith('3 RST')) ? 0 : 1)
    peer.leave()
  }
  expect(peer.connection.streamCount).toBe(0)
  expect(peer.errors).toEqual([])
}

const refused = (code: string): readonly string[] => [`GOAWAY 3 ${code}`, 'refused']
const [endStream, endHeaders] = [flagEndStream, flagEndHeaders]

const shapes: readonly (readonly [name: string, bytes: Buffer | readonly Buffer[], expected: readonly string[]])[] = [
  ['a frame of more than 16 KB', frame(DATA, 0, 3, 16_385), refused('frameSize')],
  ['a frame of an unknown type', frame(99, 255, 3, 10), []],
  ['an unknown frame of 16 KB', frame(250, 255, 0, 16_384), []],

  ['DATA on stream 0', frame(DATA, 0, 0, 1), refused('protocol')],
  ['DATA on an idle stream', frame(DATA, 0, 5, 1), refused('protocol')],
  ['DATA on a stream of the server', frame(DATA, 0, 2, 1), refused('protocol')],
  ['DATA on a closed stream', frame(DATA, 0, 1, 1), ['1 RST_STREAM streamClosed']],
  ['DATA padded without a pad length', frame(DATA, flagPadded, 3), refused('frameSize')],
  ['DATA with more padding than frame', frame(DATA, flagPadded, 3, [2, 0]), refused('protocol')],
  ['DATA that is all padding', frame(DATA, flagPadded, 3, [2, 0, 0]), []],
  ['DATA behind END_STREAM', [frame(DATA, endStream, 3, 1), frame(DATA, 0, 3, 1)], ['3 RST_STREAM streamClosed']],

  ['HEADERS on stream 0', request(0), refused('protocol')],
  ['HEADERS on an even stream', request(4), refused('protocol')],
  ['HEADERS on a closed stream', request(1), refused('streamClosed')],
  ['HEADERS that go back', [request(7), request(5)], ['GOAWAY 7 streamClosed', 'refused']],
  ['HEADERS behind END_STREAM', [frame(DATA, endStream, 3, 1), request(3)], ['3 RST_STREAM streamClosed']],
  ['HEADERS padded without a pad length', frame(HEADERS, flagPadded | endHeaders, 5), refused('frameSize')],
  ['HEADERS with more padding than frame', frame(HEADERS, flagPadded | endHeaders, 5, [9, 0]), refused('protocol')],
  ['HEADERS too short for a priority', frame(HEADERS, flagPriority | endHeaders, 5, 4), refused('protocol')],
  [
    'HEADERS that depend on themselves',
    frame(HEADERS, flagPriority | endHeaders | endStream, 5, [
      0,
      0,
      0,
      5,
      0,
      ...block({ ':method': 'GET', ':scheme': 'http', ':path': '/' }),
    ]),
    refused('protocol'),
  ],
  [
    'HEADERS with padding and priority',
    frame(HEADERS, flagPadded | flagPriority | endHeaders | endStream, 5, [
      3,
      0,
      0,
      0,
      3,
      9,
      ...block({ ':method': 'GET', ':scheme': 'http', ':path': '/' }),
      0,
      0,
      0,
    ]),
    hello(5),
  ],

  ['PRIORITY on stream 0', frame(PRIORITY, 0, 0, 5), refused('protocol')],
  ['PRIORITY of 4 bytes', frame(PRIORITY, 0, 3, 4), ['3 RST_STREAM frameSize']],
  ['PRIORITY of 6 bytes on an idle stream', frame(PRIORITY, 0, 5, 6), ['5 RST_STREAM frameSize']],
  ['PRIORITY that depends on itself', frame(PRIORITY, 0, 3, [0, 0, 0, 3, 0]), refused('protocol')],
  ['PRIORITY on an idle stream', frame(PRIORITY, 0, 5, 5), []],

  ['RST_STREAM on stream 0', reset(0), refused('protocol')],
  ['RST_STREAM on an idle stream', reset(5), refused('protocol')],
  ['RST_STREAM of 3 bytes', frame(RST_STREAM, 0, 3, 3), refused('frameSize')],
  ['RST_STREAM on a closed stream', reset(1), []],

  ['SETTINGS on a stream', frame(SETTINGS, 0, 3), refused('protocol')],
  ['SETTINGS of 5 bytes', frame(SETTINGS, 0, 0, 5), refused('frameSize')],
  ['SETTINGS acknowledgement with a payload', frame(SETTINGS, flagAck, 0, 6), refused('frameSize')],
  ['SETTINGS acknowledgement', frame(SETTINGS, flagAck, 0), []],
  ['SETTINGS without any', frame(SETTINGS, 0, 0), ['SETTINGS ack']],
  ['SETTINGS that are unknown', settingsFrame([[99, 1]]), ['SETTINGS ack']],
  ['ENABLE_PUSH 2', settingsFrame([[setting.enablePush, 2]]), refused('protocol')],
  ['INITIAL_WINDOW_SIZE 2^31', settingsFrame([[setting.initialWindowSize, 2 ** 31]]), refused('flowControl')],
  ['MAX_FRAME_SIZE 16383', settingsFrame([[setting.maxFrameSize, 16_383]]), refused('protocol')],
  ['MAX_FRAME_SIZE 2^24', settingsFrame([[setting.maxFrameSize, 2 ** 24]]), refused('protocol')],
  [
    'a thousand settings in one frame',
    settingsFrame(Array.from({ length: 1000 }, (_, n) => [setting.initialWindowSize, n])),
    refused('enhanceYourCalm'),
  ],

  ['PUSH_PROMISE', frame(PUSH_PROMISE, endHeaders, 3, 4), refused('protocol')],

  ['PING', ping(), ['PING ack']],
  ['PING acknowledgement', ping(flagAck), []],
  ['PING on a stream', frame(PING, 0, 3, 8), refused('protocol')],
  ['PING of 7 bytes', frame(PING, 0, 0, 7), refused('frameSize')],

  ['GOAWAY on a stream', frame(GOAWAY, 0, 3, 8), refused('protocol')],
  ['GOAWAY of 7 bytes', frame(GOAWAY, 0, 0, 7), refused('frameSize')],

  ['WINDOW_UPDATE of 3 bytes', frame(WINDOW_UPDATE, 0, 0, 3), refused('frameSize')],
  ['WINDOW_UPDATE of 0', grow(0, 0), refused('protocol')],
  ['WINDOW_UPDATE of 0 on a stream', grow(3, 0), ['3 RST_STREAM protocol']],
  ['WINDOW_UPDATE of 0 on a closed stream', grow(1, 0), ['1 RST_STREAM protocol']],
  ['WINDOW_UPDATE on an idle stream', grow(5, 1), refused('protocol')],
  ['WINDOW_UPDATE on a stream of the server', grow(2, 1), refused('protocol')],
  ['WINDOW_UPDATE on a closed stream', grow(1, 1), []],
  ['WINDOW_UPDATE beyond 2^31 - 1', grow(0, 2 ** 31 - 1), refused('flowControl')],
  ['WINDOW_UPDATE beyond 2^31 - 1 on a stream', grow(3, 2 ** 31 - 1), ['3 RST_STREAM flowControl']],

  ['CONTINUATION without HEADERS', frame(CONTINUATION, endHeaders, 3), refused('protocol')],
  ['CONTINUATION of another stream', [frame(HEADERS, 0, 5), frame(CONTINUATION, endHeaders, 3)], refused('protocol')],
  ['PING in a header block', [frame(HEADERS, 0, 5), ping()], refused('protocol')],
  ['an unknown frame in a header block', [frame(HEADERS, 0, 5), frame(99, 0, 0)], refused('protocol')],
  [
    'a header block without end',
    [frame(HEADERS, 0, 5), ...Array.from({ length: 100 }, () => frame(CONTINUATION, 0, 5))],
    refused('enhanceYourCalm'),
  ],
  [
    'a header block of 80 KB',
    [frame(HEADERS, 0, 5), ...Array.from({ length: 5 }, () => frame(CONTINUATION, 0, 5, 16_384))],
    refused('enhanceYourCalm'),
  ],
]

test.each(shapes)('%s', async (_name, bytes, expected) => {
  await check(Array.isArray(bytes) ? (bytes as readonly Buffer[]) : [bytes as Buffer], expected)
})

const heads: readonly (readonly [name: string, headers: Readonly<Record<string, string>>, expected: 'good' | 'bad'])[] = [
  ['no method', { ':method': '' }, 'bad'],
  ['no scheme', { ':scheme': '' }, 'bad'],
  ['no path', { ':path': '' }, 'bad'],
  ['no authority', { ':authority': '' }, 'good'],
  ['a path without a slash', { ':path': 'x' }, 'bad'],
  ['a path with a blank', { ':path': '/ HTTP/1.1' }, 'bad'],
  ['a method with a blank', { ':method': 'GET /' }, 'bad'],
  ['* for OPTIONS', { ':method': 'OPTIONS', ':path': '*' }, 'good'],
  ['* for GET', { ':path': '*' }, 'bad'],
  ['an unknown pseudo-header', { ':protocol': 'websocket' }, 'bad'],
  ['a status', { ':status': '200' }, 'bad'],
  ['an upper-case name', { Accept: 'x' }, 'bad'],
  ['a name with a blank', { 'a b': 'x' }, 'bad'],
  ['an empty name', { '': 'x' }, 'bad'],
  ['a name with a colon', { 'a:b': 'x' }, 'bad'],
  ['a value with a line break', { a: 'x\r\nb: y' }, 'bad'],
  ['a value with NUL', { a: 'x\0' }, 'bad'],
  ['a value with high bytes', { a: 'x\xff' }, 'good'],
  ['connection', { connection: 'keep-alive' }, 'bad'],
  ['transfer-encoding', { 'transfer-encoding': 'chunked' }, 'bad'],
  ['upgrade', { upgrade: 'h2c' }, 'bad'],
  ['te: trailers', { te: 'trailers' }, 'good'],
  ['te: gzip', { te: 'gzip' }, 'bad'],
  ['__proto__', { ['__proto__']: 'x' }, 'good'],
  ['content-length of no number', { 'content-length': '0x0' }, 'bad'],
  ['content-length -1', { 'content-length': '-1' }, 'bad'],
  ['content-length 0', { 'content-length': '0' }, 'good'],
  ['content-length 5 and no body', { 'content-length': '5' }, 'bad'],
]

test.each(heads)('a request with %s', async (_name, headers, expected) => {
  await check([request(5, headers)], expected === 'good' ? hello(5) : ['5 RST_STREAM protocol'])
})

test('a request with a pseudo-header twice, or behind a header, is malformed', async () => {
  const good: readonly (readonly [string, string])[] = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
  ]
  for (const pairs of [
    ...good.map((one) => [...good, one]),
    [['a', 'b'], ...good],
    [...good, ['content-length', '0'], ['content-length', '1']],
  ]) {
    const bytes = block(pairs as readonly (readonly [string, string])[])
    await check([controlFrame(HEADERS, endHeaders | endStream, 5, bytes)], ['5 RST_STREAM protocol'])
  }
})

test('the first frame must be SETTINGS, and the preface the preface', async () => {
  const beginnings = [
    [clientPreface, ping()],
    [clientPreface, frame(SETTINGS, flagAck, 0)],
    [clientPreface, request(1)],
    [Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\rX')],
    [Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ]
  for (const beginning of beginnings) {
    const peer = new Http2Peer(handlerOf())
    const heard = await peer.say(...beginning)
    expect(heard.slice(-2)).toEqual(['GOAWAY 0 protocol', 'refused'])
    expect(await peer.say(request(1))).toEqual([])
  }
})

/** A conversation with every kind of frame that has a meaning, and what comes back. */
const padded = Buffer.from([2, ...Buffer.from('body'), 0, 0])
const head = block({ ':method': 'POST', ':scheme': 'http', ':path': '/echo', a: 'b' })
const conversation = Buffer.concat([
  clientPreface,
  settingsFrame([[setting.initialWindowSize, 100_000]]),
  grow(0, 10),
  controlFrame(HEADERS, flagPadded, 1, Buffer.from([1, ...head.subarray(0, 10), 0])),
  controlFrame(CONTINUATION, 0, 1, head.subarray(10, 11)),
  controlFrame(CONTINUATION, endHeaders, 1, head.subarray(11)),
  controlFrame(DATA, flagPadded, 1, padded),
  ping(),
  data(1, 'more'),
  controlFrame(HEADERS, endHeaders | endStream, 1, block({ trailer: 'x' })),
  request(3),
  frame(PRIORITY, 0, 3, 5),
])
const heardWhole = [
  'SETTINGS',
  '0 WINDOW_UPDATE 16711681',
  'SETTINGS ack',
  'PING ack',
  '3 HEADERS 200',
  '3 DATA "hello" end',
  '1 HEADERS 200',
  '1 DATA "got 8" end',
]

test('a conversation is the same wherever it is cut', async () => {
  const sorted = (lines: readonly string[]): readonly string[] => lines.toSorted()
  for (let at = 0; at < conversation.length; at++) {
    const peer = new Http2Peer(handlerOf())
    const heard = [...(await peer.say(conversation.subarray(0, at))), ...(await peer.say(conversation.subarray(at)))]
    expect(sorted(heard), `cut at ${at}`).toEqual(sorted(heardWhole))
    expect(peer.connection.streamCount).toBe(0)
  }
  const peer = new Http2Peer(handlerOf())
  for (let at = 0; at < conversation.length; at++) peer.connection.receive(conversation.subarray(at, at + 1))
  expect(sorted(await peer.heard())).toEqual(sorted(heardWhole))
})

test('a frame must be whole in time, however slowly its bytes come', async () => {
  const peer = await opened()
  const begunMs = peer.connection.waitingSinceMs
  for (const byte of ping().subarray(0, 12)) {
    await peer.clock.advance(10_000)
    await peer.say(Buffer.from([byte]))
  }
  expect(peer.connection.isWaitingForRest).toBe(true)
  expect(peer.connection.waitingSinceMs).toBe(begunMs + 10_000)
})

// ---- bodies

const bodies: readonly (readonly [name: string, bytes: readonly Buffer[], expected: readonly string[]])[] = [
  [
    'as long as it says',
    [post(5, { ':path': '/echo', 'content-length': '4' }), data(5, 'bo'), lastData(5, 'dy')],
    ['5 HEADERS 200', '5 DATA "got 4" end'],
  ],
  ['shorter than it says', [post(5, { ':path': '/echo', 'content-length': '5' }), lastData(5, 'body')], ['5 RST_STREAM protocol']],
  ['longer than it says', [post(5, { ':path': '/echo', 'content-length': '3' }), data(5, 'body')], ['5 RST_STREAM protocol']],
  [
    'with trailers that end nothing',
    [post(5, { ':path': '/echo' }), controlFrame(HEADERS, endHeaders, 5, block({ a: 'b' }))],
    ['5 RST_STREAM protocol'],
  ],
  [
    'with a pseudo-header in its trailers',
    [post(5, { ':path': '/echo' }), controlFrame(HEADERS, endHeaders | endStream, 5, block({ ':path': '/' }))],
    ['5 RST_STREAM protocol'],
  ],
  [
    'with trailers before it is as long as it says',
    [post(5, { ':path': '/echo', 'content-length': '5' }), controlFrame(HEADERS, endHeaders | endStream, 5, block({ a: 'b' }))],
    ['5 RST_STREAM protocol'],
  ],
]

test.each(bodies)('a body %s', async (_name, bytes, expected) => {
  await check(bytes, expected)
})

test('an answer before the request has ended asks the client to stop, and what it already sent does no harm', async () => {
  const peer = await opened()
  expect(await peer.say(post(1))).toEqual([...hello(1), '1 RST_STREAM none'])
  expect(await peer.say(data(1, 'more'), data(1, ''), lastData(1, 'end'))).toEqual([])
  expect(await peer.say(post(3))).toEqual([...hello(3), '3 RST_STREAM none'])
  expect(await peer.say(data(3, 'more'), controlFrame(HEADERS, endHeaders | endStream, 3, block({ trailer: 'x' })))).toEqual([])
  expect(await peer.say(request(5))).toEqual(hello(5))
  // The body ended with its trailers: whatever comes now is against the rules.
  expect(await peer.say(data(3, 'x'))).toEqual(['3 RST_STREAM streamClosed'])
})

test('a body beyond the window breaks the stream, beyond the connection’s the connection', async () => {
  const limits = { streamWindowBytes: 70_000, connectionWindowBytes: 150_000 }
  const peer = await opened({ limits })
  const piece = new Uint8Array(10_000)
  const pieces = (id: number, count: number): Buffer[] => Array.from({ length: count }, () => data(id, piece))
  expect(await peer.say(post(1, { ':path': '/wait' }), ...pieces(1, 8))).toEqual(['1 RST_STREAM flowControl', '0 WINDOW_UPDATE 80000'])
  expect(await peer.say(post(3, { ':path': '/wait' }), ...pieces(3, 7), post(5, { ':path': '/wait' }), ...pieces(5, 7))).toEqual([])
  expect(await peer.say(post(7, { ':path': '/wait' }), ...pieces(7, 2))).toEqual(['GOAWAY 7 flowControl', 'refused'])
})

test('a body that somebody reads gets its windows back', async () => {
  const peer = await opened({ limits: { streamWindowBytes: 70_000, connectionWindowBytes: 150_000 } })
  await peer.say(post(1, { ':path': '/echo' }))
  expect(await peer.say(...Array.from({ length: 4 }, () => data(1, new Uint8Array(10_000))))).toEqual([
    '0 WINDOW_UPDATE 40000',
    '1 WINDOW_UPDATE 40000',
  ])
  expect(await peer.say(lastData(1))).toEqual(['1 HEADERS 200', '1 DATA "got 40000" end'])
})

test('a body that its client took back is not an empty one', async () => {
  let read: (() => unknown) | undefined
  const peer = new Http2Peer((request) => {
    read = () => request.body(100)
    return new Promise(() => {})
  })
  await peer.open()
  await peer.say(post(1), lastData(1, 'body'))
  await peer.say(reset(1))
  await expect(read?.()).rejects.toThrow('Client went away')
})

// ---- answers

test('a handler that throws is a 500, a body that breaks off is a reset', async () => {
  const peer = await opened()
  expect(await peer.say(request(1, { ':path': '/throws' }))).toEqual(['1 HEADERS 500 end'])
  expect(await peer.say(request(3, { ':path': '/breaks' }))).toEqual(['3 HEADERS 200', '3 DATA "half"', '3 RST_STREAM internal'])
  expect(await peer.say(request(5))).toEqual(hello(5))
  expect(peer.errors).toHaveLength(2)
  expect(peer.connection.streamCount).toBe(0)
})

test('HEAD, 204 and 304 have no body', async () => {
  const peer = new Http2Peer((request) => ({ status: Number(request.path.slice(1)), headers: {}, body: 'body' }))
  await peer.open()
  expect(await peer.say(request(1, { ':method': 'HEAD', ':path': '/200' }))).toEqual(['1 HEADERS 200 end'])
  expect(await peer.say(request(3, { ':path': '/204' }))).toEqual(['3 HEADERS 204 end'])
  expect(await peer.say(request(5, { ':path': '/304' }))).toEqual(['5 HEADERS 304 end'])
})

test('answers keep within the windows of their stream and of the connection', async () => {
  const peer = await opened()
  const bytesOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + Number(/DATA (\d+)/.exec(line)?.[1] ?? 0), 0)
  expect(bytesOf(await peer.say(request(1, { ':path': '/big' })))).toBe(65_535)
  expect(await peer.say(grow(1, 100_000))).toEqual([])
  expect(bytesOf(await peer.say(grow(0, 50_000)))).toBe(50_000)
  expect(bytesOf(await peer.say(grow(0, 1_000_000)))).toBe(50_000)
  // The stream's window shrinks below nothing and must grow back first.
  expect(await peer.say(settingsFrame([[setting.initialWindowSize, 0]]))).toEqual(['SETTINGS ack'])
  expect(await peer.say(grow(1, 65_535))).toEqual([])
  expect(bytesOf(await peer.say(grow(1, 500)))).toBe(500)
  const rest = await peer.say(settingsFrame([[setting.initialWindowSize, 1_000_000]]))
  expect(bytesOf(rest)).toBe(1_000_000 - 65_535 - 100_000 - 500)
  expect(rest.at(-1)).toMatch(/end$/)
  expect(peer.connection.streamCount).toBe(0)
})

test('a stream window that settings push beyond 2^31 - 1 ends the connection', async () => {
  const peer = await opened()
  await peer.say(request(1, { ':path': '/wait' }), grow(1, 2 ** 31 - 1 - 65_535))
  expect(await peer.say(settingsFrame([[setting.initialWindowSize, 65_536]]))).toEqual(['GOAWAY 1 flowControl', 'refused'])
})

test('an answer without a body needs no window', async () => {
  const peer = new Http2Peer(() => ({ status: 200, headers: {}, trailers: () => ({ 'grpc-status': '0' }) }))
  await peer.open([[setting.initialWindowSize, 0]])
  expect(await peer.say(request(1))).toEqual(['1 HEADERS 200', '1 HEADERS grpc-status=0 end'])
})

test('who stops reading holds one buffer, and goes on where it stopped', async () => {
  const peer = await opened()
  await peer.say(settingsFrame([[setting.initialWindowSize, 2 ** 30]]), grow(0, 2 ** 30))
  peer.isReading = false
  const first = await peer.say(...Array.from({ length: 20 }, (_, n) => request(2 * n + 1, { ':path': '/big' })))
  expect(first.length).toBeLessThan(30)
  expect(await peer.say(ping())).toEqual([])
  peer.isReading = true
  const rest = await peer.heard()
  expect([...first, ...rest].filter((line) => line.endsWith('end'))).toHaveLength(20)
  expect(peer.connection.streamCount).toBe(0)
})

// ---- floods

const floods: readonly (readonly [name: string, open: readonly Buffer[], one: (n: number) => Buffer])[] = [
  ['PING', [], () => ping()],
  ['SETTINGS', [], () => settingsFrame([])],
  ['PRIORITY', [], () => frame(PRIORITY, 0, 3, 5)],
  ['unknown frame', [], () => frame(99, 0, 0)],
  ['empty DATA', [post(1, { ':path': '/wait' })], () => data(1, '')],
  ['padding', [post(1, { ':path': '/wait' })], () => frame(DATA, flagPadded, 1, [1, 0])],
  ['rapid reset', [], (n) => Buffer.concat([request(2 * n + 1, { ':path': '/wait' }), reset(2 * n + 1)])],
  ['malformed request', [], (n) => request(2 * n + 1, { te: 'x' })],
  [
    'request beyond the limit of streams',
    Array.from({ length: 10 }, (_, n) => request(2 * n + 1, { ':path': '/wait' })),
    (n) => request(2 * n + 21),
  ],
  ['overflowing window', [], (n) => Buffer.concat([request(2 * n + 1, { ':path': '/wait' }), grow(2 * n + 1, 2 ** 31 - 1)])],
  ['empty DATA on a stream that was reset', [request(1, { ':path': '/echo' }), reset(1), data(1, 'x')], () => data(1, '')],
]

test.each(floods)('a flood of %s frames is refused', async (_name, open, one) => {
  const peer = await opened({ limits: { streamsMax: 10 } })
  const other = await opened({ clock: peer.clock })
  await peer.say(...open)
  let heard: readonly string[] = []
  let sent = 0
  for (; sent < 2000 && !heard.includes('refused'); sent += 20)
    heard = await peer.say(...Array.from({ length: 20 }, (_, n) => one(sent + n)))
  expect(heard.slice(-2).join()).toMatch(/^GOAWAY \d+ enhanceYourCalm,refused$/)
  expect(sent).toBeLessThanOrEqual(1020)
  expect(peer.connection.streamCount).toBe(0)
  expect(peer.errors).toEqual([])
  expect(await other.say(request(1))).toEqual(hello(1))
})

test('who pings two hundred times a second is answered for ever', async () => {
  const peer = await opened()
  for (let second = 0; second < 30; second++) {
    expect(await peer.say(...Array.from({ length: 200 }, () => ping()))).toHaveLength(200)
    await peer.clock.advance(1000)
  }
})

test('who does not read the answers to pings is refused', async () => {
  const peer = await opened({ limits: {} })
  peer.isReading = false
  await peer.say(request(1, { ':path': '/big' }))
  for (let second = 0; second < 60 && !peer.connection.isClosed; second++) {
    for (let n = 0; n < 100; n++) peer.connection.receive(ping())
    await peer.clock.advance(500)
  }
  expect(peer.connection.isClosed).toBe(true)
})

test('handlers that still run after their streams were reset are counted', async () => {
  const waiting: (() => void)[] = []
  const peer = await opened({ limits: { streamsMax: 10 }, waiting })
  for (let n = 0; n < 40; n++) await peer.say(request(2 * n + 1, { ':path': '/wait' }), reset(2 * n + 1))
  expect(await peer.say(request(81))).toEqual(['GOAWAY 81 enhanceYourCalm', 'refused'])
  const calm = await opened({ limits: { streamsMax: 10 }, waiting })
  for (let n = 0; n < 40; n++) await calm.say(request(2 * n + 1, { ':path': '/wait' }), reset(2 * n + 1))
  for (const end of waiting) end()
  await calm.heard()
  expect(await calm.say(request(81))).toEqual(hello(81))
})

test('headers that unfold to more than the limit are 431, and the table stays in step', async () => {
  const peer = await opened()
  const value = 'v'.repeat(4000)
  const fill = Buffer.concat([Buffer.from([0x40]), literal('bomb'), literal(value)])
  const good = block({ ':method': 'GET', ':scheme': 'http', ':path': '/' })
  const bomb = Buffer.concat([good, fill, Buffer.alloc(10_000, 0xbe)])
  expect(await peer.say(controlFrame(HEADERS, endHeaders | endStream, 1, bomb))).toEqual([
    '1 HEADERS 431',
    '1 DATA "Request Header Fields Too Large\\n" end',
  ])
  expect(await peer.say(controlFrame(HEADERS, endHeaders | endStream, 3, Buffer.concat([good, Buffer.from([0xbe])])))).toEqual(hello(3))
})

test('a header block that cannot be decoded ends the connection', async () => {
  for (const bytes of [
    [0x80],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
    [0xbe],
    [0x00, 0x05, 0x61],
    [0x3f, 0xe2, 0x1f],
    [0x82, 0x20],
    [0x00, 0x81, 0x00, 0x00],
  ]) {
    await check([frame(HEADERS, endHeaders | endStream, 5, bytes)], refused('compression'))
  }
})

// ---- ends

test('leaving answers what was asked and ignores what comes after', async () => {
  const waiting: (() => void)[] = []
  const peer = await opened({ waiting })
  await peer.say(post(1, { ':path': '/wait' }))
  peer.connection.leave()
  expect(
    await peer.say(request(3), post(5), data(5, 'x'), controlFrame(HEADERS, endHeaders | endStream, 5, block({ a: 'b' })), lastData(1)),
  ).toEqual(['GOAWAY 1 none'])
  for (const end of waiting) end()
  expect(await peer.heard()).toEqual(['1 HEADERS 200', '1 DATA "waited" end', 'refused'])
})

test('a client that says GOAWAY gets its answers', async () => {
  const waiting: (() => void)[] = []
  const peer = await opened({ waiting })
  expect(await peer.say(request(1, { ':path': '/wait' }), frame(GOAWAY, 0, 0, 8))).toEqual([])
  for (const end of waiting) end()
  expect(await peer.heard()).toEqual(['1 HEADERS 200', '1 DATA "waited" end', 'refused'])
})

test('a lost connection aborts what runs', async () => {
  const seen: HttpRequest[] = []
  const peer = await opened({ seen })
  await peer.say(request(1, { ':path': '/wait' }), post(3, { ':path': '/echo' }))
  const signals = seen.map((one) => one.signal)
  peer.leave()
  expect(signals.map((one) => one.aborted)).toEqual([true, true])
  expect(peer.connection.streamCount).toBe(0)
})

// ---- anything at all

const anyFrame = oneof(
  record({
    type: anyInteger({ min: 0, max: 11 }),
    flags: anyInteger({ min: 0, max: 255 }),
    id: anyInteger({ min: 0, max: 9 }),
    payload: uint8Array({ maxLength: 30 }),
  }).map(({ type, flags, id, payload }) => controlFrame(type, flags, id, payload)),
  tuple(
    anyInteger({ min: 0, max: 4 }),
    constantFrom('/', '/echo', '/wait', '/big', '/breaks'),
    constantFrom(endHeaders, endHeaders | endStream, 0),
  ).map(([n, path, flags]) => request(2 * n + 1, { ':path': path }, flags)),
  tuple(anyInteger({ min: 0, max: 4 }), constantFrom(0, endStream)).map(([n, flags]) => data(2 * n + 1, 'bytes', flags)),
  tuple(anyInteger({ min: 0, max: 9 }), anyInteger({ min: 0, max: 70_000 })).map(([id, bytes]) => grow(id, bytes)),
  anyInteger({ min: 0, max: 2 ** 32 - 1 }).map((bytes) => settingsFrame([[setting.initialWindowSize, bytes]])),
)

test('whatever comes, the server keeps its head and forgets the connection', async () => {
  const own = /broken|Client went away/
  await assertProperty(
    asyncProperty(array(anyFrame, { maxLength: 20 }), async (frames) => {
      const peer = await opened()
      for (const one of frames) await peer.say(one)
      peer.leave()
      await peer.heard()
      expect(
        peer.errors.filter((error) => !own.test(JSON.stringify(error, (_, value) => (value instanceof Error ? value.message : value)))),
      ).toEqual([])
      expect(peer.connection.streamCount).toBe(0)
    }),
    { numRuns: 150 },
  )
})
