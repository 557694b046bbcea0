/**
 * A real etcd on loopback with its data in a temporary directory, for tests that lay our answers beside its. From the PATH, or the one that
 * `ETCD_BINARY` names.
 */
import { spawn, spawnSync } from 'node:child_process'
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
}

/** `data`: a data directory to start from, removed at the end as one of its own would be. */
export async function startRealEtcd(data?: string): Promise<RealEtcd> {
  const directory = data ?? mkdtempSync(join(tmpdir(), 'real-etcd-'))
  const [client, peer] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${client}`
  const arguments_ = [
    ...['--data-dir', directory, '--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`, '--unsafe-no-fsync', '--log-level', 'error'],
  ]
  const child = spawn(binary, arguments_, { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for (let attempt = 0; ; attempt++) {
    const isHealthy = await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    )
    if (isHealthy) break
    if (attempt > 200) throw new Error('etcd does not become healthy')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    address: `127.0.0.1:${client}`,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
