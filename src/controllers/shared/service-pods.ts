/**
 * Which Pods are behind which Service, kept up to date by events: nobody scans all Pods for a Service, nor all Services for a Pod. A Service is filed
 * under one pair of its selector, and a Pod asks only for the Services filed under its own labels.
 *
 *     Service shop/web {app: web, tier: front}   filed under "shop app=web"
 *     Pod shop/web-1 {app: web, tier: front}     looks under "shop app=web" and "shop tier=front"
 *
 * `wake` is called with a Service's key whenever its endpoints may have changed: not for every change of a Pod, because a Pod's status changes
 * often and its address rarely.
 */
import { Pod } from '../../api/core/pod.ts'
import { isPodReady, isPodTerminal } from '../../api/core/pod-facts.ts'
import { Service } from '../../api/core/service.ts'
import { keyOf } from '../../apimachinery/object.ts'
import type { Informer } from '../../client/informer.ts'
import type { Informers } from '../../client/informers.ts'

type Labels = Readonly<Record<string, string>>

interface Filed {
  readonly key: string
  readonly namespace: string
  readonly selector: Labels
  readonly place: string
  readonly podKeys: Set<string>
}

export class ServicePods {
  readonly #pods: Informer<Pod>
  readonly #wake: (serviceKey: string) => void
  readonly #services = new Map<string, Filed>()
  readonly #byPlace = new Map<string, Set<Filed>>()

  constructor(informers: Informers, wake: (serviceKey: string) => void) {
    this.#wake = wake
    this.#pods = informers.of(Pod)
    informers.of(Service).subscribe({
      onAdd: (service) => this.#serviceChanged(service),
      onUpdate: (service) => this.#serviceChanged(service),
      onDelete: (service) => {
        this.#unfile(keyOf(service))
        this.#wake(keyOf(service))
      },
    })
    this.#pods.subscribe({
      onAdd: (pod) => this.#podAdded(pod),
      onUpdate: (pod, old) => this.#podChanged(pod, old),
      onDelete: (pod) => this.#podGone(pod),
    })
  }

  podsOf(serviceKey: string): readonly Pod[] {
    const pods: Pod[] = []
    for (const key of this.#services.get(serviceKey)?.podKeys ?? []) {
      const pod = this.#pods.get(key)
      if (pod !== undefined) pods.push(pod)
    }
    return pods
  }

  #serviceChanged(service: Service): void {
    const key = keyOf(service)
    const namespace = service.metadata.namespace ?? ''
    const selector = service.spec.selector ?? {}
    const old = this.#services.get(key)
    if (old === undefined || !sameLabels(old.selector, selector)) {
      this.#unfile(key)
      this.#file({ key, namespace, selector, place: placeOf(namespace, selector), podKeys: new Set() })
    }
    this.#wake(key)
  }

  #file(filed: Filed): void {
    this.#services.set(filed.key, filed)
    // Without a selector nothing is selected here (an empty one is treated the same: upstream's API server drops it).
    if (filed.place === '') return
    const others = this.#byPlace.get(filed.place)
    if (others === undefined) this.#byPlace.set(filed.place, new Set([filed]))
    else others.add(filed)
    if (this.#pods.size === 0) return
    for (const pod of this.#pods.inNamespace(filed.namespace))
      if (selects(filed.selector, pod.metadata.labels)) filed.podKeys.add(keyOf(pod))
  }

  #unfile(key: string): void {
    const filed = this.#services.get(key)
    if (filed === undefined) return
    this.#services.delete(key)
    const others = this.#byPlace.get(filed.place)
    others?.delete(filed)
    if (others?.size === 0) this.#byPlace.delete(filed.place)
  }

  #selecting(pod: Pod): readonly Filed[] {
    const { namespace = '', labels } = pod.metadata
    const found: Filed[] = []
    for (const name in labels) {
      for (const filed of this.#byPlace.get(`${namespace} ${name}=${labels[name]}`) ?? [])
        if (selects(filed.selector, labels)) found.push(filed)
    }
    return found
  }

  #podAdded(pod: Pod): void {
    for (const filed of this.#selecting(pod)) {
      filed.podKeys.add(keyOf(pod))
      this.#wake(filed.key)
    }
  }

  #podGone(pod: Pod): void {
    for (const filed of this.#selecting(pod)) {
      filed.podKeys.delete(keyOf(pod))
      this.#wake(filed.key)
    }
  }

  #podChanged(pod: Pod, old: Pod): void {
    const hasChanged = changesEndpoints(pod, old)
    const hasOtherLabels = !sameLabels(pod.metadata.labels ?? {}, old.metadata.labels ?? {})
    if (!hasChanged && !hasOtherLabels) return
    const now = this.#selecting(pod)
    const before = hasOtherLabels ? this.#selecting(old) : now
    for (const filed of before) {
      if (!now.includes(filed)) {
        filed.podKeys.delete(keyOf(pod))
        this.#wake(filed.key)
      }
    }
    for (const filed of now) {
      const isNew = !filed.podKeys.has(keyOf(pod))
      filed.podKeys.add(keyOf(pod))
      if (isNew || hasChanged) this.#wake(filed.key)
    }
  }
}

function placeOf(namespace: string, selector: Labels): string {
  const [first] = Object.keys(selector).sort()
  return first === undefined ? '' : `${namespace} ${first}=${selector[first]}`
}

function selects(selector: Labels, labels: Labels | null | undefined): boolean {
  for (const name in selector) if (labels?.[name] !== selector[name]) return false
  return true
}

function sameLabels(a: Labels, b: Labels): boolean {
  if (a === b) return true
  let count = 0
  for (const name in a) {
    if (a[name] !== b[name]) return false
    count++
  }
  for (const _ in b) count--
  return count === 0
}

function changesEndpoints(pod: Pod, old: Pod): boolean {
  if (pod.metadata.deletionTimestamp !== old.metadata.deletionTimestamp) return true
  if (isPodReady(pod) !== isPodReady(old) || isPodTerminal(pod) !== isPodTerminal(old)) return true
  if (pod.spec.hostname !== old.spec.hostname || pod.spec.subdomain !== old.spec.subdomain || pod.spec.nodeName !== old.spec.nodeName)
    return true
  const ips = pod.status?.podIPs ?? []
  const oldIps = old.status?.podIPs ?? []
  return ips.length !== oldIps.length || ips.some(({ ip }, i) => ip !== oldIps[i]?.ip)
}
