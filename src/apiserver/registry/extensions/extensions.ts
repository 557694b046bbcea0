/** The extensions by the resource that they extend. One line for each. */

import { bindingExtension as roleBindingExtension, roleExtension } from '../../authz/escalation.ts'
import type { ApiServerFlags, Extension } from '../../server-parts.ts'
import { componentStatusExtension } from './component-status.ts'
import { namespaceExtension } from './namespace.ts'
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
    ['pods.', podExtension],
    ['serviceaccounts.', serviceAccountExtension],
    ['services.', serviceExtension(flags)],
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
