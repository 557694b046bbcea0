/**
 * Fields that take a number of Pods or a share of them ("25%"): what values are fine. Upstream's apps validation, used by rollouts
 * and disruption budgets alike. Resolving a share against a total is apimachinery/int-or-string.ts.
 */
import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts'
import { percentErrors } from '../../apimachinery/names.ts'
import { validateNonNegative } from '../../apimachinery/validate-metadata.ts'

type IntOrString = number | string

export function* validatePositiveIntOrPercent(value: IntOrString, path: string): Generator<FieldError> {
  if (typeof value === 'number') yield* validateNonNegative(value, path)
  else for (const problem of percentErrors(value)) yield invalidValue(path, value, problem)
}

export function* validateNotMoreThan100Percent(value: IntOrString, path: string): Generator<FieldError> {
  const percent = percentOf(value)
  if (percent !== undefined && percent > 100) yield invalidValue(path, value, 'must not be greater than 100%')
}

/** 25 for 25 and for "25%"; what is neither counts as 0. */
export function intOrPercentValue(value: IntOrString): number {
  if (typeof value === 'number') return value
  return percentOf(value) ?? (/^[+-]?[0-9]+$/.test(value) ? Number(value) : 0)
}

function percentOf(value: IntOrString): number | undefined {
  if (typeof value === 'number' || percentErrors(value).length > 0) return undefined
  return Number(value.slice(0, -1))
}
