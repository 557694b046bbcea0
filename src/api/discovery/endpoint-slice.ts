/**
 * discovery.k8s.io/v1 EndpointSlice: up to a hundred addresses behind a Service, with readiness and topology. Changed labels count as a
 * change of what is wanted.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { semanticallyEqual, validateKubernetesFinalizers, validateObjectMeta } from '../../apimachinery/validate-metadata.ts'
import { dropTopology, sliceEndpointsText, slicePortsText, sliceWarnings, validateSlice, validateSliceUpdate } from './slice-rules.ts'
import { endpointSlice } from './slice-schema.ts'

export type EndpointSlice = ObjectOf<typeof EndpointSlice>
export const EndpointSlice = defineKind({
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: endpointSlice }],
  setDefaults: (draft) => {
    for (const port of draft.ports ?? []) {
      port.name ??= ''
      port.protocol ??= 'TCP'
    }
  },
  generation: (draft, old) =>
    !semanticallyEqual(draft.endpoints, old.endpoints) ||
    !semanticallyEqual(draft.ports, old.ports) ||
    draft.addressType !== old.addressType ||
    !semanticallyEqual(draft.metadata.labels, old.metadata.labels),
  prepareForCreate: (draft) => dropTopology(draft),
  prepareForUpdate: (draft, old) => dropTopology(draft, old),
  columns: [
    { name: 'AddressType', type: 'string', description: 'IPv4, IPv6 or FQDN.', value: ({ addressType }) => addressType },
    { name: 'Ports', type: 'string', description: 'Ports of every endpoint.', value: ({ ports }) => slicePortsText(ports ?? []) },
    { name: 'Endpoints', type: 'string', description: 'Their addresses.', value: ({ endpoints }) => sliceEndpointsText(endpoints ?? []) },
  ],
  validatesMetadata: true,
  *validate(object) {
    yield* validateObjectMeta(object.metadata, { scope: 'Namespaced', validateName: nameIsDnsSubdomain })
    yield* validateKubernetesFinalizers(object.metadata)
    yield* validateSlice(object)
  },
  *validateUpdate(object, old) {
    yield* validateObjectMeta(object.metadata, { scope: 'Namespaced', validateName: nameIsDnsSubdomain })
    yield* validateKubernetesFinalizers(object.metadata)
    yield* validateSliceUpdate(object, old)
  },
  warnings: sliceWarnings,
})
