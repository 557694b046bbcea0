/**
 * The informers of a process, one for each kind that somebody asked for. They start when first asked for, and end with the
 * scope they were made in.
 *
 *     const pods = informers.of(Pod)
 *     await informers.synced()
 */
import type { KindDefinition } from '../apimachinery/kind.ts'
import type { GroupVersionResource, KubeObject, UnknownObject } from '../apimachinery/object.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { TaskScope } from '../std/task-scope.ts'
import type { Client, ResourceClient } from './client.ts'
import { Informer } from './informer.ts'

export interface InformersOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly scope: TaskScope
}

export class Informers {
  readonly #options: InformersOptions
  readonly #byName = new Map<string, { readonly informer: Informer<never>; readonly stop: AbortController }>()

  constructor(options: InformersOptions) {
    this.#options = options
  }

  of<T extends KubeObject>(kind: KindDefinition<T>): Informer<T> {
    const name = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`
    return this.#informer(name, () => this.#options.client.of(kind), false)
  }

  /**
   * The metadata, at least, of every object of a resource known only at run time. Whole objects are handed out when an informer of them runs
   * already: they are the same objects, and cost nothing.
   */
  metadataOf(resource: GroupVersionResource): Informer<UnknownObject> {
    const whole = this.#byName.get(resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`)
    if (whole !== undefined) return whole.informer as unknown as Informer<UnknownObject>
    return this.#informer(metadataName(resource), () => this.#options.client.dynamic(resource), true)
  }

  /** For a resource that is no longer served. */
  forget(resource: GroupVersionResource): void {
    const name = metadataName(resource)
    this.#byName.get(name)?.stop.abort(new Error(`${name} is no longer served`))
    this.#byName.delete(name)
  }

  /** Resolves when every informer asked for so far has its first list. */
  async synced(): Promise<void> {
    await Promise.all([...this.#byName.values()].map(({ informer }) => informer.whenSynced()))
  }

  #informer<T extends KubeObject>(name: string, resource: () => ResourceClient<T>, metadataOnly: boolean): Informer<T> {
    const known = this.#byName.get(name)
    if (known !== undefined) return known.informer as unknown as Informer<T>
    const { clock, log, scope } = this.#options
    const informer = new Informer<T>(resource(), { name, clock, log, ...(metadataOnly ? { metadataOnly } : {}) })
    const stop = new AbortController()
    this.#byName.set(name, { informer: informer as unknown as Informer<never>, stop })
    scope.run(`informer of ${name}`, (signal) => informer.run(AbortSignal.any([signal, stop.signal])))
    return informer
  }
}

function metadataName({ group, version, resource }: GroupVersionResource): string {
  return `metadata of ${resource}.${version}.${group}`
}
