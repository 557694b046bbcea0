/**
 * Schema values as OpenAPI definitions, for v2 and v3, which differ in little: where references point, and how a reference can carry a description.
 *
 *     const definitions = new Definitions('v3')
 *     definitions.add(deployment, { group: 'apps', version: 'v1', kind: 'Deployment' })
 *
 * What kubectl decides by: x-kubernetes-group-version-kind finds the type, x-kubernetes-patch-* and list types say how to merge.
 */
import { commonMeaning, type Documentation, documentationOf } from './documentation.ts'
import type { Field, Schema, SchemaOr, StructSchema } from './schema.ts'

export type OpenApiObject = Record<string, unknown>
export interface OpenApiKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const quantityName = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const intOrStringName = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'

export type OpenApiVersion = 'v2' | 'v3'

const wellKnown: Readonly<Record<string, { readonly name: string; readonly v2: OpenApiObject; readonly v3: OpenApiObject }>> = {
  quantity: {
    name: quantityName,
    v2: { description: 'A number with a unit: 100m, 1Gi, 1e3.', type: 'string' },
    v3: { description: 'A number with a unit: 100m, 1Gi, 1e3.', oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  intOrString: {
    name: intOrStringName,
    v2: { description: 'A number, or a text such as a percentage or a name.', type: 'string', format: 'int-or-string' },
    v3: {
      description: 'A number, or a text such as a percentage or a name.',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
      format: 'int-or-string',
    },
  },
  time: {
    name: `${meta}.Time`,
    v2: { description: 'A time, RFC 3339.', type: 'string', format: 'date-time' },
    v3: { description: 'A time, RFC 3339.', type: 'string', format: 'date-time' },
  },
  microTime: {
    name: `${meta}.MicroTime`,
    v2: { description: 'A time with microseconds, RFC 3339.', type: 'string', format: 'date-time' },
    v3: { description: 'A time with microseconds, RFC 3339.', type: 'string', format: 'date-time' },
  },
  duration: {
    name: `${meta}.Duration`,
    v2: { description: 'A span of time: 1m30s.', type: 'string' },
    v3: { description: 'A span of time: 1m30s.', type: 'string' },
  },
  fieldsV1: {
    name: `${meta}.FieldsV1`,
    v2: { description: 'A set of fields, as a tree.', type: 'object' },
    v3: { description: 'A set of fields, as a tree.', type: 'object' },
  },
  rawExtension: {
    name: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
    v2: { description: 'Any object.', type: 'object' },
    v3: { description: 'Any object.', type: 'object' },
  },
  json: {
    name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
    v2: { description: 'Any JSON value.' },
    v3: { description: 'Any JSON value.' },
  },
}

export class Definitions {
  readonly #version: OpenApiVersion
  readonly #documentation: Documentation
  readonly #kinds: ReadonlyMap<string, readonly OpenApiKind[]>
  readonly #byName = new Map<string, OpenApiObject>()

  /** What `documentation` says of a type counts for those whose schema says nothing. `kinds`: those that are kinds, by their names. */
  constructor(version: OpenApiVersion, documentation: Documentation, kinds: ReadonlyMap<string, readonly OpenApiKind[]>) {
    this.#version = version
    this.#documentation = documentation
    this.#kinds = kinds
  }

  /** Sorted by name. */
  finish(): OpenApiObject {
    return Object.fromEntries([...this.#byName].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Adds the schema and everything it refers to; answers its name. */
  add(schema: StructSchema): string {
    if (!this.#byName.has(schema.name)) this.#define(schema)
    return schema.name
  }

  reference(name: string): OpenApiObject {
    return { $ref: `${this.#version === 'v2' ? '#/definitions/' : '#/components/schemas/'}${name}` }
  }

  #define(schema: StructSchema): void {
    const definition: OpenApiObject = {}
    // Known before its fields are looked at: types contain themselves.
    this.#byName.set(schema.name, definition)
    const documentation = schema.documentation ?? documentationOf(this.#documentation, schema.name)?.text
    if (documentation !== undefined) definition.description = documentation
    const required = Object.entries(schema.fields)
      .filter(([, { facts }]) => facts.isRequired)
      .map(([name]) => name)
    const properties: OpenApiObject = {}
    for (const [name, { facts }] of Object.entries(schema.fields))
      properties[name] = this.#property(facts, this.#meaning(schema.name, name, facts))
    if (Object.keys(properties).length > 0) definition.properties = properties
    if (required.length > 0) definition.required = required
    definition.type = 'object'
    const kinds = this.#kinds.get(schema.name)
    if (kinds !== undefined) definition['x-kubernetes-group-version-kind'] = kinds
    if (schema.isAtomic) definition['x-kubernetes-map-type'] = 'atomic'
    if (schema.preservesUnknown) definition['x-kubernetes-preserve-unknown-fields'] = true
    if (schema.union !== undefined)
      definition['x-kubernetes-unions'] = [{ discriminator: schema.union.discriminator, 'fields-to-discriminateBy': schema.union.fields }]
  }

  #meaning(owner: string, name: string, facts: Field<unknown, boolean>['facts']): string | undefined {
    return (
      facts.documentation ??
      documentationOf(this.#documentation, owner)?.fields.get(name) ??
      commonDocumentation(facts, name) ??
      commonMeaning(owner, name, facts.schema.type === 'struct')
    )
  }

  #property(facts: Field<unknown, boolean>['facts'], documentation: string | undefined): OpenApiObject {
    const property = this.#described(this.#typeOf(facts.schema), documentation, this.#defaultOf(facts))
    const { listType, patchMergeKey, patchStrategies, isAtomicStruct, enumValues } = facts
    if (listType !== undefined) {
      property['x-kubernetes-list-type'] = listType.kind
      if (listType.kind === 'map') property['x-kubernetes-list-map-keys'] = listType.keys
    }
    if (patchMergeKey !== undefined) property['x-kubernetes-patch-merge-key'] = patchMergeKey
    if (patchStrategies !== undefined) property['x-kubernetes-patch-strategy'] = patchStrategies.join(',')
    if (isAtomicStruct !== undefined) property['x-kubernetes-map-type'] = isAtomicStruct ? 'atomic' : 'granular'
    if (enumValues !== undefined) {
      if (facts.schema.type === 'string') property.enum = enumValues
      else if (facts.schema.type === 'list') property.items = { ...(property.items as OpenApiObject), enum: enumValues }
      else property.additionalProperties = { ...(property.additionalProperties as OpenApiObject), enum: enumValues }
    }
    return property
  }

  /** v2 knows no defaults. */
  #defaultOf({ schema, omitEmpty, isPointer, defaultValue }: Field<unknown, boolean>['facts']): unknown {
    if (this.#version === 'v2') return undefined
    if (defaultValue !== undefined) return defaultValue
    return isPointer || (omitEmpty && !isStruct(schema)) ? undefined : zeroOf(schema)
  }

  /** v2 lets a reference stand beside other words, v3 does not. */
  #described(type: OpenApiObject, description: string | undefined, defaultValue: unknown): OpenApiObject {
    const words = {
      ...(description === undefined ? {} : { description }),
      ...(defaultValue === undefined ? {} : { default: defaultValue }),
    }
    if (this.#version === 'v3' && '$ref' in type && Object.keys(words).length > 0) return { ...words, allOf: [type] }
    return { ...words, ...type }
  }

  #typeOf(schema: Schema): OpenApiObject {
    switch (schema.type) {
      case 'struct':
        return this.reference(this.add(schema))
      case 'list':
        return { items: this.#element(schema.items), type: 'array' }
      case 'map':
        return { additionalProperties: this.#element(schema.values), type: 'object' }
      case 'string':
        return { type: 'string' }
      case 'boolean':
        return { type: 'boolean' }
      case 'int32':
      case 'int64':
        return { format: schema.type, type: 'integer' }
      case 'double':
        return { format: 'double', type: 'number' }
      case 'bytes':
        return { format: 'byte', type: 'string' }
      default: {
        if (schema.either !== undefined) return this.#schemaOr(schema.either)
        const known = wellKnown[schema.type] as (typeof wellKnown)[string]
        this.#byName.set(known.name, { ...known[this.#version] })
        return this.reference(known.name)
      }
    }
  }

  #schemaOr({ name, or, schema }: SchemaOr): OpenApiObject {
    if (!this.#byName.has(name)) {
      this.#byName.set(name, { description: `A schema, or ${eitherWords[or]}.` })
      this.add(schema())
    }
    return this.reference(name)
  }

  #element(schema: Schema): OpenApiObject {
    const type = this.#typeOf(schema)
    const zero = this.#version === 'v2' ? undefined : zeroOf(schema)
    if (zero === undefined) return type
    return '$ref' in type ? { allOf: [type], default: zero } : { ...type, default: zero }
  }
}

const eitherWords: Readonly<Record<SchemaOr['or'], string>> = { array: 'several', bool: 'yes or no', stringArray: 'names' }

/** Structs in Go: printed, and defaulted to {}, whatever omitempty says. */
function isStruct({ type }: Schema): boolean {
  return type === 'struct'
}

/** Of Go's type, as OpenAPI tells it. */
function zeroOf(schema: Schema): unknown {
  switch (schema.type) {
    case 'struct':
      return {}
    case 'string':
      return ''
    case 'boolean':
      return false
    case 'int32':
    case 'int64':
    case 'double':
      return 0
    default:
      return undefined
  }
}

/** What every object has. Fields called kind elsewhere mean something else, and have numbers. */
function commonDocumentation({ number, schema }: Field<unknown, boolean>['facts'], name: string): string | undefined {
  if (number === 0 && name === 'apiVersion') return 'The version of the API that this object is written in.'
  if (number === 0 && name === 'kind') return 'What this object is.'
  if (schema.type === 'struct' && schema.name === `${meta}.ObjectMeta`) return 'Name, namespace, labels and what else every object has.'
  return undefined
}
