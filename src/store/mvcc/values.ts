/**
 * Where values live: copied one after another into slabs of a megabyte. A value handed in may be a view into somebody
 * else's buffer (a socket read pins 64 KB), so it has to be copied anyway; into a slab that is one view instead of an
 * allocation of its own: a third less time for a write, a quarter less memory, and a full garbage collection that looks
 * at views of a few hundred slabs instead of tracking each value's memory. A slab goes back to the system as a whole.
 *
 * A slab nobody writes to any more loses its values one by one as the past is compacted, and a single living value
 * would hold all of it. So when less than half of all slabs' space is alive, `evacuate` moves what is left of the
 * emptiest ones to fresh slabs, key by key and in slices. Slabs are never written to twice: whoever still holds a view
 * of an old one sees the same bytes for as long as he likes, and merely keeps that slab from going.
 */
import type { KeyIndex } from './key-index.ts'
import { takeEntries } from './key-index.ts'

const slabBytes = 1024 * 1024
/** Larger values have memory of their own: they would only tear holes. */
const sharedBytesMax = 64 * 1024
/** So much may lie dead before anything is moved, whatever the share. */
const deadBytesFree = 8 * 1024 * 1024

interface Slab {
  readonly buffer: ArrayBuffer
  usedBytes: number
  liveBytes: number
}

const nothing = new Uint8Array(0)

export class Values {
  readonly #slabs = new Map<ArrayBufferLike, Slab>()
  #filling: Slab | undefined
  #liveBytes = 0
  /** Of large values, and of those that were adopted. */
  #elsewhereBytes = 0

  /** A copy in memory of ours. */
  keep(value: Uint8Array): Uint8Array {
    const length = value.length
    if (length === 0) return nothing
    if (length > sharedBytesMax) {
      this.#elsewhereBytes += length
      return new Uint8Array(value)
    }
    let slab = this.#filling
    if (slab === undefined || slab.usedBytes + length > slabBytes) slab = this.#nextSlab()
    const kept = new Uint8Array(slab.buffer, slab.usedBytes, length)
    kept.set(value)
    slab.usedBytes += length
    slab.liveBytes += length
    this.#liveBytes += length
    return kept
  }

  /** A value that lies in somebody else's memory and stays as it is. */
  adopt(value: Uint8Array): Uint8Array {
    this.#elsewhereBytes += value.length
    return value
  }

  /** The store does not need this value any more. */
  release(value: Uint8Array): void {
    const slab = this.#slabs.get(value.buffer)
    if (slab === undefined) {
      this.#elsewhereBytes -= value.length
      return
    }
    slab.liveBytes -= value.length
    this.#liveBytes -= value.length
    if (slab.liveBytes === 0 && slab !== this.#filling) this.#slabs.delete(slab.buffer)
  }

  /** Of all values that somebody may read, the past's too. */
  get liveBytes(): number {
    return this.#liveBytes + this.#elsewhereBytes
  }

  get slabCount(): number {
    return this.#slabs.size
  }

  get isWasteful(): boolean {
    const deadBytes = this.#slabs.size * slabBytes - this.#liveBytes
    return deadBytes > deadBytesFree && deadBytes > this.#liveBytes
  }

  /** The slabs to empty: those that are less than half alive. */
  condemned(): ReadonlySet<ArrayBufferLike> {
    const found = new Set<ArrayBufferLike>()
    for (const slab of this.#slabs.values()) if (slab !== this.#filling && slab.liveBytes < slabBytes / 2) found.add(slab.buffer)
    return found
  }

  /** Moves the values of up to `keysMax` keys from `start` on out of condemned slabs; where to go on, or undefined. */
  evacuate(index: KeyIndex, condemned: ReadonlySet<ArrayBufferLike>, start: string, keysMax: number): string | undefined {
    const entries = takeEntries(index, start, keysMax)
    for (const entry of entries) {
      for (let version = entry.newest; version !== undefined; version = version.older) {
        if (!condemned.has(version.value.buffer)) continue
        const old = version.value
        version.value = this.keep(old)
        this.release(old)
      }
    }
    return entries.length < keysMax ? undefined : `${entries.at(-1)?.key}\0`
  }

  #nextSlab(): Slab {
    const full = this.#filling
    if (full !== undefined && full.liveBytes === 0) this.#slabs.delete(full.buffer)
    const slab: Slab = { buffer: new ArrayBuffer(slabBytes), usedBytes: 0, liveBytes: 0 }
    this.#slabs.set(slab.buffer, slab)
    this.#filling = slab
    return slab
  }
}
