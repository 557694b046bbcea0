/**
 * Where a paginated list goes on: the revision that all its pages show, and the first key of the next page, relative to
 * the prefix of the list. Opaque to clients, yet the same bytes as upstream's.
 */
import { explain } from '../../apimachinery/schema/explain.ts'
import { field, int64, string, struct } from '../../apimachinery/schema/schema.ts'
import { badRequest } from '../../apimachinery/status-error.ts'
import { JsonSyntaxError, readJson } from '../../wire/json.ts'

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
  const { v, rv, start } = fieldsOf(Buffer.from(text, 'base64url'), (why) => bad(`continue key is not valid: ${why}`))
  if (v !== version) throw bad(`continue key is not valid: server does not recognize this encoded version ${v}`)
  if (rv === 0) throw bad('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (start === '') throw bad('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)')
  const key = start.startsWith('/') ? start : `/${start}`
  if (!isClean(key)) throw bad(`continue key is not valid: ${start}`)
  return { revision: rv, start: key.slice(1) }
}

const schema = struct('storage.continueToken', { v: field(1, string), rv: field(2, int64), start: field(3, string) })

interface Fields {
  readonly v: string
  readonly rv: number
  readonly start: string
}

/** As Go reads them: in any case of letters, and null is nothing. */
function fieldsOf(bytes: Uint8Array, bad: (why: string) => Error): Fields {
  let value: unknown
  try {
    const json = readJson(bytes)
    const { fatal } = explain(schema, json.text)
    if (fatal !== undefined) throw bad(fatal)
    value = json.value
  } catch (error) {
    throw error instanceof JsonSyntaxError ? bad(error.message) : error
  }
  const fields: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(value ?? {})) fields[name.toLowerCase()] = one ?? undefined
  const { v, rv, start } = fields
  return { v: typeof v === 'string' ? v : '', rv: typeof rv === 'number' ? rv : 0, start: typeof start === 'string' ? start : '' }
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
