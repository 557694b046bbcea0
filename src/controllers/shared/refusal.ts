/**
 * What the server said when it refused, and whether that was to be expected.
 */
import { reasonOf } from '../../apimachinery/status-error.ts'

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A create was refused because the namespace is on its way out: trying again is no use. */
export function isNamespaceEnding(error: unknown): boolean {
  return reasonOf(error) === 'Forbidden' && /because it is being terminated/.test(messageOf(error))
}
