/**
 * What validation says: one problem with one field. Validators yield these in the order in which Kubernetes would; the
 * API server turns the whole list into one 422 (`invalid` in status-error.ts). Texts are Kubernetes' own
 * (apimachinery/pkg/util/validation/field): the type decides the beginning, `detail` follows.
 *
 *     {type: 'Invalid', field: 'spec.replicas', value: -1, detail: 'must be greater than or equal to 0'}
 *     spec.replicas: Invalid value: -1: must be greater than or equal to 0
 *
 * Bad values print as Go prints them: strings quoted, numbers and booleans bare, everything else as JSON, absent `null`.
 * The message lists each text once; the causes keep repeats.
 */
import { goJson, quote } from './go-strings.ts'

/** One entry of a Status' details.causes. */
export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

export type FieldErrorType =
  | 'Required'
  | 'Invalid'
  | 'NotSupported'
  | 'Duplicate'
  | 'Forbidden'
  | 'TooLong'
  | 'TooMany'
  | 'NotFound'
  | 'TypeInvalid'
  | 'InternalError'

export interface FieldError {
  readonly type: FieldErrorType
  /** "spec.containers[0].name"; "" prints as `<nil>`. */
  readonly field: string
  readonly value?: unknown
  readonly detail: string
}

const causeReasons: Readonly<Record<FieldErrorType, string>> = {
  Required: 'FieldValueRequired',
  Invalid: 'FieldValueInvalid',
  NotSupported: 'FieldValueNotSupported',
  Duplicate: 'FieldValueDuplicate',
  Forbidden: 'FieldValueForbidden',
  TooLong: 'FieldValueTooLong',
  TooMany: 'FieldValueTooMany',
  NotFound: 'FieldValueNotFound',
  TypeInvalid: 'FieldValueTypeInvalid',
  InternalError: 'InternalError',
}
const beginnings: Readonly<Record<FieldErrorType, string>> = {
  Required: 'Required value',
  Invalid: 'Invalid value',
  NotSupported: 'Unsupported value',
  Duplicate: 'Duplicate value',
  Forbidden: 'Forbidden',
  TooLong: 'Too long',
  TooMany: 'Too many',
  NotFound: 'Not found',
  TypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
}
/** As the value of an Invalid: the value is not shown. */
export const omittedValue = Symbol('omitted value')
const typesWithoutValue: ReadonlySet<FieldErrorType> = new Set(['Required', 'Forbidden', 'TooLong', 'InternalError'])

export function required(field: string, detail = ''): FieldError {
  return { type: 'Required', field, detail }
}
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, value, detail }
}
export function forbiddenField(field: string, detail: string): FieldError {
  return { type: 'Forbidden', field, detail }
}
export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'Duplicate', field, value, detail: '' }
}
export function notFoundValue(field: string, value: unknown): FieldError {
  return { type: 'NotFound', field, value, detail: '' }
}
/** `supported` is printed in the order given; upstream mostly sorts it. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map((one) => quote(one)).join(', ')}`
  return { type: 'NotSupported', field, value, detail }
}
export function tooLong(field: string, bytesMax: number): FieldError {
  return { type: 'TooLong', field, detail: bytesMax < 0 ? 'value is too long' : `may not be more than ${bytesMax} bytes` }
}
export function tooMany(field: string, count: number, countMax: number): FieldError {
  return { type: 'TooMany', field, value: count, detail: `must have at most ${countMax} ${countMax === 1 ? 'item' : 'items'}` }
}
export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { type: 'TypeInvalid', field, value, detail }
}

export function formatBadValue(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'object') return goJson(value)
  return String(value)
}

/** The text behind the field's name. */
export function errorBody(error: FieldError): string {
  const beginning = beginnings[error.type]
  const withValue =
    typesWithoutValue.has(error.type) || error.value === omittedValue ? beginning : `${beginning}: ${formatBadValue(error.value)}`
  return error.detail === '' ? withValue : `${withValue}: ${error.detail}`
}

/** Upstream has no such limit: there, 20,000 bad labels are answered with 60 MB. */
const errorsMax = 500

/** All of them, or as many as anybody will read. */
export function gatherErrors(...sources: readonly Iterable<FieldError>[]): FieldError[] {
  const errors: FieldError[] = []
  for (const source of sources) {
    for (const error of source) if (errors.push(error) >= errorsMax) return errors
  }
  return errors
}

export function describeFieldErrors(errors: readonly FieldError[]): { message: string; causes: readonly StatusCause[] } {
  const texts = new Set<string>()
  const causes = errors.map((error) => {
    const field = error.field === '' ? '<nil>' : error.field
    const body = errorBody(error)
    texts.add(`${field}: ${body}`)
    return { reason: causeReasons[error.type], message: body, field }
  })
  const all = [...texts]
  return { message: all.length === 1 ? (all[0] as string) : `[${all.join(', ')}]`, causes }
}
