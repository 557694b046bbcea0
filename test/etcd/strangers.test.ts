/**
 * Our etcd for clients that we did not write: npm's `etcd3` and `etcdctl`. Each body runs against a real etcd too, where there is one, so that
 * it is etcd's behaviour that is asked for.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { Etcd3, type IKeyValue } from 'etcd3'
import { describe, expect, test } from 'vitest'
import { startTestEtcd } from '../../src/testing/etcd-server.ts'
import { realEtcdVersion, startRealEtcd } from './real-etcd.ts'

const etcdctl = process.env.ETCDCTL_BINARY ?? 'etcdctl'
const isEtcdctlHere = spawnSync(etcdctl, ['version'], { timeout: 10_000 }).status === 0
const env = { ...process.env, ETCDCTL_API: '3' }
const servers: Record<string, () => Promise<AsyncDisposable & { readonly address: string }>> = {
  'our etcd': () => startTestEtcd(),
  ...(realEtcdVersion() === undefined ? {} : { 'a real etcd': () => startRealEtcd() }),
}

describe.each(Object.keys(servers))('%s', (name) => {
  const start = servers[name] as (typeof servers)[string]

  test('npm etcd3: values, ranges, transactions, watches, leases, locks, elections', async () => {
    await using etcd = await start()
    const client = new Etcd3({ hosts: etcd.address.replace(/^(?!http)/, 'http://') })
    try {
      const space = client.namespace('app/')
      const watcher = await space.watch().prefix('').create()
      const seen: string[] = []
      const isOver = Promise.withResolvers<void>()
      watcher.on('put', ({ key, value }: IKeyValue) => seen.push(`${key}=${value}`))
      watcher.on('delete', ({ key }: IKeyValue) => {
        seen.push(`${key} deleted`)
        isOver.resolve()
      })
      await space.put('a').value('1')
      await space.put('b').value(2)
      expect(await space.get('a').string()).toBe('1')
      expect(await space.getAll().strings()).toEqual({ a: '1', b: '2' })
      expect(await space.getAll().sort('Key', 'Descend').limit(1).keys()).toEqual(['b'])
      expect(await space.getAll().count()).toBe(2)
      const swapped = await space.if('a', 'Value', '==', '1').then(space.put('a').value('3')).else(space.get('a')).commit()
      expect(swapped.succeeded).toBe(true)
      const refused = await space.if('a', 'Value', '==', '1').then(space.put('a').value('4')).else(space.get('a')).commit()
      expect(refused).toMatchObject({ succeeded: false, responses: [{ response_range: { count: '1' } }] })
      await space.stm().transact(async (tx) => {
        await tx.put('b').value(Number(await tx.get('b').number()) + 5)
      })
      await space.delete().key('b')
      await isOver.promise
      expect(seen).toEqual(['a=1', 'b=2', 'a=3', 'b=7', 'b deleted'])
      await watcher.cancel()

      const lease = space.lease(20)
      await lease.put('leased').value('x')
      expect(await lease.grant()).toMatch(/^-?\d+$/)
      await lease.revoke()
      expect(await space.get('leased').string()).toBeNull()

      const lock = space.lock('one-at-a-time')
      await lock.acquire()
      await expect(space.lock('one-at-a-time').acquire()).rejects.toThrow()
      await lock.release()
      await space.lock('one-at-a-time').do(async () => {})

      const election = space.election('leader', 20)
      const campaign = election.campaign('me')
      await new Promise((resolve) => campaign.once('elected', () => resolve(undefined)))
      expect(await election.leader()).toBe('me')
      await campaign.resign()
    } finally {
      client.close()
    }
  })

  test.skipIf(!isEtcdctlHere)('etcdctl: lock and elect hand over', async () => {
    await using etcd = await start()
    const run = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)(etcdctl, ['--endpoints', etcd.address, ...args], { timeout: 20_000, env })).stdout
    /** Resolves when it has printed so many lines: it holds what it was to get, until it is interrupted. */
    const hold = async (lines: number, ...args: string[]): Promise<{ child: ChildProcess; printed: string }> => {
      const child = spawn(etcdctl, ['--endpoints', etcd.address, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
      let printed = ''
      while (printed.split('\n').length <= lines) printed += String((await once(child.stdout, 'data'))[0])
      return { child, printed }
    }
    const first = await hold(1, 'lock', 'm')
    expect(first.printed).toMatch(/^m\/[0-9a-f]+\n/)
    const second = run('lock', 'm', 'echo', 'mine')
    first.child.kill('SIGINT')
    expect(await second).toBe('mine\n')

    const elected = await hold(2, 'elect', 'e', 'one')
    expect(elected.printed).toMatch(/^e\/[0-9a-f]+\none\n$/)
    const next = hold(2, 'elect', 'e', 'two')
    elected.child.kill('SIGINT')
    const { child, printed } = await next
    expect(printed).toMatch(/^e\/[0-9a-f]+\ntwo\n$/)
    child.kill('SIGINT')
    await once(child, 'exit')
    expect(await run('get', 'e', '--prefix', '--keys-only')).toBe('')
  })

  test.skipIf(!isEtcdctlHere)('etcdctl: what people type', async () => {
    await using etcd = await start()
    const run = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)(etcdctl, ['--endpoints', etcd.address, ...args], { timeout: 20_000, env })).stdout
    for (const pod of ['a', 'b']) await run('put', `/registry/pods/default/${pod}`, pod)
    expect(await run('get', '/', '--prefix', '--keys-only')).toBe('/registry/pods/default/a\n\n/registry/pods/default/b\n\n')
    expect(await run('get', '/registry', '--prefix', '--limit=1', '-w', 'fields')).toContain('"Count" : 2')
    expect(await run('get', '/', '--prefix', '--order=DESCEND', '--limit=1', '--print-value-only')).toBe('b\n')
    expect(await run('get', '/registry/pods/default/a', '--rev=2')).toBe('/registry/pods/default/a\na\n')
    expect(await run('del', '/registry/pods/default/a', '--prev-kv')).toBe('1\n/registry/pods/default/a\na\n')
    expect(await run('endpoint', 'health').then(() => 'well')).toBe('well')
    expect(JSON.parse(await run('endpoint', 'status', '-w', 'json'))[0].Status.header.revision).toBe(4)
    expect(await run('compaction', '4')).toBe('compacted revision 4\n')
    await expect(run('get', '/', '--prefix', '--rev=2')).rejects.toThrow('etcdserver: mvcc: required revision has been compacted')
    const lease = /^lease (\S+) granted with TTL\(30s\)\n$/.exec(await run('lease', 'grant', '30'))?.[1] as string
    await run('put', 'leased', '1', '--lease', lease)
    expect(await run('lease', 'timetolive', lease, '--keys')).toMatch(
      /granted with TTL\(30s\), remaining\(\d+s\), attached keys\(\[leased\]\)\n$/,
    )
    expect(await run('lease', 'revoke', lease)).toBe(`lease ${lease} revoked\n`)
    expect(await run('get', 'leased')).toBe('')
    expect(await run('defrag')).toMatch(/^Finished defragmenting etcd member/)
    expect(await run('alarm', 'list')).toBe('')
    expect(await run('member', 'list')).toContain(', started, ')
    await expect(run('auth', 'enable')).rejects.toThrow(/root user does not exist|authentication is not enabled/)
  })
})
