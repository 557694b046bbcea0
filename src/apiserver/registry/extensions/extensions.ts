/** The extensions by the resource that they extend. One line for each. */

import { bindingExtension as roleBindingExtension, roleExtension } from '../../authz/escalation.ts'
import type { ApiServerFlags, Extension } from '../../server-parts.ts'
import { certificateSigningRequestExtension } from './certificate-signing-request.ts'
import { componentStatusExtension } from './component-status.ts'
import { namespaceExtension } from './namespace.ts'
import { notConnected } from './not-connected.ts'
import { podExtension } from './pod.ts'
import { bindingExtension } from './pod-binding.ts'
import {
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  tokenReviews,
} from './reviews.ts'
import { serviceExtension } from './service.ts'
import { serviceAccountExtension } from './service-account.ts'

export function extensions(flags: ApiServerFlags): ReadonlyMap<string, Extension> {
  return new Map<string, Extension>([
    ['bindings.', bindingExtension],
    ['componentstatuses.', componentStatusExtension],
    ['namespaces.', namespaceExtension],
    ['nodes.', { subresources: { proxy: notConnected('the proxy') } }],
    ['pods.', podExtension],
    ['serviceaccounts.', serviceAccountExtension],
    ['services.', serviceExtension(flags)],
    ['certificatesigningrequests.certificates.k8s.io', certificateSigningRequestExtension],
    ['roles.rbac.authorization.k8s.io', roleExtension],
    ['clusterroles.rbac.authorization.k8s.io', roleExtension],
    ['rolebindings.rbac.authorization.k8s.io', roleBindingExtension],
    ['clusterrolebindings.rbac.authorization.k8s.io', roleBindingExtension],
    ['selfsubjectreviews.authentication.k8s.io', selfSubjectReviews],
    ['tokenreviews.authentication.k8s.io', tokenReviews],
    ['localsubjectaccessreviews.authorization.k8s.io', localSubjectAccessReviews],
    ['selfsubjectaccessreviews.authorization.k8s.io', selfSubjectAccessReviews],
    ['selfsubjectrulesreviews.authorization.k8s.io', selfSubjectRulesReviews],
    ['subjectaccessreviews.authorization.k8s.io', subjectAccessReviews],
  ])
}
