/** Creates an object through the registry, as the API server itself, unless it is there. */

import type { KindDefinition } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import { createObject } from '../registry/create.ts'
import { decodeValue, defaulted } from '../request/decode.ts'
import type { Server, Write } from '../server-parts.ts'
import { apiServerUser } from './identity.ts'

const looksMax = 10
const lookEveryMs = 100

export async function createMissing<T extends KubeObject>(
  server: Server,
  kind: KindDefinition<T>,
  object: {
    readonly metadata: { readonly name?: string; readonly namespace?: string; readonly [field: string]: unknown }
    readonly [field: string]: unknown
  },
  { signal, manager }: { readonly signal?: AbortSignal; readonly manager?: string } = {},
): Promise<void> {
  const place = internalWrite(server, kind as unknown as KindDefinition, object.metadata.namespace ?? '', signal)
  const write = manager === undefined ? place : { ...place, manager }
  const { resource } = write
  const key = resource.store.keyOf(write.namespace, object.metadata.name ?? '')
  if ((await server.store.get(key)) !== undefined) return
  const target = { kind: resource.kind.kind, group: resource.group, apiVersion: resource.apiVersion, schema: resource.schema }
  const decoded = decodeValue(target, structuredClone(object))
  try {
    await createObject(write, defaulted(resource, decoded))
  } catch (error) {
    if (reasonOf(error) !== 'AlreadyExists' && !(await appears(server, key, signal))) throw error
  }
}

/** Another API server on the same store may be making it at this moment, and hold what it takes (the address of a Service). */
async function appears({ store, clock }: Server, key: string, signal: AbortSignal | undefined): Promise<boolean> {
  for (let look = 0; look < looksMax; look++) {
    if ((await store.get(key)) !== undefined) return true
    if (look < looksMax - 1) await clock.sleep(lookEveryMs, signal)
  }
  return false
}

export function internalWrite(server: Server, kind: KindDefinition, namespace: string, signal?: AbortSignal): Write {
  const version = kind.versions.find(({ name }) => name === kind.storageVersion) ?? kind.versions[0]
  const resource = server.catalog.find(version?.group ?? kind.group, version?.name ?? '', kind.plural)
  if (resource === undefined) throw new Error(`Kind ${kind.kind} is not served`)
  return {
    server,
    resource,
    subresource: '',
    namespace,
    user: apiServerUser,
    isDryRun: false,
    manager: 'kube-apiserver',
    fieldValidation: 'Ignore',
    warn: () => {},
    signal,
  }
}
