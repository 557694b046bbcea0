/**
 * A cluster's Pod range cut into one range per node: /24 for IPv4, /64 for IPv6. Pure, but for what is taken. Ranges are given out in turn, so that
 * one which was just given back rests for as long as it can.
 */
import { type Cidr, cidrContains, formatCidr, maskedAddress, parseCidr } from '../../apimachinery/ip-address.ts'

const nodeMasks = { 4: 24, 6: 64 } as const
/** Upstream's limit too: a range of more is cut short. */
const bitsMax = 16

export class NodeRanges {
  readonly #cluster: Cidr
  readonly #nodeMask: number
  readonly #count: number
  readonly #taken = new Set<number>()
  #next = 0

  /** Throws for what is no range, or one too small for a single node. */
  constructor(text: string) {
    const cidr = parseCidr(text)
    if (cidr === undefined) throw new Error(`"${text}" is no range of addresses`)
    this.#cluster = { address: maskedAddress(cidr), prefixLength: cidr.prefixLength }
    this.#nodeMask = nodeMasks[cidr.address.family]
    const bits = this.#nodeMask - cidr.prefixLength
    if (bits < 0) throw new Error(`Range ${text} is too small: a node takes a /${this.#nodeMask}`)
    this.#count = 2 ** Math.min(bits, bitsMax)
  }

  /** Undefined: none is left. */
  take(): string | undefined {
    if (this.#taken.size >= this.#count) return undefined
    while (this.#taken.has(this.#next)) this.#next = (this.#next + 1) % this.#count
    const index = this.#next
    this.#taken.add(index)
    this.#next = (index + 1) % this.#count
    return this.#text(index)
  }

  /** A node has it already. */
  occupy(range: string): void {
    const index = this.#indexOf(range)
    if (index !== undefined) this.#taken.add(index)
  }
  giveBack(range: string): void {
    const index = this.#indexOf(range)
    if (index !== undefined) this.#taken.delete(index)
  }

  #shift(): bigint {
    return BigInt((this.#cluster.address.family === 4 ? 32 : 128) - this.#nodeMask)
  }
  #text(index: number): string {
    const { family, value } = this.#cluster.address
    return formatCidr({ address: { family, value: value + (BigInt(index) << this.#shift()) }, prefixLength: this.#nodeMask })
  }
  #indexOf(range: string): number | undefined {
    const cidr = parseCidr(range)
    if (cidr === undefined || cidr.address.family !== this.#cluster.address.family || !cidrContains(this.#cluster, cidr.address))
      return undefined
    return Number((cidr.address.value - this.#cluster.address.value) >> this.#shift())
  }
}
