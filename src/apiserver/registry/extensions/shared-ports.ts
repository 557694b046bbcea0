/**
 * Node ports where several API servers share a store: which are taken is one value there, a bit a port, changed by compare-and-swap, so that
 * no two servers give the same. It is upstream's RangeAllocation, in upstream's place, and its apiservers may take part.
 *
 *     data    a big-endian number without leading zeros; bit n is port 30000 + n           30000 and 30009 taken: 02 01
 *
 * What a server took and died with stays taken, as upstream's does until its repair loop comes by.
 */
import { openEnvelope } from '../../../apimachinery/codec/protobuf-envelope.ts'
import { internalError } from '../../../apimachinery/status-error.ts'
import { ProtobufReader } from '../../../wire/protobuf.ts'
import type { Server } from '../../server-parts.ts'
import { registryPrefix } from '../keys.ts'
import { bytesOf } from '../storage-codec.ts'

const key = `${registryPrefix}ranges/servicenodeports`
const roundsMax = 64
const openBrace = 123

interface Allocation {
  readonly taken: ReadonlySet<number>
  readonly revision: number
}

export class SharedPorts {
  readonly #range: string

  constructor(first: number, last: number) {
    this.#range = `${first}-${last}`
  }

  /** Offsets of all ports that any server has given. */
  async taken(server: Server): Promise<ReadonlySet<number>> {
    return (await this.#read(server)).taken
  }

  /** Those that somebody else has; none: all are this server's now. */
  async claim(server: Server, offsets: readonly number[]): Promise<readonly number[]> {
    let conflicts: readonly number[] = []
    await this.#change(server, (taken) => {
      conflicts = offsets.filter((offset) => taken.has(offset))
      return conflicts.length > 0 ? taken : new Set([...taken, ...offsets])
    })
    return conflicts
  }

  async release(server: Server, offsets: readonly number[]): Promise<void> {
    const gone = new Set(offsets)
    await this.#change(server, (taken) =>
      offsets.some((offset) => taken.has(offset)) ? new Set([...taken].filter((offset) => !gone.has(offset))) : taken,
    )
  }

  async #read({ store }: Server): Promise<Allocation> {
    const kv = await store.get(key)
    return kv === undefined ? { taken: new Set(), revision: 0 } : { taken: bitsOf(dataOf(kv.value)), revision: kv.modRevision }
  }

  async #change(server: Server, next: (taken: ReadonlySet<number>) => ReadonlySet<number>): Promise<void> {
    for (let round = 0; round < roundsMax; round++) {
      const { taken, revision } = await this.#read(server)
      const wanted = next(taken)
      if (wanted === taken) return
      const data = Buffer.from(bytesOfBits(wanted)).toString('base64')
      const value = bytesOf(JSON.stringify({ kind: 'RangeAllocation', apiVersion: 'v1', metadata: {}, range: this.#range, data }))
      const { succeeded } = await server.store.transact({
        compare: [{ key, target: 'modRevision', is: '=', than: revision }],
        then: [{ do: 'put', key, value }],
      })
      if (succeeded) return
    }
    throw internalError('failed to change the node ports that are taken: others were faster each time')
  }
}

function dataOf(value: Uint8Array): Uint8Array {
  if (value[0] === openBrace)
    return Buffer.from((JSON.parse(Buffer.from(value).toString('utf8')) as { data?: string }).data ?? '', 'base64')
  const { raw } = openEnvelope(value)
  const reader = new ProtobufReader(raw)
  let data = raw.subarray(0, 0)
  while (!reader.isDone) {
    const tag = reader.tag()
    if (tag >>> 3 === 3) data = reader.bytes()
    else reader.skip(tag & 7)
  }
  return data
}

export function bitsOf(data: Uint8Array): ReadonlySet<number> {
  const bits = new Set<number>()
  for (const [index, byte] of data.entries()) {
    const base = (data.length - 1 - index) * 8
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) bits.add(base + bit)
  }
  return bits
}

export function bytesOfBits(bits: ReadonlySet<number>): Uint8Array {
  const length = bits.size === 0 ? 0 : Math.floor(Math.max(...bits) / 8) + 1
  const data = new Uint8Array(length)
  for (const bit of bits) {
    const index = length - 1 - Math.floor(bit / 8)
    data[index] = (data[index] as number) | (1 << (bit % 8))
  }
  return data
}
