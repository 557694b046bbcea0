/**
 * From what an apiserver stores to what lies in etcd, and back, for one resource: its providers, in order.
 *
 *     k8s:enc:aescbc:v1:key1:<sealed>      sealed with a key of that name; of several, the one that opens it
 *     {"kind":"Secret", …                  as it is: read by `identity` alone
 *
 * What newcomers get wrong: `stale` is said of what the first key of the first provider has not written. The next update writes it again though
 * nothing has changed in it; that is how keys are rotated.
 */
import { aesCbc, aesGcm, type Cipher, secretbox } from '../../std/cipher.ts'
import type { Random } from '../../std/random.ts'
import type { KeyedProvider, Provider } from './encryption-config.ts'

export interface Transformer {
  toStorage(value: Uint8Array, key: string): Uint8Array
  /** Throws when no provider can read it. */
  fromStorage(stored: Uint8Array, key: string): { readonly value: Uint8Array; readonly isStale: boolean }
}

/** One key of one provider. `identity` has no prefix and no cipher. */
interface Candidate {
  readonly type: Provider['type']
  readonly prefix: Buffer
  readonly cipher?: Cipher
}

const ciphers: Readonly<Record<KeyedProvider, (key: Uint8Array) => Cipher>> = { aescbc: aesCbc, aesgcm: aesGcm, secretbox }
const noKeyFor: Readonly<Record<KeyedProvider, string>> = { aescbc: 'AES', aesgcm: 'AES', secretbox: 'Secretbox' }
const anyEncrypted = Buffer.from('k8s:enc:')

export function createTransformer(providers: readonly Provider[], random: Random): Transformer {
  const candidates = providers.flatMap(candidatesOf)
  const first = candidates[0] as Candidate
  return {
    toStorage: (value, key) => {
      const { cipher, prefix } = first
      if (cipher === undefined) return value
      return Buffer.concat([prefix, cipher.seal(value, random.bytes(cipher.nonceBytes), contextOf(key))])
    },
    fromStorage: (stored, key) => {
      const errors = new Set<string>()
      for (const candidate of candidates) {
        const { cipher, prefix } = candidate
        if (cipher === undefined && startsWith(stored, anyEncrypted)) continue
        if (!startsWith(stored, prefix)) continue
        if (cipher === undefined) return { value: stored, isStale: candidate !== first }
        try {
          return { value: cipher.open(stored.subarray(prefix.length), contextOf(key)), isStale: candidate !== first }
        } catch (error) {
          errors.add((error as Error).message)
        }
      }
      throw new Error(unreadable(candidates, stored, [...errors]))
    },
  }
}

function candidatesOf(provider: Provider): readonly Candidate[] {
  const { type } = provider
  if (type === 'identity') return [{ type, prefix: Buffer.alloc(0) }]
  return provider.keys.map(({ name, secret }) => ({
    type,
    prefix: Buffer.from(`k8s:enc:${type}:v1:${name}:`),
    cipher: ciphers[type](secret),
  }))
}

function unreadable(candidates: readonly Candidate[], stored: Uint8Array, errors: readonly string[]): string {
  if (errors.length > 0) return errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]`
  const near = candidates.find(({ type }) => startsWith(stored, Buffer.from(`k8s:enc:${type}:v1:`)))
  if (near === undefined) return 'no matching prefix found'
  return `no matching key was found for the provided ${noKeyFor[near.type as KeyedProvider]} transformer`
}

function startsWith(bytes: Uint8Array, prefix: Buffer): boolean {
  return bytes.length >= prefix.length && prefix.equals(bytes.subarray(0, prefix.length))
}

/** Keys are byte strings. */
function contextOf(key: string): Uint8Array {
  return Buffer.from(key, 'latin1')
}
