/** What a Lease may say (ValidateLeaseSpec upstream). */
import { type FieldError, forbiddenField, invalidValue, notSupported } from '../../apimachinery/field-error.ts'
import { qualifiedNameErrors } from '../../apimachinery/names.ts'

export function* validateLeaseSpec(spec: {
  readonly leaseDurationSeconds?: number | undefined
  readonly leaseTransitions?: number | undefined
  readonly strategy?: string | undefined
  readonly preferredHolder?: string | undefined
}): Generator<FieldError> {
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = spec
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0)
    yield invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0')
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0)
    yield invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0')
  // The doubled name is upstream's.
  if (typeof strategy === 'string') yield* validateStrategy(strategy, 'spec.strategy.strategy')
  if (preferredHolder && !strategy) yield forbiddenField('spec.preferredHolder', 'may only be specified if `strategy` is defined')
}

const strategies = ['OldestEmulationVersion']

/** Kubernetes' own, or somebody's with a domain before it. */
export function* validateStrategy(strategy: string, path: string): Generator<FieldError> {
  if (strategy.includes('/')) for (const problem of qualifiedNameErrors(strategy)) yield invalidValue(path, strategy, problem)
  else if (!strategies.includes(strategy)) yield notSupported(path, strategy, strategies)
}
