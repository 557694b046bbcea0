/** DefaultBinder: writes the binding through pods/binding. What it does lies in bind.ts; here is its place in the list. */
import type { Plugin } from '../framework.ts'

export const binderName = 'DefaultBinder'

export function defaultBinder(): Plugin {
  return { name: binderName }
}
