/**
 * ResourceQuota: what comes into a namespace must fit into all of its quotas, and is written into their status before it is stored. What is given
 * back is the controller's business. What costs how much is api/core/quota-charge.ts.
 *
 * What a newcomer would get wrong: it comes last, so that nothing is charged that somebody else refuses; a write that fails after it (the name is taken)
 * stays charged until the controller counts again; a dry run is refused like any other but costs nothing.
 */

import { chargeQuotas, costsQuota, type QuotaRequest } from '../../../api/core/quota-charge.ts'
import { ResourceQuota } from '../../../api/core/resource-quota.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { reasonOf } from '../../../apimachinery/status-error.ts'
import { prefixRange, type RangeResult } from '../../../store/store.ts'
import { internalWrite } from '../../bootstrap/create-missing.ts'
import { trackManagers } from '../../registry/create.ts'
import type { Draft } from '../../registry/resource-store.ts'
import { updateObject } from '../../registry/update.ts'
import type { AdmissionPlugin, Attributes, Server } from '../../server-parts.ts'
import { denied } from '../plugin.ts'

const attemptsMax = 4

/** One admission at a time charges the quotas of a namespace; between servers the resourceVersion decides. */
const turns = new WeakMap<Server, Map<string, Promise<void>>>()

export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  handles: ({ operation, resource: { kind, isNamespaced } }) =>
    isNamespaced && (operation === 'CREATE' || operation === 'UPDATE') && !kind.isVirtual && kind.kind !== 'Event',
  validate: (attributes) => {
    const request = requestOf(attributes)
    if (!costsQuota(request)) return
    const found = rangeOfQuotas(attributes)
    if (!(found instanceof Promise)) return found.items.length === 0 ? undefined : inTurn(attributes, request)
    return found.then(({ items }) => (items.length === 0 ? undefined : inTurn(attributes, request)))
  },
}

function requestOf({ resource: { kind }, operation, subresource, object, oldObject }: Attributes): QuotaRequest {
  return {
    resource: kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`,
    operation: operation as QuotaRequest['operation'],
    subresource,
    object: object as unknown as KubeObject,
    oldObject,
  }
}

function rangeOfQuotas({ server, namespace }: Attributes): RangeResult | Promise<RangeResult> {
  return server.store.range(prefixRange(server.catalog.storeOf(ResourceQuota).prefixOf(namespace)))
}

async function inTurn(attributes: Attributes, request: QuotaRequest): Promise<void> {
  const { server, namespace } = attributes
  let queues = turns.get(server)
  if (queues === undefined) turns.set(server, (queues = new Map()))
  const { promise: turn, resolve: pass } = Promise.withResolvers<void>()
  const before = queues.get(namespace)
  queues.set(namespace, turn)
  try {
    await before
    await charge(attributes, request)
  } finally {
    pass()
    if (queues.get(namespace) === turn) queues.delete(namespace)
  }
}

async function charge(attributes: Attributes, request: QuotaRequest): Promise<void> {
  const { server, isDryRun } = attributes
  const store = server.catalog.storeOf(ResourceQuota)
  // Those that were charged in an earlier attempt are not charged again.
  const charged = new Set<string>()
  for (let attempt = 1; ; attempt++) {
    const { items } = await rangeOfQuotas(attributes)
    const quotas = items.map((kv) => store.objectOf(kv) as ResourceQuota).filter(({ metadata }) => !charged.has(metadata.name ?? ''))
    const { refusal, used } = chargeQuotas(quotas, request, server.clock.now())
    if (refusal !== undefined) throw denied(attributes, refusal)
    if (isDryRun) return
    let conflict: unknown
    for (const quota of quotas) {
      const name = quota.metadata.name ?? ''
      const amounts = used.get(name)
      if (amounts === undefined) continue
      try {
        await writeUsed(attributes, quota, amounts)
        charged.add(name)
      } catch (error) {
        if (reasonOf(error) !== 'Conflict') throw error
        conflict = error
      }
    }
    if (conflict === undefined) return
    if (attempt === attemptsMax) throw conflict
  }
}

function writeUsed({ server, namespace }: Attributes, quota: ResourceQuota, used: Readonly<Record<string, string>>): Promise<unknown> {
  const write = { ...internalWrite(server, ResourceQuota as never, namespace), subresource: 'status' }
  return updateObject(write, {
    name: quota.metadata.name ?? '',
    next: (live) => {
      // With the resourceVersion that was judged: if somebody else was faster, it is judged again.
      const draft = structuredClone({ ...quota, status: { ...quota.status, used } }) as unknown as Draft
      trackManagers(write, draft, live)
      return draft
    },
  })
}
