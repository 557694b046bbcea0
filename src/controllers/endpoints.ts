/**
 * Keeps one Endpoints object per Service with a selector: the old form of EndpointSlices, which some still read. What it should be is
 * endpoints/plan.ts; here it is written.
 *
 * Endpoints whose Service is gone go too; those of a Service without selector belong to whoever made them, and are left alone.
 */
import { Endpoints } from '../api/core/endpoints.ts'
import { Service } from '../api/core/service.ts'
import { keyOf, splitKey } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import type { Informer } from '../client/informer.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { planEndpoints } from './endpoints/plan.ts'
import { selectsPods } from './shared/endpoint-facts.ts'
import { isNamespaceEnding, messageOf } from './shared/failures.ts'
import { ServicePods } from './shared/service-pods.ts'
import { TriggerTimes } from './shared/trigger-times.ts'

const workers = 5
const retriesMax = 15
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader'

export const endpointsController: Controller = {
  name: 'endpoints-controller',
  account: 'endpoint-controller',
  component: 'endpoint-controller',
  start: (context) => new EndpointsController(context),
}

class EndpointsController {
  readonly #context: ControllerContext
  readonly #services: Informer<Service>
  readonly #endpoints: Informer<Endpoints>
  readonly #servicePods: ServicePods
  readonly #triggerTimes = new TriggerTimes()
  /** Versions that we have replaced: the informer still shows them. */
  readonly #replaced = new Map<string, string>()

  constructor(context: ControllerContext) {
    this.#context = context
    this.#services = context.informers.of(Service)
    this.#endpoints = context.informers.of(Endpoints)
    const loop = startLoop(context, {
      name: 'endpoints-controller',
      workers,
      retriesMax,
      reconcile: (key, signal) => this.#reconcile(key, signal),
    })
    this.#servicePods = new ServicePods(context.informers, (key) => loop.add(key))
    context.ready.then(
      () => {
        // Left over from Services that went while nobody looked. Locks of an older kind of leader election are Endpoints too.
        for (const one of this.#endpoints.list()) if (one.metadata.annotations?.[leaderAnnotation] === undefined) loop.add(keyOf(one))
      },
      () => {},
    )
    this.#endpoints.subscribe({
      onAdd: () => {},
      onUpdate: (endpoints) => {
        if (this.#replaced.delete(keyOf(endpoints))) loop.add(keyOf(endpoints))
      },
      onDelete: (endpoints) => {
        this.#replaced.delete(keyOf(endpoints))
        loop.add(keyOf(endpoints))
      },
    })
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    const service = this.#services.get(key)
    if (service === undefined) return this.#serviceGone(key, signal)
    if (!selectsPods(service)) return
    const current = this.#endpoints.get(key)
    // What we wrote has not come back yet; its event brings us here again.
    if (current !== undefined && this.#replaced.get(key) === current.metadata.resourceVersion) return
    const pods = this.#servicePods.podsOf(key)
    const wanted = planEndpoints({ service, pods, current, triggerTime: this.#triggerTimes.next(service, pods) })
    if (wanted !== undefined) await this.#write(service, wanted, current, signal)
  }

  async #serviceGone(key: string, signal: AbortSignal): Promise<void> {
    this.#triggerTimes.forget(key)
    this.#replaced.delete(key)
    if (this.#endpoints.get(key) === undefined) return
    const { namespace, name } = splitKey(key)
    await this.#context.client
      .of(Endpoints)
      .in(namespace)
      .delete(name, { signal })
      .catch((error: unknown) => {
        if (reasonOf(error) !== 'NotFound') throw error
      })
  }

  async #write(service: Service, wanted: Endpoints, current: Endpoints | undefined, signal: AbortSignal): Promise<void> {
    const { client, events } = this.#context
    const resource = client.of(Endpoints).in(service.metadata.namespace ?? '')
    const name = `${service.metadata.namespace}/${service.metadata.name}`
    try {
      if (current === undefined) {
        await resource.create(wanted, { signal })
        return
      }
      const { resourceVersion } = current.metadata
      const written = await resource.update(wanted, { signal })
      const isSeen = this.#endpoints.get(name)?.metadata.resourceVersion !== resourceVersion
      if (!isSeen && written.metadata.resourceVersion !== resourceVersion) this.#replaced.set(name, resourceVersion ?? '')
    } catch (error) {
      if (current === undefined && isNamespaceEnding(error)) return
      if (current === undefined)
        events.record(
          Endpoints,
          wanted,
          'Warning',
          'FailedToCreateEndpoint',
          `Failed to create endpoint for service ${name}: ${messageOf(error)}`,
        )
      else events.record(Endpoints, wanted, 'Warning', 'FailedToUpdateEndpoint', `Failed to update endpoint ${name}: ${messageOf(error)}`)
      throw error
    }
  }
}
