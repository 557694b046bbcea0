/**
 * Who owns the replicas: the same in an object's managedFields and in those of its Scale, where that is all there is to own. For server-side
 * apply on /scale. managedfields.ScaleHandler upstream.
 *
 *     object   kubectl-create Update  {f:spec: {f:replicas, f:template}}
 *     Scale    kubectl-create Update  {f:spec: {f:replicas}}
 *
 * Whoever takes the replicas through the Scale is written down with subresource scale; who had them before loses them, and nothing else.
 */
import type { ManagedFieldsEntry } from '../../../apimachinery/object.ts'

type Entries = readonly ManagedFieldsEntry[] | null | undefined
type Fields = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>

const replicasOnly = { 'f:spec': { 'f:replicas': {} } }
const scaleVersion = 'autoscaling/v1'

function fieldsOf({ fieldsV1 }: ManagedFieldsEntry): Fields {
  return (fieldsV1 ?? {}) as Fields
}

function ownsReplicas(entry: ManagedFieldsEntry): boolean {
  return fieldsOf(entry)['f:spec']?.['f:replicas'] !== undefined
}

/** What the Scale shows of the object's owners. */
export function scaleEntries(parent: Entries): readonly ManagedFieldsEntry[] {
  return (parent ?? []).filter(ownsReplicas).map((entry) => ({ ...entry, apiVersion: scaleVersion, fieldsV1: replicasOnly }))
}

/** The object's owners after a write of its Scale. */
export function parentEntries(parent: Entries, scale: Entries, apiVersion: string): readonly ManagedFieldsEntry[] {
  const owners = new Map((scale ?? []).filter(ownsReplicas).map((entry) => [keyOf(entry), entry]))
  const kept: ManagedFieldsEntry[] = []
  for (const entry of parent ?? []) {
    if (!ownsReplicas(entry) || owners.delete(keyOf(entry))) kept.push(entry)
    else kept.push(...withoutReplicas(entry))
  }
  return [...kept, ...[...owners.values()].map((entry) => ({ ...entry, apiVersion, fieldsV1: replicasOnly }))]
}

function keyOf({ manager, operation, subresource }: ManagedFieldsEntry): string {
  return JSON.stringify([manager, operation, subresource ?? ''])
}

/** None when nothing is left. */
function withoutReplicas(entry: ManagedFieldsEntry): ManagedFieldsEntry[] {
  const { 'f:spec': spec, ...rest } = fieldsOf(entry)
  const { 'f:replicas': _, ...left } = spec ?? {}
  const fieldsV1 = Object.keys(left).length === 0 ? rest : { ...rest, 'f:spec': left }
  return Object.keys(fieldsV1).length === 0 ? [] : [{ ...entry, fieldsV1: fieldsV1 as never }]
}
