/**
 * The JSON gateway: the same bodies to ours and to a real etcd of the version that we behave as; and by itself where there is none.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestEtcd, type TestEtcd } from '../../src/testing/etcd-server.ts'
import { type RealEtcd, realEtcdVersion, startRealEtcd } from './real-etcd.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const [a, b] = [base64('a'), base64('b')]

/** In this order: they build on each other. */
const bodies: readonly (readonly [string, unknown, number])[] = [
  ['kv/put', { key: a, value: b }, 200],
  ['kv/put', { key: a, value: b, prev_kv: true }, 200],
  ['kv/put', { key: base64('b'), value: '', prevKv: true }, 200],
  ['kv/range', { key: a }, 200],
  ['kv/range', { key: a, range_end: 'AA==', sort_order: 'DESCEND', sort_target: 'MOD', limit: '1' }, 200],
  ['kv/range', { key: a, rangeEnd: 'AA==', sortOrder: 2, sortTarget: 3, keysOnly: true }, 200],
  ['kv/range', { key: a, range_end: 'AA==', count_only: true, unknown: 1 }, 200],
  ['kv/range', {}, 400],
  ['kv/range', { key: a, revision: 99 }, 400],
  [
    'kv/txn',
    {
      compare: [{ target: 'CREATE', key: a, create_revision: '2' }],
      success: [{ request_put: { key: a, value: b } }, { requestRange: { key: a } }],
    },
    200,
  ],
  [
    'kv/txn',
    {
      compare: [{ result: 'GREATER', target: 'VALUE', key: a, value: 'eg==' }],
      failure: [{ request_delete_range: { key: a, prev_kv: true } }],
    },
    200,
  ],
  ['lease/grant', { TTL: '100', ID: '4611686018427387905' }, 200],
  ['kv/lease/timetolive', { ID: 5 }, 200],
  ['lease/leases', {}, 200],
  ['lease/keepalive', { ID: '4611686018427387905' }, 200],
  ['kv/lease/revoke', { ID: '4611686018427387905' }, 200],
  ['lease/revoke', { ID: 5 }, 404],
  ['kv/compaction', { revision: 4 }, 200],
  ['kv/compaction', { revision: 4 }, 400],
  ['auth/status', {}, 200],
  ['auth/enable', {}, 400],
  ['maintenance/alarm', {}, 200],
  ['maintenance/defragment', {}, 200],
  ['kv/range', { key: a, sort_order: 'UP' }, 200],
  ['auth/user/get', { name: 'a' }, 400],
  ['auth/role/delete', { role: 'a' }, 400],
  ['maintenance/downgrade', { action: 'CANCEL' }, 200],
  ['lease/grant', { TTL: '100', ID: 77 }, 200],
  ['lock/lock', { name: base64('lock'), lease: '77' }, 200],
  ['lock/lock', { name: base64('lock'), lease: 77 }, 200],
  ['lock/lock', { name: base64('lock'), lease: 99 }, 500],
  ['lock/unlock', { key: base64('lock/4d') }, 200],
  ['lock/unlock', { key: base64('lock/4d') }, 200],
  ['lock/unlock', {}, 500],
  ['election/leader', { name: base64('el') }, 500],
  ['election/campaign', { name: base64('el'), lease: 77, value: a }, 200],
  ['election/leader', { name: base64('el') }, 200],
  ['election/campaign', { name: base64('el'), lease: 77, value: b }, 200],
  ['election/leader', { name: base64('el') }, 200],
  ['election/proclaim', {}, 500],
  ['election/resign', {}, 500],
  ['election/proclaim', { value: a, leader: { name: base64('el'), key: base64('el/4d'), rev: 99, lease: 77 } }, 500],
  ['election/resign', { leader: { name: base64('el'), key: base64('el/4d'), rev: 99, lease: 77 } }, 200],
  ['nothing/here', {}, 404],
]

async function post(address: string, path: string, body: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://${address}/v3/${path}`, { method: 'POST', body })
  return { status: response.status, text: await response.text() }
}

/** What differs between servers and does not matter: their numbers. */
function comparable(text: string): unknown {
  const value = JSON.parse(text.trim()) as unknown
  return JSON.parse(
    JSON.stringify(value, (name, one: unknown) =>
      /^(cluster_id|member_id|memberID|raft_term|authRevision)$/.test(name) ? undefined : one,
    ),
  )
}

describe('the JSON gateway', () => {
  let ours: TestEtcd
  let real: RealEtcd | undefined
  beforeAll(async () => {
    ours = await startTestEtcd()
    if (realEtcdVersion() === '3.6') real = await startRealEtcd()
  })
  afterAll(async () => {
    await ours[Symbol.asyncDispose]()
    await real?.[Symbol.asyncDispose]()
  })

  test('unary methods, streams of one answer, errors', async () => {
    for (const [path, body, status] of bodies) {
      const our = await post(ours.address, path, JSON.stringify(body))
      expect([path, our.status, our.text]).toEqual([path, status, our.text])
      if (real === undefined) continue
      const their = await post(real.address, path, JSON.stringify(body))
      expect([path, our.status, comparable(our.text)]).toEqual([path, their.status, comparable(their.text)])
    }
  })

  test('a watch is lines', async () => {
    const { revision } = ours.store
    await post(ours.address, 'kv/put', JSON.stringify({ key: base64('w'), value: b }))
    const stop = new AbortController()
    const body = JSON.stringify({ create_request: { key: base64('w'), start_revision: revision } })
    const response = await fetch(`http://${ours.address}/v3/watch`, { method: 'POST', body, signal: stop.signal })
    let text = ''
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk)
      if (text.includes('events')) break
    }
    stop.abort()
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { result: Record<string, unknown> })
    expect(lines[0]?.result).toMatchObject({ created: true })
    expect(lines[1]?.result['events']).toMatchObject([{ kv: { key: base64('w'), value: b, version: '1' } }])
  })

  test('bodies that are no request', async () => {
    for (const body of ['{"key":', '[]', '7', '{"key":7}', '{"key":"ö"}', '{"limit":"x"}', '{"limit":1.5}', '{"serializable":"yes"}']) {
      expect([body, (await post(ours.address, 'kv/range', body)).status]).toEqual([body, 400])
    }
    expect((await post(ours.address, 'kv/range', '{"key":')).text).toBe('{"code":3,"message":"unexpected EOF"}')
    expect((await fetch(`http://${ours.address}/v3/kv/range`)).status).toBe(501)
  })

  test('a number beyond 2^53 without quotes is that number', async () => {
    const granted = await post(ours.address, 'lease/grant', '{"TTL":10,"ID":1589369829877592447}')
    expect(JSON.parse(granted.text)).toMatchObject({ ID: '1589369829877592447' })
    expect((await post(ours.address, 'kv/range', '{"key":1589369829877592447}')).status).toBe(400)
    expect((await post(ours.address, 'lease/grant', '{"TTL":10,"ID":98765432109876543210}')).status).toBe(400)
  })
})
