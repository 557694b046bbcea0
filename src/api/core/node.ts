/**
 * v1 Node: a machine that runs Pods. The kubelet registers it and keeps its status; the lease beside it
 * (coordination/lease.ts) is the heartbeat.
 */
import { defineKind } from '../../apimachinery/kind.ts'
import { nodeColumns } from './node-columns.ts'
import {
  dropConfiguration,
  nodeWarnings,
  setNodeDefaults,
  validateNode,
  validateNodeStatusUpdate,
  validateNodeUpdate,
} from './node-rules.ts'
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
  generation: 'none',
  setDefaults: (draft) => setNodeDefaults(draft as never),
  prepareForCreate: (draft) => dropConfiguration(draft as never),
  prepareForUpdate: (draft) => dropConfiguration(draft as never),
  columns: nodeColumns as never,
  fieldLabelErrors: 'own',
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec.unschedulable === true) },
  validate: (object) => validateNode(object as never),
  validateUpdate: (object, old) => validateNodeUpdate(object as never, old as never),
  validateStatusUpdate: (object, old) => validateNodeStatusUpdate(object as never, old as never),
  warnings: (object) => nodeWarnings(object as never),
  subresources: [
    { name: 'proxy', kind: { group: '', version: 'v1', kind: 'NodeProxyOptions' }, verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  ],
})
