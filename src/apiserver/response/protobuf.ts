/**
 * The door to protobuf: whole objects, lists and watch events as Kubernetes' own clients ask for them. What does the work (protobuf-objects.ts) is loaded
 * when somebody first asks: many servers only ever speak JSON.
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import type { Catalog } from '../registry/catalog.ts'
import type { ProtobufObjects } from './protobuf-objects.ts'

export interface ProtobufDoor {
  encode(object: KubeObject): Promise<Uint8Array>
  /** One length-prefixed frame of a watch. `load` must have resolved. */
  encodeEvent(type: string, object: object): Uint8Array
  load(): Promise<void>
}

export function protobufDoor(catalog: Catalog): ProtobufDoor {
  let loaded: ProtobufObjects | undefined
  let loading: Promise<ProtobufObjects> | undefined
  const load = (): Promise<ProtobufObjects> => {
    loading ??= import('./protobuf-objects.ts').then((module) => {
      loaded = new module.ProtobufObjects(catalog)
      return loaded
    })
    return loading
  }
  return {
    encode: async (object) => (await load()).encode(object),
    encodeEvent: (type, object) => {
      if (loaded === undefined) throw new Error('Protobuf is used before it is loaded')
      return loaded.encodeEvent(type, object)
    },
    load: async () => {
      await load()
    },
  }
}
