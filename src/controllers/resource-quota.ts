/**
 * Counts what each namespace uses of its quotas, and writes it into their status. Admission counts what comes in; this controller counts what is there,
 * above all when something goes: a Pod that ends, a deleted object. And everything again every five minutes.
 *
 * What counts how is api/core/quota-usage.ts. Objects are only watched for quotas that name them; of most of them the metadata is enough.
 */
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pod } from '../api/core/pod.ts'
import { isPodTerminal } from '../api/core/pod-facts.ts'
import type { Amounts } from '../api/core/pod-spec/container-sums.ts'
import { countedNames, countedResourceOf, scopesOf, sumUsage } from '../api/core/quota-usage.ts'
import { ResourceQuota } from '../api/core/resource-quota.ts'
import { Service } from '../api/core/service.ts'
import { ResourceClaim } from '../api/resource/resource-claim.ts'
import { type KubeObject, keyOf, splitKey } from '../apimachinery/object.ts'
import { compareQuantities } from '../apimachinery/quantity.ts'
import { semanticallyEqual } from '../apimachinery/validate-metadata.ts'
import type { Informer } from '../client/informer.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop, startPasses } from './controller.ts'
import { type DiscoveredResource, discoverPreferred } from './shared/discover.ts'

const workers = 5
const fullPassMs = 300_000

export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  account: 'resourcequota-controller',
  component: 'resourcequota-controller',
  start: (context) => new QuotaController(context).start(),
}

class QuotaController {
  readonly #context: ControllerContext
  readonly #quotas: Informer<ResourceQuota>
  readonly #loop: ReconcileLoop
  /** By "deployments.apps". */
  readonly #counted = new Map<string, Informer<KubeObject>>()
  #served: ReadonlyMap<string, DiscoveredResource> = new Map()

  constructor(context: ControllerContext) {
    this.#context = context
    this.#quotas = context.informers.of(ResourceQuota)
    this.#loop = startLoop(context, { name: 'resourcequota-controller', workers, reconcile: (key, signal) => this.#reconcile(key, signal) })
  }

  start(): void {
    const { informers } = this.#context
    this.#watch('pods', informers.of(Pod), (pod, old) => isPodTerminal(pod) && !isPodTerminal(old))
    this.#watch(
      'services',
      informers.of(Service),
      ({ spec }, old) => spec.type !== old.spec.type || spec.ports?.length !== old.spec.ports?.length,
    )
    this.#watch(
      'persistentvolumeclaims',
      informers.of(PersistentVolumeClaim),
      (claim, old) => !semanticallyEqual(claim.spec.resources, old.spec.resources) || !semanticallyEqual(claim.status, old.status),
    )
    this.#quotas.subscribe({
      onAdd: (quota) => this.#loop.add(keyOf(quota)),
      onUpdate: (quota, old) => {
        // Upstream leaves a status that somebody else wrote until the next full pass; nothing is lost by not waiting so long.
        const isOurs = quota.status?.used !== undefined && semanticallyEqual(quota.status.hard ?? {}, quota.spec.hard ?? {})
        if (!semanticallyEqual(quota.spec, old.spec) || !isOurs) this.#loop.add(keyOf(quota))
      },
      onDelete: () => {},
    })
    startPasses(this.#context, 'resourcequota-controller', fullPassMs, async () => {
      for (const quota of this.#quotas.list()) this.#loop.add(keyOf(quota))
    })
  }

  /** `matters`: whether a change gives something back. */
  #watch<T extends KubeObject>(resource: string, informer: Informer<T>, matters: (object: T, old: T) => boolean): void {
    this.#counted.set(resource, informer as unknown as Informer<KubeObject>)
    informer.subscribe({
      onAdd: () => {},
      onUpdate: (object, old) => {
        if (matters(object, old)) this.#replenish(resource, object)
      },
      onDelete: (object) => this.#replenish(resource, object),
    })
  }

  #replenish(resource: string, { metadata }: KubeObject): void {
    for (const quota of this.#quotas.inNamespace(metadata.namespace ?? '')) {
      if (countedNames(resource, Object.keys(quota.spec.hard ?? {})).length > 0) this.#loop.add(keyOf(quota))
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    const quota = this.#quotas.get(key)
    if (quota === undefined) return
    const { client, clock } = this.#context
    const { namespace } = splitKey(key)
    const hard = quota.spec.hard ?? {}
    const names = Object.keys(hard)
    const scopes = scopesOf(quota)
    const before = quota.status?.used ?? {}
    // What nobody can count (a kind that is not served) keeps its last number.
    let used: Amounts = Object.fromEntries(names.flatMap((name) => (before[name] === undefined ? [] : [[name, before[name]]])))
    for (const resource of new Set(names.flatMap((name) => countedResourceOf(name) ?? []))) {
      const informer = await this.#informerOf(resource, signal)
      if (informer === undefined) continue
      const counted = sumUsage(resource, informer.inNamespace(namespace), {
        names: countedNames(resource, names),
        scopes,
        nowMs: clock.now(),
      })
      used = { ...used, ...counted }
    }
    const isSame = quota.status?.used !== undefined && semanticallyEqual(quota.status.hard ?? {}, hard) && sameAmounts(used, before)
    if (isSame) return
    await client
      .of(ResourceQuota)
      .in(namespace)
      .updateStatus({ ...quota, status: { hard, used } }, { signal })
  }

  async #informerOf(resource: string, signal: AbortSignal): Promise<Informer<KubeObject> | undefined> {
    const known = this.#counted.get(resource)
    if (known !== undefined) return known
    const informer = await this.#startInformer(resource, signal)
    if (informer === undefined) return undefined
    await informer.whenSynced()
    if (!this.#counted.has(resource)) this.#watch(resource, informer, () => false)
    return informer as unknown as Informer<KubeObject>
  }

  async #startInformer(resource: string, signal: AbortSignal): Promise<Informer<KubeObject> | undefined> {
    const { informers } = this.#context
    // Devices are counted by class.
    if (resource === 'resourceclaims.resource.k8s.io') return informers.of(ResourceClaim) as unknown as Informer<KubeObject>
    const served = await this.#servedResource(resource, signal)
    return served === undefined ? undefined : (informers.metadataOf(served) as unknown as Informer<KubeObject>)
  }

  async #servedResource(resource: string, signal: AbortSignal): Promise<DiscoveredResource | undefined> {
    if (!this.#served.has(resource)) {
      const { resources } = await discoverPreferred(this.#context.client, signal)
      const countable = resources.filter(({ isNamespaced, verbs }) => isNamespaced && verbs.includes('list') && verbs.includes('watch'))
      this.#served = new Map(countable.map((one) => [one.group === '' ? one.resource : `${one.resource}.${one.group}`, one]))
    }
    return this.#served.get(resource)
  }
}

function sameAmounts(a: Amounts, b: Amounts): boolean {
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => b[name] !== undefined && compareQuantities(a[name] as string, b[name]) === 0)
  )
}
