/**
 * coordination.k8s.io/v1 Lease: who holds something, and until when. Node heartbeats and leader election live on it.
 */

import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, microTime, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateLeaseSpec } from './lease-rules.ts'

export interface LeaseSpec extends Infer<typeof leaseSpec> {}
export const leaseSpec = struct('coordination.v1.LeaseSpec', {
  holderIdentity: field(1, string).optional().pointer(),
  leaseDurationSeconds: field(2, int32).optional().pointer(),
  acquireTime: field(3, microTime).optional().pointer(),
  renewTime: field(4, microTime).optional().pointer(),
  leaseTransitions: field(5, int32).optional().pointer(),
  strategy: field(6, string).optional().pointer(),
  preferredHolder: field(7, string).optional().pointer(),
})

export const lease = struct('coordination.v1.Lease', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, leaseSpec).implied(),
})

export type Lease = ObjectOf<typeof Lease>
export const Lease = defineKind({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: lease }],
  generation: 'none',
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  prepareForCreate: ({ spec }, { gates }) => {
    if (gates.isOn('CoordinatedLeaderElection')) return
    delete spec?.strategy
    delete spec?.preferredHolder
  },
  prepareForUpdate: ({ spec }, old, { gates }) => {
    if (gates.isOn('CoordinatedLeaderElection')) return
    if (old.spec?.strategy === undefined) delete spec?.strategy
    if (old.spec?.preferredHolder === undefined) delete spec?.preferredHolder
  },
  columns: [
    {
      name: 'Holder',
      type: 'string',
      description:
        'holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.',
      value: ({ spec }) => spec?.holderIdentity ?? '',
    },
  ],
  validate: ({ spec }) => validateLeaseSpec(spec ?? {}),
  validateUpdate: ({ spec }) => validateLeaseSpec(spec ?? {}),
})
