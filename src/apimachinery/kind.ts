/**
 * A kind is a value. `KindDefinition` holds everything that makes one kind differ from another: names, schema per
 * served version, defaults, validation, what create and update may change, subresources, selectable fields, columns.
 * Discovery, OpenAPI, Tables, protobuf, apply, garbage collection and the generic registry are folds over these values.
 *
 * Everything standard is silent. Unless a kind says otherwise: the status is dropped on create and on updates of the main
 * resource (when there is a status subresource); /status changes status and metadata only; generation starts at 1
 * and grows when anything outside metadata and status changes (kinds with `generation: 'none'` keep what they were sent);
 * PUT never creates; a PUT without resourceVersion is unconditional; dependents are deleted in the background.
 *
 * Functions here are pure: no clock, no look-ups. What needs those (ClusterIPs, quota, bindings) lives in
 * apiserver/registry/extensions and apiserver/admission.
 */
import type { FeatureGates } from './feature-gates.ts'
import type { FieldError } from './field-error.ts'
import type { KubeObject, Mutable } from './object.ts'
import type { Infer, StructSchema } from './schema/schema.ts'

export type Cell = string | number | boolean | null

export interface Column<T> {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  /** 'name' for the first column. */
  readonly format?: string
  readonly description?: string
  /** 1: only with `-o wide`. */
  readonly priority?: number
  /** `nowMs`: for ages. */
  readonly value: (object: T, context: { readonly nowMs: number }) => Cell
}

export interface KindVersion<T extends KubeObject> {
  /** When a version is served in another group than the kind's own (events.k8s.io). */
  readonly group?: string
  readonly name: string
  readonly schema: StructSchema<T>
  /** Not served unless --runtime-config turns it on. */
  readonly isOff?: boolean
  /** Served only when this gate is on. */
  readonly featureGate?: string
  /** From and to the stored version's shape. Absent: same shape. */
  readonly toStored?: (object: KubeObject) => T
  readonly fromStored?: (object: T) => KubeObject
  /** Field labels that this version selects by, when they differ from the kind's. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>
}

export interface ScaleSubresource<T> {
  readonly specReplicas: (object: T) => number
  readonly statusReplicas: (object: T) => number
  /** In the string form of a label selector. */
  readonly selector: (object: T) => string
  readonly withReplicas: (draft: Mutable<T>, replicas: number) => void
}

/** A subresource with behaviour of its own (binding, eviction, log…): what discovery says of it. apiserver/registry/extensions acts. */
export interface NamedSubresource {
  readonly name: string
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string }
  readonly verbs: readonly string[]
}

export interface WriteContext {
  /** When, as objects spell it: for kinds that note the times of changes. */
  readonly now: string
  /** For fields that are dropped when theirs is off. */
  readonly gates: FeatureGates
}

export interface UpdateContext extends WriteContext {
  /** 'status' when written through /status; '' for the main resource; else the subresource's name. */
  readonly subresource: string
}

export interface KindDefinition<T extends KubeObject = KubeObject> {
  readonly group: string
  readonly kind: string
  readonly plural: string
  /** Lower-case kind when absent. */
  readonly singular?: string
  /** kind + "List" when absent. */
  readonly listKind?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly scope: 'Namespaced' | 'Cluster'
  /** Preferred first. */
  readonly versions: readonly KindVersion<T>[]
  /** Name of the version that is stored; the first when absent. */
  readonly storageVersion?: string
  /** Below /registry/, when history spelled it otherwise: 'minions', 'services/specs'. Else plural, or group/plural as upstream does. */
  readonly storagePrefix?: string
  /** Never stored: create only (reviews), answered by an extension. */
  readonly isVirtual?: boolean
  /** When not the usual eight. */
  readonly verbs?: readonly string[]
  /** Every request for it gets a Warning: since which release, and what to use instead. */
  readonly deprecated?: { readonly since: string; readonly replacement?: string }
  readonly hasStatus?: boolean
  /** Who creates the object says its status too: a kubelet that registers its Node. */
  readonly keepsStatusOnCreate?: boolean
  readonly scale?: ScaleSubresource<T>
  readonly subresources?: readonly NamedSubresource[]

  /** Defaults beyond those on fields; parents before children, in upstream's order. Runs on decode, for every version (hub shape) . */
  readonly setDefaults?: (draft: Mutable<T>, gates?: FeatureGates) => void
  /** After mutating admission: drop or set what clients may not. Runs besides the standard rules; name, uid and creationTimestamp are there. */
  readonly prepareForCreate?: (draft: Mutable<T>, context: WriteContext) => void
  readonly prepareForUpdate?: (draft: Mutable<T>, old: T, context: UpdateContext) => void
  readonly generation?: 'none' | ((draft: T, old: T) => boolean)
  /** `apiVersion`: in which the client speaks, for kinds that are judged by that (Events). */
  readonly validate?: (object: T, apiVersion?: string, gates?: FeatureGates) => Iterable<FieldError>
  /** Besides the standard checks of metadata; `validate` is not called for updates unless this calls it. */
  readonly validateUpdate?: (object: T, old: T, apiVersion?: string, gates?: FeatureGates) => Iterable<FieldError>
  readonly validateStatusUpdate?: (object: T, old: T, context: WriteContext) => Iterable<FieldError>
  /** By subresource that changes a part of the object: in the place of validateUpdate. */
  readonly validateSubresourceUpdate?: Readonly<Record<string, (object: T, old: T) => Iterable<FieldError>>>
  /** `validate` and `validateUpdate` judge the metadata themselves, or not at all, besides what is asked of every object. */
  readonly validatesMetadata?: boolean
  /** Texts for Warning headers. */
  readonly warnings?: (object: T, old?: T) => Iterable<string>
  /** For a change through /status; other subresources warn of nothing. */
  readonly statusWarnings?: (object: T) => Iterable<string>
  /** How names of this kind must look; default DNS-1123 subdomain. Returns what is wrong. */
  readonly validateName?: (name: string, isPrefix: boolean) => readonly string[]

  readonly allowCreateOnUpdate?: boolean
  /** False: a PUT must carry a resourceVersion. */
  readonly allowUnconditionalUpdate?: boolean
  /** DELETE answers with the object rather than a Status. */
  readonly returnsDeletedObject?: boolean
  /** What DELETE does to dependents when the client says nothing; 'Background' when absent. */
  readonly defaultPropagation?: 'Background' | 'Orphan' | 'None'
  /** Seconds of grace for a delete: undefined when the object can go at once. `requested`: what the client asked for. */
  readonly graceSeconds?: (object: T, requested: number | undefined) => number | undefined

  /** Besides metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>
  /** How an unknown field label is refused: 'own' = "field label not supported: x"; 'generic' = `"x" is not a known field selector…`; else the kind's own words. */
  readonly fieldLabelErrors?: 'own' | 'generic' | ((label: string) => string)
  /** Of the stored version's shape. Columns between Name and Age, or all when one of `columns` is named Name. Absent: Name and Created At. */
  readonly columns?: readonly Column<T>[]
  /** In which order a Table of a list shows its rows; that of the list when absent. */
  readonly compareRows?: (a: T, b: T) => number
}

/** Keeps the literal's type so that `ObjectOf` can read it. */
export function defineKind<T extends KubeObject>(definition: KindDefinition<T>): KindDefinition<T> {
  return definition
}

/** The object type of a kind: `type Deployment = ObjectOf<typeof Deployment>`. */
export type ObjectOf<K> = K extends KindDefinition<infer T> ? T : never
export type ObjectOfSchema<S> = Infer<S>

export function singularOf(kind: Pick<KindDefinition, 'kind' | 'singular'>): string {
  return kind.singular ?? kind.kind.toLowerCase()
}
export function listKindOf(kind: Pick<KindDefinition, 'kind' | 'listKind'>): string {
  return kind.listKind ?? `${kind.kind}List`
}
