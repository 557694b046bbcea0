/**
 * Rows for the store behind etcd's API, and beside them a real etcd where one is on the PATH (or `ETCD_BINARY` names it): the same calls from
 * the same client. The client is thin, HTTP/2 from Node's library and frames made beforehand, and still takes more CPU than what it
 * measures: compare CPU of the servers first, rates second.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { putRequest, rangeRequest, txnRequest } from '../src/etcd/messages.ts'
import { EtcdClient } from '../src/testing/etcd-client.ts'
import { frameMessage } from '../src/wire/grpc-frames.ts'

export interface MeasuredEtcd extends AsyncDisposable {
  readonly address: string
  cpuMs(): number
  residentMb(): number
}

const realEtcd = process.env.ETCD_BINARY ?? 'etcd'
const value = Buffer.alloc(1024, 'v')

/** Ours and, where there is one, a real one, each with a name for its rows. */
export function etcds(): readonly { readonly name: string; readonly binary: string }[] {
  const ours = { name: 'ours', binary: fileURLToPath(new URL('../bin/etcd', import.meta.url)) }
  const { status, stdout } = spawnSync(realEtcd, ['--version'], { encoding: 'utf8' })
  return status === 0 ? [ours, { name: `etcd ${/Version: (\S+)/.exec(stdout)?.[1]}`, binary: realEtcd }] : [ours]
}

export async function startEtcd(binary: string, port: number): Promise<MeasuredEtcd> {
  const directory = mkdtempSync(join(tmpdir(), 'etcd-bench-'))
  const url = `http://127.0.0.1:${port}`
  const peer = `http://127.0.0.1:${port + 1}`
  const flags = [
    ...['--data-dir', directory, '--listen-client-urls', url, '--advertise-client-urls', url, '--log-level', 'error'],
    '--listen-peer-urls',
    peer,
  ]
  const child: ChildProcess = spawn(binary, flags, { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  while (
    !(await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    ))
  )
    await new Promise((resolve) => setTimeout(resolve, 20))
  return {
    address: `127.0.0.1:${port}`,
    cpuMs: () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      return (Number(fields[11]) + Number(fields[12])) * 10
    },
    residentMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** One call, its answer read and thrown away. */
function call(session: ClientHttp2Session, method: string, body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/etcdserverpb.KV/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const judge = (headers: { readonly [name: string]: unknown }): void => {
      if (headers['grpc-status'] !== undefined && headers['grpc-status'] !== '0') reject(new Error(`${method}: ${headers['grpc-message']}`))
    }
    stream.on('response', judge)
    stream.on('trailers', judge)
    stream.on('error', reject)
    stream.on('close', () => resolve())
    stream.resume()
    stream.end(body)
  })
}

export type Load = (
  server: MeasuredEtcd,
  count: number,
  parallel: number,
  task: (index: number) => Promise<unknown>,
) => Promise<Record<string, string>>

type Figures = Readonly<Record<string, string>>

/** One of the two, with a connection of its own. */
interface Contender {
  readonly name: string
  readonly server: MeasuredEtcd
  readonly session: ClientHttp2Session
}

const rounds = 5

/**
 * Both run all the time and take turns, row by row and round by round, because this kind of machine is half as fast again from one minute to the
 * next. A row shows the round in the middle; `beside` is the middle of the rounds' own ratios, with the lowest and the highest.
 */
export async function etcdRows(load: Load): Promise<{ name: string; figures: Figures }[]> {
  await using stack = new AsyncDisposableStack()
  const contenders: Contender[] = []
  for (const [index, { name, binary }] of etcds().entries()) {
    const server = stack.use(await startEtcd(binary, 23_790 + index * 10))
    const session = connect(`http://${server.address}`)
    session.setMaxListeners(0)
    stack.defer(() => session.destroy())
    contenders.push({ name, server, session })
  }
  const results: { name: string; figures: Figures }[] = []
  const row = async (what: string, measure: (contender: Contender, round: number) => Promise<Figures> | Figures) => {
    const all = contenders.map((): Figures[] => [])
    for (let round = 0; round < rounds; round++) {
      for (const [index, contender] of contenders.entries()) all[index]?.push(await measure(contender, round))
    }
    const ratios = all[0]?.map((figures, round) => rateOf(figures) / rateOf(all[1]?.[round])).sort((a, b) => a - b) ?? []
    for (const [index, { name }] of contenders.entries()) {
      const sorted = (all[index] ?? []).toSorted((a, b) => rateOf(a) - rateOf(b))
      const beside = index === 0 && contenders.length === 2 ? { beside: besideText(ratios) } : {}
      results.push({ name: `${name}: ${what}`, figures: { ...(sorted[rounds >> 1] as Figures), ...beside } })
    }
  }

  const put = ({ session }: Contender) => {
    return (index: number) => call(session, 'Put', frameMessage(putRequest, { key: `key/${index % 10_000}`, value }))
  }
  const get = ({ session }: Contender) => {
    return (index: number) => call(session, 'Range', frameMessage(rangeRequest, { key: `key/${index % 1000}` }))
  }
  // Client and servers run for longer than this in earnest: nobody's first seconds are measured.
  for (const contender of contenders) {
    await load(contender.server, 10_000, 8, put(contender))
    await load(contender.server, 5000, 8, get(contender))
  }
  await row('put 1 KB, durable, 1 at a time', (one) => load(one.server, 1000, 1, put(one)))
  await row('put 1 KB, durable, 8 streams', (one) => load(one.server, 4000, 8, put(one)))
  await row('put 1 KB, durable, 64 streams', (one) => load(one.server, 10_000, 64, put(one)))
  // As the API server writes: what was read must still be there.
  const update = ({ session }: Contender) => {
    const compare = (key: string) => [{ result: 1, target: 2, key, modRevision: -1 }]
    return (index: number) => {
      const key = `key/${index % 10_000}`
      return call(session, 'Txn', frameMessage(txnRequest, { compare: compare(key), success: [{ requestPut: { key, value } }] }))
    }
  }
  await row('compare and put, 64 streams', (one) => load(one.server, 10_000, 64, update(one)))
  await row('compare and put, ours in process', (one) => (one === contenders[0] ? inProcess() : load(one.server, 10_000, 64, update(one))))
  await row('get, 64 streams', (one) => load(one.server, 10_000, 64, get(one)))
  const page = frameMessage(rangeRequest, { key: 'key/', rangeEnd: 'key0', limit: 500 })
  await row('range of 500 KB, 4 streams', (one) => load(one.server, 200, 4, () => call(one.session, 'Range', page)))
  await row('create by transaction, 64 streams', (one, round) => {
    return load(one.server, 5000, 64, (index) => {
      const key = `new/${round}/${index}`
      const compare = [{ result: 0, target: 2, key, modRevision: 0 }]
      return call(one.session, 'Txn', frameMessage(txnRequest, { compare, success: [{ requestPut: { key, value } }] }))
    })
  })
  await row('watch, 100 watchers', (one, round) => deliveries(one.server, `watched/${round}/`))
  return results
}

function rateOf(figures: Figures | undefined): number {
  return Number.parseFloat(figures?.['rate'] ?? '')
}

function besideText(sorted: readonly number[]): string {
  const [low, middle, high] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((one) => one?.toFixed(2))
  return `${middle}x (${low} to ${high})`
}

/** What 64 writers get done with the store in their own process. */
function inProcess(): Figures {
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(new URL('./store.ts', import.meta.url)), '--writers=64'], {
    encoding: 'utf8',
  })
  return { rate: /(\d+\/s)/.exec(stdout)?.[1] ?? '', 'CPU each': /([\d.]+ µs) CPU/.exec(stdout)?.[1] ?? '' }
}

/** Every watcher gets every write; the writes come one at a time. */
async function deliveries(server: MeasuredEtcd, prefix: string): Promise<Figures> {
  const watchers = 100
  const writes = 200
  using client = new EtcdClient(server.address)
  const watchings = Array.from({ length: watchers }, () => client.watch({ key: prefix, rangeEnd: `${prefix.slice(0, -1)}0` }))
  await Promise.all(watchings.map((watching) => watching.until((all) => all.length > 0)))
  const cpuBefore = server.cpuMs()
  const startedMs = performance.now()
  for (let index = 0; index < writes; index++) await client.put({ key: `${prefix}${index}`, value })
  await Promise.all(watchings.map((watching) => watching.until((all) => all.reduce((sum, one) => sum + one.events.length, 0) >= writes)))
  const tookMs = performance.now() - startedMs
  const each = ((server.cpuMs() - cpuBefore) * 1000) / (watchers * writes)
  const memory = `${server.residentMb().toFixed(0)} MB`
  for (const watching of watchings) watching.stream.cancel()
  return { rate: `${Math.round((watchers * writes * 1000) / tookMs)}/s`, 'CPU each': `${each.toFixed(1)} µs`, memory }
}
