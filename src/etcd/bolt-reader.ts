/**
 * Reads a database file of bbolt, ours (`bolt.ts`) or a real etcd's: its buckets by name, and each one's pairs in order. In: an open file;
 * out: pairs, a leaf at a time, so that a file may be larger than memory. Only etcd's shape: no buckets within buckets.
 *
 * The file is a stranger's and nothing in it is believed: every number is held against the file's size, every page is met at most once, and
 * keys must rise. A newcomer would get wrong: of the two meta pages the one with the later transaction counts, if its checksum is right; and a
 * small bucket has no page of its own but lies inside the root's value.
 */
import type { DiskFile } from '../std/disk.ts'
import { bucketFlag, elementBytes, flags, fnv64a, magic, type Pair, pageHeaderBytes, version } from './bolt.ts'

const metaBytes = 64
const pageBytesMin = 1024
const pageBytesMax = 65_536
const depthMax = 64

/** What is wrong with the file; the message says it all. */
export class SnapshotError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SnapshotError'
  }
}

interface Meta {
  readonly pageBytes: number
  readonly root: number
  readonly pages: number
  readonly transaction: bigint
}

interface Element extends Pair {
  readonly isBucket: boolean
}

export class BoltReader {
  readonly #file: DiskFile
  readonly #meta: Meta
  readonly #met = new Set<number>()

  private constructor(file: DiskFile, meta: Meta) {
    this.#file = file
    this.#meta = meta
  }

  /** `bytes`: how much of the file is the database. */
  static async open(file: DiskFile, bytes: number): Promise<BoltReader> {
    return new BoltReader(file, await readMeta(file, bytes))
  }

  /** Of all pages in use, which may be less than the file's. */
  get bytes(): number {
    return this.#meta.pages * this.#meta.pageBytes
  }

  /** In order of their names. Each one's pairs must be read before the next bucket is asked for, and only once. */
  async *buckets(): AsyncGenerator<{ readonly name: string; readonly pairs: AsyncIterable<Pair> }> {
    for await (const { key, value, isBucket } of this.#elements(this.#meta.root)) {
      if (!isBucket || value.length < 16) throw damaged(`the root holds something other than buckets`)
      yield { name: Buffer.from(key).toString('latin1'), pairs: this.#pairs(viewOf(value)) }
    }
  }

  async *#pairs(bucket: Buffer): AsyncGenerator<Pair> {
    const root = bucket.readBigUInt64LE(0)
    const elements =
      root === 0n ? rising(this.#leaf(bucket.subarray(16), 'a bucket without pages')) : this.#elements(this.#pageNumber(root))
    for await (const element of elements) {
      if (element.isBucket) throw damaged('there is a bucket within a bucket')
      yield element
    }
  }

  #elements(root: number): AsyncIterable<Element> {
    return rising(this.#tree(root, 0))
  }

  async *#tree(number: number, depth: number): AsyncGenerator<Element> {
    if (depth > depthMax) throw damaged(`page ${number} is more than ${depthMax} levels deep`)
    const page = await this.#page(number)
    const flag = page.readUInt16LE(8)
    if (flag === flags.leaf) return yield* this.#leaf(page, `page ${number}`)
    if (flag !== flags.branch) throw damaged(`page ${number} is neither a leaf nor a branch`)
    const count = page.readUInt16LE(10)
    if (count === 0 || pageHeaderBytes + count * elementBytes > page.length) throw damaged(`page ${number} has ${count} elements`)
    for (let index = 0; index < count; index++) {
      yield* this.#tree(this.#pageNumber(page.readBigUInt64LE(pageHeaderBytes + index * elementBytes + 8)), depth + 1)
    }
  }

  *#leaf(page: Buffer, name: string): Generator<Element> {
    if (page.length < pageHeaderBytes || page.readUInt16LE(8) !== flags.leaf) throw damaged(`${name} is not a leaf`)
    const count = page.readUInt16LE(10)
    if (pageHeaderBytes + count * elementBytes > page.length) throw damaged(`${name} has ${count} elements`)
    // One behind the other, as bbolt writes them: a small file must not claim the same bytes ten thousand times.
    let free = pageHeaderBytes + count * elementBytes
    for (let index = 0; index < count; index++) {
      const element = pageHeaderBytes + index * elementBytes
      const from = element + page.readUInt32LE(element + 4)
      const middle = from + page.readUInt32LE(element + 8)
      const end = middle + page.readUInt32LE(element + 12)
      if (from < free || end > page.length) throw damaged(`element ${index} of ${name} lies outside its place`)
      free = end
      yield {
        key: page.subarray(from, middle),
        value: page.subarray(middle, end),
        isBucket: (page.readUInt32LE(element) & bucketFlag) !== 0,
      }
    }
  }

  #pageNumber(number: bigint): number {
    if (number < 2n || number >= BigInt(this.#meta.pages)) throw damaged(`page ${number} is asked for, and there are ${this.#meta.pages}`)
    return Number(number)
  }

  /** With the pages behind that belong to it. */
  async #page(number: number): Promise<Buffer> {
    const { pageBytes, pages } = this.#meta
    if (this.#met.has(number)) throw damaged(`page ${number} is in it twice`)
    const first = await readExactly(this.#file, number * pageBytes, pageBytes)
    if (first.readBigUInt64LE(0) !== BigInt(number)) throw damaged(`page ${number} says that it is page ${first.readBigUInt64LE(0)}`)
    const more = first.readUInt32LE(12)
    if (number + more >= pages) throw damaged(`page ${number} goes on for ${more} pages, and there are ${pages}`)
    for (let one = number; one <= number + more; one++) {
      if (this.#met.has(one)) throw damaged(`page ${one} is in it twice`)
      this.#met.add(one)
    }
    return more === 0 ? first : readExactly(this.#file, number * pageBytes, (more + 1) * pageBytes)
  }
}

async function* rising(elements: Iterable<Element> | AsyncIterable<Element>): AsyncGenerator<Element> {
  let before: Uint8Array | undefined
  for await (const element of elements) {
    if (before !== undefined && Buffer.compare(before, element.key) >= 0) throw damaged('its keys are not in order')
    before = element.key
    yield element
  }
}

/** The second meta page is a page behind the first, however long that is. */
async function readMeta(file: DiskFile, bytes: number): Promise<Meta> {
  const found: Meta[] = []
  for (let at = 0; at <= pageBytesMax; at = at === 0 ? pageBytesMin : at * 2) {
    const meta = at + pageHeaderBytes + metaBytes <= bytes ? metaIn(await readExactly(file, at, pageHeaderBytes + metaBytes)) : undefined
    if (meta !== undefined && (at === 0 || at === meta.pageBytes)) found.push(meta)
  }
  const newest = found.sort((a, b) => (a.transaction < b.transaction ? 1 : -1))[0]
  if (newest === undefined) throw new SnapshotError('It is not a database of etcd: no meta page with a right checksum is in it')
  const { pages, pageBytes, root } = newest
  if (pages * pageBytes > bytes) throw new SnapshotError(`It is cut off: ${pages * pageBytes} bytes should be there, and ${bytes} are`)
  if (root < 2 || root >= pages) throw damaged(`its root is page ${root} of ${pages}`)
  return newest
}

function metaIn(page: Buffer): Meta | undefined {
  const meta = page.subarray(pageHeaderBytes)
  if (meta.readUInt32LE(0) !== magic || meta.readUInt32LE(4) !== version) return undefined
  if (meta.readBigUInt64LE(56) !== fnv64a(meta.subarray(0, 56))) return undefined
  const pageBytes = meta.readUInt32LE(8)
  if (pageBytes < pageBytesMin || pageBytes > pageBytesMax || (pageBytes & (pageBytes - 1)) !== 0) return undefined
  const [root, pages] = [Number(meta.readBigUInt64LE(16)), Number(meta.readBigUInt64LE(40))]
  return { pageBytes, root, pages, transaction: meta.readBigUInt64LE(48) }
}

async function readExactly(file: DiskFile, offset: number, length: number): Promise<Buffer> {
  const bytes = await file.read(offset, length)
  if (bytes.length !== length) throw damaged(`it ends within ${length} bytes at offset ${offset}`)
  return viewOf(bytes)
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function damaged(why: string): SnapshotError {
  return new SnapshotError(`It is damaged: ${why}`)
}
