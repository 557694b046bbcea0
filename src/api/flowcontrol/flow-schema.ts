/**
 * flowcontrol.apiserver.k8s.io/v1 FlowSchema: which requests belong to which priority level.
 */

import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsLabel, nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { resetMetadata } from '../../apimachinery/reset-metadata.ts'
import { boolean, field, type Infer, int32, list, string, struct, time, union } from '../../apimachinery/schema/schema.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { validateFlowConditions } from './conditions.ts'

export interface FlowDistinguisherMethod extends Infer<typeof flowDistinguisherMethod> {}
export const flowDistinguisherMethod = struct('flowcontrol.v1.FlowDistinguisherMethod', {
  type: field(1, string),
})

export interface PriorityLevelConfigurationReference extends Infer<typeof priorityLevelConfigurationReference> {}
export const priorityLevelConfigurationReference = struct('flowcontrol.v1.PriorityLevelConfigurationReference', {
  name: field(1, string),
})

export interface NonResourcePolicyRule extends Infer<typeof nonResourcePolicyRule> {}
export const nonResourcePolicyRule = struct('flowcontrol.v1.NonResourcePolicyRule', {
  verbs: field(1, list(string)).listSet(),
  nonResourceURLs: field(6, list(string)).listSet(),
})

export interface ResourcePolicyRule extends Infer<typeof resourcePolicyRule> {}
export const resourcePolicyRule = struct('flowcontrol.v1.ResourcePolicyRule', {
  verbs: field(1, list(string)).listSet(),
  apiGroups: field(2, list(string)).listSet(),
  resources: field(3, list(string)).listSet(),
  clusterScope: field(4, boolean).optional(),
  namespaces: field(5, list(string)).printed().listSet(),
})

export interface GroupSubject extends Infer<typeof groupSubject> {}
export const groupSubject = struct('flowcontrol.v1.GroupSubject', {
  name: field(1, string),
})

export interface ServiceAccountSubject extends Infer<typeof serviceAccountSubject> {}
export const serviceAccountSubject = struct('flowcontrol.v1.ServiceAccountSubject', {
  namespace: field(1, string),
  name: field(2, string),
})

export interface UserSubject extends Infer<typeof userSubject> {}
export const userSubject = struct('flowcontrol.v1.UserSubject', {
  name: field(1, string),
})

export interface Subject extends Infer<typeof subject> {}
export const subject = union(
  struct('flowcontrol.v1.Subject', {
    kind: field(1, string),
    user: field(2, userSubject).optional().pointer(),
    group: field(3, groupSubject).optional().pointer(),
    serviceAccount: field(4, serviceAccountSubject).optional().pointer(),
  }),
  'kind',
  { group: 'Group', serviceAccount: 'ServiceAccount', user: 'User' },
)

export interface PolicyRulesWithSubjects extends Infer<typeof policyRulesWithSubjects> {}
export const policyRulesWithSubjects = struct('flowcontrol.v1.PolicyRulesWithSubjects', {
  subjects: field(1, list(subject)).listAtomic(),
  resourceRules: field(2, list(resourcePolicyRule)).optional().listAtomic(),
  nonResourceRules: field(3, list(nonResourcePolicyRule)).optional().listAtomic(),
})

export interface FlowSchemaSpec extends Infer<typeof flowSchemaSpec> {}
export const flowSchemaSpec = struct('flowcontrol.v1.FlowSchemaSpec', {
  priorityLevelConfiguration: field(1, priorityLevelConfigurationReference),
  matchingPrecedence: field(2, int32).printed(),
  distinguisherMethod: field(3, flowDistinguisherMethod).optional().pointer(),
  rules: field(4, list(policyRulesWithSubjects)).optional().listAtomic(),
})

export interface FlowSchemaCondition extends Infer<typeof flowSchemaCondition> {}
export const flowSchemaCondition = struct('flowcontrol.v1.FlowSchemaCondition', {
  type: field(1, string).optional(),
  status: field(2, string).optional(),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface FlowSchemaStatus extends Infer<typeof flowSchemaStatus> {}
export const flowSchemaStatus = struct('flowcontrol.v1.FlowSchemaStatus', {
  conditions: field(1, list(flowSchemaCondition)).optional().listMap('type').patchMerge('type'),
})

export const flowSchema = struct('flowcontrol.v1.FlowSchema', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, flowSchemaSpec).implied(),
  status: field(3, flowSchemaStatus).optional(),
})

export type FlowSchema = ObjectOf<typeof FlowSchema>
export const FlowSchema = defineKind({
  group: 'flowcontrol.apiserver.k8s.io',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: flowSchema }],
  hasStatus: true,
  setDefaults: ({ spec }) => {
    if (!spec.matchingPrecedence) spec.matchingPrecedence = 1000
  },
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === 'status') resetMetadata(draft.metadata, old.metadata)
  },
  validate: validateFlowSchema,
  validateUpdate: validateFlowSchema,
  validateStatusUpdate: ({ status }) => validateFlowConditions(status?.conditions),
  // In the order in which they are tried.
  compareRows: (a, b) =>
    (a.spec.matchingPrecedence ?? 0) - (b.spec.matchingPrecedence ?? 0) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1),
  columns: [
    nameColumn,
    {
      name: 'PriorityLevel',
      type: 'string',
      description: '`name` is the name of the priority level configuration being referenced Required.',
      value: ({ spec }) => spec.priorityLevelConfiguration.name,
    },
    {
      name: 'MatchingPrecedence',
      type: 'string',
      description:
        '`matchingPrecedence` is used to choose among the FlowSchemas that match a given request. The chosen FlowSchema is among those with the numerically lowest (which we take to be logically highest) MatchingPrecedence.  Each MatchingPrecedence value must be ranged in [1,10000]. Note that if the precedence is not specified, it will be set to 1000 as default.',
      value: ({ spec }) => spec.matchingPrecedence ?? 0,
    },
    {
      name: 'DistinguisherMethod',
      type: 'string',
      description:
        '`distinguisherMethod` defines how to compute the flow distinguisher for requests that match this schema. `nil` specifies that the distinguisher is disabled and thus will always be the empty string.',
      value: ({ spec }) => spec.distinguisherMethod?.type ?? '<none>',
    },
    ageColumn,
    {
      name: 'MissingPL',
      type: 'string',
      description: 'references a broken or non-existent PriorityLevelConfiguration',
      value: ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    },
  ],
})

const precedenceMax = 10_000
const supportedVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']

const everythingRule = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
}
function everythingFor(...groups: readonly string[]): PolicyRulesWithSubjects {
  return { subjects: groups.map((name) => ({ kind: 'Group', group: { name } })), ...everythingRule }
}
/** Two that must be as they are. */
const mandatory: Readonly<Record<string, FlowSchemaSpec>> = {
  exempt: { priorityLevelConfiguration: { name: 'exempt' }, matchingPrecedence: 1, rules: [everythingFor('system:masters')] },
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: precedenceMax,
    distinguisherMethod: { type: 'ByUser' },
    rules: [everythingFor('system:unauthenticated', 'system:authenticated')],
  },
}

function* validateFlowSchema({ metadata, spec, status }: Infer<typeof flowSchema>): Generator<FieldError> {
  const { name = '' } = metadata
  yield* validateSpec(name, spec, 'spec')
  const fixed = Object.hasOwn(mandatory, name) ? mandatory[name] : undefined
  if (fixed !== undefined && !semanticallyEqual(spec, fixed))
    yield invalidValue('spec', spec, `spec of '${name}' must equal the fixed value`)
  yield* validateFlowConditions(status?.conditions)
}

function* validateSpec(name: string, spec: FlowSchemaSpec, path: string): Generator<FieldError> {
  const { matchingPrecedence: precedence = 0, distinguisherMethod, rules } = spec
  const at = child(path, 'matchingPrecedence')
  if (precedence <= 0) yield invalidValue(at, precedence, 'must be a positive value')
  if (precedence > precedenceMax) yield invalidValue(at, precedence, `must not be greater than ${precedenceMax}`)
  if (precedence === 1 && name !== 'exempt')
    yield invalidValue(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
  const methods = ['ByNamespace', 'ByUser']
  if (distinguisherMethod && !methods.includes(distinguisherMethod.type)) {
    yield notSupported(child(path, 'distinguisherMethod', 'type'), { Type: distinguisherMethod.type }, methods)
  }
  const level = spec.priorityLevelConfiguration?.name ?? ''
  const levelPath = child(path, 'priorityLevelConfiguration', 'name')
  if (level === '') yield required(levelPath, 'must reference a priority level')
  else for (const problem of nameIsDnsSubdomain(level, false)) yield invalidValue(levelPath, level, problem)
  for (const [i, rule] of (rules ?? []).entries()) yield* validateRule(rule, index(child(path, 'rules'), i))
}

function* validateRule({ subjects, resourceRules, nonResourceRules }: PolicyRulesWithSubjects, path: string): Generator<FieldError> {
  const subjectsPath = child(path, 'subjects')
  if ((subjects ?? []).length === 0) yield required(subjectsPath, 'subjects must contain at least one value')
  for (const [i, subject] of (subjects ?? []).entries()) yield* validateSubject(subject, index(subjectsPath, i))
  if ((resourceRules ?? []).length === 0 && (nonResourceRules ?? []).length === 0) {
    yield required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty')
  }
  for (const [i, rule] of (resourceRules ?? []).entries()) yield* validateResourceRule(rule, index(child(path, 'resourceRules'), i))
  for (const [i, rule] of (nonResourceRules ?? []).entries())
    yield* validateNonResourceRule(rule, index(child(path, 'nonResourceRules'), i))
}

const fieldsOfKinds = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const

function* validateSubject(subject: Subject, path: string): Generator<FieldError> {
  const { kind = '' } = subject
  if (!Object.hasOwn(fieldsOfKinds, kind)) return yield notSupported(child(path, 'kind'), kind, ['Group', 'ServiceAccount', 'User'])
  const wanted = fieldsOfKinds[kind as keyof typeof fieldsOfKinds]
  yield* validateSubjectField(subject, kind, wanted, child(path, wanted))
  for (const [other, name] of Object.entries(fieldsOfKinds)) {
    if (name !== wanted && subject[name])
      yield forbiddenField(child(path, name), `${name} is forbidden when subject kind is not '${other}'`)
  }
}

function* validateSubjectField(
  subject: Subject,
  kind: string,
  wanted: 'serviceAccount' | 'user' | 'group',
  path: string,
): Generator<FieldError> {
  const value = subject[wanted]
  if (!value) return yield required(path, `${wanted} is required when subject kind is '${kind}'`)
  const { name = '' } = value
  if (name === '') yield required(child(path, 'name'))
  const account = wanted === 'serviceAccount' ? subject.serviceAccount : undefined
  if (!account) return
  if (name !== '' && name !== '*')
    for (const problem of nameIsDnsSubdomain(name, false)) yield invalidValue(child(path, 'name'), name, problem)
  const { namespace = '' } = account
  if (namespace === '') yield required(child(path, 'namespace'), 'must specify namespace for service account')
  else for (const problem of nameIsDnsLabel(namespace, false)) yield invalidValue(child(path, 'namespace'), namespace, problem)
}

function* validateVerbs(verbs: readonly string[], path: string): Generator<FieldError> {
  if (verbs.length === 0) yield required(path, 'verbs must contain at least one value')
  else if (verbs.includes('*')) {
    if (verbs.length > 1) yield invalidValue(path, verbs, "if '*' is present, must not specify other verbs")
  } else if (!verbs.every((verb) => supportedVerbs.includes(verb))) yield notSupported(path, verbs, supportedVerbs)
}

function* validateList(
  values: readonly string[],
  path: string,
  what: { readonly missing: string; readonly others: string },
): Generator<FieldError> {
  if (values.length === 0) yield required(path, what.missing)
  else if (values.length > 1 && values.includes('*'))
    yield invalidValue(path, values, `if '*' is present, must not specify other ${what.others}`)
}

function* validateResourceRule(rule: ResourcePolicyRule, path: string): Generator<FieldError> {
  yield* validateVerbs(rule.verbs ?? [], child(path, 'verbs'))
  yield* validateList(rule.apiGroups ?? [], child(path, 'apiGroups'), {
    missing: 'resource rules must supply at least one api group',
    others: 'api groups',
  })
  yield* validateList(rule.resources ?? [], child(path, 'resources'), {
    missing: 'resource rules must supply at least one resource',
    others: 'resources',
  })
  const namespaces = rule.namespaces ?? []
  const at = child(path, 'namespaces')
  if (namespaces.length === 0 && !rule.clusterScope) {
    yield required(at, 'resource rules that are not cluster scoped must supply at least one namespace')
  } else if (namespaces.includes('*')) {
    if (namespaces.length > 1) yield invalidValue(at, namespaces, "if '*' is present, must not specify other namespaces")
  } else {
    for (const [i, namespace] of namespaces.entries()) {
      for (const problem of nameIsDnsLabel(namespace, false)) {
        yield invalidValue(index(at, i), namespace, `each member of this list must be '*' or a DNS-1123 label; ${problem}`)
      }
    }
  }
}

function* validateNonResourceRule({ verbs, nonResourceURLs }: NonResourcePolicyRule, path: string): Generator<FieldError> {
  yield* validateVerbs(verbs ?? [], child(path, 'verbs'))
  const urls = nonResourceURLs ?? []
  const at = child(path, 'nonResourceURLs')
  yield* validateList(urls, at, { missing: 'nonResourceURLs must contain at least one value', others: 'non-resource URLs' })
  if (urls.includes('*')) return
  for (const [i, url] of urls.entries()) {
    const problem = urlProblem(url)
    if (problem !== undefined) yield invalidValue(index(at, i), url, problem)
  }
}

function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (url === '/') return undefined
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  const wildcards = url.split('*').length - 1
  return wildcards > 1 || (wildcards === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined
}
