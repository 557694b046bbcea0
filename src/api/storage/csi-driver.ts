/**
 * storage.k8s.io/v1 CSIDriver: what a storage driver can do and needs.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int64, list, string, struct } from '../../apimachinery/schema/schema.ts'

export interface TokenRequest extends Infer<typeof tokenRequest> {}
export const tokenRequest = struct('storage.v1.TokenRequest', {
  audience: field(1, string),
  expirationSeconds: field(2, int64).optional().pointer(),
})

export interface CSIDriverSpec extends Infer<typeof csiDriverSpec> {}
export const csiDriverSpec = struct('storage.v1.CSIDriverSpec', {
  attachRequired: field(1, boolean).optional().pointer(),
  podInfoOnMount: field(2, boolean).optional().pointer(),
  volumeLifecycleModes: field(3, list(string)).optional().enum('Ephemeral', 'Persistent').listSet(),
  storageCapacity: field(4, boolean).optional().pointer(),
  fsGroupPolicy: field(5, string).optional().pointer().enum('File', 'None', 'ReadWriteOnceWithFSType'),
  tokenRequests: field(6, list(tokenRequest)).optional().listAtomic(),
  requiresRepublish: field(7, boolean).optional().pointer(),
  seLinuxMount: field(8, boolean).optional().pointer(),
  nodeAllocatableUpdatePeriodSeconds: field(9, int64).optional().pointer(),
})

export const csiDriver = struct('storage.v1.CSIDriver', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, csiDriverSpec).implied(),
})

export type CSIDriver = ObjectOf<typeof CSIDriver>
export const CSIDriver = defineKind({
  group: 'storage.k8s.io',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: csiDriver }],
})
