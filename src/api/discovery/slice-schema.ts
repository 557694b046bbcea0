/**
 * The fields of an EndpointSlice. What it does is in endpoint-slice.ts, its rules are in slice-rules.ts.
 */
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, boolean, field, type Infer, int32, list, map, string, struct } from '../../apimachinery/schema/schema.ts'
import { objectReference } from '../core/references.ts'

export interface EndpointConditions extends Infer<typeof endpointConditions> {}
export const endpointConditions = struct('discovery.v1.EndpointConditions', {
  ready: field(1, boolean).optional().pointer(),
  serving: field(2, boolean).optional().pointer(),
  terminating: field(3, boolean).optional().pointer(),
})

export interface ForNode extends Infer<typeof forNode> {}
export const forNode = struct('discovery.v1.ForNode', {
  name: field(1, string),
})

export interface ForZone extends Infer<typeof forZone> {}
export const forZone = struct('discovery.v1.ForZone', {
  name: field(1, string),
})

export interface EndpointHints extends Infer<typeof endpointHints> {}
export const endpointHints = struct('discovery.v1.EndpointHints', {
  forZones: field(1, list(forZone)).optional().listAtomic(),
  forNodes: field(2, list(forNode)).optional().listAtomic(),
})

export interface Endpoint extends Infer<typeof endpoint> {}
export const endpoint = struct('discovery.v1.Endpoint', {
  addresses: field(1, list(string)).listSet(),
  conditions: field(2, endpointConditions).optional(),
  hostname: field(3, string).optional().pointer(),
  targetRef: field(4, objectReference).optional().pointer(),
  deprecatedTopology: field(5, map(string)).optional(),
  nodeName: field(6, string).optional().pointer(),
  zone: field(7, string).optional().pointer(),
  hints: field(8, endpointHints).optional().pointer(),
})

export interface EndpointPort extends Infer<typeof endpointPort> {}
export const endpointPort = atomicStruct('discovery.v1.EndpointPort', {
  name: field(1, string).optional().pointer(),
  protocol: field(2, string).optional().pointer().enum('SCTP', 'TCP', 'UDP'),
  port: field(3, int32).optional().pointer(),
  appProtocol: field(4, string).optional().pointer(),
})

export const endpointSlice = struct('discovery.v1.EndpointSlice', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  addressType: field(4, string).enum('FQDN', 'IPv4', 'IPv6'),
  endpoints: field(2, list(endpoint)).listAtomic(),
  ports: field(3, list(endpointPort)).printed().listAtomic(),
})

export interface SliceObject extends Infer<typeof endpointSlice> {}
