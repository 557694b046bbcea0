/**
 * A disk that does not wait for the disk: writes are handed to the system and count as durable. For tests and throw-away data
 * (`--unsafe-no-fsync`): a crash of the process loses nothing, a power cut may lose what was answered.
 */
import type { Disk, DiskFile } from './disk.ts'

export function withoutSync(disk: Disk): Disk {
  return {
    open: async (path, options) => unsynced(await disk.open(path, { ...options, durable: false })),
    readFile: (path) => disk.readFile(path),
    replaceFile: (path, bytes, permissions) => disk.replaceFile(path, bytes, permissions),
    list: (path) => disk.list(path),
    makeDirectory: (path, permissions) => disk.makeDirectory(path, permissions),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    syncDirectory: async () => {},
    freeBytes: (path) => disk.freeBytes(path),
    lock: (path) => disk.lock(path),
    lockHolder: async (path) => disk.lockHolder?.(path),
  }
}

function unsynced(file: DiskFile): DiskFile {
  return {
    read: (offset, length) => file.read(offset, length),
    write: (offset, bytes) => file.write(offset, bytes),
    sync: async () => {},
    truncate: (length) => file.truncate(length),
    size: () => file.size(),
    close: () => file.close(),
  }
}
