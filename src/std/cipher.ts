/**
 * The door to ciphers with a key, for those who may not import Node's modules: what keeps values at rest. Each takes its nonce from the caller, who
 * has the door to chance, and puts it before what it makes:
 *
 *     aesCbc      IV (16)     ciphertext, PKCS#7                  whoever changes bytes is not noticed for sure
 *     aesGcm      nonce (12)  ciphertext, tag (16)                bound to `context`
 *     secretbox   nonce (24)  tag (16), ciphertext                XSalsa20-Poly1305, as NaCl lays it out
 *
 * What cannot be opened throws; the messages are those that Kubernetes has for it.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { secretbox as box } from '@noble/ciphers/salsa.js'

export interface Cipher {
  readonly nonceBytes: number
  seal(plain: Uint8Array, nonce: Uint8Array, context: Uint8Array): Uint8Array
  open(sealed: Uint8Array, context: Uint8Array): Uint8Array
}

const blockBytes = 16
const tagBytes = 16
const tooShort = 'the stored data was shorter than the required size'

/** Of 16, 24 or 32 bytes. */
export function aesCbc(key: Uint8Array): Cipher {
  const algorithm = `aes-${key.length * 8}-cbc`
  return {
    nonceBytes: blockBytes,
    seal: (plain, iv) => {
      const cipher = createCipheriv(algorithm, key, iv)
      return Buffer.concat([iv, cipher.update(plain), cipher.final()])
    },
    open: (sealed) => {
      if (sealed.length < blockBytes) throw new Error(tooShort)
      if (sealed.length % blockBytes !== 0) throw new Error('the stored data is not a multiple of the block size')
      const cipher = createDecipheriv(algorithm, key, sealed.subarray(0, blockBytes)).setAutoPadding(false)
      return unpadded(Buffer.concat([cipher.update(sealed.subarray(blockBytes)), cipher.final()]))
    },
  }
}

/** OpenSSL would refuse paddings of more than a block; upstream takes what is consistent. Neither ever writes one. */
function unpadded(padded: Buffer): Uint8Array {
  const count = padded.at(-1) ?? 0
  if (count === 0 || count > padded.length) throw new Error('invalid PKCS7 data (empty or not padded)')
  if (padded.subarray(-count).some((byte) => byte !== count)) throw new Error('invalid padding on input')
  return padded.subarray(0, padded.length - count)
}

/** Of 16, 24 or 32 bytes. */
export function aesGcm(key: Uint8Array): Cipher {
  const algorithm = `aes-${key.length * 8}-gcm` as 'aes-256-gcm'
  const nonceBytes = 12
  return {
    nonceBytes,
    seal: (plain, nonce, context) => {
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(context)
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open: (sealed, context) => {
      if (sealed.length < nonceBytes) throw new Error(tooShort)
      const forged = 'cipher: message authentication failed'
      if (sealed.length < nonceBytes + tagBytes) throw new Error(forged)
      const cipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
      cipher.setAAD(context).setAuthTag(sealed.subarray(-tagBytes))
      const plain = cipher.update(sealed.subarray(nonceBytes, -tagBytes))
      try {
        return Buffer.concat([plain, cipher.final()])
      } catch {
        throw new Error(forged)
      }
    },
  }
}

/** Of 32 bytes. */
export function secretbox(key: Uint8Array): Cipher {
  const nonceBytes = 24
  return {
    nonceBytes,
    seal: (plain, nonce) => Buffer.concat([nonce, box(key, nonce).seal(plain)]),
    open: (sealed) => {
      if (sealed.length < nonceBytes + tagBytes) throw new Error(tooShort)
      try {
        return Buffer.from(box(key, sealed.subarray(0, nonceBytes)).open(sealed.subarray(nonceBytes)))
      } catch {
        // Upstream's words for a wrong key or changed bytes.
        throw new Error('output array was not large enough for encryption')
      }
    },
  }
}
