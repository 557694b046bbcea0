/** Watches over WebSockets, with the library that browsers' servers are tested with: what is sent, who is let in, and how it ends. */
import { expect, test } from 'vitest'
import WebSocket from 'ws'
import { adminToken, type ListeningApiServer, startListeningApiServer } from '../../testing/listening-api-server.ts'

const cms = '/api/v1/namespaces/default/configmaps'
const authorization = `Bearer ${adminToken}`

interface Opened {
  readonly socket: WebSocket
  readonly messages: { readonly text: string; readonly isBinary: boolean }[]
  /** The status of a refusal, or the code of the end. */
  readonly ended: Promise<number>
  next(count: number): Promise<void>
}

function open(api: ListeningApiServer, path: string, protocols: string[] = [], headers: Record<string, string> = {}): Opened {
  const socket = new WebSocket(`ws://127.0.0.1:${api.port}${path}`, protocols, {
    headers: { origin: 'http://localhost', authorization, ...headers },
  })
  const messages: Opened['messages'][0][] = []
  let wake = (): void => {}
  socket.on('message', (data, isBinary) => {
    messages.push({ text: data.toString(), isBinary })
    wake()
  })
  const ended = new Promise<number>((resolve) => {
    socket.on('close', (code) => resolve(code))
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0)
      response.resume()
      socket.terminate()
    })
    socket.on('error', () => {})
  })
  const next = async (count: number): Promise<void> => {
    while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve))
  }
  return { socket, messages, ended, next }
}

async function create(api: ListeningApiServer, name: string): Promise<void> {
  const headers = { authorization, 'content-type': 'application/json' }
  const { status } = await fetch(api.url + cms, { method: 'POST', headers, body: JSON.stringify({ metadata: { name } }) })
  expect(status).toBe(201)
}

const said = ({ messages }: Opened): string[] =>
  messages.map(({ text }) => {
    const { type, object } = JSON.parse(text)
    return `${type} ${object.metadata.name ?? object.reason ?? ''}`.trim()
  })

test('one message an event, until the time is up', async () => {
  await using api = await startListeningApiServer()
  await create(api, 'a')
  const watch = open(api, `${cms}?watch=1&timeoutSeconds=1&allowWatchBookmarks=true`)
  await watch.next(2)
  watch.socket.send('nobody listens to this')
  await create(api, 'b')
  expect(await watch.ended).toBe(1000)
  expect(said(watch).slice(0, 3)).toEqual(['ADDED a', 'BOOKMARK', 'ADDED b'])
  expect(watch.messages.every(({ isBinary, text }) => !isBinary && text.endsWith('}\n'))).toBe(true)
  expect(api.errors).toEqual([])
})

test('protobuf comes as binary, without the length that streams put before it', async () => {
  await using api = await startListeningApiServer()
  await create(api, 'a')
  const watch = open(api, `${cms}?watch=1`, [], { accept: 'application/vnd.kubernetes.protobuf' })
  await watch.next(1)
  expect([watch.messages[0]?.isBinary, watch.messages[0]?.text.slice(0, 7)]).toEqual([true, '\n\u0005ADDED'])
  watch.socket.close()
  expect(await watch.ended).toBe(1005)
})

test('what is known before the handshake is answered as ever; what comes later is an ERROR', async () => {
  await using api = await startListeningApiServer()
  await create(api, 'a')
  await create(api, 'b')
  await api.store.compact(api.store.revision)
  expect(await open(api, `${cms}?watch=1&resourceVersion=abc`).ended).toBe(500)
  expect(await open(api, `${cms}?watch=1`, [], { authorization: 'Bearer wrong' }).ended).toBe(401)
  expect(await open(api, cms).ended).toBe(200)
  const old = open(api, `${cms}?watch=1&resourceVersion=3`)
  expect([await old.ended, said(old)]).toEqual([1000, ['ERROR Expired']])
})

test('the handshake: an origin, at most one protocol, and a token among them', async () => {
  await using api = await startListeningApiServer()
  await create(api, 'a')
  const path = `${cms}?watch=1`
  const token = `base64url.bearer.authorization.k8s.io.${Buffer.from(adminToken).toString('base64url')}`
  const none = { authorization: '' }
  expect(await open(api, path, [], { origin: 'null' }).ended).toBe(403)
  expect(await open(api, path, ['foo', 'bar']).ended).toBe(400)
  // A token that stands alone could not be answered to.
  expect(await open(api, path, [token], none).ended).toBe(401)
  expect(await open(api, path, [`${token}x`, 'foo'], none).ended).toBe(401)
  for (const [protocols, headers] of [
    [['foo'], {}],
    [[token, 'foo'], none],
  ] as const) {
    const watch = open(api, path, [...protocols], headers)
    await watch.next(1)
    expect([watch.socket.protocol, said(watch)]).toEqual(['foo', ['ADDED a']])
    watch.socket.terminate()
  }
})

test('a server that leaves takes its WebSockets with it', async () => {
  await using api = await startListeningApiServer()
  await create(api, 'a')
  const watch = open(api, `${cms}?watch=1`)
  await watch.next(1)
  await api.hangUp()
  expect([1000, 1006]).toContain(await watch.ended)
})
