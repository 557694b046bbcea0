/**
 * OpenAPI through the handler: the documents hang together, say of every kind what clients look for, agree with each other and (where the facts
 * about v1.34 are at hand) with those; the protobuf forms can be read; caches are told the truth.
 */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../testing/api-server.ts'
import { ProtobufReader } from '../../wire/protobuf.ts'

const facts = new URL('../../../../shared/kubernetes-1.34/types.json', import.meta.url)

interface Definition {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Property>>
  readonly required?: readonly string[]
  readonly type?: string
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[]
}
interface Property {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly items?: { readonly enum?: readonly string[] }
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-patch-merge-key'?: string
  readonly 'x-kubernetes-patch-strategy'?: string
}
type Definitions = Readonly<Record<string, Definition>>
interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string }[]
  readonly 'x-kubernetes-action': string
  readonly 'x-kubernetes-group-version-kind': { readonly group: string; readonly kind: string }
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> }
}
interface Document {
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly definitions: Definitions
}

async function v2Of(api: TestApiServer): Promise<Document> {
  return (await api.request('GET', '/openapi/v2')).json
}
async function v3Of(api: TestApiServer): Promise<Map<string, Document>> {
  const documents = new Map<string, Document>()
  const index = (await api.request('GET', '/openapi/v3')).json.paths as Record<string, { serverRelativeURL: string }>
  for (const [path, { serverRelativeURL }] of Object.entries(index)) {
    const { status, json } = await api.request('GET', serverRelativeURL)
    expect([path, status]).toEqual([path, 200])
    documents.set(path, { ...json, definitions: json.components.schemas ?? {} })
  }
  return documents
}

function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && typeof inner === 'string') yield inner
    else yield* references(inner)
  }
}

function operationsOf({ paths }: Document): Operation[] {
  return Object.values(paths).flatMap((item) => Object.entries(item).flatMap(([key, one]) => (key === 'parameters' ? [] : [one])))
}

test('whatever is referred to is there, in v2 and in each document of v3', async () => {
  await using api = await startTestApiServer()
  const check = (document: Document, prefix: string): void => {
    const known = new Set([
      ...Object.keys(document.definitions).map((name) => prefix + name),
      ...Object.keys(document.parameters ?? {}).map((name) => `#/parameters/${name}`),
    ])
    const missing = [...references(document)].filter((one) => !known.has(one))
    expect(missing).toEqual([])
  }
  check(await v2Of(api), '#/definitions/')
  for (const document of (await v3Of(api)).values()) check(document, '#/components/schemas/')
})

test('every kind that is served is found by group, version and kind, and so is its list', async () => {
  await using api = await startTestApiServer()
  const kinds = (definitions: Definitions): Set<string> =>
    new Set(
      Object.values(definitions).flatMap((one) =>
        (one['x-kubernetes-group-version-kind'] ?? []).map(({ group, version, kind }) => `${group}/${version}/${kind}`),
      ),
    )
  const inV2 = kinds((await v2Of(api)).definitions)
  const documents = await v3Of(api)
  const missing: string[] = []
  for (const [path, { definitions }] of documents) {
    if (!/\/v\d\w*$/.test(path)) continue
    const inV3 = kinds(definitions)
    const groupVersion = path === 'api/v1' ? '/v1' : path.slice('apis/'.length)
    const resources = (await api.request('GET', `/${path}`)).json.resources as {
      kind: string
      group?: string
      version?: string
      verbs: string[]
    }[]
    for (const { kind, group, version, verbs } of resources ?? []) {
      const names =
        group !== undefined || version !== undefined
          ? []
          : [
              kind,
              ...(verbs.includes('watch') ? ['WatchEvent'] : []),
              ...(verbs.includes('delete') ? ['DeleteOptions'] : []),
              ...(verbs.includes('list') ? [`${kind}List`] : []),
            ]
      // Options of connections travel in queries.
      for (const name of names.filter((one) => !/^(Pod|Node|Service)\w+Options$/.test(one))) {
        const wanted = `${groupVersion}/${name}`
        if (!inV2.has(wanted)) missing.push(`v2 ${wanted}`)
        if (!inV3.has(wanted)) missing.push(`v3 ${wanted}`)
      }
    }
  }
  expect(missing).toEqual([])
})

test('v2 and v3 have the same paths, operations and fields', async () => {
  await using api = await startTestApiServer()
  const v2 = await v2Of(api)
  const documents = [...(await v3Of(api)).values()]
  const v3Paths = Object.assign({}, ...documents.map(({ paths }) => paths)) as Document['paths']
  const ids = (document: Document): string[] => operationsOf(document).map((one) => one.operationId)
  expect(Object.keys(v3Paths).sort()).toEqual(Object.keys(v2.paths))
  expect(documents.flatMap(ids).sort()).toEqual(ids(v2).sort())
  expect(new Set(ids(v2)).size).toBe(ids(v2).length)
  const shape = ({ properties = {}, required = [], description }: Definition): unknown => [Object.keys(properties), required, description]
  for (const { definitions } of documents) {
    for (const [name, definition] of Object.entries(definitions))
      expect([name, shape(definition)]).toEqual([name, shape(v2.definitions[name] as Definition)])
  }
})

test('what kubectl decides by: parameters, patches, kinds behind paths', async () => {
  await using api = await startTestApiServer()
  const { paths } = (await v3Of(api)).get('apis/apps/v1') as Document
  const operation = (path: string, method: string): Operation =>
    (paths[`/apis/apps/v1/namespaces/{namespace}/deployments${path}`] as Record<string, Operation>)[method] as Operation
  const names = (one: Operation): string[] => (one.parameters ?? []).map(({ name }) => name)
  const patch = operation('/{name}', 'patch')
  expect(names(patch)).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force'])
  expect(Object.keys(patch.requestBody?.content ?? {})).toContain('application/strategic-merge-patch+json')
  expect(names(operation('', 'post'))).toEqual(['dryRun', 'fieldManager', 'fieldValidation'])
  expect(names(operation('/{name}', 'get'))).toEqual([])
  expect(names(operation('', 'get'))).toContain('watch')
  expect(names(operation('', 'delete'))).not.toContain('watch')
  const about = (one: Operation): unknown[] => [
    one.operationId,
    one['x-kubernetes-action'],
    one['x-kubernetes-group-version-kind'].group,
    one['x-kubernetes-group-version-kind'].kind,
  ]
  expect([
    about(operation('', 'get')),
    about(operation('', 'delete')),
    about(operation('/{name}', 'put')),
    about(operation('/{name}/status', 'get')),
    about(operation('/{name}/scale', 'patch')),
  ]).toEqual([
    ['listAppsV1NamespacedDeployment', 'list', 'apps', 'Deployment'],
    ['deleteAppsV1CollectionNamespacedDeployment', 'deletecollection', 'apps', 'Deployment'],
    ['replaceAppsV1NamespacedDeployment', 'put', 'apps', 'Deployment'],
    ['readAppsV1NamespacedDeploymentStatus', 'get', 'apps', 'Deployment'],
    ['patchAppsV1NamespacedDeploymentScale', 'patch', 'autoscaling', 'Scale'],
  ])
})

test.runIf(existsSync(facts))('definitions say what v1.34 says of fields', async () => {
  interface Fact {
    readonly number?: number
    readonly required?: boolean
    readonly enum?: readonly string[]
    readonly list?: boolean
    readonly listType?: string
    readonly listMapKeys?: readonly string[]
    readonly patchMergeKey?: string
    readonly patchStrategy?: string
  }
  const { types } = JSON.parse(readFileSync(facts, 'utf8')) as { types: Record<string, { fields?: Record<string, Fact> }> }
  await using api = await startTestApiServer()
  const { definitions } = await v2Of(api)
  const differences: string[] = []
  for (const [name, definition] of Object.entries(definitions)) {
    for (const [key, property] of Object.entries(definition.properties ?? {})) {
      const fact = types[name]?.fields?.[key]
      if (fact === undefined) continue
      // The facts list the constants of every string type; OpenAPI only those of types that are marked as enumerations.
      const values = property.enum ?? property.items?.enum
      const ours = [
        values,
        property['x-kubernetes-list-type'],
        property['x-kubernetes-list-map-keys'],
        property['x-kubernetes-patch-merge-key'],
        property['x-kubernetes-patch-strategy'],
        definition.required?.includes(key) ?? false,
      ]
      const theirs = [
        values && (fact.enum ?? values),
        fact.listType,
        fact.listMapKeys,
        fact.patchMergeKey,
        fact.patchStrategy,
        fact.required ?? false,
      ]
      if (JSON.stringify(ours) !== JSON.stringify(theirs))
        differences.push(`${name}.${key}: ${JSON.stringify(ours)}, wanted ${JSON.stringify(theirs)}`)
    }
  }
  expect(differences).toEqual([])
})

/** Fields of one message: every number with its values, lengths checked. */
function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array[]> {
  const reader = new ProtobufReader(bytes)
  const fields = new Map<number, Uint8Array[]>()
  while (!reader.isDone) {
    const tag = reader.tag()
    if ((tag & 7) !== 2) {
      reader.skip(tag & 7)
      continue
    }
    const values = fields.get(tag >>> 3)
    const value = reader.bytes()
    if (values === undefined) fields.set(tag >>> 3, [value])
    else values.push(value)
  }
  return fields
}
function inside(bytes: Uint8Array, ...numbers: readonly number[]): Uint8Array[] {
  let found = [bytes]
  for (const number of numbers) found = found.flatMap((one) => fieldsOf(one).get(number) ?? [])
  return found
}
const decoded = (bytes: readonly Uint8Array[]): string[] => bytes.map((one) => new TextDecoder().decode(one))

test('protobuf: the same names, fields and extensions as in JSON', async () => {
  await using api = await startTestApiServer()
  const protobuf = async (path: string, spec: string): Promise<Uint8Array> => {
    const accept = `application/com.github.proto-openapi.${spec}@v1.0+protobuf`
    const { headers, bytes } = await api.request('GET', path, undefined, { headers: { accept } })
    expect(headers['content-type']).toBe(`application/com.github.proto-openapi.${spec}.v1.0+protobuf`)
    return bytes
  }
  const v2 = await protobuf('/openapi/v2', 'spec.v2')
  const { definitions, paths } = await v2Of(api)
  expect(decoded(inside(v2, 8, 2, 1))).toEqual(Object.keys(paths))
  expect(decoded(inside(v2, 9, 1, 1))).toEqual(Object.keys(definitions))
  expect(decoded(inside(v2, 9, 1, 2, 25, 1, 1)).sort()).toEqual(
    Object.values(definitions)
      .flatMap(({ properties = {} }) => Object.keys(properties))
      .sort(),
  )
  expect(decoded(inside(v2, 9, 1, 2, 31, 1))).toContain('x-kubernetes-group-version-kind')
  const v3 = await protobuf('/openapi/v3/apis/apps/v1', 'spec.v3')
  const apps = (await v3Of(api)).get('apis/apps/v1') as Document
  expect(decoded(inside(v3, 4, 1, 1))).toEqual(Object.keys(apps.paths))
  expect(decoded(inside(v3, 5, 1, 1, 1))).toEqual(Object.keys(apps.definitions))
  expect(decoded(inside(v3, 5, 1, 1, 2, 1, 31, 1, 1)).sort()).toEqual(
    Object.values(apps.definitions)
      .flatMap(({ properties = {} }) => Object.keys(properties))
      .sort(),
  )
})

test('caches: ETags, hashes that lead on, forms that there are not', async () => {
  await using api = await startTestApiServer()
  const index = await api.request('GET', '/openapi/v3')
  expect(index.headers.etag).toMatch(/^"[0-9A-F]{128}"$/)
  const url = index.json.paths['apis/apps/v1'].serverRelativeURL as string
  const hash = url.slice(url.indexOf('=') + 1)
  const hashed = await api.request('GET', url)
  expect(hashed.headers).toMatchObject({
    etag: `"${hash}"`,
    'cache-control': 'public, immutable',
    expires: 'Sat, 02 Jan 2027 03:04:05 GMT',
  })
  const plain = await api.request('GET', '/openapi/v3/apis/apps/v1')
  expect([plain.headers['cache-control'], plain.headers.expires]).toEqual(['no-cache, private', undefined])
  const old = await api.request('GET', '/openapi/v3/apis/apps/v1?hash=00')
  expect([old.status, old.headers.location, old.text]).toEqual([301, url, ''])
  for (const tag of [`"${hash}"`, '*', `W/"${hash}"`, `"a", "${hash}"`]) {
    const same = await api.request('GET', url, undefined, { headers: { 'if-none-match': tag } })
    expect([tag, same.status, same.text]).toEqual([tag, 304, ''])
  }
  expect((await api.request('GET', url, undefined, { headers: { 'if-none-match': hash } })).status).toBe(200)
  for (const path of ['/openapi/v2', '/openapi/v3/api/v1']) {
    const { status, text } = await api.request('GET', path, undefined, { headers: { accept: 'application/yaml' } })
    expect([path, status, text]).toEqual([path, 406, ''])
  }
  expect((await api.request('GET', '/openapi/v3/apis/nothing/v1')).status).toBe(404)
})

test('compression, not for Go clients on this machine', async () => {
  await using api = await startTestApiServer()
  const headers = { 'accept-encoding': 'gzip', 'user-agent': 'Go-http-client/2.0' }
  const far = await api.request('GET', '/openapi/v2', undefined, { headers, peer: { address: '192.0.2.1' } })
  const near = await api.request('GET', '/openapi/v2', undefined, { headers })
  expect([far.headers['content-encoding'], near.headers['content-encoding']]).toEqual(['gzip', undefined])
  expect(gunzipSync(far.bytes).toString()).toBe(near.text)
})

test("paths: what all operations share is the path's, each operation has a name of its own, and old watches are told of", async () => {
  await using api = await startTestApiServer()
  for (const [path, { paths }] of await v3Of(api)) {
    const ids = new Set<string>()
    for (const [template, item] of Object.entries(paths)) {
      const { parameters: shared = [], ...operations } = item as unknown as Record<string, Operation> & {
        parameters?: { name: string; in: string }[]
      }
      const ofPath = (shared as { name: string; in: string }[]).filter((one) => one.in === 'path').map(({ name }) => `{${name}}`)
      expect([template, ofPath.sort()]).toEqual([template, (template.match(/\{\w+\}/g) ?? []).sort()])
      const names = Object.values(operations).map(({ parameters }) => (parameters ?? []).map(({ name }) => name))
      const inAll = (names[0] ?? []).filter((name) => names.every((one) => one.includes(name)))
      expect([template, inAll]).toEqual([template, []])
      for (const { operationId } of Object.values(operations)) {
        expect([path, operationId, ids.has(operationId)]).toEqual([path, operationId, false])
        ids.add(operationId)
      }
    }
  }
  const { paths } = (await v3Of(api)).get('apis/apps/v1') as Document
  expect(paths['/apis/apps/v1/']?.get?.operationId).toBe('getAppsV1APIResources')
  expect(paths['/apis/apps/v1/watch/deployments']?.get?.operationId).toBe('watchAppsV1DeploymentListForAllNamespaces')
  expect(paths['/apis/apps/v1/watch/namespaces/{namespace}/deployments']?.get?.operationId).toBe('watchAppsV1NamespacedDeploymentList')
  const one = paths['/apis/apps/v1/watch/namespaces/{namespace}/deployments/{name}']?.get
  expect([one?.operationId, one?.['x-kubernetes-action']]).toEqual(['watchAppsV1NamespacedDeployment', 'watch'])
})

test('discovery, the version and the issuer have documents of their own in v3', async () => {
  await using api = await startTestApiServer()
  const documents = await v3Of(api)
  const cases = [
    ['api', '/api/', 'getCoreAPIVersions'],
    ['apis', '/apis/', 'getAPIVersions'],
    ['apis/rbac.authorization.k8s.io', '/apis/rbac.authorization.k8s.io/', 'getRbacAuthorizationAPIGroup'],
    ['version', '/version/', 'getCodeVersion'],
    ['.well-known/openid-configuration', '/.well-known/openid-configuration/', 'getServiceAccountIssuerOpenIDConfiguration'],
    ['openid/v1/jwks', '/openid/v1/jwks/', 'getServiceAccountIssuerOpenIDKeyset'],
  ] as const
  for (const [name, path, id] of cases) expect([name, documents.get(name)?.paths[path]?.get?.operationId]).toEqual([name, id])
  expect((await v2Of(api)).paths['/apis/']?.get?.operationId).toBe('getAPIVersions')
})
