/**
 * A real etcd on loopback with its data in a temporary directory, for tests that lay our answers beside its, or run on it. One member, or
 * several that can be killed and started again. From the PATH, or the one that `ETCD_BINARY` names.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const binary = process.env.ETCD_BINARY ?? 'etcd'

/** "3.4"; undefined when there is none on this machine. */
export function realEtcdVersion(): string | undefined {
  const { stdout, status } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  return status === 0 ? /^etcd Version: (\d+\.\d+)/m.exec(stdout)?.[1] : undefined
}

export interface RealEtcd extends AsyncDisposable {
  readonly address: string
  readonly members: readonly EtcdMember[]
}

export interface RealEtcdOptions {
  /** A data directory for the only member to start from, removed at the end as one of its own would be. */
  readonly data?: string
  readonly members?: number
  /** More of etcd's flags, for each member. */
  readonly flags?: readonly string[]
  readonly scheme?: 'http' | 'https'
}

export async function startRealEtcd({ data, members: count = 1, flags = [], scheme = 'http' }: RealEtcdOptions = {}): Promise<RealEtcd> {
  const directory = data ?? mkdtempSync(join(tmpdir(), 'real-etcd-'))
  const ports = await Promise.all(Array.from({ length: count }, async () => ({ client: await freePort(), peer: await freePort() })))
  const cluster = ports.map(({ peer }, index) => `m${index}=http://127.0.0.1:${peer}`).join(',')
  const members = ports.map(({ client, peer }, index) => {
    const [url, peerUrl] = [`${scheme}://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`]
    const own = [
      ...['--data-dir', data ?? join(directory, `m${index}`), '--unsafe-no-fsync', '--log-level', 'error'],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peerUrl, '--heartbeat-interval', '50', '--election-timeout', '500'],
    ]
    if (data === undefined) own.push(...['--name', `m${index}`, '--initial-advertise-peer-urls', peerUrl, '--initial-cluster', cluster])
    return new EtcdMember(`127.0.0.1:${client}`, [...own, ...flags], scheme === 'http' ? url : undefined)
  })
  for (const member of members) member.launch()
  for (const member of members) await member.healthy()
  return {
    address: (members[0] as EtcdMember).address,
    members,
    [Symbol.asyncDispose]: async () => {
      for (const member of members) await member.kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export class EtcdMember {
  readonly address: string
  readonly #arguments: readonly string[]
  /** Absent: it wants certificates, and its clients find out whether it is there. */
  readonly #healthUrl: string | undefined
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()

  constructor(address: string, arguments_: readonly string[], url: string | undefined) {
    this.address = address
    this.#arguments = arguments_
    this.#healthUrl = url
  }

  launch(): void {
    const child = spawn(binary, this.#arguments, { stdio: 'ignore' })
    this.#child = child
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()))
  }

  async healthy(): Promise<void> {
    if (this.#healthUrl === undefined) return
    for (let attempt = 0; attempt < 200; attempt++) {
      const isHealthy = await fetch(`${this.#healthUrl}/health`).then(
        (response) => response.ok,
        () => false,
      )
      if (isHealthy) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('etcd does not become healthy')
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#ended
  }

  /** It neither answers nor closes its connections, until it is killed or resumed. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }
  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  async restart(): Promise<void> {
    await this.kill()
    this.launch()
    await this.healthy()
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
