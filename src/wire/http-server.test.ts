/**
 * One port, both protocols: who speaks first is understood wherever his bytes are cut, who says nothing or half of something is let go,
 * and what one connection suffers no other does.
 */
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { silentLog } from '../std/log.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { ping, post, request } from '../testing/http2-peer.ts'
import type { HttpHandler, HttpRequest } from './http.ts'
import { startHttpServer } from './http-server.ts'
import { clientPreface, frameType, numberFrame, settingsFrame } from './http2/frames.ts'

/** `/wait` is never answered, `/stream` until its signal aborts. */
async function started() {
  const clock = new VirtualClock()
  const seen: HttpRequest[] = []
  const handler: HttpHandler = (asked) => {
    seen.push(asked)
    if (asked.path === '/wait') return new Promise(() => {})
    if (asked.path !== '/stream') return { status: 200, headers: {}, body: 'hello' }
    return {
      status: 200,
      headers: {},
      body: (sink) => {
        sink.write('begun')
        return new Promise((resolve) => sink.signal.addEventListener('abort', () => resolve(), { once: true }))
      },
    }
  }
  const server = await startHttpServer({ handler, host: '127.0.0.1', port: 0, clock, log: silentLog })
  return { server, clock, seen, [Symbol.asyncDispose]: () => server.close() }
}

/** A client's socket that remembers what it heard. */
class Client {
  heard: Buffer = Buffer.alloc(0)
  isClosed = false
  readonly socket: Socket

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.socket.on('data', (chunk: Buffer) => {
      this.heard = Buffer.concat([this.heard, chunk])
    })
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.isClosed = true
    })
  }

  /** How many frames of `type` came. */
  frames(type: number): number {
    let count = 0
    for (let at = 0; at + 9 <= this.heard.length; at += 9 + this.heard.readUIntBE(at, 3)) if (this.heard[at + 3] === type) count++
    return count
  }
}

async function until(clock: VirtualClock, what: () => boolean): Promise<void> {
  for (let turn = 0; turn < 20_000 && !what(); turn++) await clock.yieldTurn()
  expect(what(), what.toString()).toBe(true)
}

const opening = Buffer.concat([clientPreface, settingsFrame([])])
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

test('both protocols are understood wherever their first bytes are cut', async () => {
  await using world = await started()
  const begun: { client: Client; rest: Buffer; isDone: (client: Client) => boolean }[] = []
  const begin = (bytes: Buffer, at: number, isDone: (client: Client) => boolean): void => {
    const client = new Client(world.server.port)
    client.socket.write(bytes.subarray(0, at))
    begun.push({ client, rest: bytes.subarray(at), isDone })
  }
  const http2 = Buffer.concat([opening, request(1)])
  for (let at = 1; at < opening.length; at++) begin(http2, at, (client) => client.frames(frameType.data) === 1)
  for (let at = 1; at < get.length; at++) begin(Buffer.from(get), at, ({ heard }) => heard.toString('latin1').endsWith('\r\n\r\nhello'))
  for (let turn = 0; turn < 50; turn++) await world.clock.yieldTurn()
  for (const { client, rest } of begun) client.socket.write(rest)
  await until(world.clock, () => begun.every(({ client, isDone }) => isDone(client)))
  expect(world.seen).toHaveLength(begun.length)
  for (const { client } of begun) client.socket.destroy()
})

test('who does not finish what he began, or asks nothing, is let go in time', async () => {
  await using world = await started()
  const say = (bytes: Uint8Array | string): Client => {
    const client = new Client(world.server.port)
    client.socket.write(bytes)
    return client
  }
  const half = [
    say(clientPreface.subarray(0, 10)),
    say(Buffer.concat([opening, ping().subarray(0, 12)])),
    say(Buffer.concat([opening, request(1, {}, 0)])),
    say(Buffer.concat([opening, post(1, { ':path': '/wait' }), ping().subarray(0, 12)])),
  ]
  const idle = [say(Buffer.concat([opening, request(1)])), say(get), say('GET / HT')]
  const busy = [say(Buffer.concat([opening, request(1, { ':path': '/stream' })])), say(get.replace('/', '/stream'))]
  await until(world.clock, () => world.seen.length === 5 && half.every(({ heard }) => heard.length > 0))
  await until(world.clock, () => world.server.connections === 9)
  await world.clock.advance(30_000)
  expect(half.filter((one) => one.isClosed)).toEqual([])
  await world.clock.advance(10_000)
  await until(world.clock, () => half.every((one) => one.isClosed))
  expect([...idle, ...busy].filter((one) => one.isClosed)).toEqual([])
  await world.clock.advance(70_000)
  await until(world.clock, () => idle.every((one) => one.isClosed))
  expect(idle[0]?.frames(frameType.goAway)).toBe(1)
  await world.clock.advance(1_000_000)
  expect(busy.filter((one) => one.isClosed)).toEqual([])
})

test('a slow sender does not gain time with every byte', async () => {
  await using world = await started()
  const client = new Client(world.server.port)
  client.socket.write(opening)
  const frame = post(1, { a: 'x'.repeat(100) })
  for (let at = 0; at < 12 && !client.isClosed; at++) {
    client.socket.write(frame.subarray(at, at + 1))
    for (let turn = 0; turn < 20; turn++) await world.clock.yieldTurn()
    await world.clock.advance(5000)
  }
  await until(world.clock, () => client.isClosed)
  expect(world.seen).toEqual([])
})

test('a connection that is flooded ends, and its neighbours never notice', async () => {
  await using world = await started()
  const neighbour = new Client(world.server.port)
  neighbour.socket.write(Buffer.concat([opening, request(1, { ':path': '/stream' })]))
  const flooder = new Client(world.server.port)
  flooder.socket.write(opening)
  for (let n = 0; n < 2000; n++) {
    flooder.socket.write(Buffer.concat([request(2 * n + 1, { ':path': '/wait' }), numberFrame(frameType.resetStream, 2 * n + 1, 8)]))
  }
  await until(world.clock, () => flooder.isClosed)
  expect(world.seen.filter((one) => one.path === '/wait').length).toBeLessThanOrEqual(1001)
  expect(world.seen.every((one) => one.path !== '/wait' || one.signal.aborted)).toBe(true)
  neighbour.socket.write(request(3))
  await until(world.clock, () => neighbour.frames(frameType.data) === 2)
  neighbour.socket.destroy()
})

test('closing lets answers out, then ends what never ends', async () => {
  await using world = await started()
  const clients = [new Client(world.server.port), new Client(world.server.port)]
  clients[0]?.socket.write(Buffer.concat([opening, request(1, { ':path': '/stream' })]))
  clients[1]?.socket.write(get.replace('/', '/stream'))
  await until(world.clock, () => clients.every(({ heard }) => heard.includes('begun')))
  const closed = world.server.close({ graceMs: 10_000 })
  await until(world.clock, () => clients[0]?.frames(frameType.goAway) === 1)
  expect(world.seen.map((one) => one.signal.aborted)).toEqual([false, false])
  await world.clock.advance(10_000)
  await closed
  expect(world.seen.map((one) => one.signal.aborted)).toEqual([true, true])
  await until(world.clock, () => clients.every((one) => one.isClosed))
  expect(clients[0]?.heard.at(-5)).toBe(1)
  expect(clients[1]?.heard.toString('latin1')).toMatch(/0\r\n\r\n$/)
})
