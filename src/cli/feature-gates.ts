/** --feature-gates as text, to what the API server takes; what is unknown or locked is the caller's mistake, and said before anything starts. */
import { knownGates } from '../api/feature-gates.ts'
import { FeatureGateError, FeatureGates, parseFeatureGates } from '../apimachinery/feature-gates.ts'
import { UserError } from './places.ts'

export function readFeatureGates(text: string): Readonly<Record<string, boolean>> {
  try {
    const said = parseFeatureGates(text)
    new FeatureGates(knownGates, said)
    return said
  } catch (error) {
    if (error instanceof FeatureGateError) throw new UserError(error.message)
    throw error
  }
}
