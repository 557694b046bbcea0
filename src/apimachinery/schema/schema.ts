/**
 * The schema value: what an API type looks like, said once, as data. Everything that depends on the shape of a type is
 * a walk over this value: decoding, pruning and defaulting (normalize.ts), protobuf, OpenAPI, strategic merge,
 * server-side apply, `kubectl explain`. TypeScript types are read off it too (`Infer`), so there is one source.
 *
 * A field says four things about absence, because Go's encoder (which clients see) distinguishes them:
 *
 *     field(1, int32)                       required; always printed, zero when missing        Go: `json:"port"`
 *     field(1, int32).optional()            dropped when it is the zero value                  Go: `json:"x,omitempty"`
 *     field(1, int32).optional().pointer()  absent and 0 differ; 0 is printed                  Go: `*int32 omitempty`
 *     field(1, list(…)).printed()           optional, and printed even when absent (null)      Go: no omitempty
 *
 * A struct behind a plain (non-pointer) field is always printed, as `{}` at least: Go's omitempty does not apply to
 * structs. The exception is a field marked `.omitZero()` (metadata.creationTimestamp since 1.34).
 * Field numbers are protobuf's. Validation is not here: a kind's rules, whose order clients can see, are functions beside it.
 */

export type ScalarType =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  /** base64 in JSON */
  | 'bytes'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'duration'
  /** Any JSON value: RawExtension, apiextensions JSON, FieldsV1. On the wire {1: raw}. */
  | 'json'
  | 'rawExtension'
  | 'fieldsV1'

declare const inferred: unique symbol
interface Infers<T> {
  readonly [inferred]?: T
}

export interface ScalarSchema<T = unknown> extends Infers<T> {
  readonly type: ScalarType
  /** 'json' that protobuf and OpenAPI know under a name of its own. */
  readonly either?: SchemaOr
}
/** A schema of a custom resource, or something else: both are plain JSON; in protobuf each has a field. `schema` is asked for when first walked. */
export interface SchemaOr {
  /** Its OpenAPI name. */
  readonly name: string
  readonly or: 'array' | 'bool' | 'stringArray'
  readonly schema: () => StructSchema
}
export interface ListSchema<T = unknown> extends Infers<readonly T[]> {
  readonly type: 'list'
  readonly items: Schema
  /** Set when protobuf wraps the list in a message of its own (a Go named slice type): its OpenAPI name. */
  readonly wrapper?: string
  /** For lists that are no field's: elements of lists and values of maps in custom resources. A field's own facts win. */
  readonly listType?: ListType
}
export interface MapSchema<T = unknown> extends Infers<{ readonly [key: string]: T }> {
  readonly type: 'map'
  readonly values: Schema
  /** As in StructSchema. */
  readonly isAtomic?: boolean
}
export interface StructSchema<T = unknown> extends Infers<T> {
  readonly type: 'struct'
  /** OpenAPI name: io.k8s.api.apps.v1.DeploymentSpec */
  readonly name: string
  /** By JSON name, in the order in which they are printed. */
  readonly fields: Readonly<Record<string, Field<unknown, boolean>>>
  /** Server-side apply treats every value of this type as one; a field can say so for itself (`isAtomicStruct`). */
  readonly isAtomic?: boolean
  /** Fields that the schema does not know are kept (x-kubernetes-preserve-unknown-fields). */
  readonly preservesUnknown?: boolean
  /** Of `fields` the one is set that the discriminator names: Go's names by JSON's. */
  readonly union?: { readonly discriminator: string; readonly fields: Readonly<Record<string, string>> }
  readonly documentation?: string
}
export type Schema<T = unknown> = ScalarSchema<T> | ListSchema<T> | MapSchema<T> | StructSchema<T>

/** The TypeScript type of the values that a schema describes: plain JSON, readonly to the bottom. */
export type Infer<S> = S extends Infers<infer T> ? Exclude<T, undefined> : never

export type ListType = { readonly kind: 'map'; readonly keys: readonly string[] } | { readonly kind: 'set' } | { readonly kind: 'atomic' }

interface FieldFacts {
  /** Protobuf field number; 0: not in protobuf. */
  readonly number: number
  readonly schema: Schema
  readonly isRequired: boolean
  readonly omitEmpty: boolean
  readonly isPointer: boolean
  readonly omitZero?: boolean
  /**
   * Set by `inline`: in JSON this field stands directly in its parent, in protobuf it lies in a nested message. The field
   * numbers of the messages around it, outermost first; `number` is the one within the innermost.
   */
  readonly within?: readonly number[]
  readonly defaultValue?: unknown
  readonly enumValues?: readonly string[]
  readonly listType?: ListType
  readonly isAtomicStruct?: boolean
  readonly patchMergeKey?: string
  readonly patchStrategies?: readonly ('merge' | 'replace' | 'retainKeys')[]
  readonly documentation?: string
}

/** Type is carried by `T`, whether it must be present by `R`. Immutable: every method returns a new field. */
export class Field<T, R extends boolean> {
  readonly facts: FieldFacts
  declare readonly value: T
  declare readonly required: R

  constructor(facts: FieldFacts) {
    this.facts = facts
  }
  #with<R2 extends boolean = R>(change: Partial<FieldFacts>): Field<T, R2> {
    return new Field<T, R2>({ ...this.facts, ...change })
  }
  optional(): Field<T, false> {
    return this.#with<false>({ isRequired: false, omitEmpty: true })
  }
  /** Absent and zero differ. */
  pointer(): Field<T, R> {
    return this.#with({ isPointer: true })
  }
  /** Not required, yet printed when absent: null for lists, maps and pointers, the zero value otherwise. */
  printed(): Field<T, false> {
    return this.#with<false>({ isRequired: false, omitEmpty: false })
  }
  /** Required, yet dropped when it is the zero value: then validation misses it. */
  omitEmpty(): Field<T, R> {
    return this.#with({ omitEmpty: true })
  }
  omitZero(): Field<T, R> {
    return this.#with({ omitZero: true })
  }
  /** Optional for clients, yet always there once an object was decoded: spec, metadata. */
  implied(): Field<T, true> {
    return this.#with<true>({ isRequired: false, omitEmpty: true })
  }
  /** See `inline`. */
  inside(number: number): Field<T, R> {
    return this.#with({ within: [number, ...(this.facts.within ?? [])] })
  }
  /** Filled in when absent (or when the zero value of a non-pointer). */
  default(defaultValue: T): Field<T, R> {
    return this.#with({ defaultValue })
  }
  enum(...enumValues: readonly string[]): Field<T, R> {
    return this.#with({ enumValues })
  }
  listMap(...keys: readonly string[]): Field<T, R> {
    return this.#with({ listType: { kind: 'map', keys } })
  }
  listSet(): Field<T, R> {
    return this.#with({ listType: { kind: 'set' } })
  }
  listAtomic(): Field<T, R> {
    return this.#with({ listType: { kind: 'atomic' } })
  }
  /** A struct or map that server-side apply treats as one value. */
  atomic(): Field<T, R> {
    return this.#with({ isAtomicStruct: true })
  }
  /** A struct whose type is atomic, but not here. */
  granular(): Field<T, R> {
    return this.#with({ isAtomicStruct: false })
  }
  /** Strategic merge: merge lists by `key`; without a key, merge a list of scalars as a set. */
  patchMerge(key?: string): Field<T, R> {
    const patchStrategies = [...(this.facts.patchStrategies ?? []), 'merge' as const]
    return this.#with(key === undefined ? { patchStrategies } : { patchStrategies, patchMergeKey: key })
  }
  patchReplace(): Field<T, R> {
    return this.#with({ patchStrategies: [...(this.facts.patchStrategies ?? []), 'replace'] })
  }
  retainKeys(): Field<T, R> {
    return this.#with({ patchStrategies: [...(this.facts.patchStrategies ?? []), 'retainKeys'] })
  }
  doc(documentation: string): Field<T, R> {
    return this.#with({ documentation })
  }
}

type AnyFields = Readonly<Record<string, Field<unknown, boolean>>>
type RequiredKeys<F extends AnyFields> = { [K in keyof F]: F[K] extends Field<unknown, true> ? K : never }[keyof F]
type OptionalKeys<F extends AnyFields> = { [K in keyof F]: F[K] extends Field<unknown, true> ? never : K }[keyof F]
export type StructOf<F extends AnyFields> = {
  readonly [K in RequiredKeys<F>]: F[K]['value']
} & {
  readonly [K in OptionalKeys<F>]?: F[K]['value'] | undefined
}

export function field<S extends Schema>(number: number, schema: S): Field<Infer<S>, true> {
  return new Field<Infer<S>, true>({ number, schema, isRequired: true, omitEmpty: false, isPointer: false })
}

/** `name` is the OpenAPI name without its usual beginning: 'apps.v1.DeploymentSpec'; a full name starts with 'io.'. */
export function struct<F extends AnyFields>(
  name: string,
  fields: F,
  documentation?: string,
): StructSchema<StructOf<F>> & { readonly fields: F } {
  const fullName = name.startsWith('io.') ? name : `io.k8s.api.${name}`
  return documentation === undefined
    ? { type: 'struct', name: fullName, fields }
    : { type: 'struct', name: fullName, fields, documentation }
}

/** A struct that server-side apply treats as one value wherever it stands: selectors, references. */
export function atomicStruct<F extends AnyFields>(name: string, fields: F): StructSchema<StructOf<F>> & { readonly fields: F } {
  return { ...struct(name, fields), isAtomic: true }
}

/** The struct with a union told of in OpenAPI. */
export function union<S extends StructSchema>(schema: S, discriminator: string, fields: Readonly<Record<string, string>>): S {
  return { ...schema, union: { discriminator, fields } }
}

/**
 * The fields of `schema`, to be spread into a struct that embeds it: flat in JSON and in TypeScript, message `number` in protobuf.
 *
 *     struct('core.v1.Volume', { name: field(1, string), ...inline(2, volumeSource) })
 */
export function inline<F extends AnyFields>(number: number, schema: { readonly fields: F }): F {
  return Object.fromEntries(Object.entries(schema.fields).map(([name, one]) => [name, one.inside(number)])) as unknown as F
}

/** For types that contain themselves: the fields are asked for when first walked. `T` must be spelled out. */
export function recursiveStruct<T>(name: string, fields: () => AnyFields): StructSchema<T> {
  const fullName = name.startsWith('io.') ? name : `io.k8s.api.${name}`
  let known: AnyFields | undefined
  return {
    type: 'struct',
    name: fullName,
    get fields() {
      known ??= fields()
      return known
    },
  }
}

export function list<S extends Schema>(items: S, options: { readonly wrapper?: string } = {}): ListSchema<Infer<S>> {
  return options.wrapper === undefined ? { type: 'list', items } : { type: 'list', items, wrapper: options.wrapper }
}

export function map<S extends Schema>(values: S): MapSchema<Infer<S>> {
  return { type: 'map', values }
}

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export const string: ScalarSchema<string> = { type: 'string' }
export const boolean: ScalarSchema<boolean> = { type: 'boolean' }
export const int32: ScalarSchema<number> = { type: 'int32' }
export const int64: ScalarSchema<number> = { type: 'int64' }
export const double: ScalarSchema<number> = { type: 'double' }
/** base64 text in JSON. */
export const bytes: ScalarSchema<string> = { type: 'bytes' }
/** "100m", "1Gi"; canonical text once decoded. */
export const quantity: ScalarSchema<string> = { type: 'quantity' }
export const intOrString: ScalarSchema<number | string> = { type: 'intOrString' }
/** "2026-01-02T03:04:05Z"; null where Go prints a zero time. */
export const time: ScalarSchema<string | null> = { type: 'time' }
/** "2026-01-02T03:04:05.000006Z" */
export const microTime: ScalarSchema<string | null> = { type: 'microTime' }
/** A Go duration, text in JSON: "1m30s". */
export const duration: ScalarSchema<string> = { type: 'duration' }
export const json: ScalarSchema<JsonValue> = { type: 'json' }
export function schemaOr(name: string, or: SchemaOr['or'], schema: () => StructSchema): ScalarSchema<JsonValue> {
  return { type: 'json', either: { name, or, schema } }
}
export const rawExtension: ScalarSchema<JsonValue> = { type: 'rawExtension' }
export const fieldsV1: ScalarSchema<{ readonly [key: string]: JsonValue }> = { type: 'fieldsV1' }
