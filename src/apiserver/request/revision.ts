/**
 * resourceVersions in queries: reading them, and waiting for those that are still to come. A future one is waited for at
 * most three seconds, then it is a 504 with a cause that clients look for.
 */

import { describeFieldErrors, invalidValue } from '../../apimachinery/field-error.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { badRequest, plainError, timeout } from '../../apimachinery/status-error.ts'
import type { RequestContext } from '../server-parts.ts'

const waitMsMax = 3000
const digits = /^[0-9]+$/

/** 'list' refuses with a 400, everybody else ('plain') with a 500 without a reason. */
export function parseRevision(text: string, errors: 'list' | 'plain'): number {
  if (text === '' || text === '0') return 0
  const value = digits.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  const why = digits.test(text) ? 'value out of range' : 'invalid syntax'
  const error = invalidValue('resourceVersion', text, `strconv.ParseUint: parsing ${quote(text)}: ${why}`)
  const { message } = describeFieldErrors([error])
  throw errors === 'list' ? badRequest(`invalid resource version: ${message}`) : plainError(message)
}

/** Of an object: what is no number is a 500 with Go's words. */
export function parseStoredRevision(text: string): number {
  if (text === '') return 0
  const value = digits.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw plainError(`strconv.ParseUint: parsing ${quote(text)}: ${digits.test(text) ? 'value out of range' : 'invalid syntax'}`)
}

export function tooLargeRevision(revision: number, current: number, retrySeconds: number): Error {
  return timeout(`Too large resource version: ${revision}, current: ${current}`, retrySeconds, [
    { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' },
  ])
}

export async function waitForRevision({ server, http }: RequestContext, revision: number): Promise<void> {
  const { store, clock } = server
  const endMs = clock.monotonicMs() + waitMsMax
  while (store.revision < revision) {
    if (clock.monotonicMs() >= endMs) throw tooLargeRevision(revision, store.revision, 1)
    await clock.sleep(50, http.signal)
  }
}
