/**
 * Whole OpenAPI documents, made from the catalog when first asked for and kept until it changes: one of v2 for everything, one of v3 for each
 * group and version. Loaded dynamically: a server that nobody asks never pays for it.
 */

import { builtInDocumentation } from '../../api/documentation/all.ts'
import { deleteOptions, statusSchema } from '../../apimachinery/meta.ts'
import { listMeta } from '../../apimachinery/object.ts'
import { field, list, type StructSchema, string, struct } from '../../apimachinery/schema/schema.ts'
import { Definitions, type OpenApiObject, type OpenApiVersion } from '../../apimachinery/schema/to-openapi.ts'
import { upperHexDigest } from '../../std/digest.ts'
import { gzipBytes } from '../../std/gzip.ts'
import type { Catalog, ServedResource } from '../registry/catalog.ts'
import { watchEvent } from '../response/discovery-messages.ts'
import { isBuiltIn } from '../route.ts'
import { discoveryPath } from './openapi-discovery-paths.ts'
import { kindsByType, listTypeOf, subresourceSchemas } from './openapi-kinds.ts'
import { pathItem } from './openapi-operation.ts'
import { addPaths } from './openapi-paths.ts'
import { shareParameters } from './openapi-shared-parameters.ts'
import { versionInfo } from './version.ts'

const patch = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  {},
  'A change of an object, in one of the forms of patches.',
) as StructSchema

function listSchemaOf(resource: ServedResource): StructSchema {
  const { schema, listKind, kind } = resource
  const fields = {
    apiVersion: field(0, string).optional(),
    items: field(2, list(schema)).doc('The objects.'),
    kind: field(0, string).optional(),
    metadata: field(1, listMeta).optional().doc('The version of the list, and how to go on.'),
  }
  return struct(listTypeOf(resource), fields, `${listKind} is a list of objects of kind ${kind.kind}.`) as StructSchema
}

/** What one document of v3 tells of; the one of v2 tells of everything. */
interface Contents {
  /** api, apis/apps, version */
  readonly path: string
  readonly resources: readonly ServedResource[]
}

const bearerToken = { description: 'A token of a user or service account', type: 'apiKey', name: 'authorization', in: 'header' }

function documentOf(contents: readonly Contents[], openApi: OpenApiVersion, { catalog, version }: { catalog: Catalog; version: string }) {
  const definitions = new Definitions(openApi, builtInDocumentation, kindsByType(catalog))
  const dialect = { version: openApi, reference: (name: string) => definitions.reference(name) }
  const paths: OpenApiObject = {}
  for (const { path, resources } of contents) {
    const described = discoveryPath(path)
    if (described !== undefined && isDescribed(path)) {
      const answer = described.answer === undefined ? {} : { answer: definitions.add(described.answer) }
      paths[described.path] = pathItem(dialect, [['get', { ...described.operation, ...answer }]])
    }
    for (const resource of resources) addPaths(paths, resource, dialect, typesOf(resource, definitions))
  }
  const sortedPaths = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)))
  const { major, minor } = versionInfo(version)
  const info = { title: 'Kubernetes', version: `${major}.${minor}` }
  const schemas = definitions.finish()
  if (openApi === 'v3') {
    const components = { ...(Object.keys(schemas).length === 0 ? {} : { schemas }), securitySchemes: { BearerToken: bearerToken } }
    return { openapi: '3.0.0', info, paths: sortedPaths, components }
  }
  const shared = shareParameters(sortedPaths)
  const security = { securityDefinitions: { BearerToken: bearerToken }, security: [{ BearerToken: [] }] }
  return { swagger: '2.0', info, paths: shared.paths, definitions: schemas, parameters: shared.parameters, ...security }
}

/** Custom groups are listed, but nobody tells of where. */
function isDescribed(path: string): boolean {
  const [prefix, group] = path.split('/')
  return prefix !== 'apis' || group === undefined || isBuiltIn(group)
}

function typesOf(resource: ServedResource, definitions: Definitions) {
  const { schema, kind, verbs } = resource
  const object = definitions.add(schema)
  return {
    object,
    list: verbs.has('list') ? definitions.add(listSchemaOf(resource)) : object,
    deleteOptions: verbs.has('delete') ? definitions.add(deleteOptions as StructSchema) : '',
    status: verbs.has('delete') ? definitions.add(statusSchema as StructSchema) : '',
    patch: verbs.has('patch') ? definitions.add(patch) : '',
    watchEvent: verbs.has('watch') && isBuiltIn(resource.group) ? definitions.add(watchEvent) : '',
    subresource(name: string): string | undefined {
      const own = resource.subresources.get(name)?.kind
      // A log is text, though discovery calls it a Pod.
      if (own === undefined || name === 'log') return undefined
      if (own.kind === kind.kind) return object
      const found = subresourceSchemas[own.kind]
      return found === undefined ? undefined : definitions.add(found)
    },
  }
}

export class OpenApiDocument {
  readonly json: string
  /** Of the JSON, in every form: upper-case hexadecimal SHA-512. */
  readonly hash: string
  readonly #encode: ((document: OpenApiObject) => Promise<Uint8Array>) | undefined
  #protobuf: Promise<Uint8Array> | undefined
  readonly #zipped = new Map<Uint8Array | string, Uint8Array>()

  constructor(value: object, encode?: (document: OpenApiObject) => Promise<Uint8Array>) {
    this.json = JSON.stringify(value)
    this.hash = upperHexDigest('sha512', this.json)
    this.#encode = encode
  }

  protobuf(): Promise<Uint8Array> {
    if (this.#encode === undefined) throw new Error('This document has no protobuf form')
    this.#protobuf ??= this.#encode(JSON.parse(this.json) as OpenApiObject)
    return this.#protobuf
  }

  /** `form`: the JSON or the protobuf of this document. */
  zipped(form: Uint8Array | string): Uint8Array {
    let found = this.#zipped.get(form)
    if (found === undefined) {
      found = gzipBytes(form)
      this.#zipped.set(form, found)
    }
    return found
  }
}

async function protobufOfV2(document: OpenApiObject): Promise<Uint8Array> {
  const { encodeOpenApiV2 } = await import('./openapi-v2-protobuf.ts')
  return encodeOpenApiV2(document)
}
async function protobufOfV3(document: OpenApiObject): Promise<Uint8Array> {
  const { encodeOpenApiV3 } = await import('./openapi-v3-protobuf.ts')
  return encodeOpenApiV3(document)
}

export class OpenApiDocuments {
  readonly #catalog: Catalog
  readonly #version: string
  readonly #kept = new Map<string, OpenApiDocument>()
  #revision = -1

  constructor(catalog: Catalog, version: string) {
    this.#catalog = catalog
    this.#version = version
  }

  /** Where the document of each group and version lies. */
  index(): OpenApiDocument {
    return this.#keep('index', () => {
      const paths: Record<string, { serverRelativeURL: string }> = {}
      for (const path of [...this.#contents().keys()].sort())
        paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${this.v3(path)?.hash}` }
      return new OpenApiDocument({ paths })
    })
  }

  v2(): OpenApiDocument {
    return this.#keep('v2', () => {
      const contents = [...this.#contents()].map(([path, resources]) => ({ path, resources }))
      return new OpenApiDocument(documentOf(contents, 'v2', { catalog: this.#catalog, version: this.#version }), protobufOfV2)
    })
  }

  /** `path`: api/v1, apis/apps/v1, version. */
  v3(path: string): OpenApiDocument | undefined {
    const resources = this.#contents().get(path)
    if (resources === undefined) return undefined
    const about = { catalog: this.#catalog, version: this.#version }
    return this.#keep(path, () => new OpenApiDocument(documentOf([{ path, resources }], 'v3', about), protobufOfV3))
  }

  #contents(): ReadonlyMap<string, readonly ServedResource[]> {
    const byPath = new Map<string, ServedResource[]>()
    for (const path of ['.well-known/openid-configuration', 'api', 'apis', 'openid/v1/jwks', 'version']) byPath.set(path, [])
    for (const resource of this.#catalog.all()) {
      const { group, versionName } = resource
      if (group !== '' && isBuiltIn(group) && !byPath.has(`apis/${group}`)) byPath.set(`apis/${group}`, [])
      const path = group === '' ? `api/${versionName}` : `apis/${group}/${versionName}`
      const known = byPath.get(path)
      if (known === undefined) byPath.set(path, [resource])
      else known.push(resource)
    }
    return byPath
  }

  #keep(key: string, make: () => OpenApiDocument): OpenApiDocument {
    if (this.#revision !== this.#catalog.revision) {
      this.#kept.clear()
      this.#revision = this.#catalog.revision
    }
    let found = this.#kept.get(key)
    if (found === undefined) {
      found = make()
      this.#kept.set(key, found)
    }
    return found
  }
}
