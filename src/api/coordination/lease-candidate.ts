/**
 * coordination.k8s.io/v1beta1 LeaseCandidate: somebody who would hold a Lease, and how old it is: with coordinated leader election the server
 * picks the holder among these. Off unless --runtime-config turns it on.
 */

import { type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { configMapKeyErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, microTime, string, struct } from '../../apimachinery/schema/schema.ts'
import { compareVersions, parseVersion } from '../../apimachinery/semantic-version.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { validateStrategy } from './lease-rules.ts'

export interface LeaseCandidateSpec extends Infer<typeof leaseCandidateSpec> {}
export const leaseCandidateSpec = struct('coordination.v1beta1.LeaseCandidateSpec', {
  leaseName: field(1, string),
  pingTime: field(2, microTime).optional().pointer(),
  renewTime: field(3, microTime).optional().pointer(),
  binaryVersion: field(4, string),
  emulationVersion: field(5, string).optional(),
  strategy: field(6, string).omitEmpty(),
})

export const leaseCandidate = struct('coordination.v1beta1.LeaseCandidate', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, leaseCandidateSpec).implied(),
})

export type LeaseCandidate = ObjectOf<typeof LeaseCandidate>
export const LeaseCandidate = defineKind({
  group: 'coordination.k8s.io',
  kind: 'LeaseCandidate',
  plural: 'leasecandidates',
  scope: 'Namespaced',
  versions: [
    { name: 'v1beta1', schema: leaseCandidate, isOff: true },
    { name: 'v1alpha2', schema: inVersion(leaseCandidate, 'coordination.v1beta1', 'coordination.v1alpha2'), isOff: true },
  ],
  generation: 'none',
  validateName: (name) => configMapKeyErrors(name),
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  validate: ({ spec }) => validateSpec(spec),
  *validateUpdate({ spec }, old) {
    yield* validateSpec(spec)
    yield* validateImmutable(spec.leaseName, old.spec.leaseName, 'spec.leaseName')
  },
  columns: [
    {
      name: 'LeaseName',
      type: 'string',
      description: 'LeaseName is the name of the lease for which this candidate is contending. This field is immutable.',
      value: ({ spec }) => spec.leaseName,
    },
    { name: 'BinaryVersion', type: 'string', value: ({ spec }) => spec.binaryVersion },
    { name: 'EmulationVersion', type: 'string', value: ({ spec }) => spec.emulationVersion ?? '' },
  ],
})

const notSemantic = 'must be a valid semantic version'
const zero = { numbers: [0, 0, 0], prerelease: [] }

function* validateSpec(spec: Partial<LeaseCandidateSpec>): Generator<FieldError> {
  const { leaseName = '', binaryVersion = '', emulationVersion = '', strategy = '' } = spec
  if (leaseName === '') yield required('spec.leaseName')
  const emulation = parseVersion(emulationVersion)
  if (emulationVersion !== '' && emulation === undefined) yield invalidValue('spec.emulationVersion', emulationVersion, notSemantic)
  const binary = parseVersion(binaryVersion)
  if (binaryVersion === '') yield required('spec.binaryVersion')
  else if (binary === undefined) yield invalidValue('spec.binaryVersion', binaryVersion, notSemantic)
  // One that cannot be read counts as 0.0.0.
  if (binaryVersion !== '' && emulationVersion !== '' && compareVersions(binary ?? zero, emulation ?? zero) < 0) {
    yield invalidValue('spec.binaryVersion', binaryVersion, 'must be greater than or equal to `emulationVersion`')
  }
  if (strategy === '') return yield required('spec.strategy')
  if (strategy === 'OldestEmulationVersion' && compareVersions(emulation ?? zero, zero) === 0) {
    yield required('spec.emulationVersion', "must be specified when `strategy` is 'OldestEmulationVersion'")
  }
  // The doubled name is upstream's.
  yield* validateStrategy(strategy, 'spec.strategy.strategy')
}
