/**
 * `bin/etcd` as test harnesses start it: etcd's flags in etcd's spellings, /health, gRPC on the same address, an end by signal, the data there
 * again afterwards; TLS by default from `t8s etcd`; and what is refused.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { EtcdClient } from '../../src/testing/etcd-client.ts'
import { freePort } from './real-etcd.ts'

const bin = (name: string) => fileURLToPath(new URL(`../../bin/${name}`, import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'etcd-command-'))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

interface Run {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<number | null>
}

function run(name: string, ...args: string[]): Run {
  return runWith({}, name, ...args)
}

function runWith(environment: Readonly<Record<string, string>>, name: string, ...args: string[]): Run {
  const child = spawn(bin(name), args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } })
  children.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => void (said += chunk.toString()))
  return { child, said: () => said, ended: new Promise((resolve) => child.once('exit', resolve)) }
}

/** Until it says that it serves, or has ended. */
async function serving({ child, said, ended }: Run, sign = 'serving client traffic'): Promise<void> {
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  while (!said().includes(sign)) {
    const more = [child.stdout, child.stderr].map((stream) => new Promise((resolve) => stream?.once('data', resolve)))
    await Promise.race([...more, ended])
    if (isOver) throw new Error(said())
  }
}

test('as envtest starts it, twice on the same data', async () => {
  const [port, peer] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const flags = [
    `--listen-peer-urls=http://localhost:${peer}`,
    `--listen-client-urls=${url}`,
    '-advertise-client-urls',
    url,
    '-data-dir=data',
    '--unsafe-no-fsync',
  ]
  const first = run('etcd', ...flags)
  await serving(first)
  expect(await (await fetch(`${url}/health`)).text()).toBe('{"health":"true","reason":""}')
  {
    using client = new EtcdClient(`127.0.0.1:${port}`)
    await client.put({ key: 'a', value: new TextEncoder().encode('b') })
  }
  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(0)
  const second = run('etcd', ...flags)
  await serving(second)
  using client = new EtcdClient(`127.0.0.1:${port}`)
  expect((await client.range({ key: 'a' })).kvs).toMatchObject([{ key: 'a', version: 1, modRevision: 2 }])
  const third = run('etcd', ...flags)
  expect(await third.ended).toBe(1)
  expect(third.said()).toMatch(/Data directory ".*" is in use by process/)
})

test('TLS by default, with certificates of its own; --client-cert-auth lets nobody in without one', async () => {
  const port = await freePort()
  const url = `https://127.0.0.1:${port}`
  const started = run('t8s', 'etcd', '--data-dir', 'tls', '--listen-client-urls', url, '--client-cert-auth', '--unsafe-no-fsync')
  await serving(started)
  const file = (name: string) => readFileSync(join(directory, 'tls', 'tls', name))
  const get = (options: object) =>
    new Promise<number | string>((resolve) => {
      request(`${url}/health`, { ca: file('ca.crt'), ...options }, (response) => resolve(response.statusCode ?? 0))
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
        .end()
    })
  expect(await get({ cert: file('client.crt'), key: file('client.key') })).toBe(200)
  expect(await get({})).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
  expect(started.said()).toContain(`etcdctl --endpoints ${url} --cacert`)
  await serving(started, 'rejected connection on client endpoint')
  expect(started.said()).toMatch(/"msg":"rejected connection on client endpoint","remote-addr":"127.0.0.1:\d+"/)

  // An authority alone says whom to let in already.
  const second = await freePort()
  const pair = ['--cert-file', 'tls/tls/server.crt', '--key-file', 'tls/tls/server.key', '--trusted-ca-file', 'tls/tls/ca.crt']
  const other = run('etcd', '--data-dir', 'tls2', '--listen-client-urls', `https://127.0.0.1:${second}`, ...pair, '--unsafe-no-fsync')
  await serving(other)
  const there = `https://127.0.0.1:${second}/health`
  const getThere = (options: object) =>
    new Promise<number | string>((resolve) => {
      request(there, { ca: file('ca.crt'), ...options }, (response) => resolve(response.statusCode ?? 0))
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
        .end()
    })
  expect(await getThere({})).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
  expect(await getThere({ cert: file('client.crt'), key: file('client.key') })).toBe(200)
})

test("etcd's configuration file, and its logs", async () => {
  const [port, peer] = [await freePort(), await freePort()]
  const lines = [
    'name: filed',
    'data-dir: filed',
    `listen-client-urls: http://127.0.0.1:${port}`,
    `listen-peer-urls: http://127.0.0.1:${peer}`,
    'initial-cluster:',
    'discovery:',
    'log-outputs: [',
    '  stderr',
    ']',
    'proxy: "off"',
    'max-snapshots: 5',
    'unsafe-no-fsync: true',
    'client-transport-security:',
    '  cert-file:',
    '  client-cert-auth: false',
    'peer-transport-security:',
    '  client-cert-auth: true',
  ]
  writeFileSync(join(directory, 'etcd.yml'), lines.join('\n'))
  const filed = run('etcd', '--config-file', 'etcd.yml', '--name', 'passed-over')
  await serving(filed)
  using client = new EtcdClient(`127.0.0.1:${port}`)
  await client.put({ key: 'a' })
  for (const line of filed.said().trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({
      level: expect.any(String),
      ts: expect.any(String),
      caller: expect.stringMatching(/^\w+\/[\w-]+\.ts:\d+$/),
    })
  expect(filed.said()).toContain('"msg":"--max-snapshots is deprecated in 3.6')
  const taken = run('etcd', '--data-dir', 'other', '--listen-client-urls', `http://127.0.0.1:${port}`)
  expect(await taken.ended).toBe(1)
  expect(taken.said()).toContain(`listen tcp 127.0.0.1:${port}: bind: address already in use`)
  filed.child.kill('SIGTERM')
  expect(await filed.ended).toBe(0)
  expect(filed.said()).toContain('"msg":"closing etcd server","name":"filed"')
})

test('flags from the environment, unless they are empty or given', async () => {
  const port = await freePort()
  const environment = {
    ETCD_NAME: 'enviro',
    ETCD_DATA_DIR: '',
    ETCD_LISTEN_CLIENT_URLS: `http://localhost:${port}`,
    ETCD_LOG_LEVEL: 'warn',
  }
  const started = runWith({ ...environment, ETCD_UNSAFE_NO_FSYNC: 'true' }, 'etcd', '--log-level', 'info')
  await serving(started)
  expect(await (await fetch(`http://127.0.0.1:${port}/version`)).json()).toMatchObject({ etcdserver: '3.6.4' })
  expect(existsSync(join(directory, 'enviro.etcd', 'member'))).toBe(true)
  started.child.kill('SIGTERM')
  expect(await started.ended).toBe(0)
})

test("a data directory of etcd's own is not begun anew", async () => {
  mkdirSync(join(directory, 'theirs', 'member', 'snap'), { recursive: true })
  writeFileSync(join(directory, 'theirs', 'member', 'snap', 'db'), '')
  const refused = run('etcd', '--data-dir', 'theirs')
  expect(await refused.ended).toBe(1)
  expect(refused.said()).toMatch(/holds a database of etcd itself.*snapshot restore .*theirs\/member\/snap\/db --skip-hash-check/)
})

test.each([
  [['--initial-cluster', 'default=http://a:1,other=http://b:1'], 1, /names 2 members.*run etcd itself/],
  [['--initial-cluster', 'other=http://b:1'], 1, /must name this member: default=URL/],
  [['--auto-compaction-mode', 'never'], 1, /must be periodic or revision, not "never"/],
  [['--auto-compaction-retention', 'soon'], 1, /must be a duration/],
  [['--listen-client-urls', 'localhost:2379'], 1, /"localhost:2379" must be a URL/],
  [['--cert-file', 'x'], 1, /--cert-file and --key-file go together/],
  [['--cert-file', 'x', '--key-file', 'y', '--listen-client-urls', 'https://127.0.0.1:1'], 1, /File "x" does not exist/],
  [['--tls-min-version', 'TLS1.1', '--cert-file', '/dev/null', '--key-file', '/dev/null'], 1, /unexpected TLS version "TLS1.1"/],
  [['--cipher-suites', 'X', '--cert-file', '/dev/null', '--key-file', '/dev/null'], 1, /unexpected TLS cipher suite "X"/],
  [['--listen-metrics-urls', 'https://127.0.0.1:1'], 1, /must be provided for metrics secure url/],
  [['--config-file', 'none.yml'], 1, /none.yml: no such file or directory/],
  [['--no-such-flag'], 1, /unknown option/],
  [['--version'], 0, /^etcd Version: 3\.6\.4$/m],
])('%j', async (args, code, said) => {
  const ended = run('etcd', ...args)
  expect(await ended.ended).toBe(code)
  expect(ended.said()).toMatch(said)
  expect(existsSync(join(directory, 'default.etcd', 'member'))).toBe(false)
})

test("t8s up --etcd-url: the cluster's store, for etcdctl; never in the clear for others", async () => {
  const port = await freePort()
  const flags = ['up', '--ephemeral', '--nodes', '0', '--kubeconfig', join(directory, 'kubeconfig'), '--etcd-url']
  const cluster = run('t8s', ...flags, `http://127.0.0.1:${port}`)
  await serving(cluster, 'Ready in')
  using client = new EtcdClient(`127.0.0.1:${port}`)
  expect(await client.range({ key: '/registry/namespaces/default' })).toMatchObject({ count: 1 })
  cluster.child.kill('SIGTERM')
  expect(await cluster.ended).toBe(0)
  for (const [url, said] of [
    ['http://10.0.0.1:2379', /served on loopback only, not on "10.0.0.1"/],
    ['https://127.0.0.1:2379', /--ephemeral keeps no files/],
    ['localhost', /must be a URL/],
  ] as const) {
    const refused = run('t8s', ...flags, url)
    expect(await refused.ended).toBe(1)
    expect(refused.said()).toMatch(said)
  }
})
