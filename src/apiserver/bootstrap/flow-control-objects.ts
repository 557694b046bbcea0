/**
 * The FlowSchemas and priority levels that every cluster has. `exempt` and `catch-all` are mandatory: they cannot be otherwise. The
 * rest is suggested: kept as it is here while its annotation says so, and whoever changes one takes the annotation's promise with it.
 */

interface Queuing {
  readonly queues: number
  readonly handSize: number
  readonly queueLengthLimit: number
}

function limited(nominalConcurrencyShares: number, lendablePercent: number, queues?: number, handSize = 6): object {
  const queuing: Queuing | undefined = queues === undefined ? undefined : { queues, handSize, queueLengthLimit: 50 }
  const limitResponse = queuing === undefined ? { type: 'Reject' } : { type: 'Queue', queuing }
  return { type: 'Limited', limited: { nominalConcurrencyShares, limitResponse, lendablePercent } }
}

export interface FlowControlObject {
  readonly name: string
  readonly isMandatory?: boolean
  readonly spec: object
}

export const priorityLevels: readonly FlowControlObject[] = [
  { name: 'exempt', isMandatory: true, spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } } },
  { name: 'catch-all', isMandatory: true, spec: limited(5, 0) },
  { name: 'system', spec: limited(30, 33, 64) },
  { name: 'node-high', spec: limited(40, 25, 64) },
  { name: 'leader-election', spec: limited(10, 0, 16, 4) },
  { name: 'workload-high', spec: limited(40, 50, 128) },
  { name: 'workload-low', spec: limited(100, 90, 128) },
  { name: 'global-default', spec: limited(20, 50, 128) },
]

const groups = (...names: readonly string[]): object[] => names.map((name) => ({ kind: 'Group', group: { name } }))
const users = (...names: readonly string[]): object[] => names.map((name) => ({ kind: 'User', user: { name } }))
const systemAccounts = { kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name: '*' } }
const everybody = groups('system:unauthenticated', 'system:authenticated')

function rule(verbs: readonly string[], group: string, resources: readonly string[], isClusterScoped: boolean): object {
  return { verbs, apiGroups: [group], resources, ...(isClusterScoped ? { clusterScope: true } : {}), namespaces: ['*'] }
}
const everything = {
  resourceRules: [rule(['*'], '*', ['*'], true)],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
}

interface FlowSchemaTerms {
  readonly level: string
  readonly precedence: number
  readonly by?: 'ByUser' | 'ByNamespace'
  readonly subjects: readonly object[]
  readonly rules?: object
}

function schema({ level, precedence, by, subjects, rules = everything }: FlowSchemaTerms): object {
  return {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence: precedence,
    ...(by === undefined ? {} : { distinguisherMethod: { type: by } }),
    rules: [{ subjects, ...rules }],
  }
}

const probes = { nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }] }
const leases = { resourceRules: [rule(['get', 'create', 'update'], 'coordination.k8s.io', ['leases'], false)] }
const nodeHealth = {
  resourceRules: [rule(['*'], '', ['nodes', 'nodes/status'], true), rule(['*'], 'coordination.k8s.io', ['leases'], false)],
}
const leaders = [...users('system:kube-controller-manager', 'system:kube-scheduler'), systemAccounts]
const nodes = groups('system:nodes')

export const flowSchemas: readonly FlowControlObject[] = [
  { name: 'exempt', isMandatory: true, spec: schema({ level: 'exempt', precedence: 1, subjects: groups('system:masters') }) },
  { name: 'catch-all', isMandatory: true, spec: schema({ level: 'catch-all', precedence: 10_000, by: 'ByUser', subjects: everybody }) },
  { name: 'probes', spec: schema({ level: 'exempt', precedence: 2, subjects: everybody, rules: probes }) },
  {
    name: 'system-leader-election',
    spec: schema({ level: 'leader-election', precedence: 100, by: 'ByUser', subjects: leaders, rules: leases }),
  },
  { name: 'system-node-high', spec: schema({ level: 'node-high', precedence: 400, by: 'ByUser', subjects: nodes, rules: nodeHealth }) },
  { name: 'system-nodes', spec: schema({ level: 'system', precedence: 500, by: 'ByUser', subjects: nodes }) },
  {
    name: 'kube-controller-manager',
    spec: schema({ level: 'workload-high', precedence: 800, by: 'ByNamespace', subjects: users('system:kube-controller-manager') }),
  },
  {
    name: 'kube-scheduler',
    spec: schema({ level: 'workload-high', precedence: 800, by: 'ByNamespace', subjects: users('system:kube-scheduler') }),
  },
  {
    name: 'kube-system-service-accounts',
    spec: schema({ level: 'workload-high', precedence: 900, by: 'ByNamespace', subjects: [systemAccounts] }),
  },
  {
    name: 'service-accounts',
    spec: schema({ level: 'workload-low', precedence: 9000, by: 'ByUser', subjects: groups('system:serviceaccounts') }),
  },
  { name: 'global-default', spec: schema({ level: 'global-default', precedence: 9900, by: 'ByUser', subjects: everybody }) },
]
