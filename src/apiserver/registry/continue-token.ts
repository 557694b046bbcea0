/**
 * Where a paginated list goes on: the revision that all its pages show, and the first key of the next page, relative to
 * the prefix of the list. Opaque to clients, yet the same bytes as upstream's.
 */
import { badRequest } from '../../apimachinery/status-error.ts'

export interface ContinueToken {
  /** -1: the newest; the old one was compacted. */
  readonly revision: number
  /** Relative to the list's prefix. */
  readonly start: string
}

const version = 'meta.k8s.io/v1'

export function encodeContinue({ revision, start }: ContinueToken): string {
  const json = JSON.stringify({ v: version, rv: revision, start }).replace(/\u007f/g, '\\u007f')
  return Buffer.from(json, 'utf8').toString('base64url')
}

export function decodeContinue(text: string): ContinueToken {
  const bad = (why: string): Error => badRequest(`invalid continue token: ${why}`)
  const illegal = /[^A-Za-z0-9_-]/.exec(text)
  if (illegal !== null) throw bad(`continue key is not valid: illegal base64 data at input byte ${illegal.index}`)
  if (text.length % 4 === 1) throw bad(`continue key is not valid: illegal base64 data at input byte ${text.length - 1}`)
  let value: { v?: unknown; rv?: unknown; start?: unknown }
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    const first = Buffer.from(text, 'base64url').toString('latin1')
    throw bad(`continue key is not valid: ${first === '' ? 'unexpected end of JSON input' : jsonErrorText(first)}`)
  }
  if (typeof value !== 'object' || value === null) throw bad('continue key is not valid: json: cannot unmarshal value')
  const { v = '', rv = 0, start = '' } = value
  if (v !== version) throw bad(`continue key is not valid: server does not recognize this encoded version ${String(v)}`)
  if (rv === 0) throw bad('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (start === '') throw bad('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)')
  if (typeof rv !== 'number' || typeof start !== 'string') throw bad('continue key is not valid: json: cannot unmarshal value')
  const key = start.startsWith('/') ? start : `/${start}`
  if (!isClean(key)) throw bad(`continue key is not valid: ${start}`)
  return { revision: rv, start: key.slice(1) }
}

function jsonErrorText(text: string): string {
  const [first = ''] = text
  return `invalid character '${first}' looking for beginning of value`
}

/** path.Clean would leave it as it is: no way up and out of the prefix. */
function isClean(key: string): boolean {
  if (key === '/') return true
  return key
    .slice(1)
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..')
}

export const inconsistentContinue =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
export const listTooOld = 'The resourceVersion for the provided list is too old.'
