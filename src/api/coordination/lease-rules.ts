/** What a Lease may say (ValidateLeaseSpec upstream). */
import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts'

export function* validateLeaseSpec(spec: {
  readonly leaseDurationSeconds?: number | undefined
  readonly leaseTransitions?: number | undefined
}): Generator<FieldError> {
  const { leaseDurationSeconds, leaseTransitions } = spec
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0)
    yield invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0')
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0)
    yield invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0')
}
