/**
 * A disk that tells how long each write took to become durable: what a server's metrics say of the disk below it.
 */
import type { Clock } from './clock.ts'
import type { Disk, DiskFile } from './disk.ts'

export function timed(disk: Disk, clock: Pick<Clock, 'monotonicMs'>, onDurable: (tookMs: number) => void): Disk {
  const time = async <T>(wait: Promise<T>): Promise<T> => {
    const began = clock.monotonicMs()
    const result = await wait
    onDurable(clock.monotonicMs() - began)
    return result
  }
  const timedFile = (file: DiskFile, isDurable: boolean): DiskFile => ({
    read: (offset, length) => file.read(offset, length),
    write: (offset, bytes) => (isDurable ? time(file.write(offset, bytes)) : file.write(offset, bytes)),
    sync: () => time(file.sync()),
    truncate: (length) => file.truncate(length),
    size: () => file.size(),
    close: () => file.close(),
  })
  return {
    open: async (path, options) => timedFile(await disk.open(path, options), options.durable === true),
    readFile: (path) => disk.readFile(path),
    replaceFile: (path, bytes, permissions) => disk.replaceFile(path, bytes, permissions),
    list: (path) => disk.list(path),
    makeDirectory: (path, permissions) => disk.makeDirectory(path, permissions),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    syncDirectory: (path) => disk.syncDirectory(path),
    freeBytes: (path) => disk.freeBytes(path),
    lock: (path) => disk.lock(path),
    lockHolder: async (path) => disk.lockHolder?.(path),
  }
}
