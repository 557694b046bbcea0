/**
 * The door to chance. `realRandom` draws from the system; `seededRandom(seed)` repeats itself for ever, which is what
 * makes a simulation replayable. Names that Kubernetes generates use `suffix`, with the alphabet that avoids vowels
 * and look-alikes so that no word comes out by accident.
 */
import { randomBytes, randomUUID } from 'node:crypto'

/** apimachinery/pkg/util/rand: no vowels, no 0, 1, 3. */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

export interface Random {
  /** In [0, 1). */
  fraction(): number
  /** A whole number in [0, below). */
  integer(below: number): number
  bytes(length: number): Uint8Array
  /** RFC 4122 version 4, lower case. */
  uuid(): string
  /** `length` characters of Kubernetes' name alphabet. */
  suffix(length: number): string
}

function suffixFrom(random: Pick<Random, 'integer'>, length: number): string {
  let text = ''
  for (let index = 0; index < length; index++) text += suffixAlphabet[random.integer(suffixAlphabet.length)]
  return text
}

export const realRandom: Random = {
  fraction: () => Math.random(),
  integer: (below) => Math.floor(Math.random() * below),
  bytes: (length) => randomBytes(length),
  uuid: () => randomUUID(),
  suffix: (length) => suffixFrom(realRandom, length),
}

/** mulberry32: 32 bits of state are plenty for choosing among test schedules. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const random: Random = {
    fraction: () => next32() / 2 ** 32,
    integer: (below) => Math.floor((next32() / 2 ** 32) * below),
    bytes: (length) => Uint8Array.from({ length }, () => next32() & 255),
    uuid: () => {
      const bytes = random.bytes(16)
      bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
      bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
      const hex = Buffer.from(bytes).toString('hex')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    },
    suffix: (length) => suffixFrom(random, length),
  }
  return random
}
