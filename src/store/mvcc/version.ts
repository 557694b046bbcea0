/**
 * One state of one key: what a put or a delete left behind. A key's versions form a chain from the newest back to the
 * oldest that is still retained, and that chain *is* the multi-version store:
 *
 *     put 1; put 2; delete 3; put 4      newest -> 4 -> 3 (tombstone) -> 2 -> 1
 *     read as of 3                       walk from the newest to the first revision <= 3: a tombstone, so nothing
 *
 * Readers hold versions directly as `KeyValue`s. Nothing here changes after construction but two things: compaction
 * cuts `older`, and `value` may be moved to another place with the same bytes. `older` is private to the class so that
 * a `KeyValue` compares and prints as what the contract says it is.
 *
 * A newcomer would get wrong: a tombstone has `version` 0, which no live version ever has. There is no other mark.
 */
import type { KeyValue, LeaseId, Revision } from '../store.ts'

const nothing = new Uint8Array(0)

/** What a version costs beside its key and value, roughly: the object, its view, its place in the history. */
const versionBytes = 200

export class Version implements KeyValue {
  readonly key: string
  /** Only `values.ts` sets it, to the same bytes elsewhere. */
  value: Uint8Array
  readonly createRevision: Revision
  readonly modRevision: Revision
  readonly version: number
  readonly lease: LeaseId
  #older: Version | undefined

  constructor(
    key: string,
    value: Uint8Array,
    createRevision: Revision,
    modRevision: Revision,
    version: number,
    lease: LeaseId,
    older: Version | undefined,
  ) {
    this.key = key
    this.value = value
    this.createRevision = createRevision
    this.modRevision = modRevision
    this.version = version
    this.lease = lease
    this.#older = older
  }

  /** The state this one replaced; absent for the first one, and once that is compacted away. */
  get older(): Version | undefined {
    return this.#older
  }

  forgetOlder(): void {
    this.#older = undefined
  }
}

export function tombstone(key: string, revision: Revision, older: Version | undefined): Version {
  return new Version(key, nothing, 0, revision, 0, 0, older)
}

export function isTombstone(version: Version): boolean {
  return version.version === 0
}

/** What a reader as of `revision` sees of the key whose newest version is `newest`. */
export function versionAt(newest: Version | undefined, revision: Revision): Version | undefined {
  let version = newest
  while (version !== undefined && version.modRevision > revision) version = version.older
  return version === undefined || version.version === 0 ? undefined : version
}

/** What the version before a change looked like to a reader, for `previous` in events and results. */
export function liveOlder(version: Version): Version | undefined {
  const older = version.older
  return older === undefined || older.version === 0 ? undefined : older
}

export function retainedBytes(version: Version): number {
  return versionBytes + version.key.length + version.value.length
}
