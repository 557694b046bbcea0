/**
 * A number, or a text that is a percentage: maxSurge, maxUnavailable. `util/intstr` upstream.
 */
export type IntOrString = number | string

/** "25%" → 25; undefined for anything else. */
export function percentOf(text: string): number | undefined {
  const match = /^([+-]?\d+)%$/.exec(text)
  return match === null ? undefined : Number(match[1])
}

/** The number itself, or that share of `total`. Undefined for a text that is no percentage. */
export function scaledValue(value: IntOrString, total: number, isRoundedUp: boolean): number | undefined {
  if (typeof value === 'number') return value
  const percent = percentOf(value)
  if (percent === undefined) return undefined
  const exact = (percent * total) / 100
  return isRoundedUp ? Math.ceil(exact) : Math.floor(exact)
}
