/**
 * CustomResourceDefinitions: names that go without saying, versions that have been stored, and which definitions are refused for their names, groups,
 * scopes and versions (pkg/apis/apiextensions/validation upstream).
 *
 * What a newcomer would get wrong: a version that was ever stored must stay in the list, until somebody takes it out of status.storedVersions;
 * scope and kind can still change as long as the definition is not established. What schemas, columns and rules may say is not judged here.
 */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index, key } from '../../apimachinery/field-path.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors, nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { validateImmutable, validateObjectMeta } from '../../apimachinery/validate-metadata.ts'

interface Names {
  readonly plural?: string | undefined
  readonly singular?: string | undefined
  readonly kind?: string | undefined
  readonly listKind?: string | undefined
  readonly shortNames?: readonly string[] | undefined
  readonly categories?: readonly string[] | undefined
}
interface Version {
  readonly name?: string | undefined
  readonly served?: boolean | undefined
  readonly storage?: boolean | undefined
  readonly deprecated?: boolean | undefined
  readonly deprecationWarning?: string | undefined
  readonly schema?: { readonly openAPIV3Schema?: unknown } | null | undefined
}
interface Definition extends KubeObject {
  readonly spec: {
    readonly group?: string | undefined
    readonly names?: Names | undefined
    readonly scope?: string | undefined
    readonly versions?: readonly Version[] | undefined
    readonly conversion?: { readonly strategy?: string | undefined; readonly webhook?: unknown } | null | undefined
    readonly preserveUnknownFields?: boolean | undefined
  }
  readonly status?: Status | undefined
}
interface Status {
  readonly acceptedNames?: Names | undefined
  readonly storedVersions?: readonly string[] | null | undefined
  readonly conditions?: readonly { readonly type?: string | undefined; readonly status?: string | undefined }[] | null | undefined
}
/** What is written to while a definition is prepared. */
interface Draft {
  spec: {
    names: { -readonly [K in keyof Names]: Names[K] }
    conversion?: object | null | undefined
    versions?: readonly Version[] | undefined
  }
  status?: unknown
}

export function setDefinitionDefaults({ spec }: Draft): void {
  const { names } = spec
  if (names !== undefined) {
    const kind = names.kind ?? ''
    if ((names.singular ?? '') === '' && kind !== '') names.singular = kind.toLowerCase()
    if ((names.listKind ?? '') === '' && kind !== '') names.listKind = `${kind}List`
  }
  spec.conversion ??= { strategy: 'None' }
}

/** The version that is stored now is one that has been stored. */
export function noteStoredVersion(draft: Draft, old?: Definition): void {
  const stored = draft.spec.versions?.find(({ storage }) => storage === true)?.name
  const known = old?.status?.storedVersions ?? []
  draft.status = { ...old?.status, storedVersions: stored === undefined || known.includes(stored) ? [...known] : [...known, stored] }
}

export function* validateDefinition(definition: Definition): Generator<FieldError> {
  const { names, group = '' } = definition.spec
  const wanted = `${names?.plural ?? ''}.${group === '' ? 'core' : group}`
  const validateName = (name: string, isPrefix: boolean): string[] => [
    ...nameIsDnsSubdomain(name, isPrefix),
    ...(name === wanted ? [] : ['must be spec.names.plural+"."+spec.group']),
  ]
  yield* validateObjectMeta(definition.metadata, { scope: 'Cluster', validateName })
  yield* validateSpec(definition)
  yield* validateRest(definition, undefined)
}

export function* validateDefinitionUpdate(definition: Definition, old: Definition): Generator<FieldError> {
  const { spec } = definition
  yield* validateSpec(definition, old)
  const isEstablished = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true
  if (isEstablished) {
    yield* validateImmutable(spec.scope, old.spec.scope, 'spec.scope')
    yield* validateImmutable(spec.names?.kind, old.spec.names?.kind, 'spec.names.kind')
  }
  yield* validateImmutable(spec.group, old.spec.group, 'spec.group')
  yield* validateImmutable(spec.names?.plural, old.spec.names?.plural, 'spec.names.plural')
  yield* validateRest(definition, old)
}

export function* validateDefinitionStatus({ status }: Definition): Generator<FieldError> {
  yield* validateNames(status?.acceptedNames ?? {}, 'status.acceptedNames')
}

function* validateRest(definition: Definition, old: Definition | undefined): Generator<FieldError> {
  yield* validateDefinitionStatus(definition)
  yield* validateStoredVersions(definition.status?.storedVersions ?? [], definition.spec.versions ?? [])
  yield* validateApproval(definition, old)
  if (definition.spec.preserveUnknownFields === true && old?.spec.preserveUnknownFields !== true) {
    const detail = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
    yield invalidValue('spec.preserveUnknownFields', true, detail)
  }
}

function* validateSpec({ spec }: Definition, old?: Definition): Generator<FieldError> {
  const { group = '', names = {}, scope = '' } = spec
  const versions = spec.versions ?? []
  const groupErrors = dns1123SubdomainErrors(group)
  if (groupErrors.length > 0) yield invalidValue('spec.group', group, groupErrors.join(','))
  else if (!group.includes('.')) yield invalidValue('spec.group', group, 'should be a domain with at least one dot')
  const scopes = ['Cluster', 'Namespaced']
  if (scope === '') yield required('spec.scope')
  else if (!scopes.includes(scope)) yield notSupported('spec.scope', scope, scopes)
  const lacked = old?.spec.versions?.some(({ schema }) => !schema?.openAPIV3Schema) === true
  for (const [i, { schema }] of versions.entries()) {
    if (!lacked && !schema?.openAPIV3Schema) yield required(child(index('spec.versions', i), 'schema', 'openAPIV3Schema'))
  }
  yield* validateVersions(versions)
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if ((names[name] ?? '') === '') yield required(`spec.names.${name}`)
  }
  yield* validateNames(names, 'spec.names')
  yield* validateConversion(spec.conversion)
}

function* validateVersions(versions: readonly Version[]): Generator<FieldError> {
  for (const [i, { name = '', deprecated, deprecationWarning }] of versions.entries()) {
    const at = index('spec.versions', i)
    const errors = dns1035LabelErrors(name)
    if (errors.length > 0) yield invalidValue(child(at, 'name'), name, errors.join(','))
    if (typeof deprecationWarning !== 'string') continue
    const path = child(at, 'deprecationWarning')
    if (deprecated !== true) yield invalidValue(path, deprecationWarning, 'can only be set for deprecated versions')
    else if (deprecationWarning === '') yield invalidValue(path, deprecationWarning, 'must not be an empty string')
    else if (deprecationWarning.length > 256) yield invalidValue(path, deprecationWarning, 'must be <= 256 characters long')
  }
  const shown = versions.map(goVersion)
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    yield invalidValue('spec.versions', shown, 'must contain unique version names')
  }
  if (versions.filter(({ storage }) => storage === true).length !== 1) {
    yield invalidValue('spec.versions', shown, 'must have exactly one version marked as storage version')
  }
}

/** As Go prints the struct, where all versions have the same schema: it stands elsewhere then. */
function goVersion({ name, served, storage, deprecated, deprecationWarning }: Version): object {
  return {
    Name: name ?? '',
    Served: served ?? false,
    Storage: storage ?? false,
    Deprecated: deprecated ?? false,
    DeprecationWarning: deprecationWarning ?? null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  }
}

function* validateNames(names: Names, path: string): Generator<FieldError> {
  for (const name of ['plural', 'singular'] as const) yield* validateLabel(names[name] ?? '', child(path, name))
  for (const name of ['kind', 'listKind'] as const) {
    const value = names[name] ?? ''
    const errors = value === '' ? [] : dns1035LabelErrors(value.toLowerCase())
    const detail = `may have mixed case, but should otherwise match: ${errors.join(',')}`
    if (errors.length > 0) yield invalidValue(child(path, name), value, detail)
  }
  for (const [i, name] of (names.shortNames ?? []).entries()) yield* validateLabel(name, index(child(path, 'shortNames'), i), true)
  if ((names.kind ?? '') !== '' && names.kind === names.listKind) {
    yield invalidValue(child(path, 'listKind'), names.listKind, 'kind and listKind may not be the same')
  }
  for (const [i, name] of (names.categories ?? []).entries()) yield* validateLabel(name, index(child(path, 'categories'), i), true)
}

function* validateLabel(value: string, path: string, isRequired = false): Generator<FieldError> {
  const errors = value === '' && !isRequired ? [] : dns1035LabelErrors(value)
  if (errors.length > 0) yield invalidValue(path, value, errors.join(','))
}

function* validateConversion(conversion: Definition['spec']['conversion']): Generator<FieldError> {
  if (!conversion) return
  const { strategy = '', webhook } = conversion
  const strategies = ['None', 'Webhook']
  if (strategy === '') yield required('spec.conversion.strategy')
  else if (!strategies.includes(strategy)) yield notSupported('spec.conversion.strategy', strategy, strategies)
  if (strategy === 'Webhook') {
    if (!webhook) yield required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook')
  } else if (webhook) {
    yield forbiddenField('spec.conversion.webhookClientConfig', 'should not be set when strategy is not set to Webhook')
  }
}

function* validateStoredVersions(stored: readonly string[], versions: readonly Version[]): Generator<FieldError> {
  const path = 'status.storedVersions'
  if (stored.length === 0) return yield invalidValue(path, null, 'must have at least one stored version')
  for (const { name = '', storage } of versions) {
    if (storage === true && !stored.includes(name)) yield invalidValue(path, stored, `must have the storage version ${name}`)
  }
  for (const [i, name] of stored.entries()) {
    if (versions.some((version) => version.name === name)) continue
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`
    yield invalidValue(index(path, i), name, detail)
  }
}

const approval = 'api-approved.kubernetes.io'
const process = 'https://github.com/kubernetes/enhancements/pull/1111'

/** Groups of the community take a link to the discussion, or the word that there was none. */
function* validateApproval({ metadata, spec }: Definition, old: Definition | undefined): Generator<FieldError> {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group ?? '')) return
  const text = metadata.annotations?.[approval] ?? ''
  const state = approvalState(text)
  if (old !== undefined && approvalState(old.metadata.annotations?.[approval] ?? '') === state) return
  const path = key('metadata.annotations', approval)
  const must = `protected groups must have approval annotation "${approval}"`
  if (state === 'missing') yield required(path, `${must}, see ${process}`)
  else if (state === 'bad') {
    yield invalidValue(path, text, `${must} with either a URL or a reason starting with "unapproved", see ${process}`)
  }
}

function approvalState(text: string): 'missing' | 'bypassed' | 'approved' | 'bad' {
  if (text === '') return 'missing'
  if (text.startsWith('unapproved')) return 'bypassed'
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text) ? 'approved' : 'bad'
}
