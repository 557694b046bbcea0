/**
 * networking.k8s.io/v1 IPAddress: one address that is taken; the name is the address.
 */

import { nameColumn } from '../../apimachinery/columns.ts'
import { type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { validateIp } from '../../apimachinery/ip-address.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { dns1123SubdomainErrors, pathSegmentNameErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { goForm } from '../go-form.ts'

export interface ParentReference extends Infer<typeof parentReference> {}
export const parentReference = struct('networking.v1.ParentReference', {
  group: field(1, string).optional(),
  resource: field(2, string).omitEmpty(),
  namespace: field(3, string).optional(),
  name: field(4, string).omitEmpty(),
})

export interface IPAddressSpec extends Infer<typeof ipAddressSpec> {}
export const ipAddressSpec = struct('networking.v1.IPAddressSpec', {
  parentRef: field(1, parentReference).omitEmpty().pointer(),
})

export const ipAddress = struct('networking.v1.IPAddress', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, ipAddressSpec).implied(),
})

export type IPAddress = ObjectOf<typeof IPAddress>
export const IPAddress = defineKind({
  group: 'networking.k8s.io',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  versions: [
    { name: 'v1', schema: ipAddress },
    { name: 'v1beta1', schema: inVersion(ipAddress, 'networking.v1', 'networking.v1beta1'), isOff: true },
  ],
  generation: 'none',
  validateName: (name) => [...validateIp('', name)].map(({ detail }) => detail),
  validate: ({ spec }) => validateParent(spec.parentRef, 'spec.parentRef'),
  *validateUpdate({ spec }, old) {
    yield* validateParent(spec.parentRef, 'spec.parentRef')
    yield* validateImmutable(spec.parentRef, old.spec.parentRef, 'spec.parentRef', (parent) => goForm('ParentReference', parent))
  },
  columns: [
    nameColumn,
    {
      name: 'ParentRef',
      type: 'string',
      description: 'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
      value: ({ spec }) => parentText(spec.parentRef),
    },
  ],
})

function parentText(parent: ParentReference | null | undefined): string {
  if (!parent) return '<none>'
  const { group = '', resource = '', namespace = '', name = '' } = parent
  const what = (group === '' ? resource : `${resource}.${group}`).toLowerCase()
  return namespace === '' ? `${what}/${name}` : `${what}/${namespace}/${name}`
}

function* validateParent(parent: ParentReference | null | undefined, path: string): Generator<FieldError> {
  if (!parent) return yield required(path)
  const { group = '', resource = '', namespace = '', name = '' } = parent
  if (group !== '') for (const problem of dns1123SubdomainErrors(group)) yield invalidValue(child(path, 'group'), group, problem)
  for (const [field, text] of Object.entries({ resource, name, namespace })) {
    if (text === '' && field !== 'namespace') yield required(child(path, field))
    else for (const problem of pathSegmentNameErrors(text, false)) yield invalidValue(child(path, field), text, problem)
  }
}
