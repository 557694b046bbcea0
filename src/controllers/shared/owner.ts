/**
 * Whose object is it: references from what a controller makes to what it makes it for.
 */
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { apiVersionOf, type KubeObject, type OwnerReference } from '../../apimachinery/object.ts'

export type OwnerKind = Pick<KindDefinition, 'group' | 'kind'> & { readonly versions: readonly { readonly name: string }[] }

export function apiVersionOfKind({ group, versions }: OwnerKind): string {
  return apiVersionOf(group, versions[0]?.name ?? '')
}

export function controllerReference(kind: OwnerKind, owner: KubeObject): OwnerReference {
  return {
    apiVersion: apiVersionOfKind(kind),
    kind: kind.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}
