/**
 * A kind's behaviour for tables in tests: what becomes of an object that is created or updated, what is said against it, and what
 * Tables show. No server: only the kind's own functions, in the order in which the API server calls them.
 *
 *     const { errors } = judged(Ingress, {metadata: {name: 'web'}, spec: {…}})
 *     expect(errors({spec: {rules: []}})).toEqual(['spec: Invalid value: …'])
 *
 * `said` are feature gates that are not as they are by themselves. Changes are merged into the base: objects key by key, everything else replaced; `undefined` removes.
 */
import { knownGates } from '../api/feature-gates.ts'
import { FeatureGates } from '../apimachinery/feature-gates.ts'
import { describeFieldErrors, type FieldError } from '../apimachinery/field-error.ts'
import type { Cell, KindDefinition, UpdateContext, WriteContext } from '../apimachinery/kind.ts'
import type { KubeObject } from '../apimachinery/object.ts'

type Plain = Readonly<Record<string, unknown>>

/** The kind's functions, with types that the compiler need not unfold. */
interface Judging {
  readonly setDefaults?: (draft: unknown, gates: FeatureGates) => void
  readonly prepareForCreate?: (draft: unknown, context: WriteContext) => void
  readonly prepareForUpdate?: (draft: unknown, old: unknown, context: UpdateContext) => void
  readonly validate?: (object: unknown, apiVersion: undefined, gates: FeatureGates) => Iterable<FieldError>
  readonly validateUpdate?: (object: unknown, old: unknown, apiVersion: undefined, gates: FeatureGates) => Iterable<FieldError>
  readonly validateStatusUpdate?: (object: unknown, old: unknown, context: WriteContext) => Iterable<FieldError>
  readonly warnings?: (object: unknown, old?: unknown) => Iterable<string>
  readonly columns?: readonly { readonly name: string; readonly value: (object: unknown, context: { readonly nowMs: number }) => Cell }[]
}

export function writeContext(said: Readonly<Record<string, boolean>> = {}): WriteContext {
  return { now: '2026-01-02T03:04:05Z', gates: new FeatureGates(knownGates, said) }
}

export function judged<T extends KubeObject>(kind: KindDefinition<T>, base: Plain, said: Readonly<Record<string, boolean>> = {}) {
  const context = writeContext(said)
  const judging = kind as unknown as Judging
  const made = (change: Plain): T => {
    const draft = merged(base, change)
    judging.setDefaults?.(draft, context.gates)
    judging.prepareForCreate?.(draft, context)
    return draft as unknown as T
  }
  const updated = (change: Plain, oldChange: Plain, subresource: string): { readonly next: T; readonly old: T } => {
    const old = made(oldChange)
    const draft = merged(old as unknown as Plain, change)
    judging.setDefaults?.(draft, context.gates)
    judging.prepareForUpdate?.(draft, old, { ...context, subresource })
    return { next: draft as unknown as T, old }
  }
  return {
    made: (change: Plain = {}): T => made(change),
    updated: (change: Plain, old: Plain = {}, subresource = ''): T => updated(change, old, subresource).next,
    errors: (change: Plain = {}): readonly string[] => texts(judging.validate?.(made(change), undefined, context.gates)),
    warnings: (change: Plain = {}): readonly string[] => [...(judging.warnings?.(made(change)) ?? [])],
    updateErrors: (change: Plain, oldChange: Plain = {}): readonly string[] => {
      const { next, old } = updated(change, oldChange, '')
      return texts(judging.validateUpdate?.(next, old, undefined, context.gates))
    },
    statusErrors: (change: Plain, oldChange: Plain = {}): readonly string[] => {
      const { next, old } = updated(change, oldChange, 'status')
      return texts(judging.validateStatusUpdate?.(next, old, context))
    },
    cells: (change: Plain = {}, nowMs = 0): Record<string, Cell> => {
      const object = merged(made({}) as unknown as Plain, change)
      return Object.fromEntries((judging.columns ?? []).map(({ name, value }) => [name, value(object, { nowMs })]))
    },
  }
}

function texts(errors: Iterable<FieldError> | undefined): readonly string[] {
  return [...(errors ?? [])].map((error) => describeFieldErrors([error]).message)
}

function merged(base: Plain, change: Plain): Record<string, unknown> {
  const out = structuredClone(base) as Record<string, unknown>
  for (const [name, value] of Object.entries(change)) {
    const had = out[name]
    if (value === undefined) delete out[name]
    else out[name] = isPlain(value) && isPlain(had) ? merged(had, value) : structuredClone(value)
  }
  return out
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
