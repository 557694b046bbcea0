/**
 * What to make of a write that failed.
 */
import { reasonOf } from '../../apimachinery/status-error.ts'

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A create was refused because the namespace is on its way out. */
export function isNamespaceEnding(error: unknown): boolean {
  return reasonOf(error) === 'Forbidden' && /because it is being terminated/.test(messageOf(error))
}

/** For deletes and status writes: what is gone needs neither. */
export async function unlessGone(write: Promise<unknown>): Promise<void> {
  try {
    await write
  } catch (error) {
    if (reasonOf(error) !== 'NotFound') throw error
  }
}
