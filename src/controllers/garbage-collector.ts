/**
 * Deletes what belonged to something that is gone, and carries out foreground and orphan deletion. It watches every kind that can be deleted,
 * custom ones too (asked for again every 30 seconds), keeps the graph of owners (garbage-collector/graph.ts) and looks at whom the graph points
 * out (garbage-collector/attempt.ts).
 *
 * Only metadata is needed. Kinds that somebody in this process watches already are read from that informer, so that no object is parsed or
 * held twice; the others get an informer of metadata only. Events are left out: there are many, and they own nothing.
 */
import { apiVersionOf, type KubeObject, parseApiVersion } from '../apimachinery/object.ts'
import { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startPasses } from './controller.ts'
import { type AttemptWorld, attemptToDelete, attemptToOrphan, type ServedKind } from './garbage-collector/attempt.ts'
import { type GraphNode, OwnerGraph } from './garbage-collector/graph.ts'
import { AbsentOwners, type Identity, identityOf, identityOfReference, identityText } from './garbage-collector/identity.ts'
import { queueNameOf } from './queue-names.ts'
import { type Discovered, type DiscoveredResource, discoverPreferred, resourceText } from './shared/discover.ts'

const workers = 20
const rediscoverMs = 30_000
/** A kind whose objects cannot be listed does not hold up the others for longer. */
const syncTimeoutMs = 30_000

export const garbageCollector: Controller = {
  name: 'garbage-collector-controller',
  account: 'generic-garbage-collector',
  component: 'garbage-collector-controller',
  start: (context) => new GarbageCollector(context).start(),
}

class GarbageCollector {
  readonly #context: ControllerContext
  readonly #graph: OwnerGraph
  readonly #absentOwners = new AbsentOwners()
  readonly #deletions: ReconcileLoop
  readonly #orphanings: ReconcileLoop
  readonly #watched = new Map<string, { readonly resource: DiscoveredResource; readonly subscription: Disposable }>()
  #kinds: ReadonlyMap<string, ServedKind> = new Map()
  #hasStarted = false

  constructor(context: ControllerContext) {
    this.#context = context
    const { clock, log, metrics } = context
    const loop = (name: string, attempt: (world: AttemptWorld, node: GraphNode) => Promise<void>): ReconcileLoop =>
      new ReconcileLoop({
        name,
        queueName: queueNameOf(name),
        clock,
        log,
        metrics,
        workers,
        reconcile: (uid, signal) => this.#attempt(attempt, uid, signal),
      })
    this.#deletions = loop('garbage-collector-controller', attemptToDelete)
    this.#orphanings = loop('garbage-collector-controller (orphaning)', attemptToOrphan)
    this.#graph = new OwnerGraph(this.#absentOwners, {
      attemptToDelete: ({ identity }) => this.#deletions.add(identity.uid),
      attemptToDeleteLater: ({ identity }) => this.#deletions.addRateLimited(identity.uid),
      attemptToOrphan: ({ identity }) => this.#orphanings.add(identity.uid),
      invalidNamespace: (dependent, reference) => {
        const { namespace } = dependent.identity
        const wanted = identityText(identityOfReference(reference, namespace))
        this.#warn(dependent.identity, 'OwnerRefInvalidNamespace', `ownerRef ${wanted} does not exist in namespace "${namespace}"`)
      },
    })
  }

  start(): void {
    startPasses(this.#context, 'garbage-collector-controller', rediscoverMs, (signal) => this.#rediscover(signal))
  }

  async #rediscover(signal: AbortSignal): Promise<void> {
    const { client, clock, scope } = this.#context
    const found = await discoverPreferred(client, signal)
    this.#kinds = new Map(found.allVersions.map((one) => [kindKey(apiVersionOf(one.group, one.version), one.kind), one]))
    const synced = this.#watchKinds(found)
    if (synced.length > 0) await Promise.race([Promise.all(synced), clock.sleep(syncTimeoutMs, signal)])
    if (this.#hasStarted) return
    this.#hasStarted = true
    this.#deletions.start(scope)
    this.#orphanings.start(scope)
  }

  #watchKinds({ resources, failures }: Discovered): Promise<void>[] {
    const wanted = new Map(resources.filter(isCollectable).map((resource) => [resourceText(resource), resource]))
    const unknown = failures.map((failure) => failure.slice(0, failure.indexOf(':')))
    for (const [name, { resource, subscription }] of this.#watched) {
      // Nobody can tell whether it is still served: better watch on.
      if (wanted.has(name) || unknown.includes(apiVersionOf(resource.group, resource.version))) continue
      subscription[Symbol.dispose]()
      this.#watched.delete(name)
      this.#context.informers.forget(resource)
    }
    const synced: Promise<void>[] = []
    for (const [name, resource] of wanted) {
      if (this.#watched.has(name)) continue
      const informer = this.#context.informers.metadataOf(resource)
      const apiVersion = apiVersionOf(resource.group, resource.version)
      const identify = (object: KubeObject): Identity => identityOf(object, apiVersion, resource.kind)
      const subscription = informer.subscribe({
        onAdd: (object) => this.#graph.observe(identify(object), object),
        onUpdate: (object, old) => this.#graph.observe(identify(object), object, old),
        onDelete: (object) => this.#graph.remove(identify(object)),
      })
      this.#watched.set(name, { resource, subscription })
      synced.push(informer.whenSynced())
    }
    return synced
  }

  async #attempt(attempt: (world: AttemptWorld, node: GraphNode) => Promise<void>, uid: string, signal: AbortSignal): Promise<void> {
    const node = this.#graph.get(uid)
    if (node === undefined) return
    const world: AttemptWorld = {
      client: this.#context.client,
      graph: this.#graph,
      absentOwners: this.#absentOwners,
      kindOf: (apiVersion, kind) => this.#kinds.get(kindKey(apiVersion, kind)),
      attemptToDelete: ({ identity }) => this.#deletions.add(identity.uid),
      signal,
    }
    await attempt(world, node)
  }

  #warn({ apiVersion, kind, namespace, name, uid }: Identity, reason: string, message: string): void {
    const { group, version } = parseApiVersion(apiVersion)
    const eventKind = { group, kind, versions: [{ name: version }] }
    this.#context.events.record(
      eventKind,
      { metadata: { ...(namespace === '' ? {} : { namespace }), name, uid } },
      'Warning',
      reason,
      message,
    )
  }
}

function kindKey(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`
}

function isCollectable({ group, resource, verbs }: DiscoveredResource): boolean {
  if (resource === 'events' && (group === '' || group === 'events.k8s.io')) return false
  return verbs.includes('delete') && verbs.includes('list') && verbs.includes('watch')
}
