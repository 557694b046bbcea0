/**
 * What StorageClasses and VolumeAttributesClasses share: a driver's name and parameters that only it understands.
 */
import { type FieldError, invalidValue, required, tooLong } from '../../apimachinery/field-error.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { qualifiedNameErrors } from '../../apimachinery/names.ts'

const countMax = 512
const bytesMax = 256 * 1024

export function* validateDriverOfClass(name: string, path: string): Generator<FieldError> {
  if (name === '') return yield required(path)
  for (const problem of qualifiedNameErrors(name.toLowerCase())) yield invalidValue(path, name.toLowerCase(), problem)
}

export function* validateParameters(
  parameters: Readonly<Record<string, string>> | null | undefined,
  path: string,
  { mayBeEmpty }: { readonly mayBeEmpty: boolean },
): Generator<FieldError> {
  const entries = Object.entries(parameters ?? {})
  // Upstream's word for too many.
  if (entries.length > countMax) return yield tooLong(path, countMax)
  let bytes = 0
  for (const [name, value] of entries) {
    if (name === '') yield invalidValue(path, name, 'field can not be empty.')
    bytes += utf8Length(name) + utf8Length(value)
  }
  if (bytes > bytesMax) yield tooLong(path, bytesMax)
  if (!mayBeEmpty && entries.length === 0) yield required(path, 'must contain at least one key/value pair')
}
