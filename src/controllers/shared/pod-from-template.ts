/**
 * A Pod as its owner's template wants it. Its name is the server's to complete: "web-5d9c7b-" and five characters.
 */
import type { Pod } from '../../api/core/pod.ts'
import type { PodTemplateSpec } from '../../api/core/pod-spec/pod-spec.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { controllerReference, type OwnerKind } from './owner.ts'

export function podFromTemplate(template: PodTemplateSpec, owner: KubeObject, ownerKind: OwnerKind): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: namePrefix(owner.metadata.name ?? ''),
      namespace: owner.metadata.namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(ownerKind, owner)],
    },
    spec: template.spec as Pod['spec'],
  }
}

function namePrefix(name: string): string {
  return nameIsDnsSubdomain(`${name}-`, true).length === 0 ? `${name}-` : name
}
