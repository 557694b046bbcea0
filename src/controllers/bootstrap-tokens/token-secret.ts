/**
 * Bootstrap tokens as Secrets of kube-system: "abcdef.0123456789abcdef" lies in `bootstrap-token-abcdef`, with an end and with what it may be
 * used for.
 */
import type { Secret } from '../../api/core/secret.ts'

export const tokenNamespace = 'kube-system'
const tokenType = 'bootstrap.kubernetes.io/token'
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

export function isToken({ metadata, type }: Secret): boolean {
  return metadata.namespace === tokenNamespace && type === tokenType
}

function dataOf({ data }: Secret, key: string): string {
  try {
    return atob(data?.[key] ?? '')
  } catch {
    return ''
  }
}

/** Undefined: never. A time that cannot be read has passed. */
export function expirationMs(secret: Secret): number | undefined {
  const text = dataOf(secret, 'expiration')
  if (text === '') return undefined
  return rfc3339.test(text) ? Date.parse(text) : Number.NEGATIVE_INFINITY
}

/** The token, when it may sign cluster-info now. */
export function signingToken(secret: Secret, nowMs: number): { readonly id: string; readonly secret: string } | undefined {
  if (!isToken(secret)) return undefined
  const named = /^bootstrap-token-([a-z0-9]{6})$/.exec(secret.metadata.name ?? '')?.[1]
  const id = dataOf(secret, 'token-id')
  const value = dataOf(secret, 'token-secret')
  if (named === undefined || id !== named || value === '') return undefined
  const endMs = expirationMs(secret)
  if ((endMs !== undefined && endMs <= nowMs) || dataOf(secret, 'usage-bootstrap-signing') !== 'true') return undefined
  return { id, secret: value }
}
