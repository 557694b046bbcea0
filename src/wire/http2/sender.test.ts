/** Whose turn it is: first answers before streams that run, in the order in which they came, and never so that these stop. */
import { expect, test } from 'vitest'
import { data, Http2Peer, post, request } from '../../testing/http2-peer.ts'
import type { HttpRequest } from '../http.ts'
import { frameType, numberFrame, setting } from './frames.ts'

/** `/N` is answered with N bytes at once, `/watch` with what is sent to it. */
function handler(request: HttpRequest) {
  if (request.path !== '/watch') return { status: 200, headers: {}, body: new Uint8Array(Number(request.path.slice(1))) }
  return {
    status: 200,
    headers: {},
    body: (sink: { write(bytes: Uint8Array): void }) =>
      new Promise<void>((resolve) => {
        request.bodyParts?.({ onBytes: (bytes) => sink.write(bytes), onEnd: resolve })
      }),
  }
}

/** A client with all the window in the world, whose socket lets one write through at a time. */
async function openedSlow(): Promise<Http2Peer> {
  const peer = new Http2Peer(handler)
  await peer.open([[setting.initialWindowSize, 2 ** 30]])
  await peer.say(numberFrame(frameType.windowUpdate, 0, 2 ** 30))
  peer.isReading = false
  return peer
}

const streamsOf = (lines: readonly string[]): readonly number[] => lines.map((line) => Number.parseInt(line, 10))

test('an answer that was not begun goes before a hundred streams that run', async () => {
  const peer = await openedSlow()
  await peer.say(...Array.from({ length: 100 }, (_, n) => request(2 * n + 1, { ':path': '/1000000' })))
  // All of them run: each has had its first turn.
  for (let write = 0; write < 20; write++) await peer.nextWrite()
  expect(await peer.say(request(1001, { ':path': '/10' }))).toEqual([])
  expect((await peer.nextWrite()).slice(0, 2)).toEqual([
    '1001 HEADERS 200',
    '1001 DATA "\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000" end',
  ])
})

test('answers begin in the order in which they came', async () => {
  const peer = await openedSlow()
  await peer.say(request(1, { ':path': '/1000000' }))
  let id = 3
  const heads: number[] = []
  for (let write = 0; write < 10; write++) {
    peer.connection.receive(Buffer.concat(Array.from({ length: 12 }, () => request((id += 2), { ':path': '/15000' }))))
    heads.push(...streamsOf((await peer.nextWrite()).filter((line) => line.includes('HEADERS'))))
  }
  expect(heads.length).toBeGreaterThan(50)
  expect(heads).toEqual(heads.map((_, n) => 5 + 2 * n))
})

test('a list and a watch get their turns while answers keep coming', async () => {
  const peer = await openedSlow()
  await peer.say(request(1, { ':path': '/500000' }), post(3, { ':path': '/watch' }))
  let id = 5
  let watched = 0
  for (let write = 0; write < 60; write++) {
    peer.connection.receive(
      Buffer.concat([...Array.from({ length: 12 }, () => request((id += 2), { ':path': '/15000' })), data(3, 'event')]),
    )
    const lines = await peer.nextWrite()
    watched += lines.filter((line) => line.startsWith('3 DATA')).length
    if (lines.includes('1 DATA 8480 end')) break
  }
  expect(watched).toBeGreaterThan(15)
  peer.isReading = true
  const rest = await peer.heard()
  expect(rest.filter((line) => line.startsWith('1 '))).toEqual([])
  peer.leave()
})

test('what is small goes out in one write, whoever it belongs to', async () => {
  const peer = await openedSlow()
  await peer.say(post(1, { ':path': '/watch' }))
  await peer.nextWrite()
  const lines = await peer.say(data(1, 'a'), ...Array.from({ length: 50 }, (_, n) => request(2 * n + 3, { ':path': '/10' })))
  expect(lines).toHaveLength(101)
})

test('ten thousand streams with something to say are not searched for each', async () => {
  const peer = new Http2Peer(handler, { limits: { streamsMax: 20_000 } })
  await peer.open()
  await peer.say(...Array.from({ length: 10_000 }, (_, n) => post(2 * n + 1, { ':path': '/watch' })))
  await peer.say(...Array.from({ length: 10_000 }, (_, n) => numberFrame(frameType.windowUpdate, 2 * n + 1, 1)))
  const cpu = process.cpuUsage()
  const lines = await peer.say(...Array.from({ length: 10_000 }, (_, n) => data(2 * n + 1, 'event')))
  expect(lines.filter((line) => line.includes('DATA "event"'))).toHaveLength(10_000)
  expect(process.cpuUsage(cpu).user / 1000).toBeLessThan(3000)
  peer.leave()
})

test('who waits for the connection’s window gets it before answers that came later', async () => {
  const peer = new Http2Peer(handler)
  await peer.open([[setting.initialWindowSize, 2 ** 30]])
  let id = -1
  const ended: number[] = []
  /** All in one read: what is asked for last is answered before anything is written. */
  const say = async (...frames: Uint8Array[]): Promise<void> => {
    peer.connection.receive(Buffer.concat(frames))
    ended.push(...streamsOf((await peer.heard()).filter((line) => line.endsWith(' end'))))
  }
  // More than the window at once, and then always one more for each that could be sent.
  await say(...Array.from({ length: 10 }, () => request((id += 2), { ':path': '/10000' })))
  for (let round = 0; round < 30; round++)
    await say(numberFrame(frameType.windowUpdate, 0, 10_000), request((id += 2), { ':path': '/10000' }))
  // Who got a part of what he needs is behind those that got nothing, once: so not quite in order, but nobody is left behind.
  expect(
    ended
      .slice(0, 30)
      .toSorted((a, b) => a - b)
      .slice(0, 25),
  ).toEqual(Array.from({ length: 25 }, (_, n) => 2 * n + 1))
  expect(ended.length).toBeGreaterThan(30)
  peer.leave()
})
