/**
 * PodSecurity: a namespace's labels say how much its Pods may do to their node. Pods that do more are refused, or warned of; for what makes Pods
 * (Deployments, Jobs, …) there are only warnings; and when a namespace becomes stricter, warnings tell which of its Pods would not be let in again.
 * What the levels ask for is api/core/pod-security.
 */

import { Namespace } from '../../../api/core/namespace.ts'
import { Pod } from '../../../api/core/pod.ts'
import { checkedPod } from '../../../api/core/pod-security/check.ts'
import { detailText, violationsOf } from '../../../api/core/pod-security/evaluate.ts'
import {
  compareLevels,
  isSameLevel,
  type LevelAndVersion,
  levelText,
  type SecurityPolicy,
  securityPolicyOf,
} from '../../../api/core/pod-security/policy.ts'
import type { PodSpec } from '../../../api/core/pod-spec/pod-spec.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { invalid } from '../../../apimachinery/status-error.ts'
import { type KeyValue, prefixRange } from '../../../store/store.ts'
import type { AdmissionPlugin, Attributes } from '../../server-parts.ts'
import { denied, is } from '../plugin.ts'

interface Template {
  readonly metadata?: KubeObject['metadata'] | null
  readonly spec: PodSpec
}

/** Where the Pod template of a kind stands; undefined for one that has none today. */
const templates: Readonly<Record<string, (object: KubeObject) => Template | undefined>> = {
  'pods.': (object) => object as unknown as Template,
  'replicationcontrollers.': templateInSpec,
  'podtemplates.': (object) => (object as unknown as { template?: Template }).template,
  'replicasets.apps': templateInSpec,
  'deployments.apps': templateInSpec,
  'statefulsets.apps': templateInSpec,
  'daemonsets.apps': templateInSpec,
  'jobs.batch': templateInSpec,
  'cronjobs.batch': (object) =>
    (object as unknown as { spec: { jobTemplate: { spec: { template: Template } } } }).spec.jobTemplate.spec.template,
}

function templateInSpec(object: KubeObject): Template | undefined {
  return (object as unknown as { spec?: { template?: Template | null } }).spec?.template ?? undefined
}

const harmlessSubresources = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status'])

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  handles: (attributes) => {
    const { operation, subresource, resource } = attributes
    if (operation !== 'CREATE' && operation !== 'UPDATE') return false
    if (is(attributes, '', 'pods')) return !harmlessSubresources.has(subresource)
    return subresource === '' && (is(attributes, '', 'namespaces') || `${resource.kind.plural}.${resource.kind.group}` in templates)
  },
  validate: (attributes) => {
    if (is(attributes, '', 'namespaces')) return judgeNamespace(attributes)
    const { server, namespace } = attributes
    const store = server.catalog.storeOf(Namespace)
    const judge = (kv: KeyValue | undefined): void => {
      if (kv !== undefined) judgeObject(attributes, securityPolicyOf(store.objectOf(kv).metadata.labels))
    }
    const found = server.store.get(store.keyOf('', namespace))
    return found instanceof Promise ? found.then(judge) : judge(found)
  },
}

function judgeObject(attributes: Attributes, policy: SecurityPolicy): void {
  const { enforce, warn, audit } = policy
  const { kind } = attributes.resource
  const isPod = is(attributes, '', 'pods')
  if (warn.level === 'privileged' && audit.level === 'privileged' && (!isPod || enforce.level === 'privileged')) return
  if (isPod && attributes.oldObject !== undefined && !isSignificant(attributes)) return
  const template = templates[`${kind.plural}.${kind.group}`]?.(attributes.object as unknown as KubeObject)
  if (template === undefined) return
  const pod = checkedPod(template.metadata, template.spec)
  if (isPod) {
    const violations = violationsOf(enforce, pod)
    if (violations.length > 0) throw denied(attributes, `violates PodSecurity "${levelText(enforce)}": ${detailText(violations)}`)
  }
  const violations = violationsOf(warn, pod)
  if (violations.length > 0) attributes.warn(`would violate PodSecurity "${levelText(warn)}": ${detailText(violations)}`)
}

/** Containers that are new, or have another image. */
function isSignificant({ object, oldObject }: Attributes): boolean {
  const next = (object as unknown as Template).spec
  const old = (oldObject as unknown as Template).spec
  for (const which of ['containers', 'initContainers'] as const) {
    const [now, before] = [next[which] ?? [], old[which] ?? []]
    if (now.length !== before.length || now.some(({ image }, i) => image !== before[i]?.image)) return true
  }
  const before = new Map((old.ephemeralContainers ?? []).map(({ name, image }) => [name, image ?? '']))
  return (next.ephemeralContainers ?? []).some(({ name, image }) => before.get(name) !== (image ?? ''))
}

function judgeNamespace(attributes: Attributes): void | Promise<void> {
  const { object, oldObject, resource, name } = attributes
  const policy = securityPolicyOf(object?.metadata.labels)
  const before = oldObject === undefined ? undefined : securityPolicyOf(oldObject.metadata.labels)
  const wasAsWrong = before !== undefined && JSON.stringify(before.errors) === JSON.stringify(policy.errors)
  if (policy.errors.length > 0 && !wasAsWrong) throw invalid(resource.kind.group, resource.kind.kind, name, policy.errors)
  if (before === undefined) return
  const { enforce } = policy
  if (isSameLevel(enforce, before.enforce) || enforce.level === 'privileged') return
  if (enforce.minor === before.enforce.minor && compareLevels(enforce.level, before.enforce.level) <= 0) return
  return warnOfPods(attributes, enforce)
}

const podsCheckedMax = 3000

async function warnOfPods({ server, name, warn }: Attributes, enforce: LevelAndVersion): Promise<void> {
  const store = server.catalog.storeOf(Pod)
  const { items } = await server.store.range(prefixRange(store.prefixOf(name)))
  const pods = prioritized(items.map((kv) => store.objectOf(kv)))
  const checked = pods.slice(0, podsCheckedMax)
  const namesByReason = new Map<string, string[]>()
  for (const pod of checked) {
    const { metadata, spec } = pod as unknown as Template
    const reason = violationsOf(enforce, checkedPod(metadata, spec))
      .map((violation) => violation.reason)
      .join(', ')
    if (reason === '') continue
    const names = namesByReason.get(reason) ?? []
    if (names.push(metadata?.name ?? '') === 1) namesByReason.set(reason, names)
  }
  if (checked.length < pods.length) {
    warn(`new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`)
  }
  if (namesByReason.size === 0) return
  warn(`existing pods in namespace "${name}" violate the new PodSecurity enforce level "${levelText(enforce)}"`)
  const warnings = [...namesByReason].map(([reason, names]) => `${whose(names)}: ${reason}`)
  for (const text of warnings.sort()) warn(text)
}

function whose(names: readonly string[]): string {
  const first = [...names].sort()[0] as string
  if (names.length === 1) return first
  return names.length === 2 ? `${first} (and 1 other pod)` : `${first} (and ${names.length - 1} other pods)`
}

/** One Pod of each controller comes before its siblings. */
function prioritized(pods: readonly KubeObject[]): readonly KubeObject[] {
  const seen = new Set<string>()
  const first: KubeObject[] = []
  const rest: KubeObject[] = []
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid
    if (owner !== undefined && seen.has(owner)) rest.push(pod)
    else first.push(pod)
    if (owner !== undefined) seen.add(owner)
  }
  return [...first, ...rest]
}
