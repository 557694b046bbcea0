/** What RoleBindings and ClusterRoleBindings share: groups of subjects that go without saying, rules, columns. */
import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import type { Column } from '../../apimachinery/kind.ts'
import { nameIsDnsSubdomain, pathSegmentNameErrors } from '../../apimachinery/names.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import {
  semanticallyEqual,
  validateKubernetesFinalizers,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../apimachinery/validate-metadata.ts'

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

export function* validateBinding({ metadata, subjects = [], roleRef }: Binding, isNamespaced: boolean): Generator<FieldError> {
  yield* validateObjectMeta(metadata, { scope: isNamespaced ? 'Namespaced' : 'Cluster', validateName: pathSegmentNameErrors })
  yield* validateKubernetesFinalizers(metadata)
  if (roleRef.apiGroup !== group) yield notSupported('roleRef.apiGroup', roleRef.apiGroup, [group])
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
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
  } else yield notSupported(child(path, 'kind'), kind, ['ServiceAccount', 'User', 'Group'])
}

export function* validateBindingUpdate(now: Binding, old: Binding, isNamespaced: boolean): Generator<FieldError> {
  yield* validateBinding(now, isNamespaced)
  yield* validateObjectMetaUpdate(now.metadata, old.metadata)
  yield* validateKubernetesFinalizers(now.metadata)
  const { apiGroup, kind, name } = now.roleRef
  if (!semanticallyEqual(now.roleRef, old.roleRef))
    yield invalidValue('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')
}

function namesOf({ subjects = [] }: Binding, kind: string): string {
  return subjects
    .filter((one) => one.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ')
}

const wide = { type: 'string', priority: 1 } as const

/** `where`: how the columns call the binding. */
export function bindingColumns(where: 'roleBinding' | 'clusterRoleBinding'): readonly Column<Binding>[] {
  const roles =
    where === 'roleBinding'
      ? 'RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace.'
      : 'RoleRef can only reference a ClusterRole in the global namespace.'
  const role = `${roles} If the RoleRef cannot be resolved, the Authorizer must return an error.`
  const subjects = (name: string, kind: string): Column<Binding> => {
    return { ...wide, name, description: `${name} in the ${where}`, value: (binding) => namesOf(binding, kind) }
  }
  return [
    nameColumn,
    { name: 'Role', type: 'string', description: role, value: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
    ageColumn,
    subjects('Users', 'User'),
    subjects('Groups', 'Group'),
    subjects('ServiceAccounts', 'ServiceAccount'),
  ]
}
