/**
 * storage.k8s.io/v1 CSINode: the storage drivers of a node.
 */

import { duplicate, type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { qualifiedNameErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { fieldIsImmutable, semanticallyEqual, validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import { validateDriverName } from '../core/persistent-volume-sources.ts'
import { goForm } from '../go-form.ts'

export interface VolumeNodeResources extends Infer<typeof volumeNodeResources> {}
export const volumeNodeResources = struct('storage.v1.VolumeNodeResources', {
  count: field(1, int32).optional().pointer(),
})

export interface CSINodeDriver extends Infer<typeof csiNodeDriver> {}
export const csiNodeDriver = struct('storage.v1.CSINodeDriver', {
  name: field(1, string),
  nodeID: field(2, string),
  topologyKeys: field(3, list(string)).printed().listAtomic(),
  allocatable: field(4, volumeNodeResources).optional().pointer(),
})

export interface CSINodeSpec extends Infer<typeof csiNodeSpec> {}
export const csiNodeSpec = struct('storage.v1.CSINodeSpec', {
  drivers: field(1, list(csiNodeDriver)).listMap('name').patchMerge('name'),
})

export const csiNode = struct('storage.v1.CSINode', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, csiNodeSpec),
})

export type CSINode = ObjectOf<typeof CSINode>
export const CSINode = defineKind({
  group: 'storage.k8s.io',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: csiNode }],
  generation: 'none',
  validate: ({ spec }) => validateDrivers(spec.drivers ?? []),
  *validateUpdate({ spec }, old) {
    yield* validateDrivers(spec.drivers ?? [])
    for (const before of old.spec.drivers ?? []) {
      for (const driver of spec.drivers ?? []) {
        if (driver.name !== before.name || semanticallyEqual(driver, before)) continue
        yield invalidValue('spec.drivers', goForm('CSINodeDriver', driver), fieldIsImmutable)
      }
    }
  },
  allowUnconditionalUpdate: false,
  returnsDeletedObject: true,
  columns: [
    {
      name: 'Drivers',
      type: 'integer',
      description: 'Drivers indicates the number of CSI drivers registered on the node',
      value: ({ spec }) => spec.drivers?.length ?? 0,
    },
  ],
})

const nodeIdBytesMax = 256

function* validateDrivers(drivers: readonly CSINodeDriver[]): Generator<FieldError> {
  const seen = new Set<string>()
  for (const [i, driver] of drivers.entries()) {
    const path = index('spec.drivers', i)
    const { name = '', nodeID = '', allocatable } = driver
    yield* validateDriverName(name, child(path, 'name'))
    if (nodeID === '') yield required(child(path, 'nodeID'))
    if (utf8Length(nodeID) > nodeIdBytesMax)
      yield invalidValue(child(path, 'nodeID'), nodeID, `must be ${nodeIdBytesMax} characters or less`)
    yield* validateNonNegative(allocatable?.count ?? 0, child(path, 'allocatable', 'count'))
    if (seen.has(name)) yield duplicate(child(path, 'name'), name)
    seen.add(name)
    yield* validateTopologyKeys(driver.topologyKeys ?? [], path)
  }
}

function* validateTopologyKeys(keys: readonly string[], path: string): Generator<FieldError> {
  for (const [i, key] of keys.entries()) {
    if (key === '') yield required(path)
    if (keys.indexOf(key) < i) yield duplicate(path, key)
    for (const problem of qualifiedNameErrors(key)) yield invalidValue(path, key, problem)
  }
}
