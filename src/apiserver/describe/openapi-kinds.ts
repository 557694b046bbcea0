/**
 * Which types are which kinds (x-kubernetes-group-version-kind): kubectl finds the definition of an object by it. A type is told of as the same
 * kind in every document that it is part of.
 *
 * What a newcomer would get wrong: options of deletes and events of watches are kinds of every group and version that Kubernetes' code knows,
 * served or not.
 */
import { tokenRequest } from '../../api/authentication/token-request.ts'
import { scale } from '../../api/autoscaling/scale.ts'
import { binding } from '../../api/core/binding.ts'
import { eviction } from '../../api/policy/eviction.ts'
import type { StructSchema } from '../../apimachinery/schema/schema.ts'
import type { OpenApiKind } from '../../apimachinery/schema/to-openapi.ts'
import type { Catalog, ServedResource } from '../registry/catalog.ts'

/** What subresources take and give that is no kind of its own. */
export const subresourceSchemas: Readonly<Record<string, StructSchema>> = {
  Binding: binding,
  Eviction: eviction,
  Scale: scale,
  TokenRequest: tokenRequest,
}

const registered = `v1
admission.k8s.io: v1 v1beta1
admissionregistration.k8s.io: v1 v1alpha1 v1beta1
apiextensions.k8s.io: v1 v1beta1
apiregistration.k8s.io: v1 v1beta1
apps: v1 v1beta1 v1beta2
authentication.k8s.io: v1 v1alpha1 v1beta1
authorization.k8s.io: v1 v1beta1
autoscaling: v1 v2 v2beta1 v2beta2
batch: v1 v1beta1
certificates.k8s.io: v1 v1alpha1 v1beta1
coordination.k8s.io: v1 v1alpha2 v1beta1
discovery.k8s.io: v1 v1beta1
events.k8s.io: v1 v1beta1
extensions: v1beta1
flowcontrol.apiserver.k8s.io: v1 v1beta1 v1beta2 v1beta3
imagepolicy.k8s.io: v1alpha1
internal.apiserver.k8s.io: v1alpha1
networking.k8s.io: v1 v1beta1
node.k8s.io: v1 v1alpha1 v1beta1
policy: v1 v1beta1
rbac.authorization.k8s.io: v1 v1alpha1 v1beta1
resource.k8s.io: v1 v1alpha3 v1beta1 v1beta2
scheduling.k8s.io: v1 v1alpha1 v1beta1
storage.k8s.io: v1 v1alpha1 v1beta1
storagemigration.k8s.io: v1alpha1`

function everywhere(kind: string): OpenApiKind[] {
  return registered.split('\n').flatMap((line) => {
    const [group = '', versions] = line.includes(': ') ? line.split(': ') : ['', line]
    return (versions ?? '').split(' ').map((version) => ({ group, kind, version }))
  })
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** io.k8s.api.core.v1.PodList */
export function listTypeOf({ schema, listKind }: Pick<ServedResource, 'schema' | 'listKind'>): string {
  return `${schema.name.slice(0, schema.name.lastIndexOf('.'))}.${listKind}`
}

/** By the names of their types. */
export function kindsByType(catalog: Catalog): ReadonlyMap<string, readonly OpenApiKind[]> {
  const found = new Map<string, OpenApiKind[]>()
  const add = (name: string, { group, version, kind }: OpenApiKind): void => {
    const kinds = found.get(name) ?? []
    if (!kinds.some((one) => one.group === group && one.version === version && one.kind === kind)) kinds.push({ group, kind, version })
    found.set(name, kinds)
  }
  for (const kind of ['APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions', 'Status'])
    add(`${meta}.${kind}`, { group: '', version: 'v1', kind })
  for (const kind of ['DeleteOptions', 'WatchEvent']) found.set(`${meta}.${kind}`, everywhere(kind))
  for (const resource of catalog.all()) {
    const { group, versionName: version, kind, listKind, schema, subresources } = resource
    add(schema.name, { group, version, kind: kind.kind })
    if (resource.verbs.has('list')) add(listTypeOf(resource), { group, version, kind: listKind })
    for (const one of subresources.values()) {
      const own = subresourceSchemas[one.kind.kind]
      if (own !== undefined) add(own.name, one.kind)
    }
  }
  return found
}
