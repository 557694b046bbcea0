/**
 * What can be wrong with a strategic merge patch. Upstream turns only a handful of named errors into a proper Status (400
 * or 422); all others reach the client as a 500 without a reason and with Go's own text, which is kept here to the byte.
 */
import { badRequest, plainError, StatusError, unprocessablePatch } from '../status-error.ts'
import { goText, goTypeOf, type JsonObject } from './plain-json.ts'

/** A patch that does not go with the object or its schema: 500 unless said otherwise. */
export class SchemaMismatch extends StatusError {
  constructor(message: string, code: 422 | 500 = 500) {
    const { status } = code === 500 ? plainError(message) : unprocessablePatch()
    super(code, status.reason, status.message as string, status.details)
  }
}

/** `what`: 'primitive list', 'retainKeys', 'setElementOrder list'. */
export function badPatchFormat(what: string): StatusError {
  return badRequest(`invalid patch format of ${what}`)
}
export function badArgumentType(expected: string, found: unknown): StatusError {
  return new SchemaMismatch(`expected a ${expected}, but received a ${goTypeOf(found)}`)
}
export function noMergeKey(element: JsonObject, mergeKey: string): StatusError {
  return new SchemaMismatch(`map: ${goText(element)} does not contain declared merge key: ${mergeKey}`)
}
export function unknownPatchType(type: unknown, map: JsonObject): StatusError {
  const text = typeof type === 'string' ? type : type === null ? '%!s(<nil>)' : `%!s(${goTypeOf(type)}=${goText(type)})`
  return new SchemaMismatch(`unknown patch type: ${text} in map: ${goText(map)}`)
}
