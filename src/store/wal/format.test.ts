/**
 * Yesterday's files still open. `format-1.json` holds a data directory as the first version wrote it: a snapshot, segments, leases,
 * history. Two promises: it opens and says what it said, and today's code writes the same bytes; who changes them on purpose raises the
 * version in `file-header.ts`, teaches the reader both, keeps this fixture and adds another (UPDATE=1 writes the file when it is absent).
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { silentLog } from '../../std/log.ts'
import { MemoryDisk } from '../../std/memory-disk.ts'
import { VirtualClock } from '../../std/virtual-clock.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../embedded.ts'
import type { Operation } from '../store.ts'

const directory = '/data'
const fixture = fileURLToPath(new URL('./format-1.json', import.meta.url))
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

function open(disk: MemoryDisk, clock = new VirtualClock()): Promise<EmbeddedStore> {
  return openEmbeddedStore({ disk, directory, clock, log: silentLog, segmentBytes: 4096, snapshotAfterBytes: 4096 })
}

/** One of everything that is ever written. */
async function written(): Promise<MemoryDisk> {
  const disk = new MemoryDisk()
  const clock = new VirtualClock()
  const store = await open(disk, clock)
  const write = (...then: Operation[]) => store.transact({ compare: [], then })
  await store.grantLease(600, 7)
  await store.grantLease(601, -(2n ** 62n))
  await store.grantLease(602, 9)
  for (let index = 0; index < 40; index++) {
    await write({ do: 'put', key: `key/${index % 10}`, value: text('v'.repeat(200 + index)) })
    await clock.advance(1000)
  }
  await write(
    { do: 'put', key: 'leased\x00\xff', value: text('x'), lease: -(2n ** 62n) },
    { do: 'put', key: 'too', value: text(''), lease: 9 },
  )
  await store.compact(20)
  await clock.settled()
  await write({ do: 'delete', range: { start: 'key/3', end: 'key/5' } })
  await store.revokeLease(9)
  await store.close()
  return disk
}

async function filesOf(disk: MemoryDisk): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const name of await disk.list(directory)) {
    if (/\.(wal|state)$/.test(name)) files[name] = gzipSync(disk.bytesOf(`${directory}/${name}`)).toString('base64')
  }
  return files
}

const printable = (key: string): string => key.replace(/[^ -~]/g, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`)

function show(store: EmbeddedStore): unknown {
  const all = { start: '', end: '\0' }
  const at = (revision: number) =>
    store.range(all, { at: revision }).items.map((kv) => `${printable(kv.key)}@${kv.createRevision}-${kv.modRevision}v${kv.version}`)
  return {
    revision: store.revision,
    compacted: store.compactedRevision,
    now: at(store.revision).join(' '),
    past: at(30).join(' '),
    value: Buffer.from(store.get('key/9')?.value ?? []).toString(),
    leases: store.leases().map((lease) => `${lease.id} ${lease.ttlSeconds} ${lease.keys.map(printable).join()}`),
  }
}

test('a data directory of format 1 opens, and is written as it was', async () => {
  const today = await filesOf(await written())
  if (process.env.UPDATE === '1' && !existsSync(fixture)) writeFileSync(fixture, `${JSON.stringify(today, null, 2)}\n`)
  const yesterday = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, string>
  const disk = new MemoryDisk()
  await disk.makeDirectory(directory)
  for (const [name, packed] of Object.entries(yesterday)) disk.setBytes(`${directory}/${name}`, gunzipSync(Buffer.from(packed, 'base64')))
  const store = await open(disk)
  expect(show(store)).toMatchInlineSnapshot(`
    {
      "compacted": 20,
      "leases": [
        "7 600 ",
        "-4611686018427387904 601 leased%00%ff",
      ],
      "now": "key/0@2-32v4 key/1@3-33v4 key/2@4-34v4 key/5@7-37v4 key/6@8-38v4 key/7@9-39v4 key/8@10-40v4 key/9@11-41v4 leased%00%ff@42-42v1",
      "past": "key/0@2-22v3 key/1@3-23v3 key/2@4-24v3 key/3@5-25v3 key/4@6-26v3 key/5@7-27v3 key/6@8-28v3 key/7@9-29v3 key/8@10-30v3 key/9@11-21v2",
      "revision": 44,
      "value": "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv",
    }
  `)
  await store.close()
  const unpacked = (files: Record<string, string>) =>
    Object.entries(files).map(([name, packed]) => [name, gunzipSync(Buffer.from(packed, 'base64')).toString('hex')])
  expect(unpacked(today)).toEqual(unpacked(yesterday))
})
