/**
 * The admission plugins in upstream's order. To add one, write `plugins/<name>.ts` and put it in its place here.
 */
import type { AdmissionPlugin } from '../server-parts.ts'
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
  podCertificateSigning,
} from './plugins/certificates.ts'
import { claimResize } from './plugins/claim-resize.ts'
import { defaultIngressClass, defaultStorageClass } from './plugins/default-classes.ts'
import { defaultTolerationSeconds } from './plugins/default-toleration-seconds.ts'
import { limitRanger } from './plugins/limit-ranger.ts'
import { namespaceLifecycle } from './plugins/namespace-lifecycle.ts'
import { nodeRestriction } from './plugins/node-restriction.ts'
import { podSecurity } from './plugins/pod-security.ts'
import { priority } from './plugins/priority.ts'
import { resourceQuota } from './plugins/resource-quota.ts'
import { runtimeClass } from './plugins/runtime-class.ts'
import { serviceAccount } from './plugins/service-account.ts'
import { storageProtection } from './plugins/storage-protection.ts'
import { taintNodesByCondition } from './plugins/taint-nodes-by-condition.ts'

export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageProtection,
  claimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  podCertificateSigning,
  clusterTrustBundleAttest,
  certificateSubjectRestriction,
  defaultIngressClass,
  // MutatingAdmissionWebhook, ValidatingAdmissionPolicy, ValidatingAdmissionWebhook,
  resourceQuota,
]
