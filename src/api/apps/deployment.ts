/**
 * apps/v1 Deployment: keeps a number of interchangeable Pods running through ReplicaSets, and moves them from one Pod
 * template to the next without dropping below a floor. Acted on by controllers/deployment.ts. A changed annotation
 * also bumps generation, because annotations are copied down to ReplicaSets.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, int64, intOrString, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod-spec/pod-spec.ts'

export interface RollingUpdateDeployment extends Infer<typeof rollingUpdateDeployment> {}
export const rollingUpdateDeployment = struct('apps.v1.RollingUpdateDeployment', {
  maxUnavailable: field(1, intOrString).optional().pointer(),
  maxSurge: field(2, intOrString).optional().pointer(),
})

export interface DeploymentStrategy extends Infer<typeof deploymentStrategy> {}
export const deploymentStrategy = struct('apps.v1.DeploymentStrategy', {
  type: field(1, string).optional().enum('Recreate', 'RollingUpdate'),
  rollingUpdate: field(2, rollingUpdateDeployment).optional().pointer(),
})

export interface DeploymentSpec extends Infer<typeof deploymentSpec> {}
export const deploymentSpec = struct('apps.v1.DeploymentSpec', {
  replicas: field(1, int32).optional().pointer(),
  selector: field(2, labelSelector).pointer(),
  template: field(3, podTemplateSpec),
  strategy: field(4, deploymentStrategy).optional().retainKeys(),
  minReadySeconds: field(5, int32).optional(),
  revisionHistoryLimit: field(6, int32).optional().pointer(),
  paused: field(7, boolean).optional(),
  progressDeadlineSeconds: field(9, int32).optional().pointer(),
})

export interface DeploymentCondition extends Infer<typeof deploymentCondition> {}
export const deploymentCondition = struct('apps.v1.DeploymentCondition', {
  type: field(1, string).enum('Available', 'Progressing', 'ReplicaFailure'),
  status: field(2, string),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
  lastUpdateTime: field(6, time).optional(),
  lastTransitionTime: field(7, time).optional(),
})

export interface DeploymentStatus extends Infer<typeof deploymentStatus> {}
export const deploymentStatus = struct('apps.v1.DeploymentStatus', {
  observedGeneration: field(1, int64).optional(),
  replicas: field(2, int32).optional(),
  updatedReplicas: field(3, int32).optional(),
  availableReplicas: field(4, int32).optional(),
  unavailableReplicas: field(5, int32).optional(),
  conditions: field(6, list(deploymentCondition)).optional().listMap('type').patchMerge('type'),
  readyReplicas: field(7, int32).optional(),
  collisionCount: field(8, int32).optional().pointer(),
  terminatingReplicas: field(9, int32).optional().pointer(),
})

export const deployment = struct('apps.v1.Deployment', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, deploymentSpec).implied(),
  status: field(3, deploymentStatus).optional(),
})

export type Deployment = ObjectOf<typeof Deployment>
export const Deployment = defineKind({
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: deployment }],
  hasStatus: true,
})
