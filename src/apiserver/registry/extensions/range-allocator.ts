/**
 * Numbers out of a range, given once: node ports and ClusterIPs. The low end is a reserve for those who ask for a certain
 * number; who takes any gets one from the upper part, at a random place, and from the reserve only when the rest is
 * full. Nothing is stored: the state is read off the Services when it is first needed.
 */
import type { Random } from '../../../std/random.ts'

export class RangeAllocator {
  readonly size: number
  readonly #reserved: number
  readonly #taken = new Set<number>()

  /** Offsets 0 … size-1; the first `reserved` are kept for those who ask. */
  constructor(size: number, reserved: number) {
    this.size = size
    this.#reserved = Math.min(reserved, size)
  }

  isTaken(offset: number): boolean {
    return this.#taken.has(offset)
  }
  /** False: somebody has it. */
  take(offset: number): boolean {
    if (this.#taken.has(offset)) return false
    this.#taken.add(offset)
    return true
  }
  release(offset: number): void {
    this.#taken.delete(offset)
  }
  clear(): void {
    this.#taken.clear()
  }
  /** Undefined: all are taken. */
  takeAny(random: Random): number | undefined {
    return this.#anyOf(this.#reserved, this.size, random) ?? this.#anyOf(0, this.#reserved, random)
  }

  #anyOf(from: number, to: number, random: Random): number | undefined {
    const count = to - from
    if (count <= 0) return undefined
    const start = random.integer(count)
    for (let i = 0; i < count; i++) {
      const offset = from + ((start + i) % count)
      if (this.take(offset)) return offset
    }
    return undefined
  }
}
