/**
 * Our etcd as a stranger's client meets it: values, transactions, watches, leases, errors with etcd's codes and texts, and what it does with
 * input that no client would send. What a real etcd answers to the same calls is compared in test/etcd.
 */
import { connect } from 'node:http2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EtcdClient } from '../testing/etcd-client.ts'
import { startTestEtcd, type TestEtcd } from '../testing/etcd-server.ts'
import { grpcCode } from '../wire/grpc-status.ts'

const text = (value: string) => new TextEncoder().encode(value)
let etcd: TestEtcd
let client: EtcdClient
beforeAll(async () => {
  etcd = await startTestEtcd()
  client = new EtcdClient(etcd.address)
})
afterAll(async () => {
  client[Symbol.dispose]()
  await etcd[Symbol.asyncDispose]()
})

const refused = (code: number, details: string) => expect.objectContaining({ code, details })

describe('key-values', () => {
  test('put, get, delete, with previous values and revisions', async () => {
    const first = await client.put({ key: 'kv/a', value: text('1') })
    const second = await client.put({ key: 'kv/a', value: text('2'), prevKv: true })
    expect(second.header?.revision).toBe(Number(first.header?.revision) + 1)
    expect(Buffer.from(second.prevKv?.value ?? []).toString()).toBe('1')
    const found = await client.range({ key: 'kv/a' })
    expect(found.kvs).toMatchObject([
      { key: 'kv/a', version: 2, createRevision: first.header?.revision, modRevision: second.header?.revision },
    ])
    const old = await client.range({ key: 'kv/a', revision: first.header?.revision as number })
    expect(Buffer.from(old.kvs[0]?.value ?? []).toString()).toBe('1')
    expect(await client.deleteRange({ key: 'kv/', rangeEnd: 'kv0', prevKv: true })).toMatchObject({ deleted: 1, prevKvs: [{ version: 2 }] })
    expect(await client.range({ key: 'kv/a' })).toMatchObject({ kvs: [], count: 0 })
  })

  test('limits, orders and filters', async () => {
    for (const key of ['o/a', 'o/b', 'o/c', 'o/b']) await client.put({ key, value: text(key) })
    const all = { key: 'o/', rangeEnd: 'o0' }
    const keys = async (more: object) => (await client.range({ ...all, ...more })).kvs.map((kv) => kv.key).join()
    expect(await client.range({ ...all, limit: 2 })).toMatchObject({ more: true, count: 3 })
    expect(await keys({ sortOrder: 2, sortTarget: 3 })).toBe('o/b,o/c,o/a')
    expect(await keys({ sortTarget: 1 })).toBe('o/a,o/c,o/b')
    expect(await keys({ sortOrder: 2, limit: 1 })).toBe('o/c')
    expect((await client.range({ ...all, countOnly: true })).count).toBe(3)
    const [a] = (await client.range({ key: 'o/a', keysOnly: true })).kvs
    expect(a?.value).toHaveLength(0)
    expect(await keys({ minModRevision: Number(a?.modRevision) + 2 })).toBe('o/b,o/c')
    expect(await keys({ maxCreateRevision: a?.createRevision })).toBe('o/a')
  })

  test('refusals', async () => {
    const wrong = [
      [() => client.range({ key: '' }), grpcCode.invalidArgument, 'etcdserver: key is not provided'],
      [() => client.put({ key: '' }), grpcCode.invalidArgument, 'etcdserver: key is not provided'],
      [() => client.range({ key: 'a', sortOrder: 7 }), grpcCode.invalidArgument, 'etcdserver: invalid sort option'],
      [() => client.put({ key: 'a', value: text('x'), ignoreValue: true }), grpcCode.invalidArgument, 'etcdserver: value is provided'],
      [() => client.put({ key: 'none', ignoreValue: true }), grpcCode.invalidArgument, 'etcdserver: key not found'],
      [() => client.put({ key: 'a', lease: 77 }), grpcCode.notFound, 'etcdserver: requested lease not found'],
      [() => client.range({ key: 'a', revision: 1e9 }), grpcCode.outOfRange, 'etcdserver: mvcc: required revision is a future revision'],
      [() => client.compact({ revision: 1e9 }), grpcCode.outOfRange, 'etcdserver: mvcc: required revision is a future revision'],
      [
        () => client.txn({ success: [{ requestPut: { key: 'a' } }, { requestPut: { key: 'a' } }] }),
        grpcCode.invalidArgument,
        'etcdserver: duplicate key given in txn request',
      ],
      [
        () => client.txn({ success: Array.from({ length: 129 }, () => ({ requestRange: { key: 'a' } })) }),
        grpcCode.invalidArgument,
        'etcdserver: too many operations in txn request',
      ],
      [() => client.txn({ success: [{}] }), grpcCode.invalidArgument, 'etcdserver: key not found'],
      [() => client.put({ key: 'big', value: new Uint8Array(1_572_860) }), grpcCode.invalidArgument, 'etcdserver: request is too large'],
      [
        () => client.put({ key: 'big', value: new Uint8Array(3_000_000) }),
        grpcCode.resourceExhausted,
        'grpc: received message larger than max (3000010 vs. 2097152)',
      ],
    ] as const
    for (const [call, code, details] of wrong) await expect(call()).rejects.toEqual(refused(code, details))
    await expect(client.put({ key: 'big', value: new Uint8Array(1_500_000) })).resolves.toBeDefined()
  })

  test('a transaction answers each part with the revision that part saw', async () => {
    const before = etcd.store.revision
    const answer = await client.txn({
      compare: [{ result: 0, target: 0, key: 'txn/a', version: 0 }],
      success: [
        { requestRange: { key: 'txn/a' } },
        { requestPut: { key: 'txn/a', value: text('1') } },
        { requestTxn: { compare: [], success: [{ requestDeleteRange: { key: 'txn/b' } }, { requestRange: { key: 'txn/a' } }] } },
      ],
    })
    expect(answer).toMatchObject({
      succeeded: true,
      header: { revision: before + 1 },
      responses: [
        { responseRange: { header: { revision: before }, count: 0 } },
        { responsePut: { header: { revision: before + 1 } } },
        { responseTxn: { succeeded: true, responses: [{ responseDeleteRange: { deleted: 0 } }, { responseRange: { count: 1 } }] } },
      ],
    })
  })

  test('keys are bytes, and leases are any 64-bit number', async () => {
    const key = '\0\x80\xff/\xfe'
    const ID = -(2n ** 63n)
    expect(await client.grant({ TTL: 100, ID })).toMatchObject({ ID, TTL: 100 })
    await client.put({ key, value: text('v'), lease: ID })
    expect((await client.range({ key })).kvs).toMatchObject([{ key, lease: ID }])
    expect(await client.timeToLive({ ID, keys: true })).toMatchObject({ grantedTTL: 100, keys: [key] })
    await client.revoke(ID)
    expect((await client.range({ key })).count).toBe(0)
    expect(await client.timeToLive({ ID })).toMatchObject({ TTL: -1 })
    await expect(client.revoke(ID)).rejects.toEqual(refused(grpcCode.notFound, 'etcdserver: requested lease not found'))
  })
})

describe('watches', () => {
  const events = (responses: readonly { readonly events: readonly { readonly type: number; readonly kv: unknown }[] }[]) =>
    responses.flatMap((response) => response.events)

  test('the past, then the present, in order; filters and previous values', async () => {
    const { header } = await client.put({ key: 'w/a', value: text('1') })
    await client.put({ key: 'w/a', value: text('2') })
    const prefix = { key: 'w/', rangeEnd: 'w0', startRevision: header?.revision as number }
    const watching = client.watch({ ...prefix, prevKv: true }, { ...prefix, filters: [0], watchId: 9 })
    await watching.until((all) => all.filter((one) => one.created).length === 2 && events(all).length === 2)
    await client.deleteRange({ key: 'w/a' })
    await watching.until((all) => events(all).length === 4)
    const mine = watching.responses.filter((one) => one.watchId === 0).flatMap((one) => one.events)
    expect(mine.map(({ type, kv, prevKv }) => `${type} ${kv?.version} ${prevKv?.version ?? '-'}`)).toEqual(['0 1 -', '0 2 1', '1 0 2'])
    expect(watching.responses.filter((one) => one.watchId === 9).flatMap((one) => one.events)).toMatchObject([{ type: 1 }])
    watching.send({ progressRequest: {} })
    await watching.until((all) => all.at(-1)?.watchId === -1)
    expect(watching.responses.at(-1)).toMatchObject({ header: { revision: etcd.store.revision }, events: [] })
    watching.send({ cancelRequest: { watchId: 9 } })
    await watching.until((all) => all.at(-1)?.canceled === true)
    watching.stream.cancel()
  })

  test('a number used twice, an empty range, a compacted past', async () => {
    for (const value of ['1', '2', '3']) await client.put({ key: 'wc', value: text(value) })
    const { revision } = etcd.store
    await client.compact({ revision })
    const watching = client.watch(
      { key: 'x', watchId: 5 },
      { key: 'x', watchId: 5 },
      { key: 'b', rangeEnd: 'a' },
      { key: 'wc', startRevision: revision - 1 },
    )
    await watching.until((all) => all.length === 5)
    expect(watching.responses.slice(1)).toMatchObject([
      { watchId: -1, created: true, canceled: true, cancelReason: 'mvcc: duplicate watch ID provided on the WatchStream' },
      { watchId: -1, created: true, canceled: true, cancelReason: 'mvcc: watcher range is empty' },
      { watchId: 0, created: true, canceled: false },
      { watchId: 0, created: false, canceled: true, compactRevision: revision },
    ])
    watching.stream.cancel()
    await expect(client.range({ key: 'wc', revision: revision - 1 })).rejects.toEqual(
      refused(grpcCode.outOfRange, 'etcdserver: mvcc: required revision has been compacted'),
    )
  })

  test('a client that does not read costs a place in the history, and misses nothing', async () => {
    const watching = client.watch({ key: 'slow' })
    await watching.until((all) => all.length === 1)
    watching.stream.pause()
    for (let index = 0; index < 40; index++) await client.put({ key: 'slow', value: new Uint8Array(200_000) })
    watching.stream.resume()
    await watching.until((all) => events(all).length === 40)
    expect(events(watching.responses).map(({ kv }) => (kv as { version: number }).version)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    )
    watching.stream.cancel()
  })

  test('fragments', async () => {
    const { revision } = etcd.store
    for (let index = 0; index < 4; index++) await client.put({ key: `f/${index}`, value: new Uint8Array(700_000) })
    const watching = client.watch({ key: 'f/', rangeEnd: 'f0', startRevision: revision + 1, fragment: true })
    await watching.until((all) => events(all).length === 4)
    expect(watching.responses.slice(1).map((one) => [one.events.length, one.fragment])).toEqual([
      [2, true],
      [2, false],
    ])
    watching.stream.cancel()
  })
})

describe('input that no client sends', () => {
  const put = '/etcdserverpb.KV/Put'
  test('bytes that are no message', async () => {
    for (const bytes of [[0xff], [0x0a, 0x05, 0x61], [0x08, 0x01], [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]]) {
      await expect(client.raw(put, Buffer.from(bytes))).rejects.toMatchObject({ code: grpcCode.internal })
    }
    // A transaction in a transaction in a transaction …
    let nested = Buffer.alloc(0)
    for (let depth = 0; depth < 5000; depth++) {
      const length = varint(nested.length)
      const op = Buffer.concat([Buffer.from([0x22]), length, nested])
      nested = Buffer.concat([Buffer.from([0x12]), varint(op.length), op])
    }
    await expect(client.raw('/etcdserverpb.KV/Txn', nested)).rejects.toMatchObject({ code: grpcCode.internal })
  })

  test('frames that lie about their length, are cut off, or claim to be compressed', async () => {
    const cases: [number[], string][] = [
      [[0, 0, 0, 0, 9, 1], 'unexpected EOF'],
      [[0, 0, 0], 'EOF'],
      [[0, 0xff, 0xff, 0xff, 0xff], 'grpc: received message larger than max (4294967295 vs. 2097152)'],
      [[1, 0, 0, 0, 0], 'grpc: compressed flag set with identity or empty encoding'],
      [[7, 0, 0, 0, 0], 'grpc: received unexpected payload format 7'],
    ]
    for (const [bytes, message] of cases) expect(await rawCall(put, Buffer.from(bytes))).toMatchObject({ 'grpc-message': message })
    expect(await rawCall('/etcdserverpb.KV/Nothing', Buffer.alloc(5))).toMatchObject({
      'grpc-status': '12',
      'grpc-message': 'unknown method Nothing for service etcdserverpb.KV',
    })
    expect(await rawCall('/nobody.Knows/It', Buffer.alloc(5))).toMatchObject({
      'grpc-status': '12',
      'grpc-message': 'unknown service nobody.Knows',
    })
    expect(await rawCall('/etcdserverpb.Maintenance/Snapshot', Buffer.alloc(0))).toMatchObject({
      'grpc-status': '2',
      'grpc-message': 'EOF',
    })
    expect(await client.range({ key: 'a' })).toBeDefined()
  })

  function varint(value: number): Buffer {
    const bytes: number[] = []
    for (let rest = value; ; rest >>>= 7) {
      if (rest < 0x80) return Buffer.from([...bytes, rest])
      bytes.push((rest & 0x7f) | 0x80)
    }
  }

  function rawCall(path: string, body: Buffer): Promise<Record<string, unknown>> {
    const session = connect(`http://${etcd.address}`)
    return new Promise((resolve, reject) => {
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' })
      stream.on('response', (headers) => headers['grpc-status'] !== undefined && resolve(headers))
      stream.on('trailers', (headers) => resolve(headers))
      stream.on('error', reject)
      stream.end(body)
    }).finally(() => session.close()) as Promise<Record<string, unknown>>
  }
})

test('HTTP beside gRPC on the same port', async () => {
  const get = async (path: string) => {
    const response = await fetch(`http://${etcd.address}${path}`)
    return `${response.status} ${await response.text()}`
  }
  expect(await get('/health')).toBe('200 {"health":"true","reason":""}')
  expect(await get('/version')).toBe('200 {"etcdserver":"3.6.4","etcdcluster":"3.6.0","storage":"3.6.0"}')
  expect(await get('/metrics')).toMatch(
    /grpc_server_handled_total\{grpc_code="OK",grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"\} [1-9]/,
  )
  expect(await get('/nothing')).toBe('404 404 page not found\n')
})

test('metrics count what was done as etcd counts it', async () => {
  await using counted = await startTestEtcd()
  using mine = new EtcdClient(counted.address)
  const put = (key: string) => ({ requestPut: { key } })
  await mine.put({ key: 'a' })
  await mine.range({ key: 'a' })
  await mine.deleteRange({ key: 'none' })
  await mine.deleteRange({ key: 'a' })
  await mine.txn({ success: [put('b'), put('c'), { requestRange: { key: 'b' } }] })
  await mine.txn({ success: [put('d')] })
  await counted.store.grantLease(100, 5)
  counted.member.counts.onDurable(1.5)
  const watching = mine.watch({ key: 'a' })
  await watching.until((all) => all.length > 0)
  watching.stream.cancel()
  while (counted.store.stats().watches > 0) await new Promise((resolve) => setImmediate(resolve))
  const page = await (await fetch(`http://${counted.address}/metrics`)).text()
  const lines = [
    'etcd_mvcc_put_total 4',
    'etcd_mvcc_delete_total 1',
    'etcd_mvcc_range_total 2',
    'etcd_mvcc_txn_total 1',
    'etcd_debugging_mvcc_keys_total 3',
    'etcd_debugging_mvcc_compact_revision -1',
    'etcd_cluster_version{cluster_version="3.6"} 1',
    `etcd_server_id{server_id="${counted.member.memberId.toString(16)}"} 1`,
    'etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"} 0',
    'etcd_disk_wal_fsync_duration_seconds_bucket{le="0.002"} 1',
    'etcd_disk_wal_fsync_duration_seconds_bucket{le="8.192"} 1',
    'etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"} 1',
    'etcd_disk_wal_fsync_duration_seconds_sum 0.0015',
    'etcd_disk_wal_fsync_duration_seconds_count 1',
    '# TYPE etcd_mvcc_put_total counter',
    '# TYPE etcd_disk_wal_fsync_duration_seconds histogram',
    'grpc_server_handled_total{grpc_code="OK",grpc_method="Watch",grpc_service="etcdserverpb.Watch",grpc_type="bidi_stream"} 0',
    'grpc_server_handled_total{grpc_code="Canceled",grpc_method="Watch",grpc_service="etcdserverpb.Watch",grpc_type="bidi_stream"} 1',
  ]
  expect(page.split('\n')).toEqual(expect.arrayContaining(lines))
})

test('beyond its quota the store takes no more, says so, and comes back when it is told to', async () => {
  await using small = await startTestEtcd({ quotaBytes: 100_000 })
  using mine = new EtcdClient(small.address)
  const noSpace = refused(grpcCode.resourceExhausted, 'etcdserver: mvcc: database space exceeded')
  await mine.put({ key: 'a', value: new Uint8Array(150_000) })
  await expect(mine.put({ key: 'b' })).rejects.toEqual(noSpace)
  await mine.deleteRange({ key: 'a' })
  expect((await mine.status()).errors).toEqual([expect.stringContaining('alarm:NOSPACE')])
  expect((await fetch(`http://${small.address}/health`)).status).toBe(503)
  await mine.compact({ revision: small.store.revision })
  await expect(mine.put({ key: 'b' })).rejects.toEqual(noSpace)
  small.member.setAlarm(1, false)
  await expect(mine.put({ key: 'b' })).resolves.toBeDefined()
})

test('the past counts against the quota until it is compacted, and a physical compaction is over when it says so', async () => {
  await using small = await startTestEtcd({ quotaBytes: 500_000, historyBytesMax: Number.POSITIVE_INFINITY })
  using mine = new EtcdClient(small.address)
  const fill = async () => {
    for (let count = 1; ; count++) {
      const written = await mine.put({ key: 'a' }).catch((error: { details: string }) => error.details)
      if (typeof written === 'string') return [written, count > 1000]
    }
  }
  expect(await fill()).toEqual(['etcdserver: mvcc: database space exceeded', true])
  await mine.compact({ revision: small.store.revision, physical: true })
  expect(small.store.memoryBytes).toBeLessThan(1000)
  small.member.setAlarm(1, false)
  await expect(mine.put({ key: 'a' })).resolves.toBeDefined()
})

test('a quiet watch that asked for it is told the revision now and then; one with a future start is not', async () => {
  await using quiet = await startTestEtcd({ watchProgressMs: 20 })
  using mine = new EtcdClient(quiet.address)
  await mine.put({ key: 'other' })
  const watching = mine.watch(
    { key: 'a', progressNotify: true },
    { key: 'a', progressNotify: true, startRevision: 1000, watchId: 7 },
    { key: 'a', watchId: 8 },
  )
  await watching.until((all) => all.length >= 5)
  expect(new Set(watching.responses.slice(3).map((one) => `${one.watchId} ${one.header?.revision} ${one.events.length}`))).toEqual(
    new Set(['0 2 0']),
  )
  watching.stream.cancel()
})
