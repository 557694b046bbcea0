/**
 * Whole OpenAPI documents, made from the catalog when first asked for and kept until it changes: one of v2 for everything, one of v3 for each
 * group and version. Loaded dynamically: a server that nobody asks never pays for it.
 */

import { tokenRequest } from '../../api/authentication/token-request.ts'
import { scale } from '../../api/autoscaling/scale.ts'
import { binding } from '../../api/core/binding.ts'
import { builtInDocumentation } from '../../api/documentation/all.ts'
import { eviction } from '../../api/policy/eviction.ts'
import { deleteOptions, statusSchema } from '../../apimachinery/meta.ts'
import { listMeta } from '../../apimachinery/object.ts'
import { field, list, type StructSchema, string, struct } from '../../apimachinery/schema/schema.ts'
import { Definitions, type OpenApiObject, type OpenApiVersion } from '../../apimachinery/schema/to-openapi.ts'
import { upperHexDigest } from '../../std/digest.ts'
import { gzipBytes } from '../../std/gzip.ts'
import type { Catalog, ServedResource } from '../registry/catalog.ts'
import { addTold, discoveryDocuments } from './openapi-discovery.ts'
import { apiResourceList, everywhere, watchEvent } from './openapi-meta-kinds.ts'
import { addDiscoveryPath, addPaths, type PathTypes } from './openapi-paths.ts'

const patch = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  {},
  'A change of an object, in one of the forms of patches.',
) as StructSchema

/** What subresources take and give that is no kind of its own. */
const subresourceSchemas: Readonly<Record<string, StructSchema>> = {
  Binding: binding,
  Eviction: eviction,
  Scale: scale,
  TokenRequest: tokenRequest,
}

function listSchemaOf({ schema, listKind, kind }: ServedResource): StructSchema {
  const name = `${schema.name.slice(0, schema.name.lastIndexOf('.'))}.${listKind}`
  const fields = {
    apiVersion: field(0, string).optional(),
    items: field(2, list(schema)).doc('The objects.'),
    kind: field(0, string).optional(),
    metadata: field(1, listMeta).optional().doc('The version of the list, and how to go on.'),
  }
  return struct(name, fields, `${listKind} is a list of objects of kind ${kind.kind}.`) as StructSchema
}

function documentOf(resources: readonly ServedResource[], openApi: OpenApiVersion, version: string): OpenApiObject {
  const definitions = new Definitions(openApi, builtInDocumentation)
  const paths: OpenApiObject = {}
  const dialect = { version: openApi, reference: (name: string) => definitions.reference(name) }
  const options = addOptions(definitions, resources)
  for (const resource of resources) {
    const { group, versionName, kind, schema } = resource
    const gvk = { group, version: versionName, kind: kind.kind }
    const object = definitions.add(schema, gvk)
    const types = {
      ...options,
      object,
      list: resource.verbs.has('list') ? definitions.add(listSchemaOf(resource), { ...gvk, kind: resource.listKind }) : object,
      subresource(name: string): string | undefined {
        const own = resource.subresources.get(name)?.kind
        // A log is text, though discovery calls it a Pod.
        if (own === undefined || name === 'log') return undefined
        if (own.kind === kind.kind) return object
        const found = subresourceSchemas[own.kind]
        return found === undefined ? undefined : definitions.add(found, own)
      },
    }
    addPaths(paths, resource, dialect, types)
    addDiscoveryPath(paths, resource, dialect, options.resources)
  }
  // One document for everything tells of discovery too; in v3 that has its own.
  if (openApi === 'v2') for (const told of discoveryDocuments(groupsOf(resources)).values()) addTold(paths, definitions, dialect, told)
  return whole(openApi, version, paths, definitions)
}

function whole(openApi: OpenApiVersion, version: string, paths: OpenApiObject, definitions: Definitions): OpenApiObject {
  const sortedPaths = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)))
  const info = { title: 'Kubernetes', version: /\d+\.\d+/.exec(version)?.[0] ?? version }
  const schemas = definitions.finish()
  const hasSchemas = Object.keys(schemas).length > 0
  if (openApi === 'v3')
    return { openapi: '3.0.0', info, paths: sortedPaths, components: { ...(hasSchemas ? { schemas } : {}), securitySchemes: tokens } }
  const security = { securityDefinitions: tokens, security: [{ BearerToken: [] }] }
  return { swagger: '2.0', info, paths: sortedPaths, definitions: schemas, ...security }
}

function groupsOf(resources: Iterable<ServedResource>): readonly string[] {
  return [...new Set([...resources].map(({ group }) => group))].filter((group) => group !== '')
}

const tokens = { BearerToken: { description: 'A bearer token.', in: 'header', name: 'authorization', type: 'apiKey' } }

/** The types of requests and answers that no kind brings along. */
function addOptions(
  definitions: Definitions,
  resources: readonly ServedResource[],
): Pick<PathTypes, 'deleteOptions' | 'status' | 'patch' | 'watchEvent'> & { readonly resources: string } {
  const can = (verb: string): boolean => resources.some(({ verbs }) => verbs.has(verb))
  const addEverywhere = (schema: StructSchema, kind: string): string => {
    for (const one of everywhere(kind)) definitions.add(schema, one)
    return schema.name
  }
  return {
    deleteOptions: can('delete') ? addEverywhere(typedDeleteOptions, 'DeleteOptions') : '',
    status: can('delete') ? definitions.add(statusSchema as StructSchema, { group: '', version: 'v1', kind: 'Status' }) : '',
    patch: can('patch') ? definitions.add(patch) : '',
    watchEvent: can('watch') ? addEverywhere(watchEvent, 'WatchEvent') : '',
    resources: definitions.add(apiResourceList, { group: '', version: 'v1', kind: 'APIResourceList' }),
  }
}

const typedDeleteOptions = struct(deleteOptions.name, {
  apiVersion: field(0, string).optional(),
  kind: field(0, string).optional(),
  ...deleteOptions.fields,
}) as StructSchema

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
      for (const path of [...this.#groupVersions().keys(), ...this.#discovery().keys()].sort())
        paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${this.v3(path)?.hash}` }
      return new OpenApiDocument({ paths })
    })
  }

  v2(): OpenApiDocument {
    return this.#keep('v2', () => new OpenApiDocument(documentOf([...this.#catalog.all()], 'v2', this.#version), protobufOfV2))
  }

  /** `path`: api/v1, apis/apps/v1. */
  v3(path: string): OpenApiDocument | undefined {
    const resources = this.#groupVersions().get(path)
    if (resources === undefined) return this.#discoveryDocument(path)
    return this.#keep(path, () => new OpenApiDocument(documentOf(resources, 'v3', this.#version), protobufOfV3))
  }

  #discovery(): ReturnType<typeof discoveryDocuments> {
    return discoveryDocuments(groupsOf(this.#catalog.all()))
  }

  /** `path`: apis, apis/apps, version. */
  #discoveryDocument(path: string): OpenApiDocument | undefined {
    const told = this.#discovery().get(path)
    if (told === undefined) return undefined
    return this.#keep(path, () => {
      const definitions = new Definitions('v3', builtInDocumentation)
      const paths: OpenApiObject = {}
      addTold(paths, definitions, { version: 'v3', reference: (name) => definitions.reference(name) }, told)
      return new OpenApiDocument(whole('v3', this.#version, paths, definitions), protobufOfV3)
    })
  }

  #groupVersions(): ReadonlyMap<string, readonly ServedResource[]> {
    const byPath = new Map<string, ServedResource[]>()
    for (const resource of this.#catalog.all()) {
      const path = resource.group === '' ? `api/${resource.versionName}` : `apis/${resource.group}/${resource.versionName}`
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
