/**
 * Names made from what they name: hashes of templates in an alphabet that makes no words. Upstream hashes Go's own print of a template, which nobody
 * else can make; ours is over JSON with sorted keys, as stable. The hash of a StatefulSet's revision is over JSON upstream too, and is the same here.
 */

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** rand.SafeEncodeString: characters that are never part of a bad word. */
export function safeEncode(text: string): string {
  return [...text].map((one) => alphabet[one.charCodeAt(0) % alphabet.length]).join('')
}

/** `collisions`: another try, when the name is taken by something else. */
export function templateHash(template: unknown, collisions: number): string {
  const text = canonicalJson(template) + (collisions === 0 ? '' : String(collisions))
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193) >>> 0
  }
  return safeEncode(String(hash))
}

/** FNV-1 over the revision's JSON as Go writes it, and the count of collisions. */
export function revisionHash(data: unknown, collisions: number): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(goJson(data) + String(collisions))) {
    hash = Math.imul(hash, 0x01000193) >>> 0
    hash = (hash ^ byte) >>> 0
  }
  return safeEncode(String(hash))
}

/** JSON with sorted keys and without what is absent or null: equal for equal values. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(withSortedKeys(value)) ?? 'null'
}

const htmlCharacters = /[<>&\u2028\u2029]/g
function goJson(value: unknown): string {
  return canonicalJson(value).replace(htmlCharacters, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, one]) => one !== undefined && one !== null)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, withSortedKeys(one)]))
}
