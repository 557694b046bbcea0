/** What a StorageVersionMigration may say and how it may go on (pkg/apis/storagemigration/validation upstream): it ends once, well or badly. */
import { duplicate, type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { validateCondition } from '../../apimachinery/validate-conditions.ts'
import { fieldIsImmutable, validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import type { MigrationCondition, StorageVersionMigrationSpec, StorageVersionMigrationStatus } from './migration-schema.ts'

export function* validateMigration({ resource }: StorageVersionMigrationSpec): Generator<FieldError> {
  for (const name of ['resource', 'version'] as const) {
    if ((resource?.[name] ?? '') === '') yield required(child('spec.resource', name), `${name} is required`)
  }
}

/** The paths are upstream's. */
export function* validateMigrationUpdate(spec: StorageVersionMigrationSpec, old: StorageVersionMigrationSpec): Generator<FieldError> {
  yield* validateMigration(spec)
  for (const name of ['group', 'version', 'resource'] as const) {
    const value = spec.resource?.[name] ?? ''
    if (value !== (old.resource?.[name] ?? '')) yield invalidValue(name, value, fieldIsImmutable)
  }
}

export function* validateMigrationStatus(status: StorageVersionMigrationStatus, old: StorageVersionMigrationStatus): Generator<FieldError> {
  const { resourceVersion = '' } = status
  const at = 'status.resourceVersion'
  yield* validateVersion(resourceVersion, at)
  yield* validateConditions(status.conditions ?? [], 'status.conditions')
  const before = old.resourceVersion ?? ''
  if (before !== '' && before !== resourceVersion) yield invalidValue(at, resourceVersion, fieldIsImmutable)
  yield* validateEnds(status, old)
}

function* validateVersion(text: string, path: string): Generator<FieldError> {
  if (text === '') return
  const number = /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined
  const problem = number === undefined ? 'invalid syntax' : BigInt.asIntN(64, number) === number ? undefined : 'value out of range'
  if (problem !== undefined) {
    const detail = `failed to parse resource version ${quote(text)}: strconv.ParseInt: parsing ${quote(text)}: ${problem}`
    yield invalidValue(path, text, detail)
  } else yield* validateNonNegative(Number(number), path)
}

function* validateConditions(conditions: readonly MigrationCondition[], path: string): Generator<FieldError> {
  const seen = new Set<string>()
  for (const [i, { type = '', status = '', lastUpdateTime, reason = '', message = '' }] of conditions.entries()) {
    if (seen.has(type)) yield duplicate(child(index(path, i), 'type'), type)
    seen.add(type)
    // Upstream speaks of lastTransitionTime here too.
    yield* validateCondition({ type, status, lastTransitionTime: lastUpdateTime ?? null, reason, message }, index(path, i))
  }
}

function* validateEnds(status: StorageVersionMigrationStatus, old: StorageVersionMigrationStatus): Generator<FieldError> {
  const path = 'status.conditions'
  const shown = (status.conditions ?? []).map(({ type = '', status: is = '', lastUpdateTime = null, reason = '', message = '' }) => {
    return { Type: type, Status: is, LastUpdateTime: lastUpdateTime, Reason: reason, Message: message }
  })
  const [succeeded, failed, running] = ['Succeeded', 'Failed', 'Running'].map((type) => isTrue(status, type))
  if (succeeded && failed) yield invalidValue(path, shown, 'Both success and failed conditions cannot be true at the same time')
  if (succeeded && running) yield invalidValue(path, shown, 'Running condition cannot be true when success condition is true')
  if (failed && running) yield invalidValue(path, shown, 'Running condition cannot be true when failed condition is true')
  if (isTrue(old, 'Succeeded') && !succeeded) yield invalidValue(path, shown, 'Success condition cannot be set to false once it is true')
  if (isTrue(old, 'Failed') && !failed) yield invalidValue(path, shown, 'Failed condition cannot be set to false once it is true')
}

/** The first of its type counts. */
function isTrue({ conditions }: StorageVersionMigrationStatus, type: string): boolean {
  return conditions?.find((one) => one.type === type)?.status === 'True'
}
