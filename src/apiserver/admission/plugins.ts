/**
 * The admission plugins in upstream's order. To add one, write `plugins/<name>.ts` and put it in its place here.
 *
 * Still to come, at the places marked: LimitRanger, PodSecurity, storage and ingress defaults, RuntimeClass, certificates,
 * policies, webhooks, ResourceQuota.
 */
import type { AdmissionPlugin } from './plugin.ts'
import { namespaceLifecycle } from './plugins/namespace-lifecycle.ts'

export const admissionPlugins: readonly AdmissionPlugin[] = [namespaceLifecycle]
