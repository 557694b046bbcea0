/** The HTTP client against our own server over TLS: bodies read late are whole, broken ones are errors, long ones wait for their reader. */
import { expect, test } from 'vitest'
import { realClock } from '../std/clock.ts'
import { silentLog } from '../std/log.ts'
import { realRandom } from '../std/random.ts'
import type { HttpHandler } from './http.ts'
import { createHttpClient, type HttpClient } from './http-client.ts'
import { startHttpServer } from './http-server.ts'
import { issueCertificate, makeAuthority } from './x509.ts'

async function started(handler: HttpHandler): Promise<AsyncDisposable & { readonly client: HttpClient }> {
  const terms = { now: realClock.now(), random: realRandom }
  const authority = makeAuthority({ ...terms, commonName: 'test', years: 1 })
  const { certificate, key } = issueCertificate(authority, {
    ...terms,
    commonName: 'server',
    usages: ['server'],
    ipAddresses: ['127.0.0.1'],
    days: 1,
  })
  const server = await startHttpServer({
    handler,
    host: '127.0.0.1',
    port: 0,
    tls: { key, cert: certificate },
    clock: realClock,
    log: silentLog,
  })
  const client = createHttpClient({ host: '127.0.0.1', port: server.port, tls: { ca: authority.certificate }, clock: realClock })
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      client.close()
      await server.close({ graceMs: 0 })
    },
  }
}

test('a body that is read long after it has come is whole', async () => {
  await using world = await started(() => ({ status: 200, headers: {}, body: 'all of it' }))
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.client.request({ method: 'GET', path: '/' })))
  await realClock.sleep(50).catch(() => {})
  for (const answer of answers) expect(Buffer.from(await answer.body()).toString()).toBe('all of it')
})

test('a body longer than what is kept unread comes whole to a slow reader', async () => {
  const size = 5_000_000
  await using world = await started(() => ({ status: 200, headers: {}, body: new Uint8Array(size).fill(7) }))
  const answer = await world.client.request({ method: 'GET', path: '/' })
  let bytes = 0
  for await (const part of answer.stream()) {
    bytes += part.length
    await realClock.yieldTurn()
  }
  expect(bytes).toBe(size)
})

test('a body that breaks off is an error, not a short body', async () => {
  const handler: HttpHandler = () => ({
    status: 200,
    headers: {},
    body: async (sink) => {
      sink.write('half')
      await sink.drained()
      throw new Error('broken')
    },
  })
  await using world = await started(handler)
  const answer = await world.client.request({ method: 'GET', path: '/' })
  await expect(answer.body()).rejects.toThrow()
})
