/**
 * Whole OpenAPI documents, made from the catalog when first asked for and kept until it changes: one of v2 for everything, one of v3 for each
 * group and version. Loaded dynamically: a server that nobody asks never pays for it.
 */
import { deleteOptions, statusSchema } from '../../apimachinery/meta.ts'
import { listMeta } from '../../apimachinery/object.ts'
import { field, list, type StructSchema, string, struct } from '../../apimachinery/schema/schema.ts'
import { Definitions, type OpenApiObject } from '../../apimachinery/schema/to-openapi.ts'
import { digest } from '../../std/digest.ts'
import type { Catalog, ServedResource } from '../registry/catalog.ts'
import { addPaths } from './openapi-paths.ts'

const patch = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  {},
  'A change of an object, in one of the forms of patches.',
) as StructSchema

function listSchemaOf({ schema, listKind }: ServedResource): StructSchema {
  const name = `${schema.name.slice(0, schema.name.lastIndexOf('.'))}.${listKind}`
  const fields = {
    apiVersion: field(0, string).optional(),
    items: field(2, list(schema)).doc('The objects.'),
    kind: field(0, string).optional(),
    metadata: field(1, listMeta).optional().doc('The version of the list, and how to go on.'),
  }
  return struct(name, fields) as StructSchema
}

function documentOf(resources: readonly ServedResource[], isV3: boolean, version: string): OpenApiObject {
  const definitions = new Definitions(isV3 ? 'v3' : 'v2')
  const paths: OpenApiObject = {}
  definitions.add(deleteOptions as StructSchema)
  definitions.add(statusSchema as StructSchema, { group: '', version: 'v1', kind: 'Status' })
  definitions.add(patch)
  for (const resource of resources) {
    const { group, versionName, kind } = resource
    const gvk = { group, version: versionName, kind: kind.kind }
    definitions.add(deleteOptions as StructSchema, { group, version: versionName, kind: 'DeleteOptions' })
    const objectName = definitions.add(resource.schema, gvk)
    const listName = resource.verbs.has('list') ? definitions.add(listSchemaOf(resource), { ...gvk, kind: resource.listKind }) : objectName
    addPaths(paths, resource, { isV3, reference: (name) => definitions.reference(name), objectName, listName })
  }
  const sortedPaths = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)))
  const info = { title: 'Kubernetes', version }
  if (isV3) return { openapi: '3.0.0', info, paths: sortedPaths, components: { schemas: definitions.finish() } }
  return { swagger: '2.0', info, paths: sortedPaths, definitions: definitions.finish() }
}

export interface OpenApiDocument {
  readonly json: string
  /** Of the JSON: upper-case hexadecimal SHA-512. */
  readonly hash: string
}

export class OpenApiDocuments {
  readonly #catalog: Catalog
  readonly #version: string
  readonly #kept = new Map<string, OpenApiDocument>()
  #protobuf: Uint8Array | undefined
  #revision = -1

  constructor(catalog: Catalog, version: string) {
    this.#catalog = catalog
    this.#version = version
  }

  /** "api/v1", "apis/apps/v1" → its resources. */
  groupVersions(): ReadonlyMap<string, readonly ServedResource[]> {
    const byPath = new Map<string, ServedResource[]>()
    for (const resource of this.#catalog.all()) {
      const path = resource.group === '' ? `api/${resource.versionName}` : `apis/${resource.group}/${resource.versionName}`
      const known = byPath.get(path)
      if (known === undefined) byPath.set(path, [resource])
      else known.push(resource)
    }
    return byPath
  }

  v3(path: string): OpenApiDocument | undefined {
    const resources = this.groupVersions().get(path)
    return resources === undefined ? undefined : this.#keep(path, () => documentOf(resources, true, this.#version))
  }

  v2(): OpenApiDocument {
    return this.#keep('', () => documentOf([...this.#catalog.all()], false, this.#version))
  }

  async v2Protobuf(): Promise<Uint8Array> {
    const { json } = this.v2()
    if (this.#protobuf === undefined) {
      const { encodeOpenApiV2 } = await import('./openapi-v2-protobuf.ts')
      this.#protobuf = encodeOpenApiV2(JSON.parse(json) as OpenApiObject)
    }
    return this.#protobuf
  }

  #keep(key: string, make: () => OpenApiObject): OpenApiDocument {
    if (this.#revision !== this.#catalog.revision) {
      this.#kept.clear()
      this.#protobuf = undefined
      this.#revision = this.#catalog.revision
    }
    let found = this.#kept.get(key)
    if (found === undefined) {
      const json = JSON.stringify(make())
      const hash = [...digest('sha512', json)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')
      found = { json, hash }
      this.#kept.set(key, found)
    }
    return found
  }
}
