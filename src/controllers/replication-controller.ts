/**
 * Keeps a ReplicationController's number of Pods: a ReplicaSet whose selector is a plain map.
 */
import { ReplicationController } from '../api/core/replication-controller.ts'
import type { KindDefinition } from '../apimachinery/kind.ts'
import { nothing, requirementsOfLabels } from '../apimachinery/selectors/labels.ts'
import { type ReplicaOwner, replicaController } from './shared/replica-controller.ts'

export const replicationController = replicaController({
  name: 'replicationcontroller-controller',
  account: 'replication-controller',
  component: 'replication-controller',
  kind: ReplicationController as unknown as KindDefinition<ReplicaOwner>,
  selectorOf: (owner) => {
    const { selector } = (owner as unknown as ReplicationController).spec
    return selector === undefined || Object.keys(selector).length === 0 ? nothing : requirementsOfLabels(selector)
  },
})
