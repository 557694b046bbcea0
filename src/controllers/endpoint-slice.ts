/**
 * Keeps the EndpointSlices of Services with a selector: which addresses are behind a Service, in portions that are cheap to send to every node.
 * What to write is endpoint-slice/plan.ts and endpoint-slice/fill.ts; here it is set off and carried out.
 *
 * Slices of a deleted Service are the garbage collector's: the Service owns them.
 */
import { Node } from '../api/core/node.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { Service } from '../api/core/service.ts'
import { EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import { splitKey } from '../apimachinery/object.ts'
import type { Informer } from '../client/informer.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { managedBy, planSlices, type SlicesPlan } from './endpoint-slice/plan.ts'
import { managedByLabel, serviceNameLabel, sliceServiceKey } from './endpoint-slice/slice-facts.ts'
import { SliceWriter } from './endpoint-slice/slice-writer.ts'
import { selectsPods, triggerTimeAnnotation } from './shared/endpoint-facts.ts'
import { messageOf } from './shared/failures.ts'
import { ServicePods } from './shared/service-pods.ts'
import { TriggerTimes } from './shared/trigger-times.ts'

const workers = 5
const retriesMax = 15
const zoneLabel = 'topology.kubernetes.io/zone'
export const sliceServiceIndex = 'service'
/** Should an event of our own write never come. */
const lookAgainMs = 10_000

export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  account: 'endpointslice-controller',
  component: 'endpoint-slice-controller',
  start: (context) => new EndpointSliceController(context),
}

class EndpointSliceController {
  readonly #context: ControllerContext
  readonly #services: Informer<Service>
  readonly #nodes: Informer<Node>
  readonly #slices: Informer<EndpointSlice>
  readonly #servicePods: ServicePods
  readonly #writer: SliceWriter
  readonly #triggerTimes = new TriggerTimes()
  readonly #loop: ReconcileLoop

  constructor(context: ControllerContext) {
    this.#context = context
    const { informers, client, clock } = context
    this.#services = informers.of(Service)
    this.#nodes = informers.of(Node)
    this.#slices = informers.of(EndpointSlice)
    this.#slices.addIndex(sliceServiceIndex, (slice) => [sliceServiceKey(slice)])
    this.#writer = new SliceWriter(client, clock, this.#slices)
    this.#loop = startLoop(context, {
      name: 'endpointslice-controller',
      workers,
      retriesMax,
      rateLimit: { baseMs: 1000, maxMs: 100_000 },
      reconcile: (key, signal) => this.#reconcile(key, signal),
    })
    this.#servicePods = new ServicePods(informers, (key) => this.#loop.add(key))
    this.#slices.subscribe({
      onAdd: (slice) => this.#sliceChanged(slice),
      onUpdate: (slice, old) => {
        this.#sliceChanged(slice)
        if (sliceServiceKey(old) !== sliceServiceKey(slice) || isOurs(old) !== isOurs(slice)) this.#wake(old)
      },
      onDelete: (slice) => this.#sliceChanged(slice),
    })
  }

  #sliceChanged(slice: EndpointSlice): void {
    if (!isOurs(slice)) return
    // The last of our own writes has come: what was put off while it was outstanding can be done now.
    if (this.#writer.isOwnWrite(slice) && !this.#putOff.delete(sliceServiceKey(slice))) return
    this.#wake(slice)
  }

  readonly #putOff = new Set<string>()

  #wake(slice: EndpointSlice): void {
    if (slice.metadata.labels?.[serviceNameLabel] !== undefined) this.#loop.add(sliceServiceKey(slice))
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const service = this.#services.get(key)
    if (service === undefined) {
      this.#triggerTimes.forget(key)
      this.#writer.forget(key)
      this.#putOff.delete(key)
      return undefined
    }
    if (!selectsPods(service)) return undefined
    if (this.#writer.isWaiting(key)) {
      this.#putOff.add(key)
      return lookAgainMs
    }
    this.#putOff.delete(key)
    const pods = this.#servicePods.podsOf(key)
    const plan = planSlices({
      service,
      pods,
      existing: this.#slices.byIndex(sliceServiceIndex, key).filter((slice) => isOurs(slice) && !isTerminating(slice)),
      zoneOf: (name) => {
        const node = this.#nodes.get(name)
        return node === undefined ? undefined : (node.metadata.labels?.[zoneLabel] ?? '')
      },
    })
    await this.#carryOut(service, key, plan, this.#triggerTimes.next(service, pods), signal)
    return undefined
  }

  async #carryOut(service: Service, key: string, plan: SlicesPlan, triggerTime: string | undefined, signal: AbortSignal): Promise<void> {
    try {
      await this.#writer.write(
        key,
        splitKey(key).namespace,
        {
          create: isTerminating(service) ? [] : plan.create.map((slice) => withTriggerTime(slice, triggerTime)),
          update: plan.update.map((slice) => withTriggerTime(slice, triggerTime)),
          remove: plan.remove,
        },
        signal,
      )
      if (plan.problems.length > 0) throw new Error(plan.problems.join(', '))
    } catch (error) {
      if (signal.aborted) return
      const message = `Error updating Endpoint Slices for Service ${key}: ${messageOf(error)}`
      this.#context.events.record(Service, service, 'Warning', 'FailedToUpdateEndpointSlices', message)
      throw error
    }
  }
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[managedByLabel] === managedBy
}

function withTriggerTime(slice: EndpointSlice, time: string | undefined): EndpointSlice {
  const { [triggerTimeAnnotation]: _, ...others } = slice.metadata.annotations ?? {}
  const annotations = time === undefined ? others : { ...others, [triggerTimeAnnotation]: time }
  return { ...slice, metadata: { ...slice.metadata, annotations } }
}
