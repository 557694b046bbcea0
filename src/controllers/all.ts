/** Every controller, in the order in which they start. */
import type { Controller } from './controller.ts'
import { deploymentController } from './deployment.ts'
import { replicaSetController } from './replica-set.ts'
import { replicationController } from './replication-controller.ts'

export const controllers: readonly Controller[] = [deploymentController, replicaSetController, replicationController]
