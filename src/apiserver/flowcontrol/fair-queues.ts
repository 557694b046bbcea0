/**
 * The queues of a priority level. Each flow is dealt a small hand of queues by its hash and waits in the emptiest of them, so a flow that floods
 * its own hand leaves most others alone. Who is next is decided by start-time fair queueing: each queue has a place in virtual time, which moves
 * on by the work that was done for it, and the one that is furthest behind goes first.
 *
 *     virtual time R   grows by (seats at work) / (queues with work) a second
 *     queue            `nextR`: where its next request begins; at least R when it was idle
 *
 * Nothing here knows requests: what waits is a seat count and a callback.
 */

/** How long a request is taken to run until it has. */
const guessedMs = 3

export interface QueueShape {
  readonly queues: number
  readonly handSize: number
  readonly queueLengthLimit: number
}

export interface Queue {
  readonly waiting: Waiting[]
  nextR: number
  executing: number
  seatsExecuting: number
}

export interface Waiting {
  readonly seats: number
  readonly queue: Queue
  begin(): void
}

export class FairQueues {
  readonly queues: readonly Queue[]
  readonly #shape: QueueShape
  #r = 0
  #atMs = 0
  seatsWaiting = 0
  waiting = 0
  #active = 0

  constructor(shape: QueueShape) {
    this.#shape = shape
    this.queues = Array.from({ length: shape.queues }, () => ({ waiting: [], nextR: 0, executing: 0, seatsExecuting: 0 }))
  }

  /** The queue for a flow; undefined when it is full. `hash` is 48 bits long. */
  queueFor(hash: number): Queue | undefined {
    let best: Queue | undefined
    let bestSeats = Number.POSITIVE_INFINITY
    for (const index of handOf(hash, this.#shape.queues, this.#shape.handSize)) {
      const queue = this.queues[index] as Queue
      const seats = queue.waiting.reduce((sum, one) => sum + one.seats, queue.seatsExecuting)
      if (seats < bestSeats) [best, bestSeats] = [queue, seats]
    }
    return best !== undefined && best.waiting.length < this.#shape.queueLengthLimit ? best : undefined
  }

  enqueue(one: Waiting, nowMs: number, seatsAtWork: number): void {
    this.#advance(nowMs, seatsAtWork)
    this.#wake(one.queue)
    one.queue.waiting.push(one)
    this.waiting++
    this.seatsWaiting += one.seats
  }

  /** It gave up waiting. */
  remove(one: Waiting): void {
    const at = one.queue.waiting.indexOf(one)
    if (at < 0) return
    one.queue.waiting.splice(at, 1)
    this.#left(one)
    this.#rest(one.queue)
  }

  /** Who is next; it stays where it is. */
  next(): Waiting | undefined {
    let best: Waiting | undefined
    let bestR = Number.POSITIVE_INFINITY
    if (this.waiting === 0) return undefined
    for (const { waiting, nextR } of this.queues) {
      const first = waiting[0]
      if (first === undefined) continue
      const endR = nextR + first.seats * guessedMs
      if (endR < bestR) [best, bestR] = [first, endR]
    }
    return best
  }

  /** `one`, which is next, begins. */
  dispatch(one: Waiting, nowMs: number, seatsAtWork: number): void {
    this.#advance(nowMs, seatsAtWork)
    one.queue.waiting.shift()
    this.#left(one)
    this.begin(one.queue, one.seats, nowMs, seatsAtWork)
  }

  /** A request of this queue begins, with or without having waited. */
  begin(queue: Queue, seats: number, nowMs: number, seatsAtWork: number): void {
    this.#advance(nowMs, seatsAtWork)
    this.#wake(queue)
    queue.nextR += seats * guessedMs
    queue.executing++
    queue.seatsExecuting += seats
  }

  end(queue: Queue, seats: number, tookMs: number, nowMs: number, seatsAtWork: number): void {
    this.#advance(nowMs, seatsAtWork)
    queue.nextR += seats * (tookMs - guessedMs)
    queue.executing--
    queue.seatsExecuting -= seats
    this.#rest(queue)
  }

  get activeQueues(): number {
    return this.queues.filter(({ waiting }) => waiting.length > 0).length
  }

  #left(one: Waiting): void {
    this.waiting--
    this.seatsWaiting -= one.seats
  }

  #wake(queue: Queue): void {
    if (queue.executing > 0 || queue.waiting.length > 0) return
    this.#active++
    queue.nextR = Math.max(queue.nextR, this.#r)
  }

  #rest(queue: Queue): void {
    if (queue.executing === 0 && queue.waiting.length === 0) this.#active--
  }

  #advance(nowMs: number, seatsAtWork: number): void {
    if (this.#active > 0) this.#r += ((nowMs - this.#atMs) * seatsAtWork) / this.#active
    this.#atMs = nowMs
  }
}

/** `size` different numbers below `count`, picked by the hash. */
export function handOf(hash: number, count: number, size: number): readonly number[] {
  const hand: number[] = []
  let rest = hash
  for (let dealt = 0; dealt < Math.min(size, count); dealt++) {
    const left = count - dealt
    let card = rest % left
    rest = Math.floor(rest / left)
    for (const taken of [...hand].sort((a, b) => a - b)) if (card >= taken) card++
    hand.push(card)
  }
  return hand
}
