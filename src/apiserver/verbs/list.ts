/**
 * LIST: a snapshot of a collection at one revision, as references to stored values, then sent piece by piece.
 *
 *     resourceVersion   match          shows
 *     none                             now
 *     0                                now; the limit does not count
 *     N                 NotOlderThan   now, waiting until N is there
 *     N                 Exact          as of N; also with a limit and no match (history)
 *     continue token                   as of the first page's revision, or 410 with a token to go on at the newest
 */

import { badRequest, expired } from '../../apimachinery/status-error.ts'
import { type KeyRange, type KeyValue, prefixRange, type StoreError } from '../../store/store.ts'
import type { HttpResponse } from '../../wire/http.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { decodeContinue, encodeContinue, inconsistentContinue, listTooOld } from '../registry/continue-token.ts'
import { areHot } from '../registry/hot-fields.ts'
import { compilePredicate, type Predicate } from '../registry/predicate.ts'
import { type ListOptions, parseListOptions } from '../request/list-options.ts'
import { parseRevision, waitForRevision } from '../request/revision.ts'
import type { Snapshot } from '../response/respond-list.ts'
import { respondList } from '../response/respond-list.ts'
import type { RequestContext } from '../server-parts.ts'

export function listObjects(context: RequestContext, resource: ServedResource): HttpResponse | Promise<HttpResponse> {
  const { server, info } = context
  const representation = server.negotiators.collection.negotiate(context.header('accept'))
  const options = parseListOptions(context, false)
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
  const place = placeOf(context, resource, options)
  if (place.waitFor > context.server.store.revision) {
    return waitForRevision(context, place.waitFor).then(() => collect(context, resource, place, predicate))
  }
  return collect(context, resource, place, predicate)
}

interface Place {
  readonly prefix: string
  /** The first key to look at. */
  readonly start: string
  /** undefined: now. */
  readonly at: number | undefined
  readonly waitFor: number
  /** 0: none. */
  readonly limit: number
  readonly isContinued: boolean
}

function placeOf({ info }: RequestContext, { store }: ServedResource, options: ListOptions): Place {
  const { resourceVersion, resourceVersionMatch: match, continueToken } = options
  const prefix = store.prefixOf(info.namespace)
  const limit = resourceVersion === '0' ? 0 : options.limit
  if (continueToken !== '') {
    if (resourceVersion !== '' && resourceVersion !== '0')
      throw badRequest('specifying resource version is not allowed when using continue')
    const { revision, start } = decodeContinue(continueToken)
    return { prefix, start: prefix + start, at: revision > 0 ? revision : undefined, waitFor: 0, limit, isContinued: true }
  }
  const revision = parseRevision(resourceVersion, 'list')
  const isExact = revision > 0 && (match === 'Exact' || (match === '' && limit > 0))
  return { prefix, start: prefix, at: isExact ? revision : undefined, waitFor: revision, limit, isContinued: false }
}

function collect(context: RequestContext, resource: ServedResource, place: Place, predicate: Predicate): Snapshot | Promise<Snapshot> {
  const { store } = context.server
  try {
    if (predicate.isEmpty && predicate.name === '') {
      const result = store.range(rangeFrom(place, place.start), {
        ...atOption(place.at),
        ...(place.limit > 0 ? { limit: place.limit } : {}),
      })
      const finish = ({ items, count, revision }: Awaited<typeof result>): Snapshot =>
        snapshotOf(
          place,
          items,
          place.at ?? revision,
          count > items.length ? (items.at(-1) as KeyValue).key : undefined,
          count - items.length,
        )
      return result instanceof Promise ? result.then(finish, (error) => rethrow(error, place)) : finish(result)
    }
    return filtered(context, resource, place, predicate).catch((error) => rethrow(error, place))
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
async function filtered({ server }: RequestContext, resource: ServedResource, place: Place, predicate: Predicate): Promise<Snapshot> {
  const { store, clock } = server
  const items: KeyValue[] = []
  const one = predicate.name === '' ? undefined : exactKey(resource, place, predicate)
  if (one !== undefined) {
    const result = await store.range({ start: one }, atOption(place.at))
    for (const kv of result.items) if (kv.key >= place.start && predicate.matches(kv)) items.push(kv)
    return snapshotOf(place, items, place.at ?? result.revision, undefined, 0)
  }
  let at = place.at
  let { start } = place
  let pageSize = place.limit > 0 ? Math.max(pageMin, place.limit) : 0
  for (;;) {
    const page = await store.range(rangeFrom(place, start), { ...atOption(at), ...(pageSize > 0 ? { limit: pageSize } : {}) })
    at ??= page.revision
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

function exactKey({ store, isNamespaced }: ServedResource, { prefix }: Place, { namespace, name }: Predicate): string | undefined {
  if (isNamespaced && namespace === '') return undefined
  const key = store.keyOf(namespace, name)
  return key.startsWith(prefix) ? key : `${prefix}\0`
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
