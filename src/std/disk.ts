/**
 * The door to files. The store, the kubeconfig and the certificates reach the disk only through a `Disk`, so that
 * tests can keep files in memory, tear a write in half, fill the disk or lose power, and see what is left.
 *
 * `real-disk.ts` is Node's file system; `memory-disk.ts` keeps files in memory and can fail on purpose. Paths are
 * absolute or relative to the process, with `/` between parts. Errors carry Node's `code` (ENOENT, EEXIST, ENOSPC …).
 */
export interface DiskFile {
  /** Reads up to `length` bytes at `offset`; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Writes all of `bytes` at `offset`. On a file opened with `durable: true` they survive a power cut when it resolves. */
  write(offset: number, bytes: Uint8Array): Promise<void>
  /** Makes everything written so far durable (fdatasync). */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  size(): Promise<number>
  close(): Promise<void>
}

export interface OpenOptions {
  readonly mode: 'read' | 'write' | 'create' | 'createNew'
  /** O_DSYNC: each write is durable when it resolves. */
  readonly durable?: boolean
  /** Permission bits of a new file; 0o600 when absent. */
  readonly permissions?: number
}

export interface Disk {
  open(path: string, options: OpenOptions): Promise<DiskFile>
  /** Whole files, for small things (certificates, kubeconfig). Undefined when there is none. */
  readFile(path: string): Promise<Uint8Array | undefined>
  /** Replaces the file as a whole or not at all: a temporary file, synced, renamed, the directory synced. */
  replaceFile(path: string, bytes: Uint8Array, permissions?: number): Promise<void>
  /** Names in the directory, sorted; empty when it does not exist. */
  list(path: string): Promise<readonly string[]>
  makeDirectory(path: string, permissions?: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes a file or a whole directory; fine when it does not exist. */
  remove(path: string): Promise<void>
  /** Makes renames and new files in the directory durable. */
  syncDirectory(path: string): Promise<void>
  /** Bytes free for us where `path` lies. */
  freeBytes(path: string): Promise<number>
  /** Takes an exclusive lock that the system drops when this process dies; undefined when another process holds it. */
  lock(path: string): Promise<AsyncDisposable | undefined>
  /** Who holds the lock, in words for a message ("process 4711"), where that can be told. */
  lockHolder?(path: string): Promise<string | undefined>
}
