/**
 * `t8s snapshot save|status|restore`: backups in etcd's own file format, so that they can be taken from and given to a real etcd. Prints what
 * etcdctl prints. Whatever goes wrong, a broken file included, is one line, and nothing half done is left behind.
 */
import { SnapshotError } from '../../etcd/bolt-reader.ts'
import { EtcdConnection } from '../../etcd/client/connection.ts'
import { saveSnapshot } from '../../etcd/client/snapshot.ts'
import { contentsOf, type SnapshotStatus, statusOf } from '../../etcd/snapshot-file.ts'
import { realClock } from '../../std/clock.ts'
import type { DiskFile } from '../../std/disk.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { realDisk } from '../../std/real-disk.ts'
import { makeDataDirectory } from '../../store/wal/restore.ts'
import { absolute, UserError } from '../places.ts'

export interface SaveFlags {
  readonly endpoints: readonly string[]
  readonly cacert?: string
  readonly cert?: string
  readonly key?: string
}

export interface StatusFlags {
  readonly writeOut: 'simple' | 'table' | 'json'
}

export interface RestoreFlags {
  readonly dataDir: string
  readonly skipHashCheck: boolean
}

export async function save(name: string, flags: SaveFlags, process: ProcessDoor): Promise<void> {
  if ((flags.cert === undefined) !== (flags.key === undefined)) throw new UserError('--cert and --key go together')
  if (flags.endpoints.length !== 1)
    throw new UserError(`A snapshot is of one member: --endpoints must name one address, not ${flags.endpoints.length}`)
  const pem = async (path: string | undefined): Promise<Uint8Array | undefined> => {
    if (path === undefined) return undefined
    const bytes = await realDisk.readFile(absolute(path, process))
    if (bytes === undefined) throw new UserError(`File "${path}" does not exist`)
    return bytes
  }
  const [ca, certificate, key] = [await pem(flags.cacert), await pem(flags.cert), await pem(flags.key)]
  const tls = { ...(ca && { ca }), ...(certificate && { certificate }), ...(key && { key }) }
  const hasTls = ca !== undefined || certificate !== undefined
  const connection = new EtcdConnection({ endpoints: flags.endpoints, clock: realClock, ...(hasTls ? { tls } : {}) })
  using _closing = { [Symbol.dispose]: () => connection.close() }
  using stop = stopping(process)
  try {
    const status = await saveSnapshot(connection, { disk: realDisk, path: absolute(name, process), signal: stop.signal })
    process.print(`Snapshot saved at ${name}: ${sizeText(status.totalSize)}, revision ${status.revision}\n`)
  } catch (error) {
    const failure = error as { readonly code?: unknown; readonly details?: unknown }
    if (typeof failure.code === 'number')
      throw new UserError(`Cannot get a snapshot from ${flags.endpoints[0]}: ${failure.details ?? failure.code}`)
    throw asUserError(error, name)
  }
}

export async function status(name: string, { writeOut }: StatusFlags, process: ProcessDoor): Promise<void> {
  const found = await reading(name, process, (file) => statusOf(file, 'if there'))
  process.print(
    writeOut === 'json' ? `${JSON.stringify(found)}\n` : writeOut === 'table' ? tableOf(found) : `${cellsOf(found).join(', ')}\n`,
  )
}

export async function restore(name: string, { dataDir, skipHashCheck }: RestoreFlags, process: ProcessDoor): Promise<void> {
  const directory = absolute(dataDir, process).replace(/(?<=.)\/+$/, '')
  const cannotBe = `Data directory "${dataDir}"`
  const names = await realDisk.list(directory).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOTDIR' ? new UserError(`${cannotBe} is a file: choose another place`) : error
  })
  if (names.length > 0) throw new UserError(`${cannotBe} is not empty: restore makes a new one, choose another place or remove it`)
  using stop = stopping(process)
  const slash = directory.lastIndexOf('/')
  const parent = directory.slice(0, slash) || '/'
  const wasThere = (await realDisk.list(parent)).includes(directory.slice(slash + 1))
  const contents = await reading(name, process, (file) => contentsOf(file, { skipsHash: skipHashCheck }))
  try {
    const place = { disk: realDisk, path: `${directory}/member`, clock: realClock, signal: stop.signal }
    const revision = await makeDataDirectory(place, contents)
    await realDisk.syncDirectory(parent)
    if (contents.hadUsers) process.complain('Warning: the snapshot has users and roles; this store has none and lets everybody in\n')
    process.print(`Restored ${name} at revision ${revision}; serve it with: t8s etcd --data-dir ${dataDir}\n`)
  } catch (error) {
    if (!wasThere) await realDisk.remove(directory)
    throw asUserError(error, name)
  }
}

async function reading<T>(name: string, process: ProcessDoor, read: (file: DiskFile) => Promise<T>): Promise<T> {
  const file = await realDisk.open(absolute(name, process), { mode: 'read' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UserError(`File "${name}" does not exist`) : error
  })
  try {
    return await read(file)
  } catch (error) {
    throw asUserError(error, name)
  } finally {
    await file.close()
  }
}

function asUserError(error: unknown, name: string): unknown {
  if (error instanceof SnapshotError) return new UserError(`Snapshot "${name}" cannot be used. ${error.message}`)
  if ((error as NodeJS.ErrnoException).code === 'EISDIR') return new UserError(`"${name}" is a directory, a file was expected`)
  return error
}

function stopping(process: ProcessDoor): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const signals = process.onStop((signal) => controller.abort(new UserError(`Stopped by ${signal}; nothing was kept`)))
  return { signal: controller.signal, [Symbol.dispose]: () => signals[Symbol.dispose]() }
}

function cellsOf({ hash, revision, totalKey, totalSize }: SnapshotStatus): readonly string[] {
  return [hash.toString(16), String(revision), String(totalKey), sizeText(totalSize)]
}

/** As etcdctl's tables are: names centred, values to the right. */
function tableOf(status: SnapshotStatus): string {
  const [names, values] = [['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE'], cellsOf(status)]
  const widths = names.map((name, column) => Math.max(name.length, (values[column] as string).length))
  const widthOf = (column: number): number => widths[column] as number
  const centred = (text: string, width: number): string => text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width)
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`
  const head = names.map((name, column) => centred(name, widthOf(column)))
  const line = values.map((value, column) => value.padStart(widthOf(column)))
  return `${rule}| ${head.join(' | ')} |\n${rule}| ${line.join(' | ')} |\n${rule}`
}

/** As go-humanize has it: 20 kB, 2.1 MB. */
function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 10 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10
  return `${power > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[power]}`
}
