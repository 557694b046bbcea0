/** The roles that every cluster has. */
import type { Server } from '../server.ts'

export async function bootstrapRbac(_server: Server, _signal: AbortSignal): Promise<void> {}
