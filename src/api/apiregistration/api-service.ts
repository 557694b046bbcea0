/**
 * apiregistration.k8s.io/v1 APIService: who serves a group and version: this server or another behind it.
 */

import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { index } from '../../apimachinery/field-path.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors, pathSegmentNameErrors, portNumberErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, bytes, field, type Infer, int32, list, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface ServiceReference extends Infer<typeof serviceReference> {}
export const serviceReference = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference', {
  namespace: field(1, string).optional(),
  name: field(2, string).optional(),
  port: field(3, int32).optional().pointer(),
})

export interface APIServiceSpec extends Infer<typeof apiServiceSpec> {}
export const apiServiceSpec = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec', {
  service: field(1, serviceReference).optional().pointer(),
  group: field(2, string).optional(),
  version: field(3, string).optional(),
  insecureSkipTLSVerify: field(4, boolean).optional(),
  caBundle: field(5, bytes).optional().listAtomic(),
  groupPriorityMinimum: field(7, int32),
  versionPriority: field(8, int32),
})

export interface APIServiceCondition extends Infer<typeof apiServiceCondition> {}
export const apiServiceCondition = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface APIServiceStatus extends Infer<typeof apiServiceStatus> {}
export const apiServiceStatus = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus', {
  conditions: field(1, list(apiServiceCondition)).optional().listMap('type').patchMerge('type'),
})

export const apiService = struct('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, apiServiceSpec).implied(),
  status: field(3, apiServiceStatus).optional(),
})

export type APIService = ObjectOf<typeof APIService>
export const APIService = defineKind({
  group: 'apiregistration.k8s.io',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: apiService }],
  hasStatus: true,
  setDefaults: ({ spec }) => {
    if (spec.service) spec.service.port ??= 443
  },
  prepareForCreate: (draft) => {
    delete draft.status
    if (draft.spec.service) return
    // What this server serves itself is there at once.
    const lastTransitionTime = draft.metadata.creationTimestamp ?? null
    const condition = {
      type: 'Available',
      status: 'True',
      lastTransitionTime,
      reason: 'Local',
      message: 'Local APIServices are always available',
    }
    draft.status = { conditions: [condition] }
  },
  prepareForUpdate: ({ metadata }, old, { subresource }) => {
    if (subresource !== 'status') return
    for (const name of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
      if (old.metadata[name] === undefined) delete metadata[name]
      else Object.assign(metadata, { [name]: old.metadata[name] })
    }
  },
  generation: 'none',
  validateName: pathSegmentNameErrors,
  validate: validateApiService,
  validateUpdate: validateApiService,
  *validateStatusUpdate({ status }) {
    const statuses = ['True', 'False', 'Unknown']
    for (const [i, condition] of (status?.conditions ?? []).entries()) {
      if (!statuses.includes(condition.status))
        yield notSupported(`${index('status.conditions', i)}.status`, condition.status ?? '', statuses)
    }
  },
  allowUnconditionalUpdate: false,
  columns: [
    {
      name: 'Service',
      type: 'string',
      description: 'The reference to the service that hosts this API endpoint.',
      value: ({ spec }) => (spec.service ? `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}` : 'Local'),
    },
    { name: 'Available', type: 'string', description: 'Whether this service is available.', value: availableText },
  ],
})

function availableText({ status }: Infer<typeof apiService>): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available')
  if (condition === undefined) return 'Unknown'
  return condition.status === 'True' || !condition.reason ? condition.status : `${condition.status} (${condition.reason})`
}

function* validateApiService({ metadata, spec }: Infer<typeof apiService>): Generator<FieldError> {
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec
  const { name = '' } = metadata
  const wanted = `${version}.${group}`
  if (name !== '' && name !== wanted && pathSegmentNameErrors(name, false).length === 0) {
    yield invalidValue('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${quote(wanted)}`)
  }
  if (group === '' && version !== 'v1') yield required('spec.group', 'only v1 may have an empty group and it better be legacy kube')
  if (group !== '') for (const problem of dns1123SubdomainErrors(group)) yield invalidValue('spec.group', group, problem)
  for (const problem of dns1035LabelErrors(version)) yield invalidValue('spec.version', version, problem)
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20000) {
    yield invalidValue('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000')
  }
  if (versionPriority <= 0 || versionPriority > 1000) {
    yield invalidValue('spec.versionPriority', versionPriority, 'must be positive and less than 1000')
  }
  yield* validateBackend(spec)
}

function* validateBackend({ service, caBundle = '', insecureSkipTLSVerify = false }: APIServiceSpec): Generator<FieldError> {
  if (!service) {
    const bytes = Math.floor((caBundle.replace(/=+$/, '').length * 3) / 4)
    if (bytes > 0) yield invalidValue('spec.caBundle', `${bytes} bytes`, 'local APIServices may not have a caBundle')
    if (insecureSkipTLSVerify)
      yield invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')
    return
  }
  if (!service.namespace) yield required('spec.service.namespace')
  if (!service.name) yield required('spec.service.name')
  const port = service.port ?? 0
  const problems = portNumberErrors(port)
  if (problems.length > 0) yield invalidValue('spec.service.port', port, `port is not valid: ${problems.join(', ')}`)
  if (insecureSkipTLSVerify && caBundle !== '')
    yield invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')
}
