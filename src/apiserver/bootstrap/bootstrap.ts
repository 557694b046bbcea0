/**
 * The objects that every cluster has. Created when they are missing, one after the other; at later starts each costs a look.
 */
import { Namespace } from '../../api/core/namespace.ts'
import type { Server } from '../server.ts'
import { createMissing } from './create-missing.ts'

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

export async function bootstrap(server: Server, signal: AbortSignal): Promise<void> {
  await Promise.all(namespaces.map((name) => createMissing(server, Namespace, { metadata: { name } }, signal)))
}
