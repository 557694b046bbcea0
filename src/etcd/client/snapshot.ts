/**
 * Fetches a snapshot of an etcd, somebody else's or ours, into a file. The file has its name only once all of it is there, checked and
 * durable; until then it is FILE.part, which is removed when anything goes wrong.
 */
import type { Disk, DiskFile } from '../../std/disk.ts'
import { SnapshotError } from '../bolt-reader.ts'
import { type SnapshotStatus, statusOf } from '../snapshot-file.ts'
import type { EtcdConnection } from './connection.ts'
import { snapshotMethod } from './methods.ts'

export interface SaveOptions {
  readonly disk: Disk
  /** Absolute. What is there already is replaced. */
  readonly path: string
  readonly signal: AbortSignal
}

export async function saveSnapshot(connection: EtcdConnection, { disk, path, signal }: SaveOptions): Promise<SnapshotStatus> {
  const part = `${path}.part`
  await disk.remove(part)
  const file = await disk.open(part, { mode: 'createNew' })
  try {
    await receive(connection, file, signal)
    await file.sync()
    const status = await statusOf(file, 'required')
    signal.throwIfAborted()
    await file.close()
    await disk.rename(part, path)
    await disk.syncDirectory(path.slice(0, path.lastIndexOf('/')) || '/')
    return status
  } catch (error) {
    await file.close().catch(() => undefined)
    await disk.remove(part).catch(() => undefined)
    throw error
  }
}

async function receive(connection: EtcdConnection, file: DiskFile, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { stream } = connection.open(snapshotMethod)
  const onAbort = (): void => stream.cancel()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    stream.write({})
    stream.end()
    let bytes = 0
    let remainingBytes: number | bigint = 0
    for await (const answer of stream as AsyncIterable<{ blob: Uint8Array; remainingBytes: number | bigint }>) {
      await file.write(bytes, answer.blob)
      bytes += answer.blob.length
      remainingBytes = answer.remainingBytes
    }
    if (remainingBytes > 0) throw new SnapshotError(`The snapshot ended ${remainingBytes} bytes too early`)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    stream.cancel()
  }
}
