/**
 * Terms that choose nodes by labels and fields.
 */
import { atomicStruct, field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'

export interface NodeSelectorRequirement extends Infer<typeof nodeSelectorRequirement> {}
export const nodeSelectorRequirement = struct('core.v1.NodeSelectorRequirement', {
  key: field(1, string),
  operator: field(2, string).enum('DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'),
  values: field(3, list(string)).optional().listAtomic(),
})

export interface NodeSelectorTerm extends Infer<typeof nodeSelectorTerm> {}
export const nodeSelectorTerm = atomicStruct('core.v1.NodeSelectorTerm', {
  matchExpressions: field(1, list(nodeSelectorRequirement)).optional().listAtomic(),
  matchFields: field(2, list(nodeSelectorRequirement)).optional().listAtomic(),
})

export interface NodeSelector extends Infer<typeof nodeSelector> {}
export const nodeSelector = atomicStruct('core.v1.NodeSelector', {
  nodeSelectorTerms: field(1, list(nodeSelectorTerm)).listAtomic(),
})
