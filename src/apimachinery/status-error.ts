/**
 * Every error that the API can say, as one table. A `StatusError` carries the Status object that the client gets; it is
 * made by the functions below, whose texts are Kubernetes' own (apimachinery/pkg/api/errors), and told apart by
 * `reason`, never by `instanceof`.
 *
 * A newcomer would get two things wrong: `details.kind` is the plural resource name for NotFound, AlreadyExists,
 * Conflict and Forbidden, but the Kind for Invalid; and an error that no layer turned into a Status is a 500 without a
 * reason (`plainError`), which clients do see for a few odd requests (observed.md).
 */

import { describeFieldErrors, type FieldError, gatherErrors, type StatusCause } from './field-error.ts'
import { quote } from './go-strings.ts'

export type { StatusCause } from './field-error.ts'

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: { readonly continue?: string }
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

/** A plural resource name with its group: ('apps', 'deployments'). Prints as deployments.apps. */
export interface GroupResource {
  readonly group: string
  readonly resource: string
}
export function qualified({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`
}

export class StatusError extends Error {
  readonly status: Status
  constructor(code: number, reason: string | undefined, message: string, details?: StatusDetails, metadata: Status['metadata'] = {}) {
    super(message)
    this.name = 'StatusError'
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    }
  }
  get code(): number {
    return this.status.code as number
  }
  get reason(): string {
    return this.status.reason ?? ''
  }
}

/** The reason of any thrown value; '' when it is no Status. Safe across copies of this module. */
export function reasonOf(error: unknown): string {
  const status = statusOf(error)
  return status?.reason ?? ''
}
export function statusOf(error: unknown): Status | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined
  const { status } = error
  return typeof status === 'object' && status !== null && 'kind' in status ? (status as Status) : undefined
}

/** details.name and group are left out when empty, as Go's omitempty does. */
function detailsOf(resource: GroupResource, name: string, more: StatusDetails = {}): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    ...(resource.resource === '' ? {} : { kind: resource.resource }),
    ...more,
  }
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message)
}
export function unauthorized(message = 'Unauthorized'): StatusError {
  return new StatusError(401, 'Unauthorized', message)
}
export function forbidden(resource: GroupResource, name: string, why: string, causes?: readonly StatusCause[]): StatusError {
  const subject =
    resource.resource === ''
      ? 'forbidden'
      : name === ''
        ? `${qualified(resource)} is forbidden`
        : `${qualified(resource)} ${quote(name)} is forbidden`
  return new StatusError(403, 'Forbidden', `${subject}: ${why}`, detailsOf(resource, name, causes ? { causes } : {}))
}
export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(resource)} ${quote(name)} not found`, detailsOf(resource, name))
}
/** A path that leads nowhere within a served group. */
export function resourceNotFound(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {})
}
export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}
export function methodNotSupported(resource: GroupResource, action: string): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    `${action} is not supported on resources of kind "${qualified(resource)}"`,
    detailsOf(resource, ''),
  )
}
export function notAcceptable(message: string, details?: StatusDetails): StatusError {
  return new StatusError(406, 'NotAcceptable', message, details)
}
export function alreadyExists(resource: GroupResource, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${qualified(resource)} ${quote(name)} already exists`, detailsOf(resource, name))
}
export function generateNameExhausted(resource: GroupResource, name: string): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${qualified(resource)} ${quote(name)} already exists, the server was not able to generate a unique name for the object`,
    detailsOf(resource, name, { retryAfterSeconds: 1 }),
  )
}
export const objectModified = 'the object has been modified; please apply your changes to the latest version and try again'
export function conflict(resource: GroupResource, name: string, why: string, causes?: readonly StatusCause[]): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} ${quote(name)}: ${why}`,
    detailsOf(resource, name, causes ? { causes } : {}),
  )
}
export function gone(message: string): StatusError {
  return new StatusError(410, 'Gone', message)
}
/** `continueToken`: where an expired list may go on, at the newest revision. */
export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError(410, 'Expired', message, undefined, continueToken === undefined ? {} : { continue: continueToken })
}
export function requestEntityTooLarge(why: string): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${why}`)
}
export function unsupportedMediaType(message: string, details?: StatusDetails): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', message, details)
}
/** `kind` is the Kind (Pod), not the resource. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): StatusError {
  const { message, causes } = describeFieldErrors(gatherErrors(errors))
  const subject = group === '' ? kind : `${kind}.${group}`
  return new StatusError(422, 'Invalid', `${subject} ${quote(name)} is invalid: ${message}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(kind === '' ? {} : { kind }),
    causes,
  })
}
/** 422 of a JSON patch that does not apply: go-restful's text, no causes. */
export function unprocessablePatch(): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
}
export function tooManyRequests(message: string, retryAfterSeconds: number, causes?: readonly StatusCause[]): StatusError {
  return new StatusError(429, 'TooManyRequests', message, {
    ...(causes ? { causes } : {}),
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  })
}
export function internalError(why: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] })
}
/** An error that upstream never turns into a Status: 500, no reason, the bare text. */
export function plainError(message: string): StatusError {
  return new StatusError(500, undefined, message)
}
export function serverTimeout(resource: GroupResource, operation: string, retryAfterSeconds: number): StatusError {
  return new StatusError(
    500,
    'ServerTimeout',
    `The ${operation} operation against ${qualified(resource)} could not be completed at this time, please try again.`,
    detailsOf(resource, operation, { retryAfterSeconds }),
  )
}
export function serviceUnavailable(message: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message)
}
export function timeout(message: string, retryAfterSeconds: number, causes?: readonly StatusCause[]): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: ${message}`, {
    ...(causes ? { causes } : {}),
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  })
}
