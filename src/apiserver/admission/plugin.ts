/**
 * What an admission plugin sees and what it is. Objects are in the stored version's shape. `admit` may change
 * `attributes.object`; `validate` may not. Both refuse by throwing a StatusError.
 */

import { forbidden, type StatusCause, type StatusError } from '../../apimachinery/status-error.ts'
import type { Attributes } from '../server-parts.ts'

export function is(attributes: Attributes, group: string, resource: string): boolean {
  const { kind } = attributes.resource
  return kind.plural === resource && kind.group === group
}

/** 403 in admission's words: `pods "x" is forbidden: …`. */
export function denied({ resource, name, object }: Attributes, why: string, causes?: readonly StatusCause[]): StatusError {
  const generated = object?.metadata.generateName
  return forbidden(resource.groupResource, name !== '' ? name : generated ? `${generated}` : 'Unknown', why, causes)
}
