/**
 * The writing end of the log. Records collect in `records`; `commit` writes them as one frame and resolves once it is
 * durable. What is in which frame, and how many are on their way at once, is the caller's business (`group-commit.ts`),
 * who knows who waits for what.
 *
 * A frame is one write to a segment opened O_DSYNC, into space that was filled with zeros before (`segment.ts`): one
 * trip to the disk, and no other change to the file waits for it.
 *
 * A newcomer would get wrong: after any failed write nothing more is written: what is on the disk then is not known any
 * more. And a frame longer than a whole segment makes its segment longer.
 */
import type { DiskFile } from '../../std/disk.ts'
import { type FileHeader, fileHeaderBytes } from './file-header.ts'
import { finishFrame, frameHeaderBytes, paddedFrameBytes } from './frame.ts'
import { RecordWriter } from './record.ts'
import { type LogDirectory, NextSegment, type Segment } from './segment.ts'

/** Laying out the next segment begins when so much of this one is written, and ends when `layOutEnd` is. */
const layOutBegin = 0.25
const layOutEnd = 0.75

/** Where recovery found the end of the log. */
export interface LogEnd {
  readonly segments: Segment[]
  /** In the last segment: where the next frame goes. */
  readonly offset: number
  readonly nextSequence: number
  /** The head that all frames together lead to. */
  readonly revision: number
}

export class LogWriter {
  readonly #directory: LogDirectory
  readonly segments: Segment[]
  #file: DiskFile
  #offset: number
  #next: NextSegment
  #nextSequence: number
  /** The head that the last frame led to. */
  #revision: number
  readonly #spare: RecordWriter[] = []
  /** Frames that are on their way to the disk. */
  readonly #underway = new Set<Promise<void>>()
  #isChangingSegment = false
  /** The frame that is filling up. */
  records = new RecordWriter(frameHeaderBytes)

  private constructor(directory: LogDirectory, file: DiskFile, end: LogEnd) {
    this.#directory = directory
    this.segments = end.segments
    this.#file = file
    this.#offset = end.offset
    this.#next = NextSegment.after(this.#current, directory)
    this.#nextSequence = end.nextSequence
    this.#revision = end.revision
  }

  /** Goes on where recovery found the end. */
  static async resume(directory: LogDirectory, end: LogEnd): Promise<LogWriter> {
    const last = end.segments.at(-1) as Segment
    return new LogWriter(directory, await directory.disk.open(last.path, { mode: 'write', durable: true }), end)
  }

  /** Begins the first segment of an empty directory. */
  static async begin(directory: LogDirectory, header: FileHeader): Promise<LogWriter> {
    const { segment, file } = await NextSegment.first(directory).begin(header)
    return new LogWriter(directory, file, {
      segments: [segment],
      offset: fileHeaderBytes,
      nextSequence: header.firstSequence,
      revision: header.revision,
    })
  }

  get bytes(): number {
    let total = 0
    for (const segment of this.segments) total += segment.bytes
    return total
  }

  /** Whether the frame that is filling up may be committed while another is on its way: within one segment only. */
  get canOverlap(): boolean {
    return !this.#isChangingSegment && this.#offset + paddedFrameBytes(this.records) <= this.#current.bytes
  }

  /**
   * Makes what was recorded so far durable. `revision` is the head that these records lead to. The frame knows how many before it were still on
   * their way, so recovery can tell what was acknowledged when it was written.
   */
  async commit(timeMs: number, revision: number): Promise<void> {
    if (this.records.isEmpty) return
    const records = this.records
    this.records = this.#spare.pop() ?? new RecordWriter(frameHeaderBytes)
    const sequence = this.#nextSequence++
    const salt = (this.segments[0] as Segment).header.salt
    const frame = finishFrame(records, { sequence, timeMs, salt, underway: this.#underway.size })
    if (this.#offset > fileHeaderBytes && this.#offset + frame.length > this.#current.bytes) {
      await this.#nextSegment(sequence, this.#revision, salt)
    }
    const offset = this.#offset
    const segment = this.#current
    this.#offset += frame.length
    this.#revision = revision
    segment.bytes = Math.max(segment.bytes, this.#offset)
    const write = this.#file.write(offset, frame)
    this.#underway.add(write)
    await write.finally(() => this.#underway.delete(write))
    records.clear()
    this.#spare.push(records)
    const written = this.#offset / segment.bytes
    if (written > layOutBegin) this.#next.layOut((written - layOutBegin) / (layOutEnd - layOutBegin))
  }

  get #current(): Segment {
    return this.segments.at(-1) as Segment
  }

  /** The segment that is being written. */
  get segmentNumber(): number {
    return this.#current.header.number
  }

  /** Removes segments before number `keepFrom` in which nothing is later than `revision`. */
  async removeThrough(revision: number, keepFrom: number): Promise<void> {
    const { segments } = this
    const isOld = (): boolean => (segments[0] as Segment).header.number < keepFrom && (segments[1] as Segment).header.revision <= revision
    while (segments.length > 1 && isOld()) {
      await this.#directory.disk.remove((segments[0] as Segment).path)
      segments.shift()
    }
    await this.#directory.disk.syncDirectory(this.#directory.path)
  }

  /** Bytes in segments that a snapshot as of `revision` would make superfluous. */
  removableBytes(revision: number): number {
    let bytes = 0
    for (let index = 0; index + 1 < this.segments.length; index++) {
      if ((this.segments[index + 1] as Segment).header.revision > revision) break
      bytes += (this.segments[index] as Segment).bytes
    }
    return bytes
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#underway)
    await this.#next.discard()
    await this.#file.close()
  }

  async #nextSegment(firstSequence: number, revision: number, salt: number): Promise<void> {
    this.#isChangingSegment = true
    const number = this.segmentNumber + 1
    const createdMs = this.#directory.clock.now()
    const { segment, file } = await this.#next.begin({ salt, number, firstSequence, revision, createdMs })
    await this.#file.close()
    this.#file = file
    this.segments.push(segment)
    this.#offset = fileHeaderBytes
    this.#next = NextSegment.after(segment, this.#directory)
    this.#isChangingSegment = false
  }
}
