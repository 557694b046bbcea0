/**
 * The file of --encryption-provider-config: an EncryptionConfiguration of apiserver.config.k8s.io/v1, read strictly and judged by upstream's rules
 * (apis/apiserver/validation/validation_encryption.go), in its words.
 *
 *     resources:
 *     - resources: [secrets, deployments.apps, '*.batch']
 *       providers: [{ aescbc: { keys: [{ name: key1, secret: <base64> }] } }, { identity: {} }]
 *
 * The first provider writes, all of them read. No message tells a secret: of what is wrong with one, only lengths. Providers of type kms are
 * refused: there is nobody here to talk to a plugin.
 */
import { describeFieldErrors, type FieldError, invalidValue, omittedValue, required } from '../../apimachinery/field-error.ts'
import { parseYaml } from '../../wire/yaml.ts'

export interface EncryptionKey {
  readonly name: string
  readonly secret: Uint8Array
}
export type KeyedProvider = 'aescbc' | 'aesgcm' | 'secretbox'
export type Provider = { readonly type: 'identity' } | { readonly type: KeyedProvider; readonly keys: readonly EncryptionKey[] }

export interface GroupResource {
  readonly group: string
  readonly resource: string
}
export interface EncryptionRule {
  /** "*" stands for any. */
  readonly resources: readonly GroupResource[]
  readonly providers: readonly Provider[]
}

/** What is wrong with the file, for a person. */
export class EncryptionConfigError extends Error {
  override readonly name = 'EncryptionConfigError'
}

type Fields = Readonly<Record<string, unknown>>
const providerTypes = ['aesgcm', 'aescbc', 'secretbox', 'identity', 'kms']
const kmsFields = ['apiVersion', 'name', 'cachesize', 'endpoint', 'timeout']

export function parseEncryptionConfig(text: string, path: string): readonly EncryptionRule[] {
  const shown = JSON.stringify(path)
  if (text.trim() === '')
    throw new EncryptionConfigError(
      `error while parsing file: error while loading file: encryption provider configuration file ${shown} is empty`,
    )
  let config: Fields
  try {
    config = decoded(text)
  } catch (error) {
    throw new EncryptionConfigError(
      `error while parsing file: error decoding encryption provider configuration file ${shown}: ${(error as Error).message}`,
    )
  }
  const errors = [...problemsOf(config)]
  if (errors.length > 0) throw new EncryptionConfigError(`error while parsing file: ${describeFieldErrors(errors).message}`)
  const rules = entriesOf(config, 'resources').map(ruleOf)
  refuseMasked(rules)
  return rules
}

/** Has the right shape afterwards: what the rules look at are texts, lists and objects. */
function decoded(text: string): Fields {
  const config = parseYaml(text, {
    onDuplicate: ({ message }) => {
      throw new Error(`strict decoding error: yaml: unmarshal errors:\n  ${message}`)
    },
  })
  const fields = objectAt(config, 'the file', ['apiVersion', 'kind', 'resources'])
  // Upstream shows the whole file here, secrets and all.
  if (typeof fields.kind === 'string' && !fields.apiVersion) throw new Error("Object 'apiVersion' is missing")
  if (typeof fields.kind !== 'string' || fields.kind === '') throw new Error("Object 'Kind' is missing")
  const { apiVersion, kind } = fields
  if (apiVersion !== 'apiserver.config.k8s.io/v1' || kind !== 'EncryptionConfiguration')
    throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? '')}`)
  listAt(fields.resources, 'resources').forEach((entry, position) => {
    const path = `resources[${position}]`
    const { resources, providers } = objectAt(entry, path, ['resources', 'providers'])
    for (const name of listAt(resources, `${path}.resources`)) textAt(name, `${path}.resources`)
    listAt(providers, `${path}.providers`).forEach((provider, at) => {
      checkProvider(provider, `${path}.providers[${at}]`)
    })
  })
  return fields
}

function checkProvider(provider: unknown, path: string): void {
  for (const [type, value] of Object.entries(objectAt(provider, path, providerTypes))) {
    const known = type === 'kms' ? kmsFields : type === 'identity' ? [] : ['keys']
    const { keys } = objectAt(value, `${path}.${type}`, known)
    listAt(keys, `${path}.${type}.keys`).forEach((key, position) => {
      const at = `${path}.${type}.keys[${position}]`
      const { name, secret } = objectAt(key, at, ['name', 'secret'])
      textAt(name, `${at}.name`)
      textAt(secret, `${at}.secret`)
    })
  }
}

function objectAt(value: unknown, path: string, known: readonly string[]): Fields {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${path} is not an object`)
  const unknown = Object.keys(value).filter((name) => !known.includes(name))
  const prefix = path.startsWith('resources') ? `${path}.` : ''
  if (unknown.length > 0)
    throw new Error(`strict decoding error: ${unknown.map((name) => `unknown field ${JSON.stringify(prefix + name)}`).join(', ')}`)
  return value as Fields
}
function listAt(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Error(`${path} is not a list`)
  return value
}
function textAt(value: unknown, path: string): void {
  if (value !== undefined && value !== null && typeof value !== 'string') throw new Error(`${path} is not a text`)
}

/** After `decoded`, which has seen to it that these are objects. */
function entriesOf(fields: Fields | null | undefined, name: string): readonly Fields[] {
  return ((fields?.[name] as readonly (Fields | null)[] | null | undefined) ?? []).map((one) => one ?? {})
}
function namesOf(entry: Fields): readonly string[] {
  return ((entry.resources as readonly (string | null)[] | null | undefined) ?? []).map((name) => name ?? '')
}

function parseGroupResource(text: string): GroupResource {
  const dot = text.indexOf('.')
  return dot < 0 ? { resource: text, group: '' } : { resource: text.slice(0, dot), group: text.slice(dot + 1) }
}

function* problemsOf(config: Fields): Iterable<FieldError> {
  const entries = entriesOf(config, 'resources')
  if (entries.length === 0) yield required('resources', 'at least one resources is required')
  for (const [position, entry] of entries.entries()) {
    const [resources, providers] = [`resources[${position}].resources`, `resources[${position}].providers`]
    const names = namesOf(entry)
    if (names.length === 0) yield required(resources, `at least one ${resources} is required`)
    yield* overlaps(names, resources)
    for (const [at, name] of names.entries()) {
      const problem = nameProblem(name)
      if (problem !== undefined) yield invalidValue(`${resources}[${at}]`, name, problem)
    }
    const list = entriesOf(entry, 'providers')
    if (list.length === 0) yield required(providers, `at least one ${providers} is required`)
    for (const [at, provider] of list.entries()) yield* providerProblems(provider, `${providers}[${at}]`)
  }
}

function* overlaps(names: readonly string[], path: string): Iterable<FieldError> {
  const parsed = names.map(parseGroupResource)
  const pairs = parsed.flatMap((one, index) => parsed.slice(index + 1).map((other) => [one, other] as const))
  const isSame = ([one, other]: (typeof pairs)[number]): boolean => one.group === other.group && one.resource === other.resource
  if (pairs.some(isSame)) yield invalidValue(path, names, 'the same resource cannot be specified multiple times')
  const masks = ([one, other]: (typeof pairs)[number]): boolean =>
    [one, other].some(({ group, resource }) => resource === '*' && (group === '*' || one.group === other.group))
  const differing = pairs.filter((pair) => !isSame(pair))
  // Upstream looks at each pair from both sides, and lets only the first equal one pass.
  if (differing.some(masks) || pairs.filter((pair) => isSame(pair) && masks(pair)).length > 0)
    yield invalidValue(
      path,
      names,
      "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked",
    )
}

function nameProblem(name: string): string | undefined {
  if (name.toLowerCase() !== name) return 'resource name should not contain capital letters'
  if (name === '*') return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources"
  if (['apiserveripinfo', 'serviceipallocations', 'servicenodeportallocations'].includes(name))
    return 'resources which do not have REST API/s cannot be encrypted'
  const { group, resource } = parseGroupResource(name)
  if (group === 'events.k8s.io')
    return "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file"
  if (group === 'extensions') return "'extensions' group has been removed and cannot be used for encryption"
  if (group === '*' && resource !== '*') return 'encrypting the same resource across groups is not supported'
  return undefined
}

function typesOf(provider: Fields): readonly string[] {
  return providerTypes.filter((type) => provider[type] !== undefined && provider[type] !== null)
}

function* providerProblems(provider: Fields, path: string): Iterable<FieldError> {
  const types = typesOf(provider)
  if (types.length === 0) {
    const expected = 'KMS, AESGCM, AESCBC, Secretbox, Identity'
    yield invalidValue(path, omittedValue, `provider does not contain any of the expected providers: ${expected}`)
  }
  if (types.length > 1)
    yield invalidValue(
      path,
      omittedValue,
      'more than one provider specified in a single element, should split into different list elements',
    )
  if (types.includes('kms')) yield invalidValue(`${path}.kms`, omittedValue, 'providers of type kms are not served here')
  const keyed = types.find((type) => type !== 'kms' && type !== 'identity')
  if (keyed === undefined) return
  const keys = entriesOf(provider[keyed] as Fields, 'keys')
  if (keys.length === 0) yield required(`${path}.${keyed}.keys`, 'at least one keys is required')
  const lengths = keyed === 'secretbox' ? [32] : [16, 24, 32]
  for (const [position, key] of keys.entries()) yield* keyProblems(key, `${path}.${keyed}.keys[${position}]`, lengths)
}

function* keyProblems(key: Fields, path: string, lengths: readonly number[]): Iterable<FieldError> {
  if (!key.name) yield required(`${path}.name`, 'name is a mandatory field for a key')
  if (!key.secret) return yield required(`${path}.secret`, 'secret is a mandatory field for a key')
  const secret = fromBase64(key.secret as string)
  if (secret === undefined) yield invalidValue(`${path}.secret`, 'REDACTED', 'secrets must be base64 encoded')
  else if (!lengths.includes(secret.length)) {
    const why = `secret is not of the expected length, got ${secret.length}, expected one of [${lengths.join(' ')}]`
    yield invalidValue(`${path}.secret`, 'REDACTED', why)
  }
}

/** As Go's StdEncoding: padded, line ends passed over. */
function fromBase64(text: string): Uint8Array | undefined {
  const packed = text.replace(/[\r\n]/g, '')
  const isBase64 = packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed)
  return isBase64 ? Buffer.from(packed, 'base64') : undefined
}

function ruleOf(entry: Fields): EncryptionRule {
  const providers = entriesOf(entry, 'providers').map((provider): Provider => {
    const type = typesOf(provider)[0] as 'identity' | KeyedProvider
    if (type === 'identity') return { type }
    const keys = entriesOf(provider[type] as Fields, 'keys')
    return { type, keys: keys.map(({ name, secret }) => ({ name: name as string, secret: fromBase64(secret as string) as Uint8Array })) }
  })
  return { resources: namesOf(entry).map(parseGroupResource), providers }
}

/** A rule for all resources of a group, or for all, must come after those it would hide. */
function refuseMasked(rules: readonly EncryptionRule[]): void {
  const wide: string[] = []
  const textOf = ({ group, resource }: GroupResource): string => (group === '' && resource !== '*' ? resource : `${resource}.${group}`)
  for (const { resources } of rules) {
    for (const one of resources) {
      const mask = wide.find((earlier) => earlier === `*.${one.group}` || earlier === '*.*')
      if (mask !== undefined)
        throw new EncryptionConfigError(
          `error while building transformers: resource ${JSON.stringify(textOf(one))} is masked by earlier rule ${JSON.stringify(mask)}`,
        )
    }
    wide.push(...resources.map(textOf).filter((text) => text.startsWith('*.')))
  }
}
