/**
 * Keeps the FlowSchemas and priority levels that every cluster has, keeps the server's flow control at what all of them say, and tells of
 * every FlowSchema whether its priority level exists (the condition Dangling, MISSINGPL in tables). A person's change of a suggested object
 * stays when its annotation no longer says "true"; mandatory ones are put right whatever it says.
 */

import { FlowSchema } from '../../api/flowcontrol/flow-schema.ts'
import { PriorityLevelConfiguration } from '../../api/flowcontrol/priority-level-configuration.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { prefixRange } from '../../store/store.ts'
import type { Draft } from '../registry/resource-store.ts'
import { updateObject } from '../registry/update.ts'
import { timeText } from '../registry/write.ts'
import type { Server } from '../server-parts.ts'
import { askSelf } from './ask-self.ts'
import { createMissing, internalWrite } from './create-missing.ts'
import { type FlowControlObject, flowSchemas, priorityLevels } from './flow-control-objects.ts'

const autoUpdate = 'apf.kubernetes.io/autoupdate-spec'
const producer = 'api-priority-and-fairness-config-producer-v1'
const consumer = 'api-priority-and-fairness-config-consumer-v1'

export async function ensureFlowControl(server: Server, signal: AbortSignal): Promise<void> {
  const ensureAll = (kind: KindDefinition, objects: readonly FlowControlObject[]): Promise<unknown> =>
    Promise.all(objects.map((object) => ensure(server, kind, object, signal)))
  await ensureAll(PriorityLevelConfiguration as unknown as KindDefinition, priorityLevels)
  await ensureAll(FlowSchema as unknown as KindDefinition, flowSchemas)
}

async function ensure(
  server: Server,
  kind: KindDefinition,
  { name, spec, isMandatory }: FlowControlObject,
  signal: AbortSignal,
): Promise<void> {
  const annotations = { [autoUpdate]: 'true' }
  await createMissing(server, kind, { metadata: { name, annotations }, spec }, { signal, manager: producer })
  const write = { ...internalWrite(server, kind, '', signal), manager: producer }
  const kv = await server.store.get(write.resource.store.keyOf('', name))
  if (kv === undefined) return
  const have = write.resource.store.objectOf(kv) as unknown as Draft
  const isOurs = isMandatory === true || have.metadata.annotations?.[autoUpdate] === 'true'
  if (!isOurs || semanticallyEqual(have.spec, spec)) return
  await updateObject(write, { name, next: (live) => ({ ...(structuredClone(live) as unknown as Draft), spec: structuredClone(spec) }) })
}

interface FlowSchemaLike {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string | null }
  readonly spec: { readonly priorityLevelConfiguration?: { readonly name?: string } }
  readonly status?: { readonly conditions?: readonly { type?: string; status?: string; message?: string }[] }
}

/** One look at all of them: from here on requests go by them, and conditions are written where they have changed. */
export async function digest(server: Server): Promise<void> {
  const levelObjects = await all<PriorityLevelConfiguration>(server, PriorityLevelConfiguration as never)
  const schemas = await all<FlowSchema>(server, FlowSchema as never)
  server.flows?.configure(schemas, levelObjects)
  await tellDangling(
    server,
    schemas as unknown as readonly FlowSchemaLike[],
    new Set(levelObjects.map(({ metadata }) => metadata.name ?? '')),
  )
}

async function tellDangling(server: Server, schemas: readonly FlowSchemaLike[], levels: ReadonlySet<string>): Promise<void> {
  for (const schema of schemas) {
    const condition = danglingOf(schema, levels)
    const have = schema.status?.conditions?.find(({ type }) => type === 'Dangling')
    if (have?.status === condition.status && have.message === condition.message) continue
    const { name } = schema.metadata
    const applied = {
      kind: 'FlowSchema',
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      metadata: { name },
      status: { conditions: [{ ...condition, lastTransitionTime: timeText(server.clock.now()) }] },
    }
    const path = `/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/${name}/status?fieldManager=${consumer}&force=true`
    await askSelf(server, 'PATCH', path, { type: 'application/apply-patch+yaml', body: applied }).catch((error: unknown) => {
      if (reasonOf(error) !== 'NotFound') throw error
    })
  }
}

function danglingOf(
  { spec }: FlowSchemaLike,
  levels: ReadonlySet<string>,
): { type: string; status: string; reason: string; message: string } {
  const level = spec.priorityLevelConfiguration?.name ?? ''
  const subject = `This FlowSchema references the PriorityLevelConfiguration object named "${level}"`
  return levels.has(level)
    ? { type: 'Dangling', status: 'False', reason: 'Found', message: `${subject} and it exists` }
    : { type: 'Dangling', status: 'True', reason: 'NotFound', message: `${subject} but there is no such object` }
}

async function all<T>(server: Server, kind: KindDefinition): Promise<T[]> {
  const store = server.catalog.storeOf(kind)
  const { items } = await server.store.range(prefixRange(store.prefix))
  return items.map((kv) => store.objectOf(kv) as unknown as T)
}

/** Calls when a FlowSchema or a priority level has changed, and when it will not hear of it any more. */
export function watchFlowControl({ store, catalog }: Server, onChange: () => void, onEnd: () => void): Disposable {
  const watches = [FlowSchema, PriorityLevelConfiguration].map((kind) => {
    const { prefix } = catalog.storeOf(kind as never)
    return store.watch(prefixRange(prefix), store.revision, { onBatch: onChange, onEnd })
  })
  return {
    [Symbol.dispose]: () => {
      for (const watch of watches) watch[Symbol.dispose]()
    },
  }
}
