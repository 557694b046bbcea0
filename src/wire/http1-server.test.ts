/**
 * HTTP/1.1 by the byte, over a real socket: what two servers could read in two ways is refused, requests of one connection are answered
 * one by one and in order, and nothing that a client sends makes an answer of ours look like another's.
 */
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { realClock } from '../std/clock.ts'
import { silentLog } from '../std/log.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from './http.ts'
import { type HttpServer, startHttpServer } from './http-server.ts'

const text = (body: string, status = 200): HttpResponse => ({ status, headers: { 'content-type': 'text/plain' }, body })

interface World extends AsyncDisposable {
  readonly server: HttpServer
  /** What was asked, in order. */
  readonly asked: string[]
  readonly aborted: string[]
  /** Answers `/wait` and `/stream`. */
  go(): void
  /** Everything the server says until it closes the connection. */
  say(...bytes: readonly (string | Uint8Array)[]): Promise<string>
}

async function started(): Promise<World> {
  const asked: string[] = []
  const aborted: string[] = []
  const waiting: (() => void)[] = []
  const handler: HttpHandler = (request: HttpRequest) => {
    asked.push(`${request.method} ${request.path}`)
    request.signal.addEventListener('abort', () => aborted.push(request.path), { once: true })
    switch (request.path) {
      case '/wait':
        return new Promise((resolve) => waiting.push(() => resolve(text('waited'))))
      case '/body':
        return bodyOf(request)
      case '/late':
        return realClock.yieldTurn().then(() => bodyOf(request))
      case '/stream':
        return {
          status: 200,
          headers: {},
          body: async (sink) => {
            sink.write('one ')
            await new Promise<void>((resolve) => {
              waiting.push(resolve)
              sink.signal.addEventListener('abort', () => resolve(), { once: true })
            })
            sink.write('two')
          },
        }
      case '/204':
      case '/304':
        return text('body', Number(request.path.slice(1)))
      case '/upgrade': {
        const taken = request.upgrade?.()
        taken?.socket.end('taken over')
        return { status: 101, headers: {} }
      }
      default:
        return text(`${request.method} ${request.path}`)
    }
  }
  const server = await startHttpServer({
    handler,
    host: '127.0.0.1',
    port: 0,
    clock: realClock,
    log: silentLog,
    limits: { headersBytesMax: 8192 },
  })
  return {
    server,
    asked,
    aborted,
    go: () => {
      for (const one of waiting.splice(0)) one()
    },
    say: (...bytes) => said(server.port, bytes),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

async function bodyOf(request: HttpRequest): Promise<HttpResponse> {
  const body = await request.body(1000)
  return text(body === 'too-large' ? 'too large' : `got ${Buffer.from(body).toString('latin1')}`, body === 'too-large' ? 413 : 200)
}

function said(port: number, bytes: readonly (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const socket: Socket = connect(port, '127.0.0.1', () => {
      for (const one of bytes) socket.write(typeof one === 'string' ? Buffer.from(one, 'latin1') : one)
    })
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(heard))
  })
}

/** Status and body of each answer. */
function answersOf(heard: string): readonly string[] {
  return heard
    .split(/(?=HTTP\/1\.1 \d)/)
    .filter((one) => one !== '')
    .map((one) => `${one.slice(9, 12)} ${one.slice(one.indexOf('\r\n\r\n') + 4)}`)
}

const last = 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
const lastAnswer = '200 GET /last'
const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`
const post = (headers: string, body = '', path = '/body'): string => `POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`
const chunked = 'Transfer-Encoding: chunked\r\n'
const bad = ['400 400 Bad Request']

const requests: readonly (readonly [name: string, bytes: string, expected: readonly string[]])[] = [
  ['a request', get('/a'), ['200 GET /a', lastAnswer]],
  ['an address with a host', get('http://other/a'), ['200 GET /a', lastAnswer]],
  ['an address with nothing but a host', get('http://other'), ['200 GET /', lastAnswer]],
  ['a star', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', ['200 OPTIONS *', lastAnswer]],
  ['a body', post('Content-Length: 4\r\n', 'body'), ['200 got body', lastAnswer]],
  ['a body that nobody reads', post('Content-Length: 4\r\n', 'body', '/a'), ['200 POST /a']],
  ['a body that is read late', post('Content-Length: 4\r\n', 'body', '/late'), ['200 got body', lastAnswer]],
  ['a body longer than the handler takes', post('Content-Length: 2000\r\n', 'x'.repeat(2000)), ['413 too large']],
  ['chunks longer than the handler takes', post(chunked, `${`64\r\n${'x'.repeat(100)}\r\n`.repeat(20)}0\r\n\r\n`), ['413 too large']],

  ['two lengths that differ', post('Content-Length: 4\r\nContent-Length: 5\r\n', 'body'), bad],
  ['two lengths that agree', post('Content-Length: 4\r\nContent-Length: 4\r\n', 'body'), bad],
  ['a list of lengths', post('Content-Length: 4, 4\r\n', 'body'), bad],
  ['a length with a sign', post('Content-Length: +4\r\n', 'body'), bad],
  ['a negative length', post('Content-Length: -1\r\n'), bad],
  ['a length in hex', post('Content-Length: 0x4\r\n', 'body'), bad],
  ['a length beyond 2^64', post('Content-Length: 99999999999999999999999\r\n', 'body'), bad],
  ['a length and chunks', post(`Content-Length: 4\r\n${chunked}`, '4\r\nbody\r\n0\r\n\r\n'), bad],
  ['chunks and a length', post(`${chunked}Content-Length: 4\r\n`, '4\r\nbody\r\n0\r\n\r\n'), bad],
  ['a coding beside chunks', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), ['501 Unsupported transfer encoding']],
  ['a coding that hides chunks', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), ['501 Unsupported transfer encoding']],
  ['chunks and then a coding', post('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n'), bad],
  ['chunks twice', post(chunked + chunked, '0\r\n\r\n'), bad],
  ['chunks behind a vertical tab', post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'), bad],

  ['chunks', post(chunked, '2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n'), ['200 got body', lastAnswer]],
  ['chunks with extensions and trailers', post(chunked, '4;a=b;c="d"\r\nbody\r\n0\r\nA: b\r\n\r\n'), ['200 got body', lastAnswer]],
  [
    'chunks whose sizes have zeros and capitals',
    post(chunked, '00004\r\nbody\r\n00B\r\nbody length\r\n0\r\n\r\n'),
    ['200 got bodybody length', lastAnswer],
  ],
  ['a chunk of no size', post(chunked, '\r\nbody\r\n0\r\n\r\n'), bad],
  ['a chunk of size -1', post(chunked, '-1\r\nbody\r\n0\r\n\r\n'), bad],
  ['a chunk of size 0x4', post(chunked, '0x4\r\nbody\r\n0\r\n\r\n'), bad],
  ['a chunk beyond 2^64', post(chunked, 'fffffffffffffffff\r\nbody\r\n0\r\n\r\n'), bad],
  ['a chunk that is longer than its size', post(chunked, '2\r\nbody\r\n0\r\n\r\n'), bad],
  ['a chunk that ends in a bare line feed', post(chunked, '4\nbody\n0\n\n'), bad],
  ['an extension of 20 KB', post(chunked, `4;${'x'.repeat(20_000)}\r\nbody\r\n0\r\n\r\n`), bad],

  ['a folded line', get('/', 'A: b\r\n c\r\n'), bad],
  ['bare line feeds', 'GET / HTTP/1.1\nHost: x\n\n', bad],
  ['a bare line feed in a header', get('/', 'A: b\nC: d\r\n'), bad],
  ['a bare carriage return in a header', get('/', 'A: b\rC: d\r\n'), bad],
  ['a blank before the colon', get('/', 'A : b\r\n'), bad],
  ['no colon', get('/', 'A\r\n'), bad],
  ['no name', get('/', ': b\r\n'), bad],
  ['NUL in a value', get('/', 'A: b\0\r\n'), bad],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', ['400 400 Bad Request: missing required Host header']],
  ['two hosts', get('/', 'Host: y\r\n'), bad],
  ['a host with a blank', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', ['400 400 Bad Request: malformed Host header']],
  ['an empty host', 'GET /a HTTP/1.1\r\nHost:\r\n\r\n', ['200 GET /a', lastAnswer]],
  ['a header of 10 KB', get('/', `A: ${'x'.repeat(10_000)}\r\n`), ['431 431 Request Header Fields Too Large']],
  ['headers of a megabyte', get('/', `A: ${'x'.repeat(1000)}\r\n`.repeat(1000)), ['431 431 Request Header Fields Too Large']],
  ['an address of a megabyte', get(`/${'x'.repeat(1_000_000)}`), ['431 431 Request Header Fields Too Large']],
  ['a control character in the address', get('/\x01'), bad],
  ['no address', 'GET\r\n\r\n', bad],
  ['an address without a slash', get('a'), bad],
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: x\r\n\r\n', ['505 505 HTTP Version Not Supported: unsupported protocol version']],
  ['HTTP/0.9', 'GET / HTTP/0.9\r\n\r\n', ['505 505 HTTP Version Not Supported: unsupported protocol version']],
  ['HTTP/9.9', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', ['505 505 HTTP Version Not Supported: unsupported protocol version']],
  ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', bad],
  ['garbage', 'garbage\r\n\r\n', bad],
  ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', bad],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n', ['404 404 page not found']],

  ['HEAD', 'HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n', ['200 ', lastAnswer]],
  ['204', get('/204'), ['204 ', lastAnswer]],
  ['304', get('/304'), ['304 ', lastAnswer]],
  ['a body that is expected', post('Content-Length: 4\r\nExpect: 100-continue\r\n', 'body'), ['100 ', '200 got body', lastAnswer]],
  ['a body that nobody expects', post('Content-Length: 4\r\nExpect: 100-continue\r\n', '', '/a'), ['200 POST /a']],
  ['an upgrade that nobody takes', get('/a', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'), ['200 GET /a']],
  ['a request behind the last', get('/a', 'Connection: close\r\n') + get('/b'), ['200 GET /a']],
  ['three requests at once', get('/a') + get('/b') + get('/c'), ['200 GET /a', '200 GET /b', '200 GET /c', lastAnswer]],
  ['garbage behind a request', `${get('/a')}garbage\r\n\r\n`, ['200 GET /a', ...bad]],
  ['garbage behind a body', `${post('Content-Length: 4\r\n', 'body', '/late')}garbage\r\n\r\n`, ['200 got body', ...bad]],
  ['two hosts behind a request', get('/a') + get('/b', 'Host: y\r\n'), ['200 GET /a', ...bad]],
  ['an upgrade behind a request', get('/a') + get('/b', 'Connection: Upgrade\r\nUpgrade: x\r\n'), ['200 GET /a', ...bad]],
]

test('every request has its answer, or the connection ends', async () => {
  await using world = await started()
  const heard = await Promise.all(requests.map(([, bytes]) => world.say(bytes, last)))
  const found = requests.map(([name], index) => [name, answersOf(heard[index] as string)])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(requests.map(([name, , expected]) => [name, expected])))
  expect(answersOf(await world.say(last))).toEqual([lastAnswer])
  // The one that named a host; the others never reached the handler.
  expect(world.asked.filter((one) => one === 'GET /')).toHaveLength(1)
})

test('requests are the same wherever they are cut', async () => {
  await using world = await started()
  const bytes = get('/a') + post(chunked, '2;x\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n') + last
  const cuts = Array.from({ length: bytes.length }, (_, at) => at)
  const heard = await Promise.all(cuts.map((at) => world.say(bytes.slice(0, at), bytes.slice(at))))
  for (const one of heard) expect(answersOf(one)).toEqual(['200 GET /a', '200 got body', lastAnswer])
  expect(answersOf(await world.say(...bytes))).toEqual(['200 GET /a', '200 got body', lastAnswer])
})

test('HTTP/1.0 is answered without chunks and then closed', async () => {
  await using world = await started()
  const heard = world.say('GET /stream HTTP/1.0\r\n\r\n')
  while (world.asked.length === 0) await realClock.yieldTurn()
  world.go()
  expect(await heard).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\none two$/s)
  expect(await world.say('GET /a HTTP/1.0\r\nHost: x\r\n\r\n', 'GET /b HTTP/1.0\r\n\r\n')).toMatch(/GET \/a$/)
})

test('a request waits for the answer before it', async () => {
  await using world = await started()
  const heard = world.say(get('/wait'), post('Content-Length: 4\r\n', 'body'), last)
  while (world.asked.length === 0) await realClock.yieldTurn()
  for (let turn = 0; turn < 20; turn++) await realClock.yieldTurn()
  expect(world.asked).toEqual(['GET /wait'])
  world.go()
  expect(answersOf(await heard)).toEqual(['200 waited', '200 got body', lastAnswer])
})

test('what cannot be read does not break into an answer that runs', async () => {
  await using world = await started()
  const heard = world.say(get('/stream'), 'garbage\r\n\r\n')
  while (world.asked.length === 0) await realClock.yieldTurn()
  for (let turn = 0; turn < 20; turn++) await realClock.yieldTurn()
  world.go()
  expect(await heard).toMatch(/\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\nHTTP\/1\.1 400 Bad Request\r\n/)
})

test('requests that wait for an answer are at most a hundred', async () => {
  await using world = await started()
  await world.say(get('/wait') + get('/a').repeat(1000)).catch(() => {})
  expect(world.asked).toEqual(['GET /wait'])
  expect(world.aborted).toEqual(['/wait'])
  expect(answersOf(await world.say(last))).toEqual([lastAnswer])
})

test('a client that goes away is noticed', async () => {
  await using world = await started()
  const socket = connect(world.server.port, '127.0.0.1', () => socket.write(get('/wait') + get('/b')))
  while (world.asked.length === 0) await realClock.yieldTurn()
  socket.destroy()
  while (world.aborted.length === 0) await realClock.yieldTurn()
  world.go()
  expect(world.aborted).toEqual(['/wait'])
  expect(world.asked).toEqual(['GET /wait'])
})

test('a client that sends more than the handler takes hears so, however much it sends', async () => {
  await using world = await started()
  const heard = await world.say(post('Content-Length: 3000000\r\n'), new Uint8Array(3_000_000)).catch(() => 'reset')
  // The rest is not read: that the client hears of it at all is for the kernel to say.
  expect(heard === 'reset' || answersOf(heard).join() === '413 too large').toBe(true)
})

test('an upgrade hands over the socket', async () => {
  await using world = await started()
  expect(await world.say(get('/upgrade', 'Connection: Upgrade\r\nUpgrade: x\r\n'))).toBe('taken over')
})

test('closing answers what was asked and ends what is idle', async () => {
  await using world = await started()
  const idle = world.say(get('/a'))
  const running = world.say(get('/wait'))
  while (world.asked.length < 2) await realClock.yieldTurn()
  const closed = world.server.close({ graceMs: 10_000 })
  expect(answersOf(await idle)).toEqual(['200 GET /a'])
  world.go()
  expect(answersOf(await running)).toEqual(['200 waited'])
  await closed
})
