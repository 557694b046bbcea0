/**
 * What an admission plugin sees and what it is. Objects are in the stored version's shape. `admit` may change
 * `attributes.object`; `validate` may not. Both refuse by throwing a StatusError.
 */

import type { KubeObject } from '../../apimachinery/object.ts'
import { forbidden, type StatusCause, type StatusError } from '../../apimachinery/status-error.ts'
import type { User } from '../authn/user.ts'
import type { ServedResource } from '../registry/catalog.ts'
import type { Draft } from '../registry/resource-store.ts'
import type { Server } from '../server.ts'

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

export interface Attributes {
  readonly operation: AdmissionOperation
  readonly server: Server
  readonly resource: ServedResource
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** Absent for deletes. */
  readonly object?: Draft
  readonly oldObject?: KubeObject
  readonly user: User
  readonly isDryRun: boolean
  readonly warn: (text: string) => void
}

export interface AdmissionPlugin {
  readonly name: string
  /** Quick: most plugins look at one kind. */
  handles(attributes: Attributes): boolean
  admit?(attributes: Attributes): void | Promise<void>
  validate?(attributes: Attributes): void | Promise<void>
}

export function is(attributes: Attributes, group: string, resource: string): boolean {
  const { kind } = attributes.resource
  return kind.plural === resource && kind.group === group
}

/** 403 in admission's words: `pods "x" is forbidden: …`. */
export function denied({ resource, name, object }: Attributes, why: string, causes?: readonly StatusCause[]): StatusError {
  const generated = object?.metadata.generateName
  return forbidden(resource.groupResource, name !== '' ? name : generated ? `${generated}` : 'Unknown', why, causes)
}
