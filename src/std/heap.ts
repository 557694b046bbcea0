/**
 * A binary heap: the smallest item first, by the comparison given. Push and pop in O(log n). Items that compare
 * equal come out in no promised order; a caller who cares adds a counter to what it compares (virtual-clock.ts does).
 * Removing from the middle is deliberately absent: mark the item and skip it when it comes up.
 */
export class Heap<T> {
  readonly #items: T[] = []
  readonly #compare: (a: T, b: T) => number

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let index = items.push(item) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.#compare(items[parent] as T, item) <= 0) break
      items[index] = items[parent] as T
      index = parent
    }
    items[index] = item
  }

  pop(): T | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (items.length === 0 || last === undefined) return top
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= items.length) break
      if (child + 1 < items.length && this.#compare(items[child + 1] as T, items[child] as T) < 0) child++
      if (this.#compare(last, items[child] as T) <= 0) break
      items[index] = items[child] as T
      index = child
    }
    items[index] = last
    return top
  }
}
