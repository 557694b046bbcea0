/**
 * Versions as semver.org has them: three numbers, then perhaps words behind a hyphen, which come before the version without them.
 *
 *     1.34.0-alpha.1 < 1.34.0-alpha.beta < 1.34.0 = 1.34.0+build
 */
export interface SemanticVersion {
  readonly numbers: readonly number[]
  readonly prerelease: readonly string[]
}

const number = '(?:0|[1-9]\\d*)'
const word = `(?:${number}|\\d*[a-zA-Z-][0-9a-zA-Z-]*)`
const format = new RegExp(
  `^(${number})\\.(${number})\\.(${number})(?:-(${word}(?:\\.${word})*))?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`,
)

export function isSemanticVersion(text: string): boolean {
  return format.test(text)
}

export function parseVersion(text: string): SemanticVersion | undefined {
  const parts = format.exec(text)
  if (parts === null) return undefined
  return { numbers: parts.slice(1, 4).map(Number), prerelease: parts[4]?.split('.') ?? [] }
}

export function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  for (const [i, one] of a.numbers.entries()) {
    const other = b.numbers[i] ?? 0
    if (one !== other) return one - other
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length
  for (const [i, one] of a.prerelease.entries()) {
    const other = b.prerelease[i]
    if (other === undefined) return 1
    if (one !== other) return compareWords(one, other)
  }
  return a.prerelease.length - b.prerelease.length
}

/** Numbers come before words. */
function compareWords(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isNumber && isOtherNumber) return Number(a) - Number(b)
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1
  return a < b ? -1 : 1
}
