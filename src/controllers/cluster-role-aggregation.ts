/**
 * ClusterRoles that are put together from others: `admin`, `edit`, `view`, and whatever chooses others by labels. Their rules are those of the chosen,
 * in the order of the names, each rule once; what somebody writes into them by hand is written over.
 */
import { ClusterRole } from '../api/rbac/cluster-role.ts'
import { matchesLabels, selectorFromLabelSelector } from '../apimachinery/selectors/labels.ts'
import { semanticallyEqual } from '../apimachinery/validate-metadata.ts'
import { type Controller, startLoop } from './controller.ts'

type Rules = NonNullable<ClusterRole['rules']>

const fieldManager = 'clusterrole-aggregation-controller'

export const clusterRoleAggregationController: Controller = {
  name: 'clusterrole-aggregation-controller',
  account: 'clusterrole-aggregation-controller',
  component: 'clusterrole-aggregation-controller',
  start: (context) => {
    const { client, informers } = context
    const roles = informers.of(ClusterRole)
    const loop = startLoop(context, {
      name: fieldManager,
      workers: 5,
      reconcile: async (name, signal) => {
        const role = roles.get(name)
        const rules = role === undefined ? undefined : aggregatedRules(role, roles.list())
        if (rules === undefined) return
        const patch = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules }
        await client.of(ClusterRole).patch(name, patch, { type: 'apply', fieldManager, force: true, signal })
      },
    })
    const aggregated = new Set<string>()
    // Any role may be part of any aggregated one: there are few of those, and they rarely change.
    const wakeAll = (): void => {
      for (const name of aggregated) loop.add(name)
    }
    const changed = (role: ClusterRole): void => {
      const name = role.metadata.name ?? ''
      if (selectorsOf(role).length > 0) aggregated.add(name)
      else aggregated.delete(name)
      wakeAll()
    }
    roles.subscribe({
      onAdd: changed,
      onUpdate: changed,
      onDelete: ({ metadata }) => {
        aggregated.delete(metadata.name ?? '')
        wakeAll()
      },
    })
  },
}

function selectorsOf(role: ClusterRole) {
  return role.aggregationRule?.clusterRoleSelectors ?? []
}

/** The rules to write; undefined when the role is not put together from others, or says so already. */
export function aggregatedRules(role: ClusterRole, all: Iterable<ClusterRole>): Rules | undefined {
  if (role.aggregationRule === undefined || role.aggregationRule === null) return undefined
  const sorted = [...all].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
  const rules: Rules[number][] = []
  for (const selector of selectorsOf(role)) {
    const requirements = selectorFromLabelSelector(selector)
    for (const { metadata, rules: others } of sorted) {
      if (metadata.name === role.metadata.name || !matchesLabels(requirements, metadata.labels)) continue
      for (const rule of others ?? []) if (!rules.some((one) => semanticallyEqual(one, rule))) rules.push(rule)
    }
  }
  return semanticallyEqual(rules, role.rules ?? []) ? undefined : rules
}
