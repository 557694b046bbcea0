/** Every controller, in the order in which they start. */

import { attributesClassProtectionController } from './attributes-class-protection.ts'
import { bootstrapSigner } from './bootstrap-signer.ts'
import { certificateApprovingController } from './certificate-approving.ts'
import { certificateCleaningController } from './certificate-cleaning.ts'
import { certificateSigningController } from './certificate-signing.ts'
import { clusterRoleAggregationController } from './cluster-role-aggregation.ts'
import type { Controller } from './controller.ts'
import { cronJobController } from './cron-job.ts'
import { daemonSetController } from './daemon-set.ts'
import { deploymentController } from './deployment.ts'
import { disruptionController } from './disruption.ts'
import { endpointSliceController } from './endpoint-slice.ts'
import { endpointSliceMirroringController } from './endpoint-slice-mirroring.ts'
import { endpointsController } from './endpoints.ts'
import { ephemeralVolumeController } from './ephemeral-volume.ts'
import { garbageCollector } from './garbage-collector.ts'
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler.ts'
import { jobController } from './job.ts'
import { namespaceController } from './namespace.ts'
import { nodeIpamController } from './node-ipam.ts'
import { nodeLifecycleController } from './node-lifecycle.ts'
import { volumeBinderController } from './persistent-volume-binder.ts'
import { podGarbageCollector } from './pod-garbage-collector.ts'
import { replicaSetController } from './replica-set.ts'
import { replicationController } from './replication-controller.ts'
import { resourceQuotaController } from './resource-quota.ts'
import { rootCaPublisher } from './root-ca-publisher.ts'
import { serviceAccountController } from './service-account.ts'
import { serviceAccountTokenController } from './service-account-token.ts'
import { serviceCidrController } from './service-cidr.ts'
import { statefulSetController } from './stateful-set.ts'
import { taintEvictionController } from './taint-eviction.ts'
import { tokenCleaner } from './token-cleaner.ts'
import { ttlController } from './ttl.ts'
import { ttlAfterFinishedController } from './ttl-after-finished.ts'
import { claimProtectionController, volumeProtectionController } from './volume-protection.ts'

export const controllers: readonly Controller[] = [
  serviceAccountTokenController,
  serviceAccountController,
  rootCaPublisher,
  namespaceController,
  garbageCollector,
  deploymentController,
  replicaSetController,
  replicationController,
  daemonSetController,
  statefulSetController,
  jobController,
  cronJobController,
  ttlAfterFinishedController,
  disruptionController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  nodeIpamController,
  nodeLifecycleController,
  taintEvictionController,
  podGarbageCollector,
  clusterRoleAggregationController,
  resourceQuotaController,
  serviceCidrController,
  certificateApprovingController,
  certificateSigningController,
  certificateCleaningController,
  tokenCleaner,
  bootstrapSigner,
  volumeBinderController,
  claimProtectionController,
  volumeProtectionController,
  attributesClassProtectionController,
  ephemeralVolumeController,
  horizontalPodAutoscalerController,
  ttlController,
]
