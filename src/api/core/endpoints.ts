/**
 * v1 Endpoints: the addresses behind a Service in the old shape, one object per Service. Deprecated in favour of
 * EndpointSlice, still kept up to date by controllers/endpoints.ts.
 */

import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, field, type Infer, int32, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateKubernetesFinalizers, validateObjectMeta } from '../../apimachinery/validate-metadata.ts'
import { endpointsText, endpointsWarnings, validateSubsets } from './endpoint-rules.ts'
import { objectReference } from './references.ts'

export interface EndpointAddress extends Infer<typeof endpointAddress> {}
export const endpointAddress = atomicStruct('core.v1.EndpointAddress', {
  ip: field(1, string),
  hostname: field(3, string).optional(),
  nodeName: field(4, string).optional().pointer(),
  targetRef: field(2, objectReference).optional().pointer(),
})

export interface EndpointPort extends Infer<typeof endpointPort> {}
export const endpointPort = atomicStruct('core.v1.EndpointPort', {
  name: field(1, string).optional(),
  port: field(2, int32),
  protocol: field(3, string).optional().enum('SCTP', 'TCP', 'UDP'),
  appProtocol: field(4, string).optional().pointer(),
})

export interface EndpointSubset extends Infer<typeof endpointSubset> {}
export const endpointSubset = struct('core.v1.EndpointSubset', {
  addresses: field(1, list(endpointAddress)).optional().listAtomic(),
  notReadyAddresses: field(2, list(endpointAddress)).optional().listAtomic(),
  ports: field(3, list(endpointPort)).optional().listAtomic(),
})

export const endpoints = struct('core.v1.Endpoints', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  subsets: field(2, list(endpointSubset)).optional().listAtomic(),
})

export type Endpoints = ObjectOf<typeof Endpoints>
export const Endpoints = defineKind({
  group: '',
  kind: 'Endpoints',
  plural: 'endpoints',
  deprecated: { since: '1.33', replacement: 'discovery.k8s.io/v1 EndpointSlice' },
  singular: 'endpoints',
  shortNames: ['ep'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: endpoints }],
  generation: 'none',
  allowCreateOnUpdate: true,
  setDefaults: (draft) => {
    for (const { ports } of draft.subsets ?? []) for (const port of ports ?? []) if ((port.protocol ?? '') === '') port.protocol = 'TCP'
  },
  columns: [
    { name: 'Endpoints', type: 'string', description: 'Addresses and ports.', value: ({ subsets }) => endpointsText(subsets ?? []) },
  ],
  validate: ({ subsets }) => validateSubsets(subsets ?? []),
  *validateUpdate({ metadata, subsets }, old) {
    yield* validateObjectMeta(metadata, { scope: 'Namespaced', validateName: nameIsDnsSubdomain })
    yield* validateKubernetesFinalizers(metadata)
    yield* validateSubsets(subsets ?? [], old.subsets ?? [])
  },
  warnings: endpointsWarnings,
})
