/**
 * A `t8s up` to be measured, in a process of its own, and what the system says of it: CPU time and resident memory from
 * /proc. Rates come from this machine at this moment and mean little alone; CPU per operation is the steadier figure.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from 'js-yaml'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface MeasuredServer extends AsyncDisposable {
  readonly readyMs: number
  readonly pid: number
  readonly url: string
  cpuMs(): number
  residentMb(): number
  session(): Promise<ClientHttp2Session>
}

export async function startServer(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<MeasuredServer> {
  const directory = mkdtempSync(join(tmpdir(), 't8s-bench-'))
  const kubeconfig = join(directory, 'kubeconfig')
  const startedMs = performance.now()
  const child = spawn(join(root, 'bin/t8s'), ['up', '--kubeconfig', kubeconfig, '--data-dir', join(directory, 'data'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  await new Promise<void>((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (/Ready in/.test(output)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`t8s up ended with ${code}: ${output}`)))
  })
  const readyMs = performance.now() - startedMs
  const config = load(readFileSync(kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
    users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[]
  }
  const decode = (text: string): Buffer => Buffer.from(text, 'base64')
  const cluster = config.clusters[0]?.cluster
  const user = config.users[0]?.user
  if (cluster === undefined || user === undefined) throw new Error('The kubeconfig is empty')
  const pid = child.pid as number
  return {
    readyMs,
    pid,
    url: cluster.server,
    cpuMs: () => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      return (Number(fields[11]) + Number(fields[12])) * 10
    },
    residentMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    session: () =>
      new Promise((resolve, reject) => {
        const session = connect(cluster.server, {
          ca: decode(cluster['certificate-authority-data']),
          cert: decode(user['client-certificate-data']),
          key: decode(user['client-key-data']),
        })
        session.setMaxListeners(0)
        session.once('connect', () => resolve(session))
        session.once('error', reject)
      }),
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export interface Reply {
  readonly status: number
  readonly bytes: number
}

/** One request, its answer read and thrown away. */
export function send(
  session: ClientHttp2Session,
  method: string,
  path: string,
  body?: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ':method': method, ':path': path, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      { endStream: body === undefined },
    )
    let status = 0
    let bytes = 0
    stream.on('response', (head) => {
      status = Number(head[':status'])
    })
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    stream.once('end', () => resolve({ status, bytes }))
    stream.once('error', reject)
    if (body !== undefined) stream.end(body)
  })
}
