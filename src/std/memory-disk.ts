/**
 * Files in memory, with the failures of real ones. For tests of whatever must survive a crash, and for processes that
 * want no files at all.
 *
 * It keeps two truths apart: what a running process sees, and what the platter holds. A write becomes durable by `sync`,
 * or at once on a file opened `durable`; a new name or a rename by `syncDirectory`. `powerLoss(random)` gives the disk
 * as it may be found afterwards: of what was not durable any 512-byte sector may be there or not, and of the names
 * changed since the last sync any number of the first ones. The old disk refuses everything from then on.
 *
 * `inject` makes an operation fail once or for ever with a code (EIO, ENOSPC …), a write possibly after a part of it has
 * been done; `capacityBytes` fills up honestly. A newcomer would get wrong: a write in flight (awaiting `turn`) counts as
 * not durable, so a power loss can tear it; it never resolves into success after that.
 */
import type { Disk, DiskFile, OpenOptions } from './disk.ts'
import type { Random } from './random.ts'

const sectorBytes = 512

export type DiskOperation =
  | 'open'
  | 'read'
  | 'write'
  | 'sync'
  | 'truncate'
  | 'rename'
  | 'remove'
  | 'syncDirectory'
  | 'list'
  | 'makeDirectory'
  | 'lock'

export interface DiskFault {
  readonly operation: DiskOperation
  /** Only paths that match. */
  readonly path?: RegExp
  readonly code: string
  /** How many matching operations succeed before; 0 when absent. */
  readonly after?: number
  /** How many fail; all from then on when absent. */
  readonly times?: number
  /** For a write: so many bytes reach the file before it fails. */
  readonly writtenBytes?: number
}

export interface MemoryDiskOptions {
  readonly capacityBytes?: number
  /** Awaited before an operation takes effect: gives the simulation its turns. A microtask when absent. */
  readonly turn?: () => Promise<void>
}

interface PendingWrite {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** What the names point to. `pending` are the changes since the last sync, oldest first; truncation is one of them. */
class Inode {
  live = new Uint8Array(0)
  length = 0
  durable = new Uint8Array(0)
  pending: (PendingWrite | { readonly truncate: number })[] = []

  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length
    if (end > this.live.length) {
      const grown = new Uint8Array(Math.max(end, this.live.length * 2))
      grown.set(this.live.subarray(0, this.length))
      this.live = grown
    }
    this.live.set(bytes, offset)
    this.length = Math.max(this.length, end)
  }

  truncate(length: number): void {
    const shorter = new Uint8Array(length)
    shorter.set(this.live.subarray(0, Math.min(length, this.length)))
    this.live = shorter
    this.length = length
  }

  settle(): void {
    for (const change of this.pending) this.makeDurable(change)
    this.pending = []
  }

  makeDurable(change: PendingWrite | { readonly truncate: number }): void {
    if ('bytes' in change && change.offset + change.bytes.length <= this.durable.length) this.durable.set(change.bytes, change.offset)
    else this.durable = applied(this.durable, change)
  }
}

function applied(bytes: Uint8Array, change: PendingWrite | { readonly truncate: number }): Uint8Array<ArrayBuffer> {
  const length = 'truncate' in change ? change.truncate : Math.max(bytes.length, change.offset + change.bytes.length)
  const next = new Uint8Array(length)
  next.set(bytes.subarray(0, length))
  if ('bytes' in change) next.set(change.bytes, change.offset)
  return next
}

/** A change to a directory's names that is not durable yet. */
type NameChange = { readonly path: string; readonly inode: Inode | undefined }

function diskError(code: string, operation: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code })
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}

export class MemoryDisk implements Disk {
  readonly #files = new Map<string, Inode>()
  readonly #durableNames = new Map<string, Inode>()
  readonly #pendingNames = new Map<string, NameChange[]>()
  readonly #directories = new Set<string>(['/'])
  readonly #locks = new Set<string>()
  readonly #capacityBytes: number
  readonly #turn: () => Promise<void>
  #faults: { readonly fault: DiskFault; seen: number }[] = []
  #hasPower = true

  constructor(options: MemoryDiskOptions = {}) {
    this.#capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY
    this.#turn = options.turn ?? (() => Promise.resolve())
  }

  // Failing on purpose

  inject(fault: DiskFault): void {
    this.#faults.push({ fault, seen: 0 })
  }

  heal(): void {
    this.#faults = []
  }

  /** The disk as it may be found after the power went: the durable part, and a random part of the rest. */
  powerLoss(random: Random, options: MemoryDiskOptions = {}): MemoryDisk {
    this.#hasPower = false
    const left = new MemoryDisk(options)
    for (const path of this.#directories) left.#directories.add(path)
    const names = new Map(this.#durableNames)
    for (const changes of this.#pendingNames.values()) {
      const kept = random.integer(changes.length + 1)
      for (const { path, inode } of changes.slice(0, kept)) {
        if (inode === undefined) names.delete(path)
        else names.set(path, inode)
      }
    }
    const copies = new Map<Inode, Inode>()
    for (const [path, inode] of names) {
      const copy = copies.get(inode) ?? survivor(inode, random)
      copies.set(inode, copy)
      left.#files.set(path, copy)
      left.#durableNames.set(path, copy)
    }
    return left
  }

  /** The live bytes of a file, to look at or to damage. */
  bytesOf(path: string): Uint8Array {
    const inode = this.#existing('read', path)
    return inode.live.subarray(0, inode.length)
  }

  /** Replaces a file's bytes, durably and without any of the failures. */
  setBytes(path: string, bytes: Uint8Array): void {
    const inode = new Inode()
    inode.write(0, bytes)
    inode.durable = new Uint8Array(bytes)
    this.#files.set(path, inode)
    this.#durableNames.set(path, inode)
  }

  /** The same files on another disk, all durable; for trying the same damage in many ways. */
  clone(): MemoryDisk {
    const copy = new MemoryDisk()
    for (const path of this.#directories) copy.#directories.add(path)
    for (const path of this.#files.keys()) copy.setBytes(path, this.bytesOf(path))
    return copy
  }

  async #before(operation: DiskOperation, path: string): Promise<void> {
    await this.#turn()
    const fault = this.#faultFor(operation, path)
    if (fault !== undefined) throw diskError(fault.code, operation, path)
  }

  #faultFor(operation: DiskOperation, path: string): DiskFault | undefined {
    this.#requirePower(operation, path)
    for (const entry of this.#faults) {
      const { fault } = entry
      if (fault.operation !== operation || (fault.path !== undefined && !fault.path.test(path))) continue
      const number = entry.seen++ - (fault.after ?? 0)
      if (number >= 0 && number < (fault.times ?? Number.POSITIVE_INFINITY)) return fault
    }
    return undefined
  }

  #requirePower(operation: DiskOperation, path: string): void {
    if (!this.#hasPower) throw diskError('EIO', operation, path)
  }

  #existing(operation: string, path: string): Inode {
    const inode = this.#files.get(path)
    if (inode === undefined) throw diskError('ENOENT', operation, path)
    return inode
  }

  #setName(path: string, inode: Inode | undefined): void {
    if (inode === undefined) this.#files.delete(path)
    else this.#files.set(path, inode)
    const parent = parentOf(path)
    const changes = this.#pendingNames.get(parent) ?? []
    changes.push({ path, inode })
    this.#pendingNames.set(parent, changes)
  }

  #usedBytes(): number {
    let bytes = 0
    for (const inode of new Set(this.#files.values())) bytes += inode.length
    return bytes
  }

  // Disk

  async open(path: string, options: OpenOptions): Promise<DiskFile> {
    await this.#before('open', path)
    const existing = this.#files.get(path)
    if (existing !== undefined && options.mode === 'createNew') throw diskError('EEXIST', 'open', path)
    if (existing === undefined && (options.mode === 'read' || options.mode === 'write')) throw diskError('ENOENT', 'open', path)
    if (!this.#directories.has(parentOf(path))) throw diskError('ENOENT', 'open', path)
    if (this.#directories.has(path)) throw diskError('EISDIR', 'open', path)
    const inode = existing ?? new Inode()
    if (existing === undefined) this.#setName(path, inode)
    return this.#fileOf(path, inode, options.durable === true)
  }

  #fileOf(path: string, inode: Inode, isDurable: boolean): DiskFile {
    return {
      read: async (offset, length) => {
        await this.#before('read', path)
        return inode.live.slice(offset, Math.max(offset, Math.min(inode.length, offset + length)))
      },
      write: (offset, bytes) => this.#write(path, inode, isDurable, offset, bytes),
      sync: async () => {
        await this.#before('sync', path)
        inode.settle()
      },
      truncate: async (length) => {
        await this.#before('truncate', path)
        inode.truncate(length)
        inode.pending.push({ truncate: length })
      },
      size: async () => inode.length,
      close: async () => {},
    }
  }

  async #write(path: string, inode: Inode, isDurable: boolean, offset: number, bytes: Uint8Array): Promise<void> {
    this.#requirePower('write', path)
    // Noted before the turn: a write in flight when the power goes may be on the platter in part.
    const pending: PendingWrite = { offset, bytes: new Uint8Array(bytes) }
    inode.pending.push(pending)
    await this.#turn()
    const fault = this.#faultFor('write', path)
    const isFull = this.#usedBytes() + Math.max(0, offset + bytes.length - inode.length) > this.#capacityBytes
    if (fault !== undefined || isFull) {
      inode.pending.splice(inode.pending.indexOf(pending), 1)
      const part = pending.bytes.subarray(0, fault?.writtenBytes ?? 0)
      if (part.length > 0) {
        inode.write(offset, part)
        inode.pending.push({ offset, bytes: part })
      }
      throw diskError(fault?.code ?? 'ENOSPC', 'write', path)
    }
    inode.write(offset, pending.bytes)
    if (!isDurable) return
    inode.pending.splice(inode.pending.indexOf(pending), 1)
    inode.makeDurable(pending)
  }

  async readFile(path: string): Promise<Uint8Array | undefined> {
    await this.#before('read', path)
    const inode = this.#files.get(path)
    return inode?.live.slice(0, inode.length)
  }

  async replaceFile(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${path}.tmp`
    await this.remove(temporary)
    const file = await this.open(temporary, { mode: 'createNew' })
    await file.write(0, bytes)
    await file.sync()
    await this.rename(temporary, path)
    await this.syncDirectory(parentOf(path))
  }

  async list(path: string): Promise<readonly string[]> {
    await this.#before('list', path)
    const prefix = path === '/' ? '/' : `${path}/`
    const names = new Set<string>()
    for (const each of [...this.#files.keys(), ...this.#directories]) {
      if (each.startsWith(prefix) && each.length > prefix.length) names.add(each.slice(prefix.length).split('/')[0] as string)
    }
    return [...names].sort()
  }

  /** Directories are durable at once: what is simulated is the life of files. */
  async makeDirectory(path: string): Promise<void> {
    await this.#before('makeDirectory', path)
    for (let at = path; !this.#directories.has(at); at = parentOf(at)) {
      if (this.#files.has(at)) throw diskError('EEXIST', 'makeDirectory', at)
      this.#directories.add(at)
      if (!at.includes('/')) break
    }
    if (!path.startsWith('/')) this.#directories.add(parentOf(path))
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#before('rename', from)
    if (this.#directories.has(from)) return this.#renameDirectory(from, to)
    const inode = this.#existing('rename', from)
    this.#setName(to, inode)
    this.#setName(from, undefined)
  }

  /** Durable at once, as directories are here; of the files within, what was durable stays so. */
  #renameDirectory(from: string, to: string): void {
    const within = (path: string): boolean => path === from || path.startsWith(`${from}/`)
    const moved = (path: string): string => to + path.slice(from.length)
    if (this.#directories.has(to) || this.#files.has(to)) throw diskError('ENOTEMPTY', 'rename', to)
    for (const path of [...this.#directories].filter(within)) {
      this.#directories.delete(path)
      this.#directories.add(moved(path))
    }
    for (const names of [this.#files, this.#durableNames]) {
      for (const [path, inode] of [...names].filter(([each]) => within(each))) {
        names.delete(path)
        names.set(moved(path), inode)
      }
    }
    for (const [path, changes] of [...this.#pendingNames].filter(([each]) => within(each))) {
      this.#pendingNames.delete(path)
      const left = changes.map(({ path: name, inode }) => ({ path: moved(name), inode }))
      this.#pendingNames.set(moved(path), left)
    }
  }

  async remove(path: string): Promise<void> {
    await this.#before('remove', path)
    for (const each of [...this.#files.keys()]) if (each === path || each.startsWith(`${path}/`)) this.#setName(each, undefined)
    for (const each of [...this.#directories]) if (each === path || each.startsWith(`${path}/`)) this.#directories.delete(each)
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#before('syncDirectory', path)
    for (const { path: name, inode } of this.#pendingNames.get(path) ?? []) {
      if (inode === undefined) this.#durableNames.delete(name)
      else this.#durableNames.set(name, inode)
    }
    this.#pendingNames.delete(path)
  }

  async freeBytes(): Promise<number> {
    return this.#capacityBytes - this.#usedBytes()
  }

  async lock(path: string): Promise<AsyncDisposable | undefined> {
    await this.#before('lock', path)
    if (this.#locks.has(path)) return undefined
    this.#locks.add(path)
    return { [Symbol.asyncDispose]: async () => void this.#locks.delete(path) }
  }

  async lockHolder(path: string): Promise<string | undefined> {
    return this.#locks.has(path) ? 'this process' : undefined
  }
}

/** What the platter may hold of a file: of each change since the last sync, any of its sectors. */
function survivor(inode: Inode, random: Random): Inode {
  let bytes: Uint8Array = inode.durable
  for (const change of inode.pending)
    bytes = 'truncate' in change ? (random.integer(2) === 0 ? bytes : applied(bytes, change)) : torn(bytes, change, random)
  const left = new Inode()
  left.write(0, bytes)
  left.durable = new Uint8Array(bytes)
  return left
}

function torn(bytes: Uint8Array, { offset, bytes: written }: PendingWrite, random: Random): Uint8Array {
  let result = bytes
  for (let from = offset; from < offset + written.length; ) {
    const to = Math.min(offset + written.length, (Math.floor(from / sectorBytes) + 1) * sectorBytes)
    if (random.integer(2) === 0) result = applied(result, { offset: from, bytes: written.subarray(from - offset, to - offset) })
    from = to
  }
  return result
}
