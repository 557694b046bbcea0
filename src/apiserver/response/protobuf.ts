/**
 * Kubernetes' protobuf for whole objects, both ways. Loaded when first asked for.
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import { unsupportedMediaType } from '../../apimachinery/status-error.ts'
import type { Catalog } from '../registry/catalog.ts'

export interface ProtobufDoor {
  encode(object: KubeObject): Uint8Array | Promise<Uint8Array>
  /** One length-prefixed frame of a watch. */
  encodeEvent(type: string, object: object): Uint8Array
  decode(bytes: Uint8Array, kind: string): Promise<unknown>
}

export function protobufDoor(_catalog: Catalog): ProtobufDoor {
  const refuse = (): never => {
    throw unsupportedMediaType('protobuf is not served yet')
  }
  return { encode: refuse, encodeEvent: refuse, decode: async () => refuse() }
}
