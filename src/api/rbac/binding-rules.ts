/** What RoleBindings and ClusterRoleBindings share: groups of subjects that go without saying, rules, columns. */
import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import type { Column } from '../../apimachinery/kind.ts'
import { nameIsDnsSubdomain, pathSegmentNameErrors } from '../../apimachinery/names.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'

const group = 'rbac.authorization.k8s.io'

interface Subject {
  kind: string
  apiGroup?: string
  name: string
  namespace?: string
}
interface Binding extends KubeObject {
  readonly subjects?: readonly Subject[]
  readonly roleRef: { apiGroup: string; kind: string; name: string }
}

export function setBindingDefaults(draft: { subjects?: Subject[]; roleRef: { apiGroup: string } }): void {
  if ((draft.roleRef.apiGroup ?? '') === '') draft.roleRef.apiGroup = group
  for (const subject of draft.subjects ?? []) {
    if ((subject.apiGroup ?? '') === '' && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = group
  }
}

export function* validateBinding({ subjects = [], roleRef }: Binding, isNamespaced: boolean): Generator<FieldError> {
  if (roleRef.apiGroup !== group) yield notSupported('roleRef.apiGroup', roleRef.apiGroup, [group])
  const kinds = isNamespaced ? ['ClusterRole', 'Role'] : ['ClusterRole']
  if (!kinds.includes(roleRef.kind)) yield notSupported('roleRef.kind', roleRef.kind, kinds)
  if (roleRef.name === '') yield required('roleRef.name')
  else for (const text of pathSegmentNameErrors(roleRef.name, false)) yield invalidValue('roleRef.name', roleRef.name, text)
  for (const [position, subject] of subjects.entries()) yield* validateSubject(subject, index('subjects', position), isNamespaced)
}

function* validateSubject(
  { kind, apiGroup = '', name, namespace = '' }: Subject,
  path: string,
  isNamespaced: boolean,
): Generator<FieldError> {
  if (name === '') yield required(child(path, 'name'))
  if (kind === 'ServiceAccount') {
    if (name !== '') for (const text of nameIsDnsSubdomain(name, false)) yield invalidValue(child(path, 'name'), name, text)
    if (apiGroup !== '') yield notSupported(child(path, 'apiGroup'), apiGroup, [''])
    if (!isNamespaced && namespace === '') yield required(child(path, 'namespace'))
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== group) yield notSupported(child(path, 'apiGroup'), apiGroup, [group])
  } else yield notSupported(child(path, 'kind'), kind, ['Group', 'ServiceAccount', 'User'])
}

export function* validateBindingUpdate(now: Binding, old: Binding, isNamespaced: boolean): Generator<FieldError> {
  yield* validateBinding(now, isNamespaced)
  const { apiGroup, kind, name } = now.roleRef
  if (!semanticallyEqual(now.roleRef, old.roleRef))
    yield invalidValue('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')
}

function namesOf({ subjects = [] }: Binding, kind: string): string {
  return subjects
    .filter((one) => one.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' && (namespace ?? '') !== '' ? `${namespace}/${name}` : name))
    .join(', ')
}

const wide = { type: 'string', priority: 1 } as const
export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn as Column<Binding>,
  { name: 'Role', type: 'string', description: 'The role that is bound.', value: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  ageColumn as Column<Binding>,
  { ...wide, name: 'Users', description: 'Users in the binding', value: (binding) => namesOf(binding, 'User') },
  { ...wide, name: 'Groups', description: 'Groups in the binding', value: (binding) => namesOf(binding, 'Group') },
  {
    ...wide,
    name: 'ServiceAccounts',
    description: 'ServiceAccounts in the binding',
    value: (binding) => namesOf(binding, 'ServiceAccount'),
  },
]
