/**
 * A database file of bbolt, which is what etcd keeps its data in, written in one go. In: buckets with their pairs in order; out: pages, one
 * after another, and how many there will be. Only writing whole files; nothing is ever changed in one.
 *
 *     page 0, 1   meta: where the root bucket is, twice      page 2   list of free pages: none
 *     then for each bucket its leaves and, above them, branches up to one root; at last the root bucket, whose values are the buckets
 *
 * A page is 4 KB; a leaf whose single pair is longer goes on in the pages behind it. Lengths come first, because the receiver is told the
 * size before the first byte and every page knows its number: so pairs are first measured, which needs no encoding, then made one page
 * at a time, and at no time lie in memory together.
 */
const pageBytes = 4096
export const pageHeaderBytes = 16
export const elementBytes = 16
export const flags = { branch: 0x01, leaf: 0x02, meta: 0x04, freelist: 0x10 } as const
export const bucketFlag = 1
export const magic = 0xed0cdaed
export const version = 2
const firstPage = 3
const turnPairs = 1024

export interface Pair {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export interface Bucket {
  readonly name: string
  readonly count: number
  /** Of key and value together, known without making them. */
  pairBytes(index: number): number
  key(index: number): Uint8Array
  pair(index: number): Pair
}

interface Leaf {
  readonly from: number
  readonly until: number
  readonly page: number
  readonly pages: number
  readonly firstKey: Uint8Array
}

interface Child {
  readonly page: number
  readonly firstKey: Uint8Array
}

interface Branch {
  readonly page: number
  readonly pages: number
  readonly children: readonly Child[]
}

interface Tree {
  readonly bucket: Bucket
  readonly isRoot: boolean
  readonly leaves: readonly Leaf[]
  readonly branches: readonly Branch[]
  readonly root: number
}

export interface BoltFile {
  readonly bytes: number
  /** Pages in order; a few may come together. */
  parts(): Iterable<Uint8Array>
}

/** `buckets` by their names' bytes, each with its pairs by their keys'. `turn` is awaited now and then, to let others work. */
export async function boltFile(buckets: readonly Bucket[], turn: () => Promise<void>): Promise<BoltFile> {
  let nextPage = firstPage
  const trees: Tree[] = []
  const plant = async (bucket: Bucket, isRoot: boolean): Promise<Tree> => {
    const tree = await layOut(bucket, isRoot, nextPage, turn)
    nextPage = endOf(tree)
    trees.push(tree)
    return tree
  }
  const roots: number[] = []
  for (const bucket of buckets) roots.push((await plant(bucket, false)).root)
  const root = await plant(rootBucket(buckets, roots), true)
  const pages = nextPage
  return {
    bytes: pages * pageBytes,
    *parts() {
      yield metaPage(0, root.root, pages)
      yield metaPage(1, root.root, pages)
      yield page(2, flags.freelist, 0, 1)
      for (const tree of trees) {
        for (const leaf of tree.leaves) yield leafPage(tree, leaf)
        for (const branch of tree.branches) yield branchPage(branch)
      }
    },
  }
}

function endOf(tree: Tree): number {
  const last = tree.branches.at(-1) ?? (tree.leaves.at(-1) as Leaf)
  return last.page + last.pages
}

function rootBucket(buckets: readonly Bucket[], roots: readonly number[]): Bucket {
  return {
    name: '',
    count: buckets.length,
    pairBytes: (index) => Buffer.byteLength((buckets[index] as Bucket).name) + 16,
    key: (index) => Buffer.from((buckets[index] as Bucket).name),
    pair: (index) => {
      const value = Buffer.alloc(16)
      value.writeBigUInt64LE(BigInt(roots[index] as number), 0)
      return { key: Buffer.from((buckets[index] as Bucket).name), value }
    },
  }
}

function pagesFor(bytes: number): number {
  return Math.ceil(bytes / pageBytes)
}

async function layOut(bucket: Bucket, isRoot: boolean, firstPageNumber: number, turn: () => Promise<void>): Promise<Tree> {
  const leaves: Leaf[] = []
  let nextPage = firstPageNumber
  let from = 0
  let bytes = pageHeaderBytes
  let firstKey: Uint8Array = new Uint8Array(0)
  const close = (until: number): void => {
    const pages = pagesFor(bytes)
    leaves.push({ from, until, page: nextPage, pages, firstKey })
    nextPage += pages
    from = until
    bytes = pageHeaderBytes
  }
  for (let index = 0; index < bucket.count; index++) {
    const more = elementBytes + bucket.pairBytes(index)
    if (index > from && bytes + more > pageBytes) close(index)
    if (index === from) firstKey = bucket.key(index)
    bytes += more
    if (index % turnPairs === turnPairs - 1) await turn()
  }
  if (from < bucket.count || leaves.length === 0) close(bucket.count)
  const branches: Branch[] = []
  let level: readonly Child[] = leaves
  while (level.length > 1) {
    const above: Branch[] = []
    for (const children of grouped(level)) {
      above.push({ page: nextPage, pages: 1, children })
      nextPage++
    }
    branches.push(...above)
    level = above.map(({ page: number, children }) => ({ page: number, firstKey: (children[0] as Child).firstKey }))
  }
  return { bucket, isRoot, leaves, branches, root: (level[0] as Child).page }
}

/** As many children as fit on a page, and never one alone where there is a level above. */
function* grouped(children: readonly Child[]): Iterable<readonly Child[]> {
  let from = 0
  let bytes = pageHeaderBytes
  for (let index = 0; index < children.length; index++) {
    const more = elementBytes + (children[index] as Child).firstKey.length
    const isLastAlone = index === children.length - 1
    if (index > from + 1 && bytes + more + (isLastAlone ? 0 : more) > pageBytes) {
      yield children.slice(from, index)
      from = index
      bytes = pageHeaderBytes
    }
    bytes += more
  }
  yield children.slice(from)
}

function page(number: number, flag: number, count: number, pages: number): Buffer {
  const bytes = Buffer.alloc(pages * pageBytes)
  bytes.writeBigUInt64LE(BigInt(number), 0)
  bytes.writeUInt16LE(flag, 8)
  bytes.writeUInt16LE(count, 10)
  bytes.writeUInt32LE(pages - 1, 12)
  return bytes
}

function metaPage(number: number, root: number, pages: number): Buffer {
  const bytes = page(number, flags.meta, 0, 1)
  const meta = bytes.subarray(pageHeaderBytes)
  meta.writeUInt32LE(magic, 0)
  meta.writeUInt32LE(version, 4)
  meta.writeUInt32LE(pageBytes, 8)
  meta.writeBigUInt64LE(BigInt(root), 16)
  meta.writeBigUInt64LE(2n, 32) // the free list's page
  meta.writeBigUInt64LE(BigInt(pages), 40)
  meta.writeBigUInt64LE(BigInt(number), 48) // the transaction
  meta.writeBigUInt64LE(fnv64a(meta.subarray(0, 56)), 56)
  return bytes
}

/** Each element says where, from itself on, its key lies; keys and values follow all elements. */
function leafPage(tree: Tree, leaf: Leaf): Buffer {
  const count = leaf.until - leaf.from
  const bytes = page(leaf.page, flags.leaf, count, leaf.pages)
  let at = pageHeaderBytes + count * elementBytes
  for (let index = 0; index < count; index++) {
    const { key, value } = tree.bucket.pair(leaf.from + index)
    const element = pageHeaderBytes + index * elementBytes
    bytes.writeUInt32LE(tree.isRoot ? bucketFlag : 0, element)
    bytes.writeUInt32LE(at - element, element + 4)
    bytes.writeUInt32LE(key.length, element + 8)
    bytes.writeUInt32LE(value.length, element + 12)
    bytes.set(key, at)
    bytes.set(value, at + key.length)
    at += key.length + value.length
  }
  return bytes
}

function branchPage({ page: number, children }: Branch): Buffer {
  const bytes = page(number, flags.branch, children.length, 1)
  let at = pageHeaderBytes + children.length * elementBytes
  for (const [index, child] of children.entries()) {
    const element = pageHeaderBytes + index * elementBytes
    bytes.writeUInt32LE(at - element, element)
    bytes.writeUInt32LE(child.firstKey.length, element + 4)
    bytes.writeBigUInt64LE(BigInt(child.page), element + 8)
    bytes.set(child.firstKey, at)
    at += child.firstKey.length
  }
  return bytes
}

export function fnv64a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash
}
