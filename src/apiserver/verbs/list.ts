/**
 * LIST: a snapshot of a collection at one revision, as references to stored values, then sent piece by piece.
 *
 *     resourceVersion   match          shows
 *     none                             now
 *     0                                now; the limit does not count
 *     N                 NotOlderThan   now, waiting until N is there
 *     N                 Exact          as of N; also with a limit and no match (history)
 *     continue token                   as of the first page's revision, or 410 with a token to go on at the newest
 *
 * A selector that names one object, where one key will do, knows no pages: the limit does not count.
 */

import { badRequest, expired } from '../../apimachinery/status-error.ts'
import { type KeyRange, type KeyValue, prefixRange, type StoreError } from '../../store/store.ts'
import type { HttpResponse } from '../../wire/http.ts'
import type { ListSeries } from '../metrics/server-metrics.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { decodeContinue, encodeContinue, inconsistentContinue, listTooOld } from '../registry/continue-token.ts'
import { areHot } from '../registry/hot-fields.ts'
import { compilePredicate, type Predicate } from '../registry/predicate.ts'
import { type ListOptions, parseListOptions } from '../request/list-options.ts'
import { parseRevision, tooLargeRevision, waitForRevision } from '../request/revision.ts'
import type { Snapshot } from '../response/respond-list.ts'
import { respondList } from '../response/respond-list.ts'
import type { RequestContext } from '../server-parts.ts'

export function listObjects(context: RequestContext, resource: ServedResource): HttpResponse | Promise<HttpResponse> {
  const { server, info } = context
  const { collection } = server.negotiators
  collection.checkRoute(context.header('accept'))
  const options = parseListOptions(context, false)
  const representation = collection.negotiate(context.header('accept'))
  const predicate = compilePredicate(resource, options, { namespace: info.namespace, name: '' })
  const snapshot = takeSnapshot(context, resource, options, predicate)
  if (snapshot instanceof Promise) return snapshot.then((taken) => respondList(context, resource, taken, representation))
  return respondList(context, resource, snapshot, representation)
}

/** Without a promise when nothing has to be waited for or filtered. */
export function takeSnapshot(
  context: RequestContext,
  resource: ServedResource,
  options: ListOptions,
  predicate: Predicate,
): Snapshot | Promise<Snapshot> {
  const place = placeOf(resource, options, predicate)
  const { revision } = context.server.store
  if (place.waitFor > revision && !place.waits) throw tooLargeRevision(place.waitFor, revision, 0)
  if (place.waitFor > revision) {
    return waitForRevision(context, place.waitFor).then(() => collected(context, resource, place, predicate))
  }
  return collected(context, resource, place, predicate)
}

function collected(context: RequestContext, resource: ServedResource, place: Place, predicate: Predicate): Snapshot | Promise<Snapshot> {
  const { clock, metrics } = context.server
  const series = metrics.listsOf(resource.store.groupResource)
  const beganMs = clock.monotonicMs()
  const counted = (snapshot: Snapshot): Snapshot => {
    series.requests.value++
    series.seconds.observe((clock.monotonicMs() - beganMs) / 1000)
    series.lists.value++
    series.returned.value += snapshot.items.length
    return snapshot
  }
  const snapshot = collect(context, place, predicate, series)
  return snapshot instanceof Promise ? snapshot.then(counted) : counted(snapshot)
}

interface Place {
  readonly prefix: string
  /** The first key to look at. */
  readonly start: string
  /** The only key to look at. */
  readonly only: string | undefined
  /** undefined: now. */
  readonly at: number | undefined
  readonly waitFor: number
  /** Upstream reads one object as of a revision from etcd, which does not wait. */
  readonly waits: boolean
  /** 0: none. */
  readonly limit: number
  readonly isContinued: boolean
}

function placeOf({ store }: ServedResource, options: ListOptions, predicate: Predicate): Place {
  const { resourceVersion, resourceVersionMatch: match, continueToken } = options
  const prefix = store.prefixOf(predicate.namespace)
  const only = continueToken === '' ? store.onlyKeyOf(predicate) : undefined
  const limit = resourceVersion === '0' || only !== undefined ? 0 : options.limit
  if (continueToken !== '') {
    const { revision, start } = decodeContinue(continueToken)
    if (resourceVersion !== '' && resourceVersion !== '0')
      throw badRequest('specifying resource version is not allowed when using continue')
    const at = revision > 0 ? revision : undefined
    return { prefix, start: prefix + start, only, at, waitFor: at ?? 0, waits: true, limit, isContinued: true }
  }
  const revision = parseRevision(resourceVersion, 'list')
  const isHistory = revision > 0 && match === '' && options.limit > 0
  const isExact = match === 'Exact' || (isHistory && only === undefined)
  const waits = only === undefined || !(isExact || isHistory)
  return { prefix, start: prefix, only, at: isExact ? revision : undefined, waitFor: revision, waits, limit, isContinued: false }
}

function collect(context: RequestContext, place: Place, predicate: Predicate, series: ListSeries): Snapshot | Promise<Snapshot> {
  const { store } = context.server
  try {
    if (predicate.isEmpty && predicate.name === '') {
      const result = store.range(rangeFrom(place, place.start), {
        ...atOption(place.at),
        ...(place.limit > 0 ? { limit: place.limit } : {}),
      })
      const finish = ({ items, count, revision }: Awaited<typeof result>): Snapshot => {
        series.fetched.value += items.length
        return snapshotOf(
          place,
          items,
          place.at ?? revision,
          count > items.length ? (items.at(-1) as KeyValue).key : undefined,
          count - items.length,
        )
      }
      return result instanceof Promise ? result.then(finish, (error) => rethrow(error, place)) : finish(result)
    }
    return filtered(context, place, predicate, series).catch((error) => rethrow(error, place))
  } catch (error) {
    return rethrow(error, place)
  }
}

function atOption(at: number | undefined): { at?: number } {
  return at === undefined ? {} : { at }
}

function rangeFrom({ prefix }: Place, start: string): KeyRange {
  return { ...prefixRange(prefix), start }
}

const pageMin = 500
const unparsedPerTurn = 50

/** With selectors the limit counts what matches; values are looked at page by page and others get their turn in between. */
async function filtered({ server }: RequestContext, place: Place, predicate: Predicate, series: ListSeries): Promise<Snapshot> {
  const { store, clock } = server
  const items: KeyValue[] = []
  if (place.only !== undefined) {
    const result = await store.range({ start: place.only }, atOption(place.at))
    series.fetched.value += result.items.length
    for (const kv of result.items) if (predicate.matches(kv)) items.push(kv)
    return snapshotOf(place, items, place.at ?? result.revision, undefined, 0)
  }
  let at = place.at
  let { start } = place
  let pageSize = place.limit > 0 ? Math.max(pageMin, place.limit) : 0
  for (;;) {
    const page = await store.range(rangeFrom(place, start), { ...atOption(at), ...(pageSize > 0 ? { limit: pageSize } : {}) })
    at ??= page.revision
    series.fetched.value += page.items.length
    let unparsed = 0
    for (const [i, kv] of page.items.entries()) {
      if (!areHot(kv) && ++unparsed % unparsedPerTurn === 0) await clock.yieldTurn()
      if (!predicate.matches(kv)) continue
      items.push(kv)
      const isLast = i === page.items.length - 1 && page.count === page.items.length
      if (items.length === place.limit && !isLast) return snapshotOf(place, items, at, kv.key, undefined)
    }
    if (page.count <= page.items.length) return snapshotOf(place, items, at, undefined, 0)
    start = `${(page.items.at(-1) as KeyValue).key}\0`
    pageSize *= 2
  }
}

function snapshotOf(
  place: Place,
  items: readonly KeyValue[],
  revision: number,
  lastKey: string | undefined,
  remaining: number | undefined,
): Snapshot {
  if (lastKey === undefined) return { items, revision }
  const continueToken = encodeContinue({ revision, start: `${lastKey.slice(place.prefix.length)}\0` })
  return remaining === undefined ? { items, revision, continueToken } : { items, revision, continueToken, remainingItemCount: remaining }
}

function rethrow(error: unknown, place: Place): never {
  if ((error as StoreError).code !== 'compacted') throw error
  if (!place.isContinued) throw expired(listTooOld)
  throw expired(inconsistentContinue, encodeContinue({ revision: -1, start: place.start.slice(place.prefix.length) }))
}
