/**
 * What the query of a write says besides what to write: CreateOptions, UpdateOptions, PatchOptions. Checked before the
 * body is looked at; the texts and the order of errors are apimachinery's.
 */

import { type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from '../../apimachinery/field-error.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { fieldManagerBytesMax, unprintableCharacters } from '../../apimachinery/names.ts'
import { invalid } from '../../apimachinery/status-error.ts'
import type { FieldValidation, RequestContext } from '../server-parts.ts'
import { isTrue } from './query.ts'

export interface WriteOptions {
  readonly isDryRun: boolean
  /** As sent; '' when absent. */
  readonly fieldManager: string
  readonly fieldValidation: FieldValidation
  readonly force: boolean
}

export const plainWrite: WriteOptions = { isDryRun: false, fieldManager: '', fieldValidation: 'Warn', force: false }

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'

export function parseWriteOptions(context: RequestContext, kind: OptionsKind, isApply = false): WriteOptions {
  if (context.http.query === '' && kind !== 'PatchOptions') return plainWrite
  const { query } = context
  const dryRun = query.all('dryRun')
  const fieldManager = query.get('fieldManager') ?? ''
  const fieldValidation = query.get('fieldValidation') ?? ''
  const force = query.has('force')
  const errors: FieldError[] = []
  if (kind === 'PatchOptions') {
    if (!isApply && force) errors.push(forbiddenField('force', 'may not be specified for non-apply patch'))
    if (isApply && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'))
  }
  errors.push(...validateFieldManager(fieldManager), ...validateDryRun(dryRun))
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    errors.push(notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']))
  }
  if (errors.length > 0) throw invalid('meta.k8s.io', kind, '', errors)
  return {
    isDryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation),
    force: force && isTrue(query.get('force')),
  }
}

export function* validateDryRun(dryRun: readonly string[]): Generator<FieldError> {
  if (dryRun.some((one) => one !== 'All')) yield notSupported('dryRun', dryRun, ['All'])
}

function* validateFieldManager(fieldManager: string): Generator<FieldError> {
  if (utf8Length(fieldManager) > fieldManagerBytesMax) yield tooLong('fieldManager', fieldManagerBytesMax)
  for (const { text, byte } of unprintableCharacters(fieldManager)) {
    yield invalidValue('fieldManager', fieldManager, `invalid character ${text} (at position ${byte})`)
  }
}

/** Who owns the fields that are written: as asked, or the beginning of the user agent. */
export function managerOf(context: RequestContext, options: WriteOptions): string {
  if (options.fieldManager !== '') return options.fieldManager
  const agent = context.header('user-agent') ?? ''
  const prefix = agent.split('/', 1)[0] as string
  return prefix === ''
    ? 'unknown'
    : [...prefix]
        .filter((character) => /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character))
        .join('')
        .slice(0, fieldManagerBytesMax)
}
