/** Who one is while one impersonates: over both protocols, every header line is a value of its own; expectations are a real API server's. */
import { request as http1Request } from 'node:http'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { adminToken, startListeningApiServer } from '../../testing/listening-api-server.ts'

type Headers = Readonly<Record<string, string | readonly string[]>>
interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
}

const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews?a=b&c=d'
const body = JSON.stringify({ kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' })
const always = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }

function overHttp1(url: string, headers: Headers): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http1Request(`${url}${path}`, { method: 'POST', headers: { ...always, ...headers } as never }, (response) => {
      const type = String(response.headers['content-type'])
      text(response).then((whole) => resolve({ status: response.statusCode as number, type, body: whole }), reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function overHttp2(url: string, headers: Headers): Promise<Reply> {
  const session = connect(url)
  try {
    const stream = session.request({ ':method': 'POST', ':path': path, ...always, ...(headers as Record<string, string | string[]>) })
    const head = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => stream.on('response', resolve).on('error', reject))
    stream.end(body)
    const { ':status': status, 'content-type': type } = await head
    return { status: Number(status), type: String(type), body: await text(stream) }
  } finally {
    session.close()
  }
}

async function check(headers: Headers, expected: unknown): Promise<void> {
  await using api = await startListeningApiServer()
  for (const send of [overHttp1, overHttp2]) {
    const { status, type, body } = await send(api.url, headers)
    expect([send.name, status === 201 ? JSON.parse(body).status.userInfo : { status, type, body }]).toEqual([send.name, expected])
  }
  expect(api.errors).toEqual([])
}

test('every line is a group, commas and all', () =>
  check(
    { 'Impersonate-User': 'u', 'Impersonate-Group': ['group2', 'a,b', ',,,chameleon'] },
    { username: 'u', groups: ['group2', 'a,b', ',,,chameleon', 'system:authenticated'] },
  ))

test('one line with commas is one group, and one value of an extra', () =>
  check(
    { 'Impersonate-User': 'u', 'Impersonate-Group': 'a, b', 'Impersonate-Extra-A%2Fb': ['q,r', 's'], 'Impersonate-Extra-A%zz': 'q' },
    { username: 'u', groups: ['a, b', 'system:authenticated'], extra: { 'a/b': ['q,r', 's'], 'a%zz': ['q'] } },
  ))

test('an extra may have any name, however it is written', async () => {
  await using api = await startListeningApiServer()
  for (const send of [overHttp1, overHttp2]) {
    const headers = {
      'Impersonate-User': 'u',
      'Impersonate-Extra-__proto__': 'x',
      'Impersonate-Extra-A': '1',
      'Impersonate-Extra-%61': '2',
    }
    const { extra } = JSON.parse((await send(api.url, headers)).body).status.userInfo
    expect(Object.entries(extra).sort()).toEqual([
      ['__proto__', ['x']],
      ['a', ['1', '2']],
    ])
  }
})

test('of several users the first counts', () =>
  check({ 'Impersonate-User': ['u', 'v'], 'Impersonate-Uid': ['1', '2'] }, { username: 'u', uid: '1', groups: ['system:authenticated'] }))

test('who names nobody stays who he is', () =>
  check(
    { 'Impersonate-User': '', 'Impersonate-Uid': '', 'Impersonate-Other': 'x' },
    { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
  ))

test('groups, a uid or extras of nobody are refused in plain text', () =>
  check(
    { 'Impersonate-Group': ['f<o>o', ''], 'Impersonate-Uid': 'x', 'Impersonate-Extra-Abc': 'b' },
    {
      status: 500,
      type: 'text/plain; charset=utf-8',
      body:
        'Internal Server Error: "/apis/authentication.k8s.io/v1/selfsubjectreviews?a=b&amp;c=d": requested [{Group  f&lt;o&gt;o    } {Group      } ' +
        '{UserExtra  b  authentication.k8s.io/v1  abc} {UID  x  authentication.k8s.io/v1  }] without impersonating a user\n',
    },
  ))
