/**
 * Base64 as Go's StdEncoding reads it: line breaks are passed over, padding is demanded, bits left over at the end are not looked at. Fields of bytes
 * are kept as text; this only says whether the text is good, and gives the spelling that Go would print.
 */
const good = /^[A-Za-z0-9+/]*={0,2}$/

/** Undefined for what is no base64. */
export function canonicalBase64(text: string): string | undefined {
  const joined = text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, '') : text
  if (joined.length % 4 !== 0 || !good.test(joined)) return undefined
  return joined.endsWith('=') ? Buffer.from(joined, 'base64').toString('base64') : joined
}

/** Go's words; undefined when all is well. The position counts line breaks. */
export function base64Problem(text: string): string | undefined {
  if (canonicalBase64(text) !== undefined) return undefined
  const bytes = Buffer.from(text, 'utf8')
  return `illegal base64 data at input byte ${firstBad(bytes)}`
}

function firstBad(bytes: Uint8Array): number {
  let inQuantum = 0
  let at = 0
  const skipBreaks = (): void => {
    while (bytes[at] === 10 || bytes[at] === 13) at++
  }
  for (;;) {
    skipBreaks()
    const byte = bytes[at]
    if (byte === undefined) return at - inQuantum
    if (isAlphabet(byte)) {
      at++
      inQuantum = (inQuantum + 1) % 4
      continue
    }
    if (byte !== 61 || inQuantum < 2) return at
    const isPair = inQuantum === 2
    at++
    skipBreaks()
    if (isPair) {
      if (at >= bytes.length) return bytes.length
      if (bytes[at] !== 61) return at - 1
      at++
      skipBreaks()
    }
    return at
  }
}

function isAlphabet(byte: number): boolean {
  return (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || byte === 43 || byte === 47
}
