/**
 * metav1.Condition lists in statuses: each type once, a known status, a time, a reason that reads as a word.
 */
import { duplicate, type FieldError, invalidValue, notSupported, required, tooLong } from './field-error.ts'
import { child, index } from './field-path.ts'
import { utf8Length } from './go-strings.ts'
import type { Condition } from './meta.ts'
import { formatMessage } from './names.ts'
import { validateLabelName } from './selectors/labels.ts'

const statuses = ['False', 'True', 'Unknown']
const reasonFormat = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'
const reasonMessage = formatMessage(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  reasonFormat,
  'my_name',
  'MY_NAME',
  'MyName',
  'ReasonA,ReasonB',
  'ReasonA:ReasonB',
)
const reasonBytesMax = 1024
const messageBytesMax = 32 * 1024

export function* validateConditions(conditions: readonly Condition[] | null | undefined, path: string): Generator<FieldError> {
  const seen = new Set<string>()
  for (const [i, condition] of (conditions ?? []).entries()) {
    const { type = '' } = condition
    if (seen.has(type)) yield duplicate(child(index(path, i), 'type'), type)
    seen.add(type)
    yield* validateCondition(condition, index(path, i))
  }
}

export function* validateCondition(condition: Condition, path: string): Generator<FieldError> {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition
  yield* validateLabelName(type, child(path, 'type'))
  if (!statuses.includes(status)) yield notSupported(child(path, 'status'), status, statuses)
  if (observedGeneration < 0) {
    yield invalidValue(child(path, 'observedGeneration'), observedGeneration, 'must be greater than or equal to zero')
  }
  if (!lastTransitionTime) yield required(child(path, 'lastTransitionTime'))
  if (reason === '') yield required(child(path, 'reason'))
  else {
    if (!/^[A-Za-z](?:[A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(reason)) yield invalidValue(child(path, 'reason'), reason, reasonMessage)
    if (utf8Length(reason) > reasonBytesMax) yield tooLong(child(path, 'reason'), reasonBytesMax)
  }
  if (utf8Length(message) > messageBytesMax) yield tooLong(child(path, 'message'), messageBytesMax)
}
