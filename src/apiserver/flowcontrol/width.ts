/**
 * How many seats a request takes: one, but for a list, which takes one for every 100 kB that are in memory at once for it, up to ten. How many
 * objects there are of a resource and how large they are is looked up once a minute, beside the requests.
 *
 * What a write costs with many watches is not counted here as it is upstream: their events are made by the time the write is answered.
 */
import type { Clock } from '../../std/clock.ts'
import { prefixRange, type Store } from '../../store/store.ts'
import type { Catalog } from '../registry/catalog.ts'
import type { RequestInfo } from '../request/info.ts'
import type { Query } from '../request/query.ts'

const bytesPerSeat = 100_000
/** Lists are sent while they are made: no more than so much of one is in memory. */
const listBytesMax = 1_000_000
const listSeatsMax = 100
const freshMs = 60_000
const sampledObjects = 100

/** What is to be known of a request. */
export interface Sized {
  readonly info: RequestInfo
  readonly query: Query
}

interface Stock {
  count: number
  bytesEach: number
  /** When it was looked up. */
  atMs: number
}

export class Widths {
  readonly #store: Store
  readonly #catalog: Catalog
  readonly #clock: Clock
  readonly #stocks = new Map<string, Stock>()

  constructor(store: Store, catalog: Catalog, clock: Clock) {
    this.#store = store
    this.#catalog = catalog
    this.#clock = clock
  }

  seatsOf(request: Sized, seatsMax: number): number {
    const { info } = request
    if (info.verb !== 'list' && info.verb !== 'watch') return 1
    if (info.verb === 'watch' && !isTrue(request.query.get('sendInitialEvents'))) return 1
    const stock = this.#stockOf(info.group, info.resource)
    // One that nobody has counted yet is taken to be small, as upstream does.
    if (stock === undefined) return 1
    const limit = Number(request.query.get('limit') ?? 0)
    const objects = info.selectedName !== '' ? 1 : limit > 0 ? Math.min(limit, stock.count) : stock.count
    const seats = Math.ceil(Math.min(objects * stock.bytesEach, listBytesMax) / bytesPerSeat)
    return Math.max(1, Math.min(seats, listSeatsMax, seatsMax))
  }

  #stockOf(group: string, resource: string): Stock | undefined {
    const key = `${resource}.${group}`
    const known = this.#stocks.get(key)
    if (known === undefined || this.#clock.monotonicMs() - known.atMs > freshMs) void this.#count(key, group, resource)
    return known?.atMs === Number.POSITIVE_INFINITY ? undefined : known
  }

  async #count(key: string, group: string, resource: string): Promise<void> {
    const store = [...this.#catalog.stores()].find(
      ({ groupResource }) => groupResource.group === group && groupResource.resource === resource,
    )
    if (store === undefined || store.kind.isVirtual) return
    // Nobody else counts meanwhile.
    this.#stocks.set(key, { ...(this.#stocks.get(key) ?? { count: 0, bytesEach: 0 }), atMs: Number.POSITIVE_INFINITY })
    try {
      const { items, count } = await this.#store.range(prefixRange(store.prefix), { limit: sampledObjects })
      const bytes = items.reduce((sum, { value }) => sum + value.length, 0)
      this.#stocks.set(key, { count, bytesEach: items.length === 0 ? 0 : bytes / items.length, atMs: this.#clock.monotonicMs() })
    } catch {
      this.#stocks.delete(key)
    }
  }
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== 'false' && value !== '0'
}
