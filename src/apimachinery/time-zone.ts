/**
 * What clocks on walls show, by the names of the time zone database ("Europe/Berlin"). The platform's own database answers; names are
 * taken as Go takes them, with their capitals.
 *
 *     offsetMs('Europe/Berlin', Date.UTC(2026, 6, 1))    7200000
 */

const formats = new Map<string, Intl.DateTimeFormat>()

export function isTimeZone(name: string): boolean {
  return name === '' || name === 'UTC' || formatOf(name) !== undefined
}

/** How far clocks there are ahead of UTC. */
export function offsetMs(timeZone: string, ms: number): number {
  if (timeZone === '' || timeZone === 'UTC') return 0
  const format = formatOf(timeZone)
  if (format === undefined) throw new RangeError(`unknown time zone ${timeZone}`)
  const found: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(ms)) found[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000
}

/** Remembered: making one costs a hundred times what asking it costs. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  // The platform also knows "europe/berlin" and "+01:00"; Go does not.
  if (!/^[A-Z]/.test(timeZone)) return undefined
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    const { timeZone: canonical } = format.resolvedOptions()
    if (canonical !== timeZone && canonical.toLowerCase() === timeZone.toLowerCase()) return undefined
    formats.set(timeZone, format)
    return format
  } catch {
    return undefined
  }
}
