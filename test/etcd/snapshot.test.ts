/**
 * A snapshot of ours in a stranger's hands: etcdctl reads it, and a real etcd starts from it with the same data, history, leases and hash.
 * And the other way round, with the commands of `t8s snapshot`.
 * Skipped where `etcd` and `etcdctl` are not on the PATH.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { realDisk } from '../../src/std/real-disk.ts'
import { EtcdClient } from '../../src/testing/etcd-client.ts'
import { startTestEtcd } from '../../src/testing/etcd-server.ts'
import { realEtcdVersion, startRealEtcd } from './real-etcd.ts'

const etcdctl = process.env.ETCDCTL_BINARY ?? 'etcdctl'
/** From 3.6 on the tool that works on files is one of its own. */
const etcdutl = process.env.ETCDUTL_BINARY ?? etcdctl
const isHere = realEtcdVersion() !== undefined && spawnSync(etcdctl, ['version'], { timeout: 10_000 }).status === 0

/** Not the synchronous one: the server that is asked lives in this process. */
async function run(binary: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(binary, args, { timeout: 30_000, env: { ...process.env, ETCDCTL_API: '3' } })
  return stdout
}

test.skipIf(!isHere)('etcdctl saves it, a real etcd starts from it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'etcd-snapshot-'))
  try {
    await using ours = await startTestEtcd()
    using client = new EtcdClient(ours.address)
    // Enough for branches above branches, a value longer than a page, deletions, history, a compaction, a lease.
    for (let index = 0; index < 3000; index++) {
      void ours.store.transact({
        compare: [],
        then: [{ do: 'put', key: `key/${index % 2500}`, value: new Uint8Array(300).fill(index % 250) }],
      })
    }
    await client.put({ key: 'big', value: new Uint8Array(300_000).fill(7) })
    await client.deleteRange({ key: 'key/1', rangeEnd: 'key/12' })
    await client.compact({ revision: 2000 })
    await client.grant({ TTL: 5000, ID: 2n ** 62n + 1n })
    await client.put({ key: 'leased', lease: 2n ** 62n + 1n })

    const file = join(directory, 'snapshot.db')
    await run(etcdctl, '--endpoints', ours.address, 'snapshot', 'save', file)
    expect(JSON.parse(await run(etcdutl, 'snapshot', 'status', file, '-w', 'json'))).toMatchObject({ revision: ours.store.revision })
    const data = join(directory, 'data')
    await run(etcdutl, 'snapshot', 'restore', file, '--data-dir', data)

    await using real = await startRealEtcd({ data })
    using theirs = new EtcdClient(real.address)
    const everything = { key: '\0', rangeEnd: '\0' }
    for (const revision of [0, 2000, 2600, ours.store.revision - 1]) {
      const [our, their] = await Promise.all([client, theirs].map((one) => one.range({ ...everything, revision })))
      expect(their?.kvs.length).toBeGreaterThan(1000)
      expect(their?.kvs).toEqual(our?.kvs)
    }
    expect((await theirs.hashKv()).hash).toBe((await client.hashKv()).hash)
    expect(await theirs.timeToLive({ ID: 2n ** 62n + 1n, keys: true })).toMatchObject({ grantedTTL: 5000, keys: ['leased'] })
    await expect(theirs.range({ ...everything, revision: 1999 })).rejects.toMatchObject({ code: 11 })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test.skipIf(!isHere)(
  't8s snapshot saves from a real etcd, says what etcdctl says of it, and a store of ours goes on from it',
  async () => {
    const t8s = fileURLToPath(new URL('../../bin/t8s', import.meta.url))
    const directory = mkdtempSync(join(tmpdir(), 't8s-snapshot-'))
    try {
      await using real = await startRealEtcd()
      using theirs = new EtcdClient(real.address)
      for (let index = 0; index < 300; index++) await theirs.put({ key: `key/${index % 200}`, value: new Uint8Array(300).fill(index) })
      await theirs.put({ key: 'big', value: new Uint8Array(300_000).fill(7) })
      await theirs.deleteRange({ key: 'key/1', rangeEnd: 'key/12' })
      await theirs.compact({ revision: 150 })
      await theirs.grant({ TTL: 5000, ID: 2n ** 62n + 1n })
      await theirs.put({ key: 'leased', lease: 2n ** 62n + 1n })

      const file = join(directory, 'snapshot.db')
      expect(await run(t8s, 'snapshot', 'save', file, '--endpoints', `http://${real.address}`)).toContain('revision 304')
      expect(readdirSync(directory)).toEqual(['snapshot.db'])
      for (const format of ['simple', 'json', 'table']) {
        const [our, their] = await Promise.all([t8s, etcdutl].map((binary) => run(binary, 'snapshot', 'status', file, '-w', format)))
        expect(our).toBe(their)
      }
      const data = join(directory, 'data')
      await run(t8s, 'snapshot', 'restore', file, '--data-dir', data)
      await expect(run(t8s, 'snapshot', 'restore', file, '--data-dir', data)).rejects.toThrow(/is not empty/)
      const broken = join(directory, 'broken.db')
      const flipped = readFileSync(file)
      flipped[9000] = (flipped[9000] ?? 0) ^ 1
      writeFileSync(broken, flipped)
      await expect(run(t8s, 'snapshot', 'status', broken)).rejects.toThrow(/cannot be used. It is damaged: its SHA-256/)
      await expect(run(t8s, 'snapshot', 'restore', broken, '--data-dir', join(directory, 'other'))).rejects.toThrow(/SHA-256/)
      expect(readdirSync(directory).sort()).toEqual(['broken.db', 'data', 'snapshot.db'])

      await using ours = await startTestEtcd({ disk: realDisk, directory: join(data, 'member') })
      using client = new EtcdClient(ours.address)
      for (const revision of [0, 150, 200, 303]) {
        const [our, their] = await Promise.all([client, theirs].map((one) => one.range({ key: '\0', rangeEnd: '\0', revision })))
        expect(our?.kvs.length).toBeGreaterThan(50)
        expect(our?.kvs).toEqual(their?.kvs)
      }
      expect(await client.timeToLive({ ID: 2n ** 62n + 1n, keys: true })).toMatchObject({ grantedTTL: 5000, keys: ['leased'] })
      await expect(client.range({ key: 'a', revision: 149 })).rejects.toMatchObject({ code: 11 })
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
  60_000,
)
