/**
 * Conditions of flow control's statuses: older than metav1.Condition, and hardly checked.
 */
import { duplicate, type FieldError, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'

export function* validateFlowConditions(
  conditions: readonly { readonly type?: string | undefined }[] | null | undefined,
): Generator<FieldError> {
  const seen = new Set<string>()
  for (const [i, { type = '' }] of (conditions ?? []).entries()) {
    const path = child(index('status.conditions', i), 'type')
    if (seen.has(type)) yield duplicate(path, type)
    seen.add(type)
    if (type === '') yield required(path)
  }
}
