/** Roles and bindings in tables. */
import { expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { ClusterRole } from './cluster-role.ts'
import { ClusterRoleBinding } from './cluster-role-binding.ts'
import { Role } from './role.ts'
import { RoleBinding } from './role-binding.ts'

const group = 'rbac.authorization.k8s.io'
const namespaced = { name: 'a:b', namespace: 'ns', resourceVersion: '1' }
const role = judged(Role, { metadata: namespaced })
const clusterRole = judged(ClusterRole, { metadata: { name: 'a:b', resourceVersion: '1' } })
const binding = judged(RoleBinding, { metadata: namespaced, roleRef: { kind: 'Role', name: 'r' } })
const clusterBinding = judged(ClusterRoleBinding, { metadata: { name: 'b' }, roleRef: { kind: 'ClusterRole', name: 'r' } })

const urls = { verbs: ['get'], nonResourceURLs: ['/x'] }

test('no rules are none', () => {
  expect(role.made({ rules: [] }).rules).toBeUndefined()
  expect(role.errors({ rules: [] })).toEqual([])
})

test.each<[object, readonly string[]]>([
  [
    {},
    [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  ],
  [urls, ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs']],
])('Role with %j', (rule, wanted) => {
  expect(role.errors({ rules: [rule] })).toEqual(wanted)
})

test('ClusterRole: URLs, but not beside resources; selectors are told twice', () => {
  expect(clusterRole.errors({ rules: [urls] })).toEqual([])
  expect(clusterRole.errors({ rules: [{ ...urls, resourceNames: ['a'] }] })).toEqual([
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
  ])
  expect(clusterRole.errors({ aggregationRule: {} })).toEqual([
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ])
  const bad = { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }] }
  expect(clusterRole.errors({ aggregationRule: bad })).toEqual([
    "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    'aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector.',
  ])
})

test.each<[object, readonly string[]]>([
  [{ kind: 'User', name: 'u', namespace: 'any' }, []],
  [{ kind: 'ServiceAccount', name: 's' }, []],
  [{ kind: 'ServiceAccount', name: 's', apiGroup: 'x' }, ['subjects[0].apiGroup: Unsupported value: "x": supported values: ""']],
  [
    { kind: 'Group', name: '', apiGroup: 'x' },
    ['subjects[0].name: Required value', `subjects[0].apiGroup: Unsupported value: "x": supported values: "${group}"`],
  ],
  [{ kind: 'Robot', name: 'r' }, ['subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"']],
])('RoleBinding for %j', (subject, wanted) => {
  expect(binding.errors({ subjects: [subject] })).toEqual(wanted)
})

test('bindings: groups that go without saying, the role that stays, accounts without a home', () => {
  expect(binding.made({ subjects: [{ kind: 'User', name: 'u' }] })).toMatchObject({
    roleRef: { apiGroup: group },
    subjects: [{ apiGroup: group }],
  })
  expect(binding.errors({ roleRef: { kind: 'Robot', name: '' } })).toEqual([
    'roleRef.kind: Unsupported value: "Robot": supported values: "Role", "ClusterRole"',
    'roleRef.name: Required value',
  ])
  expect(binding.updateErrors({ roleRef: { name: 's' } })).toEqual([
    `roleRef: Invalid value: {"APIGroup":"${group}","Kind":"Role","Name":"s"}: cannot change roleRef`,
  ])
  expect(clusterBinding.errors({ roleRef: { kind: 'Role' }, subjects: [{ kind: 'ServiceAccount', name: 's' }] })).toEqual([
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    'subjects[0].namespace: Required value',
  ])
})

test('bindings are shown with their role, and wide with whom', () => {
  const subjects = [
    { kind: 'User', name: 'a' },
    { kind: 'User', name: 'b' },
    { kind: 'ServiceAccount', name: 's', namespace: 'n' },
  ]
  expect(binding.cells({ subjects })).toMatchObject({ Role: 'Role/r', Users: 'a, b', Groups: '', ServiceAccounts: 'n/s' })
})
