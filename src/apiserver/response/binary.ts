/**
 * The door to protobuf and CBOR: whole objects, lists and watch events as Kubernetes' own clients ask for them. What does the work
 * (binary-objects.ts) is loaded when somebody first asks: many servers only ever speak JSON.
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import type { HttpBody } from '../../wire/http.ts'
import type { Catalog } from '../registry/catalog.ts'
import type { BinaryList } from './binary-list.ts'
import type { BinaryObjects } from './binary-objects.ts'
import type { BinaryMedia } from './negotiate.ts'

export interface BinaryDoor {
  encode(media: BinaryMedia, object: KubeObject): Promise<Uint8Array>
  encodeList(media: BinaryMedia, list: BinaryList): Promise<HttpBody>
  /** One frame of a watch. `load` must have resolved. */
  encodeEvent(media: BinaryMedia, type: string, object: object): Uint8Array
  load(): Promise<void>
}

export function binaryDoor(catalog: Catalog): BinaryDoor {
  let loaded: BinaryObjects | undefined
  let loading: Promise<BinaryObjects> | undefined
  const load = (): Promise<BinaryObjects> => {
    loading ??= import('./binary-objects.ts').then((module) => {
      loaded = new module.BinaryObjects(catalog)
      return loaded
    })
    return loading
  }
  return {
    encode: async (media, object) => (await load()).encode(media, object),
    encodeList: async (media, list) => (await load()).encodeList(media, list),
    encodeEvent: (media, type, object) => {
      if (loaded === undefined) throw new Error('A binary form is used before it is loaded')
      return loaded.encodeEvent(media, type, object)
    },
    load: async () => {
      await load()
    },
  }
}
