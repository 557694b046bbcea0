/**
 * Times as they stand in objects: RFC 3339 in UTC, to the second (metav1.Time). Absent and null times read as NaN, so that no comparison with
 * them is true.
 */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

export function timeMs(text: string | null | undefined): number {
  return typeof text === 'string' ? Date.parse(text) : Number.NaN
}
