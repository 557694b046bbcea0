/**
 * networking.k8s.io/v1 ServiceCIDR: a range that ClusterIPs are given out of.
 */

import { type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { index } from '../../apimachinery/field-path.ts'
import { ipFamilyOf, validateCidr } from '../../apimachinery/ip-address.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { condition, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { resetMetadata } from '../../apimachinery/reset-metadata.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { fieldIsImmutable } from '../../apimachinery/validate-metadata.ts'

export interface ServiceCIDRSpec extends Infer<typeof serviceCIDRSpec> {}
export const serviceCIDRSpec = struct('networking.v1.ServiceCIDRSpec', {
  cidrs: field(1, list(string)).optional().listAtomic(),
})

export interface ServiceCIDRStatus extends Infer<typeof serviceCIDRStatus> {}
export const serviceCIDRStatus = struct('networking.v1.ServiceCIDRStatus', {
  conditions: field(1, list(condition)).optional().listMap('type').patchMerge('type'),
})

export const serviceCIDR = struct('networking.v1.ServiceCIDR', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, serviceCIDRSpec).implied(),
  status: field(3, serviceCIDRStatus).optional(),
})

export type ServiceCIDR = ObjectOf<typeof ServiceCIDR>
export const ServiceCIDR = defineKind({
  group: 'networking.k8s.io',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  versions: [
    { name: 'v1', schema: serviceCIDR },
    { name: 'v1beta1', schema: inVersion(serviceCIDR, 'networking.v1', 'networking.v1beta1'), isOff: true },
  ],
  hasStatus: true,
  keepsStatusOnCreate: true,
  generation: 'none',
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === 'status') resetMetadata(draft.metadata, old.metadata)
  },
  validate: ({ spec }) => validateRanges(spec.cidrs ?? []),
  validateUpdate: ({ spec }, old) => validateRangesKept(spec.cidrs ?? [], old.spec.cidrs ?? []),
  columns: [
    {
      name: 'CIDRs',
      type: 'string',
      description:
        'CIDRs defines the IP blocks in CIDR notation (e.g. "192.168.0.0/24" or "2001:db8::/64") from which to assign service cluster IPs. Max of two CIDRs is allowed, one of each IP family. This field is immutable.',
      value: ({ spec }) => (spec.cidrs ?? []).join(','),
    },
  ],
})

const path = 'spec.cidrs'

function* validateRanges(cidrs: readonly string[]): Generator<FieldError> {
  if (cidrs.length === 0) return yield required(path, 'at least one CIDR required')
  if (cidrs.length > 2) return yield invalidValue(path, { CIDRs: cidrs }, 'may only hold up to 2 values')
  for (const [i, cidr] of cidrs.entries()) yield* validateCidr(index(path, i), cidr)
  const [first, second] = cidrs.map(familyOf)
  if (cidrs.length === 2 && first !== undefined && first === second) {
    yield invalidValue(path, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64')
  }
}

function familyOf(cidr: string): string | undefined {
  return /^[^/]+\/\d+$/.test(cidr) ? ipFamilyOf(cidr.split('/')[0] ?? '') : undefined
}

/** A second family may be added later. */
function* validateRangesKept(cidrs: readonly string[], old: readonly string[]): Generator<FieldError> {
  const isGrown = old.length === 1 && cidrs.length === 2
  if (!isGrown && cidrs.length !== old.length) return yield invalidValue(path, cidrs, fieldIsImmutable)
  for (const [i, cidr] of old.entries()) if (cidrs[i] !== cidr) yield invalidValue(index(path, i), cidrs[i], fieldIsImmutable)
  if (isGrown) yield* validateRanges(cidrs)
}
