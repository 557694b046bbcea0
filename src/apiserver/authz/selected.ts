/** The value that a field selector demands of a field; undefined when it demands none, or is none. */
import { parseFieldSelector } from '../../apimachinery/selectors/fields.ts'

export function fieldSelected(selector: string | undefined, field: string): string | undefined {
  if (selector === undefined) return undefined
  try {
    return parseFieldSelector(selector).find((one) => one.field === field && one.operator === '=')?.value
  } catch {
    // The verb says what is wrong with it.
    return undefined
  }
}
