/**
 * The one list of built-in kinds, in discovery's order of groups. Adding a kind is one file and its line here.
 * Custom resources are not in it: they become values of the same type while the server runs.
 */
import type { KindDefinition } from '../apimachinery/kind.ts'
import type { KubeObject } from '../apimachinery/object.ts'
import { MutatingAdmissionPolicy } from './admissionregistration/mutating-admission-policy.ts'
import { MutatingAdmissionPolicyBinding } from './admissionregistration/mutating-admission-policy-binding.ts'
import { MutatingWebhookConfiguration } from './admissionregistration/mutating-webhook-configuration.ts'
import { ValidatingAdmissionPolicy } from './admissionregistration/validating-admission-policy.ts'
import { ValidatingAdmissionPolicyBinding } from './admissionregistration/validating-admission-policy-binding.ts'
import { ValidatingWebhookConfiguration } from './admissionregistration/validating-webhook-configuration.ts'
import { CustomResourceDefinition } from './apiextensions/custom-resource-definition.ts'
import { APIService } from './apiregistration/api-service.ts'
import { StorageVersion } from './apiserverinternal/storage-version.ts'
import { ControllerRevision } from './apps/controller-revision.ts'
import { DaemonSet } from './apps/daemon-set.ts'
import { Deployment } from './apps/deployment.ts'
import { ReplicaSet } from './apps/replica-set.ts'
import { StatefulSet } from './apps/stateful-set.ts'
import { SelfSubjectReview } from './authentication/self-subject-review.ts'
import { TokenReview } from './authentication/token-review.ts'
import { LocalSubjectAccessReview } from './authorization/local-subject-access-review.ts'
import { SelfSubjectAccessReview } from './authorization/self-subject-access-review.ts'
import { SelfSubjectRulesReview } from './authorization/self-subject-rules-review.ts'
import { SubjectAccessReview } from './authorization/subject-access-review.ts'
import { HorizontalPodAutoscaler } from './autoscaling/horizontal-pod-autoscaler.ts'
import { CronJob } from './batch/cron-job.ts'
import { Job } from './batch/job.ts'
import { CertificateSigningRequest } from './certificates/certificate-signing-request.ts'
import { ClusterTrustBundle } from './certificates/cluster-trust-bundle.ts'
import { PodCertificateRequest } from './certificates/pod-certificate-request.ts'
import { Lease } from './coordination/lease.ts'
import { LeaseCandidate } from './coordination/lease-candidate.ts'
import { Binding } from './core/binding.ts'
import { ComponentStatus } from './core/component-status.ts'
import { ConfigMap } from './core/config-map.ts'
import { Endpoints } from './core/endpoints.ts'
import { Event } from './core/event.ts'
import { LimitRange } from './core/limit-range.ts'
import { Namespace } from './core/namespace.ts'
import { Node } from './core/node.ts'
import { PersistentVolume } from './core/persistent-volume.ts'
import { PersistentVolumeClaim } from './core/persistent-volume-claim.ts'
import { Pod } from './core/pod.ts'
import { PodTemplate } from './core/pod-template.ts'
import { ReplicationController } from './core/replication-controller.ts'
import { ResourceQuota } from './core/resource-quota.ts'
import { Secret } from './core/secret.ts'
import { Service } from './core/service.ts'
import { ServiceAccount } from './core/service-account.ts'
import { EndpointSlice } from './discovery/endpoint-slice.ts'
import { FlowSchema } from './flowcontrol/flow-schema.ts'
import { PriorityLevelConfiguration } from './flowcontrol/priority-level-configuration.ts'
import { Ingress } from './networking/ingress.ts'
import { IngressClass } from './networking/ingress-class.ts'
import { IPAddress } from './networking/ip-address.ts'
import { NetworkPolicy } from './networking/network-policy.ts'
import { ServiceCIDR } from './networking/service-cidr.ts'
import { RuntimeClass } from './node/runtime-class.ts'
import { PodDisruptionBudget } from './policy/pod-disruption-budget.ts'
import { ClusterRole } from './rbac/cluster-role.ts'
import { ClusterRoleBinding } from './rbac/cluster-role-binding.ts'
import { Role } from './rbac/role.ts'
import { RoleBinding } from './rbac/role-binding.ts'
import { DeviceClass } from './resource/device-class.ts'
import { DeviceTaintRule } from './resource/device-taint-rule.ts'
import { ResourceClaim } from './resource/resource-claim.ts'
import { ResourceClaimTemplate } from './resource/resource-claim-template.ts'
import { ResourceSlice } from './resource/resource-slice.ts'
import { PriorityClass } from './scheduling/priority-class.ts'
import { CSIDriver } from './storage/csi-driver.ts'
import { CSINode } from './storage/csi-node.ts'
import { CSIStorageCapacity } from './storage/csi-storage-capacity.ts'
import { StorageClass } from './storage/storage-class.ts'
import { VolumeAttachment } from './storage/volume-attachment.ts'
import { VolumeAttributesClass } from './storage/volume-attributes-class.ts'
import { StorageVersionMigration } from './storagemigration/storage-version-migration.ts'

/** Widens a kind to one of unknown shape: callers that fold over all kinds treat objects as plain metadata carriers. */
function any<T extends KubeObject>(kind: KindDefinition<T>): KindDefinition {
  return kind as unknown as KindDefinition
}

export const kinds: readonly KindDefinition[] = [
  any(Binding),
  any(ComponentStatus),
  any(ConfigMap),
  any(Endpoints),
  any(Event),
  any(LimitRange),
  any(Namespace),
  any(Node),
  any(PersistentVolumeClaim),
  any(PersistentVolume),
  any(Pod),
  any(PodTemplate),
  any(ReplicationController),
  any(ResourceQuota),
  any(Secret),
  any(ServiceAccount),
  any(Service),
  any(ControllerRevision),
  any(DaemonSet),
  any(Deployment),
  any(ReplicaSet),
  any(StatefulSet),
  any(SelfSubjectReview),
  any(TokenReview),
  any(LocalSubjectAccessReview),
  any(SelfSubjectAccessReview),
  any(SelfSubjectRulesReview),
  any(SubjectAccessReview),
  any(HorizontalPodAutoscaler),
  any(CronJob),
  any(Job),
  any(CertificateSigningRequest),
  any(ClusterTrustBundle),
  any(PodCertificateRequest),
  any(IngressClass),
  any(Ingress),
  any(IPAddress),
  any(NetworkPolicy),
  any(ServiceCIDR),
  any(PodDisruptionBudget),
  any(ClusterRoleBinding),
  any(ClusterRole),
  any(RoleBinding),
  any(Role),
  any(CSIDriver),
  any(CSINode),
  any(CSIStorageCapacity),
  any(StorageClass),
  any(VolumeAttachment),
  any(VolumeAttributesClass),
  any(MutatingAdmissionPolicy),
  any(MutatingAdmissionPolicyBinding),
  any(MutatingWebhookConfiguration),
  any(ValidatingAdmissionPolicy),
  any(ValidatingAdmissionPolicyBinding),
  any(ValidatingWebhookConfiguration),
  any(CustomResourceDefinition),
  any(APIService),
  any(PriorityClass),
  any(Lease),
  any(LeaseCandidate),
  any(RuntimeClass),
  any(EndpointSlice),
  any(DeviceClass),
  any(DeviceTaintRule),
  any(ResourceClaim),
  any(ResourceClaimTemplate),
  any(ResourceSlice),
  any(FlowSchema),
  any(PriorityLevelConfiguration),
  any(StorageVersion),
  any(StorageVersionMigration),
]
