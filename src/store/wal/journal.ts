/**
 * A data directory as one thing: its lock, the log, the snapshots and their coming and going. The store notes records
 * and asks for a commit; everything about files is here and below.
 */
import type { Mvcc } from '../mvcc/mvcc.ts'
import { StoreError } from '../store.ts'
import { numberFromName } from './file-header.ts'
import type { RecordWriter } from './record.ts'
import { recover } from './recover.ts'
import { type LogDirectory, requireFree } from './segment.ts'
import { writeSnapshot } from './snapshot.ts'
import type { LogWriter } from './writer.ts'

export class Journal {
  readonly #directory: LogDirectory
  readonly #mvcc: Mvcc
  readonly #lock: AsyncDisposable
  readonly #writer: LogWriter
  readonly #salt: number
  readonly #snapshotAfterBytes: number
  readonly #stopping = new AbortController()
  #snapshot: Promise<void> | undefined
  snapshotBytes: number

  private constructor(
    directory: LogDirectory,
    mvcc: Mvcc,
    lock: AsyncDisposable,
    recovered: { writer: LogWriter; salt: number; snapshotBytes: number },
    snapshotAfterBytes: number,
  ) {
    this.#directory = directory
    this.#mvcc = mvcc
    this.#lock = lock
    this.#writer = recovered.writer
    this.#salt = recovered.salt
    this.snapshotBytes = recovered.snapshotBytes
    this.#snapshotAfterBytes = snapshotAfterBytes
  }

  /** Locks the directory, making it when it is not there, and fills `mvcc` from it. */
  static async open(directory: LogDirectory, mvcc: Mvcc, snapshotAfterBytes: number): Promise<Journal> {
    const lock = await lockDirectory(directory)
    try {
      return new Journal(directory, mvcc, lock, await recover(directory, mvcc), snapshotAfterBytes)
    } catch (error) {
      await lock[Symbol.asyncDispose]()
      throw clearer(error, directory.path)
    }
  }

  /** The frame that is filling up: valid until the next `commit`. */
  get records(): RecordWriter {
    return this.#writer.records
  }

  get logBytes(): number {
    return this.#writer.bytes
  }

  get canOverlap(): boolean {
    return this.#writer.canOverlap
  }

  commit(timeMs: number, revision: number): Promise<void> {
    return this.#writer.commit(timeMs, revision)
  }

  /** Resolves at once when no snapshot is being written. */
  snapshotDone(): Promise<void> {
    return this.#snapshot ?? Promise.resolve()
  }

  /**
   * Writes a snapshot when it lets go of more log than it costs to write, which bounds both the disk's size and the
   * writing: no more than twice what clients write.
   */
  snapshotIfWorthIt(): void {
    if (this.#snapshot !== undefined || this.#stopping.signal.aborted) return
    const revision = this.#mvcc.compacted
    if (this.#writer.removableBytes(revision) < Math.max(this.#snapshotAfterBytes, this.snapshotBytes)) return
    this.#snapshot = this.#writeSnapshot(revision)
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#directory.log.error('Cannot write a snapshot; the log stays as it is', { error })
      })
      .finally(() => {
        this.#snapshot = undefined
      })
  }

  async #writeSnapshot(revision: number): Promise<void> {
    const { disk, path, log } = this.#directory
    await requireFree(this.#directory, Math.max(this.snapshotBytes, this.#mvcc.values.liveBytes))
    const keepFrom = this.#writer.segmentNumber
    this.snapshotBytes = await writeSnapshot(this.#directory, this.#mvcc, revision, this.#salt, this.#stopping.signal)
    for (const name of await disk.list(path)) {
      const number = numberFromName('snapshot', name)
      if (number !== undefined && number < revision) await disk.remove(`${path}/${name}`)
    }
    await this.#writer.removeThrough(revision, keepFrom)
    log.debug('Wrote a snapshot', { revision, bytes: this.snapshotBytes })
  }

  /** Gives up the snapshot that is being written, if any. The log it would have replaced is still there. */
  stopSnapshot(): void {
    this.#stopping.abort(new Error('The store is closing'))
  }

  async close(): Promise<void> {
    this.stopSnapshot()
    await this.#snapshot
    await this.#writer.close()
    await this.#lock[Symbol.asyncDispose]()
  }
}

async function lockDirectory({ disk, path }: LogDirectory): Promise<AsyncDisposable> {
  try {
    await disk.makeDirectory(path, 0o700)
    const lock = await disk.lock(`${path}/lock`)
    if (lock !== undefined) return lock
  } catch (error) {
    throw clearer(error, path)
  }
  const holder = (await disk.lockHolder?.(`${path}/lock`)) ?? 'another process'
  throw new StoreError('locked', `Data directory "${path}" is in use by ${holder}. Stop it, or use another directory`)
}

/** Errors of the system in words that say what to do. */
function clearer(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StoreError(
        'readOnly',
        `Data directory "${path}" cannot be written (${code}). Change its owner or permissions, or use another directory`,
        { cause: error },
      )
    case 'ENOTDIR':
    case 'EEXIST':
      return new StoreError('invalid', `Data directory "${path}" is not a directory (${code}). Use another path`, { cause: error })
    case 'ENOSPC':
    case 'EDQUOT':
      return new StoreError(
        'noSpace',
        `There is no space left for the data directory "${path}" (${code}). Free some space, or use another directory`,
        { cause: error },
      )
    default:
      return error
  }
}
