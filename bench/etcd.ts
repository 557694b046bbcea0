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
import { frameMessage } from '../src/wire/grpc-server.ts'

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

export async function etcdRows(load: Load): Promise<{ name: string; figures: Record<string, string> }[]> {
  const rows: { name: string; figures: Record<string, string> }[] = []
  for (const [index, { name, binary }] of etcds().entries()) {
    await using server = await startEtcd(binary, 23_790 + index * 10)
    const session = connect(`http://${server.address}`)
    session.setMaxListeners(0)
    const put = (index: number) => call(session, 'Put', frameMessage(putRequest, { key: `key/${index % 10_000}`, value }))
    const get = (index: number) => call(session, 'Range', frameMessage(rangeRequest, { key: `key/${index % 1000}` }))
    const page = frameMessage(rangeRequest, { key: 'key/', rangeEnd: 'key0', limit: 500 })
    const create = (index: number) => {
      const compare = [{ result: 0, target: 2, key: `new/${index}`, modRevision: 0 }]
      return call(session, 'Txn', frameMessage(txnRequest, { compare, success: [{ requestPut: { key: `new/${index}`, value } }] }))
    }
    const row = async (what: string, count: number, parallel: number, task: (index: number) => Promise<unknown>) => {
      rows.push({ name: `${name}: ${what}`, figures: await load(server, count, parallel, task) })
    }
    await row('put 1 KB, durable, 1 at a time', 500, 1, put)
    await row('put 1 KB, durable, 8 streams', 3000, 8, put)
    await row('put 1 KB, durable, 64 streams', 10_000, 64, put)
    await row('get, 64 streams', 10_000, 64, get)
    await row('range of 500 KB, 4 streams', 400, 4, () => call(session, 'Range', page))
    await row('create by transaction, 64 streams', 5000, 64, create)
    rows.push(await deliveries(name, server))
    session.destroy()
  }
  return rows
}

async function deliveries(name: string, server: MeasuredEtcd): Promise<{ name: string; figures: Record<string, string> }> {
  const watchers = 100
  const writes = 200
  using client = new EtcdClient(server.address)
  const watchings = Array.from({ length: watchers }, () => client.watch({ key: 'watched/', rangeEnd: 'watched0' }))
  await Promise.all(watchings.map((watching) => watching.until((all) => all.length > 0)))
  const cpuBefore = server.cpuMs()
  const startedMs = performance.now()
  for (let index = 0; index < writes; index++) await client.put({ key: `watched/${index}`, value })
  await Promise.all(watchings.map((watching) => watching.until((all) => all.reduce((sum, one) => sum + one.events.length, 0) >= writes)))
  const tookMs = performance.now() - startedMs
  const each = ((server.cpuMs() - cpuBefore) * 1000) / (watchers * writes)
  const memory = `${server.residentMb().toFixed(0)} MB`
  for (const watching of watchings) watching.stream.cancel()
  return {
    name: `${name}: watch, ${watchers} watchers`,
    figures: { rate: `${Math.round((watchers * writes * 1000) / tookMs)} deliveries/s`, 'CPU each': `${each.toFixed(1)} µs`, memory },
  }
}
