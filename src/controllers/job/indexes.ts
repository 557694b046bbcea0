/**
 * Sets of completion indexes as Indexed Jobs keep them: ranges in order, written "0-3,5,7,8". Immutable.
 */
export interface IndexRange {
  readonly first: number
  readonly last: number
}

export class IndexSet {
  static readonly empty = new IndexSet([])
  readonly #ranges: readonly IndexRange[]

  private constructor(ranges: readonly IndexRange[]) {
    this.#ranges = ranges
  }

  static of(indexes: Iterable<number>): IndexSet {
    return IndexSet.#joined([...indexes].map((index) => ({ first: index, last: index })))
  }

  /** What cannot be read is passed over; indexes from `completions` on do not count. */
  static parse(text: string, completions: number): IndexSet {
    const ranges: IndexRange[] = []
    for (const part of text.split(',')) {
      const [, from = '', to] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
      if (from === '' || Number(from) >= completions) continue
      ranges.push({ first: Number(from), last: Math.min(Number(to ?? from), completions - 1) })
    }
    return IndexSet.#joined(ranges)
  }

  static #joined(ranges: readonly IndexRange[]): IndexSet {
    const joined: IndexRange[] = []
    for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
      const last = joined.at(-1)
      if (last === undefined || range.first > last.last + 1) joined.push(range)
      else if (range.last > last.last) joined[joined.length - 1] = { first: last.first, last: range.last }
    }
    return new IndexSet(joined)
  }

  get size(): number {
    return this.#ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  }

  has(index: number): boolean {
    return this.#ranges.some(({ first, last }) => first <= index && index <= last)
  }

  with(other: IndexSet): IndexSet {
    return IndexSet.#joined([...this.#ranges, ...other.#ranges])
  }

  /** How many indexes both hold. */
  countCommon(other: IndexSet): number {
    let count = 0
    for (const a of this.#ranges)
      for (const b of other.#ranges) count += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1)
    return count
  }

  /** The lowest `count` indexes below `completions` that it does not hold. */
  firstMissing(count: number, completions: number): readonly number[] {
    const missing: number[] = []
    let next = 0
    for (const { first, last } of [...this.#ranges, { first: completions, last: completions }]) {
      for (; next < Math.min(first, completions) && missing.length < count; next++) missing.push(next)
      next = Math.max(next, last + 1)
    }
    return missing
  }

  /** Two neighbours are written with a comma, more with a dash. */
  toString(): string {
    return this.#ranges
      .map(({ first, last }) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
      .join(',')
  }
}
