/**
 * node.k8s.io/v1 RuntimeClass: a way to run containers, by name.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, map, quantity, string, struct } from '../../apimachinery/schema/schema.ts'
import { toleration } from '../core/pod-spec/affinity.ts'

export interface Overhead extends Infer<typeof overhead> {}
export const overhead = struct('node.v1.Overhead', {
  podFixed: field(1, map(quantity)).optional(),
})

export interface Scheduling extends Infer<typeof scheduling> {}
export const scheduling = struct('node.v1.Scheduling', {
  nodeSelector: field(1, map(string)).optional().atomic(),
  tolerations: field(2, list(toleration)).optional().listAtomic(),
})

export const runtimeClass = struct('node.v1.RuntimeClass', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  handler: field(2, string),
  overhead: field(3, overhead).optional().pointer(),
  scheduling: field(4, scheduling).optional().pointer(),
})

export type RuntimeClass = ObjectOf<typeof RuntimeClass>
export const RuntimeClass = defineKind({
  group: 'node.k8s.io',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: runtimeClass }],
})
