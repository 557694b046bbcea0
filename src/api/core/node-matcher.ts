/**
 * nodeSelector and node affinity terms, read once per Pod and asked once per node. Terms are alternatives, what stands inside
 * a term must all hold; a term with nothing in it chooses nothing. For the scheduler and the DaemonSet controller alike.
 */
import type { Pod } from './pod-schema.ts'

type Affinity = NonNullable<NonNullable<Pod['spec']['affinity']>['nodeAffinity']>
type NodeSelectorTerm = NonNullable<Affinity['requiredDuringSchedulingIgnoredDuringExecution']>['nodeSelectorTerms'][number]
type Requirement = NonNullable<NodeSelectorTerm['matchExpressions']>[number]

interface NamedAndLabelled {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}
export type NodeMatcher = (node: NamedAndLabelled) => boolean

/** nodeSelector and required affinity together; undefined when the Pod goes anywhere. */
export function requiredNodeMatcher({ spec }: Pod): NodeMatcher | undefined {
  const labels = Object.entries(spec.nodeSelector ?? {})
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  if (labels.length === 0 && (terms === undefined || terms === null)) return undefined
  const alternatives = terms?.flatMap((term) => matcherOfTerm(term) ?? [])
  return (node) => {
    for (let i = 0; i < labels.length; i++) {
      const [name, value] = labels[i] as [string, string]
      if (node.labels[name] !== value) return false
    }
    return alternatives === undefined || alternatives.some((matches) => matches(node))
  }
}

/** Alternatives of terms, as a volume's node affinity has them; undefined when everything goes. */
export function matcherOfTerms(terms: readonly NodeSelectorTerm[] | null | undefined): NodeMatcher | undefined {
  if (terms === undefined || terms === null) return undefined
  const alternatives = terms.flatMap((term) => matcherOfTerm(term) ?? [])
  return (node) => alternatives.some((matches) => matches(node))
}

/** Undefined for a term with nothing in it. */
export function matcherOfTerm({ matchExpressions, matchFields }: NodeSelectorTerm): NodeMatcher | undefined {
  const expressions = matchExpressions ?? []
  const fields = matchFields ?? []
  if (expressions.length === 0 && fields.length === 0) return undefined
  return (node) => {
    for (let i = 0; i < expressions.length; i++) {
      const requirement = expressions[i] as Requirement
      if (!holds(requirement, Object.hasOwn(node.labels, requirement.key) ? node.labels[requirement.key] : undefined)) return false
    }
    for (let i = 0; i < fields.length; i++) {
      const requirement = fields[i] as Requirement
      if (!holds(requirement, requirement.key === 'metadata.name' ? node.name : undefined)) return false
    }
    return true
  }
}

function holds({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && (values ?? []).includes(value)
    case 'NotIn':
      return value === undefined || !(values ?? []).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return compare(value, values) > 0
    case 'Lt':
      return compare(value, values) < 0
    default:
      return false
  }
}

const integer = /^[+-]?[0-9]+$/

/** NaN, which is neither more nor less, when either is no whole number. */
function compare(value: string | undefined, values: readonly string[] | null | undefined): number {
  const wanted = values?.length === 1 ? values[0] : undefined
  if (value === undefined || wanted === undefined || !integer.test(value) || !integer.test(wanted)) return Number.NaN
  return Number(value) - Number(wanted)
}

/**
 * Names of the only nodes that can match, when every alternative names some (DaemonSet Pods): empty when they contradict
 * themselves, undefined when there is no telling.
 */
export function namedNodes({ spec }: Pod): ReadonlySet<string> | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (terms.length === 0) return undefined
  const names = new Set<string>()
  for (const { matchFields } of terms) {
    let own: readonly string[] | undefined
    for (const { key, operator, values } of matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue
      own = own === undefined ? (values ?? []) : own.filter((name) => values?.includes(name))
    }
    if (own === undefined) return undefined
    for (const name of own) names.add(name)
  }
  return names
}
