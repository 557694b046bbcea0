/**
 * What containers ask for (ValidateContainerResourceRequirements upstream): names of resources, amounts that are not negative, requests within limits.
 */
import { type FieldError, invalidValue, required } from '../../../apimachinery/field-error.ts'
import { child, key } from '../../../apimachinery/field-path.ts'
import { sortStrings } from '../../../apimachinery/go-strings.ts'
import { qualifiedNameErrors } from '../../../apimachinery/names.ts'
import { compareQuantities, parseQuantity, quantityMilli, quantityText } from '../../../apimachinery/quantity.ts'
import type { ResourceRequirements } from './resources.ts'

const standard = new Set(['cpu', 'memory', 'ephemeral-storage'])
type Amounts = Readonly<Record<string, string>>

export function* validateResources(resources: ResourceRequirements | undefined, path: string): Generator<FieldError> {
  const limits = (resources?.limits ?? {}) as Amounts
  const requests = (resources?.requests ?? {}) as Amounts
  const [limitsPath, requestsPath] = [child(path, 'limits'), child(path, 'requests')]
  for (const name of sortStrings(Object.keys(limits))) {
    yield* validateName(name, key(limitsPath, name))
    yield* validateAmount(name, limits[name] as string, key(limitsPath, name))
  }
  for (const name of sortStrings(Object.keys(requests))) {
    const at = key(requestsPath, name)
    const amount = requests[name] as string
    yield* validateName(name, at)
    yield* validateAmount(name, amount, at)
    const limit = limits[name]
    if (limit !== undefined) {
      if (compareQuantities(amount, limit) !== 0 && !isOvercommitted(name))
        yield invalidValue(at, printed(amount), `must be equal to ${name} limit of ${printed(limit)}`)
      else if (compareQuantities(amount, limit) > 0)
        yield invalidValue(at, printed(amount), `must be less than or equal to ${name} limit of ${printed(limit)}`)
    } else if (!isOvercommitted(name)) yield required(limitsPath, 'Limit must be set for non overcommitable resources')
  }
}

function printed(amount: string): string {
  const quantity = parseQuantity(amount)
  return quantity === undefined ? amount : quantityText(quantity)
}

/** Extended resources and huge pages are there or not: nobody gets more than was asked for. */
function isOvercommitted(name: string): boolean {
  return isNative(name) && !name.startsWith('hugepages-')
}
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

function* validateName(name: string, path: string): Generator<FieldError> {
  for (const text of qualifiedNameErrors(name)) yield invalidValue(path, name, text)
  if (!name.includes('/') && !standard.has(name) && !name.startsWith('hugepages-'))
    yield invalidValue(path, name, 'must be a standard resource type or fully qualified')
}

function* validateAmount(name: string, amount: string, path: string): Generator<FieldError> {
  if (compareQuantities(amount, '0') < 0) yield invalidValue(path, printed(amount), 'must be greater than or equal to 0')
  if (!isNative(name) && quantityMilli(amount) % 1000 !== 0) yield invalidValue(path, printed(amount), 'must be an integer')
}
