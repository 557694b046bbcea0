/**
 * Eviction: a delete that asks the disruption budgets first. A Pod that runs and is guarded by a budget goes only when the budget
 * allows it (429 otherwise); the budget is told which Pod goes, so that the next eviction does not count it again.
 */

import { eviction as evictionSchema } from '../../../api/policy/eviction.ts'
import { PodDisruptionBudget } from '../../../api/policy/pod-disruption-budget.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import {
  type LabelSelectorObject,
  matchesLabels,
  SelectorError,
  selectorFromLabelSelector,
} from '../../../apimachinery/selectors/labels.ts'
import { badRequest, conflict, forbidden, notFound, type Status, StatusError, tooManyRequests } from '../../../apimachinery/status-error.ts'
import { prefixRange } from '../../../store/store.ts'
import { validateAdmission } from '../../admission/admit.ts'
import { admitSubresource, checkSentNamespace } from '../../admission/subresource.ts'
import { internalWrite } from '../../bootstrap/create-missing.ts'
import { bodyMedia, readBody } from '../../request/body.ts'
import { decodeObject } from '../../request/decode.ts'
import { parseWriteOptions, type WriteOptions } from '../../request/write-options.ts'
import { respondStatus } from '../../response/respond.ts'
import type { RequestContext, SubresourceHandler, Write } from '../../server-parts.ts'
import { writeOf } from '../../verbs/create.ts'
import { deleteObject } from '../delete.ts'
import type { Draft } from '../resource-store.ts'
import { updateObject } from '../update.ts'
import { timeText } from '../write.ts'

const disruptedPodsMax = 2000
const refusal = "Cannot evict pod as it would violate the pod's disruption budget."

interface Options {
  readonly gracePeriodSeconds?: number | null
  readonly propagationPolicy?: string | null
  readonly orphanDependents?: boolean | null
  readonly preconditions?: { readonly uid?: string | null; readonly resourceVersion?: string | null } | null
  readonly dryRun?: readonly string[] | null
}
interface Condition {
  readonly type: string
  readonly status?: string
}
interface PodParts extends KubeObject {
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] | null }
}
interface BudgetParts extends KubeObject {
  readonly spec?: { readonly selector?: LabelSelectorObject | null; readonly unhealthyPodEvictionPolicy?: string | null }
  readonly status?: {
    readonly observedGeneration?: number
    readonly disruptionsAllowed?: number
    readonly currentHealthy?: number
    readonly desiredHealthy?: number
    readonly disruptedPods?: Readonly<Record<string, string>> | null
    readonly conditions?: readonly Condition[] | null
  }
}

export const evictPod: SubresourceHandler = async (context, resource) => {
  const { server, info } = context
  const representation = server.negotiators.plain.negotiate(context.header('accept'))
  const createOptions = parseWriteOptions(context, 'CreateOptions')
  const eviction = await readEviction(context, createOptions)
  const options = (eviction.deleteOptions ?? {}) as Options
  const isDryRun = createOptions.isDryRun || (options.dryRun?.length ?? 0) > 0
  const attributes = await admitSubresource(context, resource, eviction, isDryRun)
  if (eviction.metadata.name !== info.name) throw badRequest('name in URL does not match name in Eviction object')
  await validateAdmission(attributes)
  const write = { ...writeOf(context, resource, createOptions), subresource: 'eviction', isDryRun }
  const kv = await server.store.get(resource.store.keyOf(info.namespace, info.name))
  if (kv === undefined) throw notFound(resource.groupResource, info.name)
  const pod = resource.store.objectOf(kv) as PodParts
  if (!mayIgnoreBudgets(pod)) await askBudgets(write, pod)
  await markAndDelete(write, info.name, options)
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  return respondStatus(context, status, representation)
}

async function readEviction(context: RequestContext, { fieldValidation }: WriteOptions): Promise<Draft> {
  const media = bodyMedia(context)
  const body = await readBody(context)
  const target = { kind: 'Eviction', group: 'policy', apiVersion: 'policy/v1', schema: evictionSchema }
  const eviction = await decodeObject(target, body, { media, fieldValidation, warn: (text) => context.warn(text) })
  checkSentNamespace(context, eviction)
  return eviction
}

function mayIgnoreBudgets({ status, metadata }: PodParts): boolean {
  const phase = status?.phase
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || !!metadata.deletionTimestamp
}

async function askBudgets({ server, namespace, isDryRun }: Write, pod: PodParts): Promise<void> {
  const store = server.catalog.storeOf(PodDisruptionBudget)
  const { items } = await server.store.range(prefixRange(store.prefixOf(namespace)))
  const budgets = items.map((kv) => store.objectOf(kv) as BudgetParts).filter((budget) => guards(budget, pod))
  if (budgets.length > 1) {
    throw new StatusError(
      500,
      undefined,
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  }
  const [budget] = budgets
  if (budget === undefined || isUnguarded(budget, pod)) return
  const write = { ...internalWrite(server, PodDisruptionBudget as never, namespace), subresource: 'status', isDryRun }
  const nowText = timeText(server.clock.now())
  await updateObject(write, {
    name: budget.metadata.name ?? '',
    isInternal: true,
    next: (live) => decremented(live as BudgetParts, pod.metadata.name ?? '', nowText),
  })
}

function guards({ spec }: BudgetParts, { metadata }: PodParts): boolean {
  try {
    return matchesLabels(selectorFromLabelSelector(spec?.selector), metadata.labels)
  } catch (error) {
    if (error instanceof SelectorError) return false
    throw error
  }
}

/** A Pod that is not ready does not count; it may go when the budget says so, or when enough others are healthy. */
function isUnguarded({ spec, status }: BudgetParts, pod: PodParts): boolean {
  const isReady = pod.status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false
  if (isReady) return false
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  return currentHealthy >= desiredHealthy && desiredHealthy > 0
}

function decremented(budget: BudgetParts, podName: string, nowText: string): Draft {
  const { metadata, status = {} } = budget
  const name = metadata.name ?? ''
  const { observedGeneration = 0, disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0, disruptedPods } = status
  if (observedGeneration < (metadata.generation ?? 0)) {
    throw tooManyRequests(refusal, 10, [
      { reason: 'DisruptionBudget', message: `The disruption budget ${name} is still being processed by the server.` },
    ])
  }
  const budgets = { group: 'policy', resource: 'poddisruptionbudget' }
  if (disruptionsAllowed < 0) throw forbidden(budgets, name, 'pdb disruptions allowed is negative')
  if (Object.keys(disruptedPods ?? {}).length > disruptedPodsMax) {
    throw forbidden(budgets, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller')
  }
  if (disruptionsAllowed === 0) {
    const message = `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
    throw tooManyRequests(refusal, 0, [{ reason: 'DisruptionBudget', message }])
  }
  const allowed = disruptionsAllowed - 1
  const conditions = allowed === 0 ? withoutDisruptions(status.conditions ?? [], metadata.generation ?? 0, nowText) : status.conditions
  return {
    ...(budget as unknown as Draft),
    status: {
      ...status,
      disruptionsAllowed: allowed,
      disruptedPods: { ...disruptedPods, [podName]: nowText },
      ...(conditions ? { conditions } : {}),
    },
  }
}

function withoutDisruptions(conditions: readonly Condition[], observedGeneration: number, lastTransitionTime: string): readonly object[] {
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    observedGeneration,
    lastTransitionTime,
    reason: 'InsufficientPods',
    message: '',
  }
  const at = conditions.findIndex(({ type }) => type === condition.type)
  return at < 0 ? [...conditions, condition] : conditions.with(at, condition)
}

async function markAndDelete(write: Write, name: string, options: Options): Promise<void> {
  const { server, isDryRun } = write
  const uid = options.preconditions?.uid ?? undefined
  let resourceVersion = options.preconditions?.resourceVersion ?? undefined
  if (!isDryRun) {
    const marked = await updateObject(write, {
      name,
      isInternal: true,
      next: (live) => withDisruptionTarget(live as PodParts, uid, resourceVersion, timeText(server.clock.now())),
    })
    if (resourceVersion !== undefined) resourceVersion = String(marked.revision)
  }
  await deleteObject(write, {
    name,
    isAdmitted: true,
    uid,
    resourceVersion,
    gracePeriodSeconds: options.gracePeriodSeconds ?? undefined,
    propagationPolicy: options.propagationPolicy ?? undefined,
    orphanDependents: options.orphanDependents ?? undefined,
  })
}

function withDisruptionTarget(pod: PodParts, uid: string | undefined, resourceVersion: string | undefined, nowText: string): Draft {
  const { metadata, status } = pod
  const named = { group: '', resource: 'Pod' }
  if (uid && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`
    throw conflict(named, metadata.name ?? '', why)
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`
    throw conflict(named, metadata.name ?? '', why)
  }
  const conditions = status?.conditions ?? []
  if (conditions.some(({ type, status: value }) => type === 'DisruptionTarget' && value === 'True')) return { ...(pod as unknown as Draft) }
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: nowText,
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  }
  return { ...(pod as unknown as Draft), status: { ...status, conditions: [...conditions, condition] } }
}
