/**
 * The form in which objects are stored, and how it becomes what clients see without being parsed.
 *
 *     stored    {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web",…,"uid":"…","creationTimestamp":…},"spec":…}
 *     served    the same, with  "resourceVersion":"4711",  behind the uid, and a newline at the end
 *     in lists  the same, without  "kind":"Pod","apiVersion":"v1",
 *
 * That is compact JSON of the stored version, keys in the order of the schema, without resourceVersion: the store's revision
 * says it. Only name, generateName, namespace and selfLink stand before the uid, and quotes inside them would be escaped,
 * so the first `"uid":"` is the one; it is followed by 36 characters, a quote and a comma (creationTimestamp is
 * always there).
 */
const encoder = new TextEncoder()
const newline = 10
const uidMark = Buffer.from('"uid":"')
const metadataMark = Buffer.from('"metadata":{')

export interface SpliceOptions {
  /** How many bytes after the first brace to leave out: the kind and apiVersion of list items. */
  readonly skip?: number
  readonly before?: Uint8Array
  readonly after?: Uint8Array
}

/** Where the resourceVersion goes. Objects without uid (written by hand or by others) get it first in their metadata. */
function splicePosition(stored: Buffer): number {
  const uid = stored.indexOf(uidMark)
  if (uid >= 0) {
    const end = stored.indexOf('"', uid + uidMark.length)
    if (stored[end + 1] === 44) return end + 2
  }
  const metadata = stored.indexOf(metadataMark)
  if (metadata < 0) throw new Error('What is stored is no object: somebody else has written it')
  return metadata + metadataMark.length
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const noBytes = new Uint8Array(0)
const newlineBytes = Uint8Array.of(newline)

export function splice(stored: Uint8Array, revision: number, { skip = 0, before = noBytes, after = noBytes }: SpliceOptions): Uint8Array {
  const out = Buffer.allocUnsafe(before.length + splicedBytesMax(stored) + after.length)
  out.set(before, 0)
  const position = spliceInto(out, before.length, stored, revision, skip)
  out.set(after, position)
  return out.subarray(0, position + after.length)
}

/** Enough room for a spliced value whatever the revision. */
export function splicedBytesMax(stored: Uint8Array): number {
  return stored.length + 40
}

/** Writes a value with its resourceVersion at `position`; where it ends. */
export function spliceInto(out: Buffer, position: number, stored: Uint8Array, revision: number, skip: number): number {
  const source = asBuffer(stored)
  const at = splicePosition(source)
  let end = position
  if (skip > 0) {
    out[end++] = 123
    end += source.copy(out, end, skip + 1, at)
  } else end += source.copy(out, end, 0, at)
  end += out.write(`"resourceVersion":"${revision}",`, end, 'latin1')
  return end + source.copy(out, end, at)
}

/** One object as GET answers it. */
export function servedBytes(stored: Uint8Array, revision: number): Uint8Array {
  return splice(stored, revision, { after: newlineBytes })
}

/** The text of an object with its resourceVersion, for parsing. */
export function servedText(stored: Uint8Array, revision: number): string {
  const source = asBuffer(stored)
  if (revision === 0) return source.toString('utf8')
  const at = splicePosition(source)
  return `${source.toString('utf8', 0, at)}"resourceVersion":"${revision}",${source.toString('utf8', at)}`
}

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The bytes that all objects of a kind begin with, after the brace. */
export function typePrefix(kind: string, apiVersion: string): string {
  return `"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`
}
