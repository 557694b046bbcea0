/**
 * v1 Service: one stable address for a changing set of Pods. Addresses and node ports are given out by
 * apiserver/registry/extensions/service.ts, before the object is validated.
 */
import { loadBalancerWarnings } from '../../apimachinery/ip-address.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { nameIsDns1035Label } from '../../apimachinery/names.ts'
import { serviceColumns } from './service-columns.ts'
import { dropOldType, serviceWarnings, setServiceDefaults } from './service-rules.ts'
import { service } from './service-schema.ts'
import { validateService, validateServiceStatus, validateServiceUpdate } from './service-validation.ts'

export type Service = ObjectOf<typeof Service>
export const Service = defineKind({
  group: '',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: service }],
  hasStatus: true,
  subresources: [
    {
      name: 'proxy',
      kind: { group: '', version: 'v1', kind: 'ServiceProxyOptions' },
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
    },
  ],
  generation: 'none',
  allowCreateOnUpdate: true,
  returnsDeletedObject: true,
  setDefaults: setServiceDefaults,
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === '') dropOldType(draft, old)
  },
  columns: serviceColumns,
  fieldLabelErrors: 'own',
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '',
    'spec.type': ({ spec }) => spec.type ?? '',
  },
  validateName: nameIsDns1035Label,
  validate: (object) => validateService(object),
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatus,
  warnings: serviceWarnings,
  statusWarnings: ({ status }) => loadBalancerWarnings(status ?? {}),
})
