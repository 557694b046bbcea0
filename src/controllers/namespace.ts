/**
 * Empties namespaces that were deleted, and lets them go: pass after pass until nothing remains (namespace/empty.ts), telling meanwhile what
 * holds it up (namespace/conditions.ts); then `kubernetes` leaves spec.finalizers.
 *
 * The first pass comes five seconds after the deletion: a create that was admitted just before must have reached the store by then, or
 * it would outlive its namespace.
 */
import { Namespace } from '../api/core/namespace.ts'
import { Pod } from '../api/core/pod.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { nextConditions } from './namespace/conditions.ts'
import { type Emptied, emptyNamespace } from './namespace/empty.ts'

const firstPassDelayMs = 5000
const workers = 10
const finalizer = 'kubernetes'

export const namespaceController: Controller = {
  name: 'namespace-controller',
  account: 'namespace-controller',
  component: 'namespace-controller',
  start: (context) => {
    const loop = startLoop(context, {
      name: 'namespace-controller',
      workers,
      rateLimit: { baseMs: 5, maxMs: 60_000 },
      reconcile: (name, signal) => reconcileNamespace(context, name, signal),
    })
    const look = (namespace: Namespace): void => {
      if (isTerminating(namespace)) loop.addAfter(namespace.metadata.name ?? '', firstPassDelayMs)
    }
    context.informers.of(Namespace).subscribe({
      onAdd: look,
      // Our own writes of conditions must not bring the next pass sooner than its estimate.
      onUpdate: (namespace, old) => {
        if (!isTerminating(old) || finalizersOf(old).length !== finalizersOf(namespace).length) look(namespace)
      },
      onDelete: () => {},
    })
    // The estimate is how long Pods may take; when the last one is gone sooner there is nothing to wait for.
    const pods = context.informers.of(Pod)
    pods.subscribe({
      onAdd: () => {},
      onUpdate: () => {},
      onDelete: ({ metadata }) => {
        const name = metadata.namespace ?? ''
        const namespace = context.informers.of(Namespace).get(name)
        if (namespace !== undefined && isTerminating(namespace) && pods.inNamespace(name).length === 0) loop.add(name)
      },
    })
  },
}

function finalizersOf(namespace: Namespace): readonly string[] {
  return namespace.spec.finalizers ?? []
}

async function reconcileNamespace(context: ControllerContext, name: string, signal: AbortSignal): Promise<number | undefined> {
  const { client, clock } = context
  const namespace = await client
    .of(Namespace)
    .get(name, { signal })
    .catch((error: unknown) => {
      if (reasonOf(error) !== 'NotFound') throw error
    })
  if (namespace === undefined || !isTerminating(namespace) || finalizersOf(namespace).length === 0) return undefined
  const emptied = await emptyNamespace(client, namespace, clock.now(), signal)
  const current = await writeConditions(context, namespace, emptied, signal)
  if (emptied.errors.length > 0) throw new Error(emptied.errors.join(', '))
  if (emptied.estimateSeconds > 0) return (Math.floor(emptied.estimateSeconds / 2) + 1) * 1000
  await finalize(context, current, signal)
  return undefined
}

async function writeConditions(
  context: ControllerContext,
  namespace: Namespace,
  emptied: Emptied,
  signal: AbortSignal,
): Promise<Namespace> {
  const { client, clock, log } = context
  const conditions = nextConditions(namespace.status?.conditions ?? [], emptied.findings, clock.now())
  if (conditions === undefined) return namespace
  try {
    return await client.of(Namespace).updateStatus({ ...namespace, status: { ...namespace.status, conditions } }, { signal })
  } catch (error) {
    // Whoever waits can do without; the next pass says it again.
    log.debug('Cannot write the conditions of a namespace', { namespace: namespace.metadata.name, error: String(error) })
    return namespace
  }
}

/** Again with the newest version when somebody else wrote meanwhile. */
async function finalize({ client }: ControllerContext, namespace: Namespace, signal: AbortSignal): Promise<void> {
  const namespaces = client.of(Namespace)
  const name = namespace.metadata.name ?? ''
  for (let current = namespace; ; current = await namespaces.get(name, { signal })) {
    if (current.metadata.uid !== namespace.metadata.uid) return
    const finalizers = finalizersOf(current).filter((one) => one !== finalizer)
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: current.metadata, spec: { ...current.spec, finalizers } }
    try {
      await namespaces.sub('finalize').update(name, body, { signal })
      return
    } catch (error) {
      if (reasonOf(error) === 'NotFound') return
      if (reasonOf(error) !== 'Conflict') throw error
    }
  }
}
