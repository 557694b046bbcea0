/**
 * What every object's metadata must look like, and what an update may change in it. The API server runs these for each
 * create and update, before (update) or after (create) the kind's own checks; the order of errors is what clients see.
 *
 * What a newcomer would get wrong: on updates upstream runs `validateObjectMetaUpdate` twice, generically and in the kind, so
 * causes repeat (the message does not); generateName is checked even when it has already become a name, so a bad
 * prefix is said twice; labels' errors name the map, not the key.
 *
 * Elsewhere: which names a kind takes (KindDefinition.validateName), namespaces against the URL (the API server).
 */
import type { FieldError } from './field-error.ts'
import { forbiddenField, invalidValue, required, tooLong } from './field-error.ts'
import { child, index } from './field-path.ts'
import { quote, sortStrings, utf8Length } from './go-strings.ts'
import { fieldManagerBytesMax, nameIsDnsLabel, pathSegmentNameErrors, qualifiedNameErrors, unprintableCharacters } from './names.ts'
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from './object.ts'
import { parseApiVersion } from './object.ts'
import { validateLabels } from './selectors/labels.ts'

export const fieldIsImmutable = 'field is immutable'
export const annotationsBytesMax = 262144

export interface MetadataRules {
  readonly scope: 'Namespaced' | 'Cluster'
  /** The kind's; the generic check after it asks only for names that can stand in a URL. */
  readonly validateName?: (name: string, isPrefix: boolean) => readonly string[]
}

export function* validateObjectMeta(metadata: ObjectMeta, rules: MetadataRules, path = 'metadata'): Generator<FieldError> {
  const validateName = rules.validateName ?? pathSegmentNameErrors
  const { name = '', generateName = '', namespace = '' } = metadata
  if (generateName !== '') {
    for (const problem of validateName(generateName, true)) yield invalidValue(child(path, 'generateName'), generateName, problem)
  }
  if (name === '') yield required(child(path, 'name'), 'name or generateName is required')
  else for (const problem of validateName(name, false)) yield invalidValue(child(path, 'name'), name, problem)
  if (rules.scope === 'Namespaced') {
    if (namespace === '') yield required(child(path, 'namespace'))
    else for (const problem of nameIsDnsLabel(namespace, false)) yield invalidValue(child(path, 'namespace'), namespace, problem)
  } else if (namespace !== '') yield forbiddenField(child(path, 'namespace'), 'not allowed on this type')

  yield* validateNonNegative(metadata.generation ?? 0, child(path, 'generation'))
  yield* validateLabels(metadata.labels, child(path, 'labels'))
  yield* validateAnnotations(metadata.annotations, child(path, 'annotations'))
  yield* validateOwnerReferences(metadata.ownerReferences, child(path, 'ownerReferences'))
  yield* validateFinalizers(metadata.finalizers, child(path, 'finalizers'))
  yield* validateManagedFields(metadata.managedFields, child(path, 'managedFields'))
}

export function* validateObjectMetaUpdate(metadata: ObjectMeta, old: ObjectMeta, path = 'metadata'): Generator<FieldError> {
  if (isSet(old.deletionTimestamp)) {
    yield* validateNoNewFinalizers(metadata.finalizers ?? [], old.finalizers ?? [], child(path, 'finalizers'))
  }
  if ((metadata.resourceVersion ?? '') === '') {
    yield invalidValue(child(path, 'resourceVersion'), metadata.resourceVersion ?? '', 'must be specified for an update')
  }
  if ((metadata.generation ?? 0) < (old.generation ?? 0)) {
    yield invalidValue(child(path, 'generation'), metadata.generation ?? 0, 'must not be decremented')
  }
  for (const name of ['name', 'namespace', 'uid'] as const) {
    if ((metadata[name] ?? '') !== (old[name] ?? '')) yield invalidValue(child(path, name), metadata[name] ?? '', fieldIsImmutable)
  }
  for (const name of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if ((metadata[name] ?? null) !== (old[name] ?? null)) yield invalidValue(child(path, name), metadata[name] ?? null, fieldIsImmutable)
  }
  yield* validateLabels(metadata.labels, child(path, 'labels'))
  yield* validateAnnotations(metadata.annotations, child(path, 'annotations'))
  yield* validateOwnerReferences(metadata.ownerReferences, child(path, 'ownerReferences'))
  yield* validateManagedFields(metadata.managedFields, child(path, 'managedFields'))
}

/**
 * For most built-in kinds, after the above: a finalizer has a domain or is one of three. Groups that came later (leases, webhooks, custom
 * resources) take any.
 */
export function* validateKubernetesFinalizers({ finalizers }: ObjectMeta, path = 'metadata'): Generator<FieldError> {
  for (const [i, finalizer] of (finalizers ?? []).entries()) {
    if (finalizer.includes('/') || standardFinalizers.has(finalizer)) continue
    const why = 'name is neither a standard finalizer name nor is it fully qualified'
    yield invalidValue(index(child(path, 'finalizers'), i), finalizer, why)
  }
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

/** Whether a kind of this group takes only such finalizers. */
export function hasKubernetesFinalizers(group: string): boolean {
  return groupsOfKubernetesFinalizers.has(group)
}

const groupsOfKubernetesFinalizers = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
])

/** What the generic registry checks on every update, besides the kind's own checks and before them. */
export function* validateCommonFieldsOfUpdate(metadata: ObjectMeta, old: ObjectMeta, scope: MetadataRules['scope']): Generator<FieldError> {
  yield* validateObjectMeta(metadata, { scope })
  yield* validateObjectMetaUpdate(metadata, old)
}

function isSet(time: string | null | undefined): boolean {
  return time !== null && time !== undefined && time !== ''
}

/** A field that may not change. */
/** `shown`: how the value prints, when that is not as clients write it. */
export function* validateImmutable<T>(value: T, old: T, path: string, shown?: (value: NonNullable<T>) => unknown): Generator<FieldError> {
  if (semanticallyEqual(value, old)) return
  const isThere = value !== undefined && value !== null
  yield invalidValue(path, isThere && shown !== undefined ? shown(value) : value, fieldIsImmutable)
}

/**
 * apiequality.Semantic.DeepEqual for plain JSON: an absent, null and empty list are one. An empty object is not an absent
 * one (`emptyDir: {}`), since empty maps do not survive decoding. Quantities must be canonical text by now.
 */
export function semanticallyEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, i) => semanticallyEqual(item, b[i]))
  }
  const left = a as Readonly<Record<string, unknown>>
  const right = b as Readonly<Record<string, unknown>>
  for (const name in left) if (!semanticallyEqual(left[name], right[name])) return false
  for (const name in right) if (!(name in left) && !isEmpty(right[name])) return false
  return true
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

export function* validateNonNegative(value: number, path: string): Generator<FieldError> {
  if (value < 0) yield invalidValue(path, value, 'must be greater than or equal to 0')
}

export function* validateAnnotations(annotations: ObjectMeta['annotations'], path: string): Generator<FieldError> {
  let bytes = 0
  for (const name in annotations) {
    for (const problem of qualifiedNameErrors(name.toLowerCase())) yield invalidValue(path, name, problem)
    bytes += utf8Length(name) + utf8Length(annotations[name] as string)
  }
  if (bytes > annotationsBytesMax) yield tooLong(path, annotationsBytesMax)
}

export function annotationsAreTooLong(annotations: ObjectMeta['annotations']): boolean {
  let bytes = 0
  for (const name in annotations) bytes += utf8Length(name) + utf8Length(annotations[name] as string)
  return bytes > annotationsBytesMax
}

export function* validateOwnerReferences(owners: readonly OwnerReference[] | null | undefined, path: string): Generator<FieldError> {
  let firstController = ''
  for (const owner of owners ?? []) {
    yield* validateOwnerReference(owner, path)
    if (owner.controller !== true) continue
    const controller = `${owner.kind}/${owner.name}`
    if (firstController === '') firstController = controller
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${firstController} and ${controller}`
      yield invalidValue(path, owners, detail)
    }
  }
}

function* validateOwnerReference(owner: OwnerReference, path: string): Generator<FieldError> {
  const { apiVersion = '', kind = '', name = '', uid = '' } = owner
  const { group, version } = looselyParsed(apiVersion)
  if (version === '') yield invalidValue(child(path, 'apiVersion'), apiVersion, 'version must not be empty')
  if (kind === '') yield invalidValue(child(path, 'kind'), kind, 'must not be empty')
  if (name === '') yield invalidValue(child(path, 'name'), name, 'must not be empty')
  if (uid === '') yield invalidValue(child(path, 'uid'), uid, 'must not be empty')
  if (group === '' && version === 'v1' && kind === 'Event') {
    yield invalidValue(path, owner, '/v1, Kind=Event is disallowed from being an owner')
  }
}

/** Two slashes make no group and no version. */
function looselyParsed(apiVersion: string): { group: string; version: string } {
  return apiVersion.split('/').length > 2 ? { group: '', version: '' } : parseApiVersion(apiVersion)
}

export function* validateFinalizerName(name: string, path: string): Generator<FieldError> {
  for (const problem of qualifiedNameErrors(name)) yield invalidValue(path, name, problem)
}

export function* validateFinalizers(finalizers: readonly string[] | null | undefined, path: string): Generator<FieldError> {
  for (const finalizer of finalizers ?? []) yield* validateFinalizerName(finalizer, path)
  if (finalizers?.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    yield invalidValue(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')
  }
}

/** The message shows a Go slice. */
export function* validateNoNewFinalizers(finalizers: readonly string[], old: readonly string[], path: string): Generator<FieldError> {
  const added = sortStrings(new Set(finalizers.filter((one) => !old.includes(one))))
  if (added.length === 0) return
  const found = `[]string{${added.map(quote).join(', ')}}`
  yield forbiddenField(path, `no new finalizers can be added if the object is being deleted, found new finalizers ${found}`)
}

export function* validateManagedFields(entries: readonly ManagedFieldsEntry[] | null | undefined, path: string): Generator<FieldError> {
  for (const [i, entry] of (entries ?? []).entries()) {
    const at = index(path, i)
    const { operation = '', fieldsType = '', manager = '', subresource = '' } = entry
    if (operation !== 'Apply' && operation !== 'Update') {
      yield invalidValue(child(at, 'operation'), operation, 'must be `Apply` or `Update`')
    }
    if (fieldsType !== '' && fieldsType !== 'FieldsV1') yield invalidValue(child(at, 'fieldsType'), fieldsType, 'must be `FieldsV1`')
    yield* validateFieldManager(manager, child(at, 'manager'))
    if (utf8Length(subresource) > 256) yield tooLong(child(at, 'subresource'), 256)
  }
}

/** Who writes: in managedFields, and in the query of a write (`path` is then 'fieldManager'). */
export function* validateFieldManager(manager: string, path: string): Generator<FieldError> {
  if (manager.length * 3 > fieldManagerBytesMax && utf8Length(manager) > fieldManagerBytesMax) yield tooLong(path, fieldManagerBytesMax)
  if (/^[ -~]*$/.test(manager)) return
  for (const { text, byte } of unprintableCharacters(manager)) {
    yield invalidValue(path, manager, `invalid character ${text} (at position ${byte})`)
  }
}
