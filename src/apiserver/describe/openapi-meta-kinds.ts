/**
 * What documents tell of besides the kinds: the events of a watch, the list of resources of a group's version, and in which groups and versions upstream
 * registers the options of requests, which is wherever it knows a kind, served or not.
 */
import { boolean, field, list, rawExtension, type StructSchema, string, struct } from '../../apimachinery/schema/schema.ts'
import type { OpenApiKind } from '../../apimachinery/schema/to-openapi.ts'

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'

export const watchEvent = struct(
  `${meta}.WatchEvent`,
  {
    type: field(1, string).doc('ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.'),
    object: field(2, rawExtension).doc('The object as it is now or, when it is gone, as it was; of an ERROR a Status.'),
  },
  'One line of a watch.',
) as StructSchema

const apiResource = struct(
  `${meta}.APIResource`,
  {
    name: field(1, string).doc('Its plural name.'),
    singularName: field(6, string).doc('Its name for one object.'),
    namespaced: field(2, boolean).doc('Its objects live in namespaces.'),
    group: field(8, string).optional().doc('Its group, where it is another than that of the list.'),
    version: field(9, string).optional().doc('Its version, where it is another than that of the list.'),
    kind: field(3, string).doc('The kind of its objects.'),
    verbs: field(4, list(string)).doc('What can be done with it.'),
    shortNames: field(5, list(string)).optional().listAtomic().doc('Shorter names for people.'),
    categories: field(7, list(string)).optional().listAtomic().doc('Groups of resources that it belongs to: "all".'),
    storageVersionHash: field(10, string).optional().doc('Changes when its objects are stored in another way.'),
  },
  'A resource, as discovery tells of it.',
)

export const apiResourceList = struct(
  `${meta}.APIResourceList`,
  {
    apiVersion: field(0, string).optional(),
    groupVersion: field(1, string).doc('Whose resources these are.'),
    kind: field(0, string).optional(),
    resources: field(2, list(apiResource)).listAtomic().doc('What is served.'),
  },
  'The resources of one version of a group.',
) as StructSchema

const registered = `
core v1
admission.k8s.io v1 v1beta1
admissionregistration.k8s.io v1 v1alpha1 v1beta1
apiextensions.k8s.io v1 v1beta1
apiregistration.k8s.io v1 v1beta1
apps v1 v1beta1 v1beta2
authentication.k8s.io v1 v1alpha1 v1beta1
authorization.k8s.io v1 v1beta1
autoscaling v1 v2 v2beta1 v2beta2
batch v1 v1beta1
certificates.k8s.io v1 v1alpha1 v1beta1
coordination.k8s.io v1 v1alpha2 v1beta1
discovery.k8s.io v1 v1beta1
events.k8s.io v1 v1beta1
extensions v1beta1
flowcontrol.apiserver.k8s.io v1 v1beta1 v1beta2 v1beta3
imagepolicy.k8s.io v1alpha1
internal.apiserver.k8s.io v1alpha1
networking.k8s.io v1 v1beta1
node.k8s.io v1 v1alpha1 v1beta1
policy v1 v1beta1
rbac.authorization.k8s.io v1 v1alpha1 v1beta1
resource.k8s.io v1 v1alpha3 v1beta1 v1beta2
scheduling.k8s.io v1 v1alpha1 v1beta1
storage.k8s.io v1 v1alpha1 v1beta1
storagemigration.k8s.io v1alpha1
`

/** DeleteOptions or WatchEvent in every group and version. */
export function everywhere(kind: string): readonly OpenApiKind[] {
  return registered
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [group = '', ...versions] = line.split(' ')
      return versions.map((version) => ({ group: group === 'core' ? '' : group, version, kind }))
    })
}
