/**
 * v1 Node: a machine that runs Pods. The kubelet registers it and keeps its status; the lease beside it
 * (coordination/lease.ts) is the heartbeat.
 */
import { defineKind } from '../../apimachinery/kind.ts'
import { nodeColumns } from './node-columns.ts'
import { validateNode, validateNodeUpdate } from './node-rules.ts'
import { type Node as NodeObject, node } from './node-schema.ts'

export type Node = NodeObject
export const Node = defineKind<NodeObject>({
  group: '',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: node }],
  hasStatus: true,
  keepsStatusOnCreate: true,
  columns: nodeColumns as never,
  fieldLabelErrors: 'own',
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec.unschedulable === true) },
  validate: (node) => validateNode(node as never),
  validateUpdate: (node, old) => validateNodeUpdate(node as never, old as never),
  subresources: [
    { name: 'proxy', kind: { group: '', version: 'v1', kind: 'NodeProxyOptions' }, verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  ],
})
