/**
 * Keeps a ReplicaSet's number of Pods. All the work is shared/replica-controller.ts.
 */
import { ReplicaSet } from '../api/apps/replica-set.ts'
import type { KindDefinition } from '../apimachinery/kind.ts'
import { selectorFromLabelSelector } from '../apimachinery/selectors/labels.ts'
import { type ReplicaOwner, replicaController } from './shared/replica-controller.ts'

export const replicaSetController = replicaController({
  name: 'replicaset-controller',
  account: 'replicaset-controller',
  component: 'replicaset-controller',
  kind: ReplicaSet as unknown as KindDefinition<ReplicaOwner>,
  selectorOf: (owner) => selectorFromLabelSelector((owner as unknown as ReplicaSet).spec.selector),
})
