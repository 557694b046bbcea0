/**
 * One APIService for each group and version that this server serves itself, as the aggregator's registration makes them at
 * start: what `kubectl get apiservices` lists. Those of versions that are no longer served go.
 *
 * What a newcomer would get wrong: apiregistration.k8s.io, which serves them, has none; the core group's is called "v1.".
 */

import { APIService } from '../../api/apiregistration/api-service.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { prefixRange } from '../../store/store.ts'
import { groupPriorities } from '../describe/discovery.ts'
import { deleteObject } from '../registry/delete.ts'
import type { Draft } from '../registry/resource-store.ts'
import { updateObject } from '../registry/update.ts'
import type { Server } from '../server-parts.ts'
import { createMissing, internalWrite } from './create-missing.ts'

const managed = 'kube-aggregator.kubernetes.io/automanaged'
const kind = APIService as unknown as KindDefinition

/** Of versions other than v1, and of those v1 that have another than 15. */
const versionPriorities: Readonly<Record<string, number>> = {
  '/v1': 1,
  'autoscaling/v2': 30,
  'flowcontrol.apiserver.k8s.io/v1': 21,
  'resource.k8s.io/v1': 21,
  'resource.k8s.io/v1beta2': 15,
  'resource.k8s.io/v1alpha3': 1,
  'admissionregistration.k8s.io/v1beta1': 12,
  'coordination.k8s.io/v1beta1': 13,
  'coordination.k8s.io/v1alpha2': 12,
  'certificates.k8s.io/v1alpha1': 1,
  'storage.k8s.io/v1alpha1': 1,
}
function versionPriority(group: string, version: string): number {
  return versionPriorities[`${group}/${version}`] ?? (version === 'v1' ? 15 : 9)
}

export async function ensureApiServices(server: Server, signal: AbortSignal): Promise<void> {
  const wanted = new Map<string, object>()
  for (const { group, versionName } of server.catalog.all()) {
    const groupPriorityMinimum = groupPriorities[group]
    if (group === APIService.group || groupPriorityMinimum === undefined) continue
    const priorities = { groupPriorityMinimum, versionPriority: versionPriority(group, versionName) }
    wanted.set(`${versionName}.${group}`, { ...(group === '' ? {} : { group }), version: versionName, ...priorities })
  }
  await Promise.all([...wanted].map(([name, spec]) => ensure(server, name, spec, signal)))
  await removeOthers(server, wanted, signal)
}

async function ensure(server: Server, name: string, spec: object, signal: AbortSignal): Promise<void> {
  await createMissing(server, kind, { metadata: { name, labels: { [managed]: 'onstart' } }, spec }, { signal })
  const write = internalWrite(server, kind, '', signal)
  const kv = await server.store.get(write.resource.store.keyOf('', name))
  const have = kv && (write.resource.store.objectOf(kv) as unknown as Draft)
  if (have === undefined || have.metadata.labels?.[managed] !== 'onstart' || semanticallyEqual(have.spec, spec)) return
  await updateObject(write, { name, next: (live) => ({ ...(structuredClone(live) as unknown as Draft), spec: structuredClone(spec) }) })
}

async function removeOthers(server: Server, wanted: ReadonlyMap<string, object>, signal: AbortSignal): Promise<void> {
  const store = server.catalog.storeOf(APIService as never)
  const { items } = await server.store.range(prefixRange(store.prefix))
  for (const kv of items) {
    const { name = '', labels } = store.objectOf(kv).metadata
    if (labels?.[managed] === 'onstart' && !wanted.has(name)) await deleteObject(internalWrite(server, kind, '', signal), { name })
  }
}
