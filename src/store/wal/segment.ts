/**
 * Segments of the log, from the first zero to the header that makes one of them count. A segment is laid out before it is used: filled with
 * zeros under another name, so that its size and extents are settled and every frame later is one trip to the disk. That happens while the
 * segment before it is written, a step at a time and in step with it.
 *
 * A newcomer would get wrong: the zeros must go to another file than the frames. A file that grows has changes in the file system's own
 * journal, and each durable write to it would wait for those too (250 µs instead of 180 here, and now and then 20 ms).
 */
import type { Clock } from '../../std/clock.ts'
import type { Disk, DiskFile } from '../../std/disk.ts'
import type { Log } from '../../std/log.ts'
import { StoreError } from '../store.ts'
import { encodeFileHeader, type FileHeader, segmentName } from './file-header.ts'

export const segmentBytesDefault = 64 * 1024 * 1024
/** A fresh directory is ready in a few milliseconds; each segment after the first is four times its predecessor, up to the limit. */
export const firstSegmentBytes = 256 * 1024
const growth = 4
/** Zeros are made durable in steps so that no frame waits long behind them. */
const stepBytes = 1024 * 1024
const zeros = Buffer.alloc(stepBytes)

export interface LogDirectory {
  readonly disk: Disk
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  /** The most that a segment is laid out for. */
  readonly segmentBytes: number
}

/** A segment as the writer and the removal of old ones see it. */
export interface Segment {
  readonly header: FileHeader
  readonly path: string
  bytes: number
}

/** What must stay free on the disk: a store that fills it to the last byte takes everybody else on the machine along. */
export async function requireFree(directory: LogDirectory, bytes: number): Promise<void> {
  const { disk, path, segmentBytes } = directory
  const freeBytes = await disk.freeBytes(path)
  const neededBytes = bytes + segmentBytes / 4
  if (freeBytes >= neededBytes) return
  const [free, needed] = [freeBytes, neededBytes].map((one) => `${(one / 1e6).toFixed(1)} MB`)
  throw new StoreError(
    'noSpace',
    `There are ${free} free for the data directory "${path}", and ${needed} are needed. Free some space and start again`,
  )
}

/** A segment that is being laid out. */
export class NextSegment {
  readonly #directory: LogDirectory
  readonly #path: string
  readonly #bytes: number
  #file: DiskFile | undefined
  #laidBytes = 0
  #step: Promise<void> | undefined

  constructor(directory: LogDirectory, number: number, bytes: number) {
    this.#directory = directory
    this.#path = `${directory.path}/${segmentName(number)}`
    this.#bytes = bytes
  }

  static first(directory: LogDirectory): NextSegment {
    return new NextSegment(directory, 1, Math.min(firstSegmentBytes, directory.segmentBytes))
  }

  static after({ header, bytes }: Segment, directory: LogDirectory): NextSegment {
    return new NextSegment(directory, header.number + 1, Math.min(Math.max(bytes * growth, firstSegmentBytes), directory.segmentBytes))
  }

  /** Lays out one step unless `share` (0 to 1) of the segment is there, or one is being laid out. */
  layOut(share: number): void {
    if (this.#step !== undefined || this.#laidBytes >= Math.min(1, share) * this.#bytes) return
    this.#step = this.#layOutStep()
      .catch((error: unknown) => this.#directory.log.warn('Cannot lay out the next segment of the log', { path: this.#path, error }))
      .finally(() => {
        this.#step = undefined
      })
  }

  /** Lays out what is missing and gives the segment its header and its name: from here on it is part of the log. */
  async begin(header: FileHeader): Promise<{ segment: Segment; file: DiskFile }> {
    await this.#step
    while (this.#laidBytes < this.#bytes) await this.#layOutStep()
    await this.#close()
    const { disk, path: directory } = this.#directory
    const file = await disk.open(this.#temporary, { mode: 'write', durable: true })
    try {
      await file.write(0, encodeFileHeader('segment', header))
      await disk.rename(this.#temporary, this.#path)
      await disk.syncDirectory(directory)
    } catch (error) {
      await file.close()
      throw error
    }
    return { segment: { header, path: this.#path, bytes: this.#bytes }, file }
  }

  /** It is not needed after all. */
  async discard(): Promise<void> {
    await this.#step
    await this.#close()
    if (this.#laidBytes > 0) await this.#directory.disk.remove(this.#temporary)
  }

  get #temporary(): string {
    return `${this.#path}.tmp`
  }

  async #layOutStep(): Promise<void> {
    if (this.#file === undefined) {
      await requireFree(this.#directory, this.#bytes)
      await this.#directory.disk.remove(this.#temporary)
      this.#file = await this.#directory.disk.open(this.#temporary, { mode: 'createNew' })
    }
    const bytes = Math.min(stepBytes, this.#bytes - this.#laidBytes)
    await this.#file.write(this.#laidBytes, zeros.subarray(0, bytes))
    await this.#file.sync()
    this.#laidBytes += bytes
  }

  async #close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }
}
