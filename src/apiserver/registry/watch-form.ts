/**
 * What an event looks like to a watcher: which type, which object, in which form. The bytes are kept with the event, so
 * that all watchers of one form share one buffer.
 *
 *                       matched before   matches now   the watcher sees
 *     put               no               yes           ADDED     the new object
 *     put               yes              yes           MODIFIED  the new object
 *     put               yes              no            DELETED   the old object, with the new resourceVersion
 *     delete            yes                            DELETED   the old object, with the new resourceVersion
 */

import { goJson } from '../../apimachinery/go-strings.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import type { Status } from '../../apimachinery/status-error.ts'
import type { KeyValue } from '../../store/store.ts'
import type { Representation } from '../response/negotiate.ts'
import { isBinary } from '../response/negotiate.ts'
import { includeObjectOf, partialMetadata, table } from '../response/transform.ts'
import type { RequestContext } from '../server-parts.ts'
import type { ServedResource } from './catalog.ts'
import type { FeedEvent } from './feed.ts'
import type { Predicate } from './predicate.ts'
import { orderedBySchema } from './shape.ts'
import { bytesOf, splice } from './storage-codec.ts'
import { fromStored } from './versions.ts'

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'

const spliceBegin: Readonly<Record<EventType, Uint8Array>> = {
  ADDED: bytesOf('{"type":"ADDED","object":'),
  MODIFIED: bytesOf('{"type":"MODIFIED","object":'),
  DELETED: bytesOf('{"type":"DELETED","object":'),
}
const spliceEnd = bytesOf('}\n')

export class WatchForm {
  readonly #context: RequestContext
  readonly #resource: ServedResource
  readonly #representation: Representation
  /** Names this form among the bytes that an event keeps. */
  readonly #key: string
  readonly #isSpliced: boolean
  /** An event is no list: upstream takes such a watch and hangs up at its first event. */
  readonly isPossible: boolean
  /** Only the first Table of a watch names its columns. */
  #isFirst = true

  constructor(context: RequestContext, resource: ServedResource, representation: Representation) {
    this.#context = context
    this.#resource = resource
    this.#representation = representation
    const { media, transform, transformVersion } = representation
    const include = transform === 'Table' ? includeObjectOf(context) : ''
    this.#key = `${resource.apiVersion} ${media} ${transform ?? ''} ${transformVersion ?? ''} ${include}`
    this.isPossible = transform !== 'PartialObjectMetadataList'
    this.#isSpliced = media === 'json' && transform === undefined && resource.isStoredVersion
  }

  /** Undefined: not for this watcher. */
  bytesFor(event: FeedEvent, predicate: Predicate): Uint8Array | undefined {
    const { current, previous } = event
    const isNow = current !== undefined && predicate.matches(current)
    const wasBefore = current === undefined || current.version > 1 ? previous !== undefined && predicate.matches(previous) : false
    if (isNow) return this.#bytes(event, wasBefore ? 'MODIFIED' : 'ADDED', current)
    return wasBefore ? this.#bytes(event, 'DELETED', previous as KeyValue) : undefined
  }

  #bytes(event: FeedEvent, type: EventType, kv: KeyValue): Uint8Array {
    const isTable = this.#representation.transform === 'Table'
    const key = `${type} ${this.#key}${isTable && this.#isFirst ? ' columns' : ''}`
    let bytes = event.encoded.get(key)
    if (bytes === undefined) {
      bytes = this.encode(type, kv, event.revision)
      event.encoded.set(key, bytes)
    } else this.#isFirst = false
    return bytes
  }

  encode(type: EventType, kv: KeyValue, revision: number): Uint8Array {
    if (this.#isSpliced) return splice(kv.value, revision, { before: spliceBegin[type], after: spliceEnd })
    return this.#event(type, fromStored(this.#resource, this.#resource.store.objectAt(kv, revision)))
  }

  /** An object that says nothing but how far the watch has come. */
  bookmark(revision: number, isInitialEnd: boolean): Uint8Array {
    const { kind, schema, apiVersion } = this.#resource
    const annotations = isInitialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
    const metadata = { resourceVersion: String(revision), ...annotations }
    return this.#event('BOOKMARK', orderedBySchema(schema, { kind: kind.kind, apiVersion, metadata }) as unknown as KubeObject)
  }

  error(status: Status): Uint8Array {
    return this.#frame('ERROR', status)
  }

  #event(type: string, object: KubeObject): Uint8Array {
    const representation = this.#representation
    switch (representation.transform) {
      case 'Table': {
        const shown = table(
          this.#context,
          this.#resource,
          [object],
          representation,
          { resourceVersion: object.metadata.resourceVersion },
          this.#isFirst,
        )
        this.#isFirst = false
        return this.#frame(type, shown)
      }
      case undefined:
        return this.#frame(type, object)
      default:
        return this.#frame(type, partialMetadata(object, representation))
    }
  }

  #frame(type: string, object: object): Uint8Array {
    const { media } = this.#representation
    if (isBinary(media)) return this.#context.server.binary.encodeEvent(media, type, object)
    return bytesOf(`{"type":"${type}","object":${goJson(object)}}\n`)
  }
}
