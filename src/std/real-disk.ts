/**
 * Node's file system behind the `Disk` interface. The callback API on plain descriptors is used because it is the
 * fastest that Node has: the store's log goes through here.
 *
 * What is worth knowing: `durable: true` opens with O_DSYNC, so each write is on the disk when it resolves. A write may
 * come back short and is then continued. Directories are synced through a descriptor of their own, and systems that
 * cannot (Windows) are taken to need none. The lock is in `process-lock.ts`.
 */
import { type BigIntStats, close, constants, fdatasync, fstat, fsync, ftruncate, open, read, type StatsFs, write } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Disk, DiskFile, OpenOptions } from './disk.ts'
import { processLockHolder, takeProcessLock } from './process-lock.ts'

const modeFlags = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT,
  createNew: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
} as const

/** Turns a callback into a promise's two ends. */
function settle<T>(resolve: (value: T) => void, reject: (error: Error) => void): (error: Error | null, value?: T) => void {
  return (error, value) => (error ? reject(error) : resolve(value as T))
}

function openDescriptor(path: string, flags: number, permissions: number): Promise<number> {
  return new Promise((resolve, reject) => open(path, flags, permissions, settle(resolve, reject)))
}

class RealFile implements DiskFile {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafeSlow(length)
    let filled = 0
    while (filled < length) {
      const count = await new Promise<number>((resolve, reject) => {
        read(this.#fd, bytes, filled, length - filled, offset + filled, settle(resolve, reject))
      })
      if (count === 0) return bytes.subarray(0, filled)
      filled += count
    }
    return bytes
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const from = (done: number): void => {
        write(this.#fd, bytes, done, bytes.length - done, offset + done, (error, count) => {
          if (error) return reject(error)
          if (done + count >= bytes.length) return resolve()
          if (count === 0) return reject(new Error(`Cannot write: the system took 0 of ${bytes.length - done} bytes`))
          from(done + count)
        })
      }
      from(0)
    })
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => fdatasync(this.#fd, settle(resolve, reject)))
  }

  truncate(length: number): Promise<void> {
    return new Promise((resolve, reject) => ftruncate(this.#fd, length, settle(resolve, reject)))
  }

  async size(): Promise<number> {
    const stats = await new Promise<BigIntStats>((resolve, reject) => fstat(this.#fd, { bigint: true }, settle(resolve, reject)))
    return Number(stats.size)
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => close(this.#fd, settle(resolve, reject)))
  }
}

/** `undefined` instead of an error that says there is nothing there. */
async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const fd = await openDescriptor(path, constants.O_RDONLY, 0)
  try {
    await new Promise<void>((resolve, reject) => fsync(fd, settle(resolve, reject)))
  } finally {
    await new RealFile(fd).close()
  }
}

/** Node's own `recursive` never ends where nothing can be made (below /proc). */
async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    const parent = path.slice(0, path.lastIndexOf('/'))
    if (code !== 'ENOENT' || parent === '') throw error
    await makeDirectory(parent, mode)
    await mkdir(path, { mode }).catch((again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw again
    })
  }
}

export const realDisk: Disk = {
  async open(path: string, options: OpenOptions): Promise<DiskFile> {
    const durable = options.durable === true && options.mode !== 'read' ? constants.O_DSYNC : 0
    return new RealFile(await openDescriptor(path, modeFlags[options.mode] | durable, options.permissions ?? 0o600))
  },

  readFile: (path) => unlessMissing<Uint8Array>(readFile(path)),

  async replaceFile(path, bytes, permissions) {
    const temporary = `${path}.${process.pid}.tmp`
    await rm(temporary, { force: true })
    const file = await realDisk.open(temporary, { mode: 'createNew', permissions: permissions ?? 0o600 })
    try {
      await file.write(0, bytes)
      await file.sync()
      await file.close()
      await rename(temporary, path)
    } catch (error) {
      await file.close().catch(() => undefined)
      await rm(temporary, { force: true })
      throw error
    }
    await syncDirectory(dirname(path))
  },

  list: async (path) => ((await unlessMissing(readdir(path))) ?? []).sort(),

  makeDirectory: (path, permissions) => makeDirectory(path, permissions ?? 0o755),

  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true, recursive: true }),
  syncDirectory,

  async freeBytes(path) {
    const stats: StatsFs = await statfs(path)
    return stats.bavail * stats.bsize
  },

  lock: takeProcessLock,
  lockHolder: processLockHolder,
}
