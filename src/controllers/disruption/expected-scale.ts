/**
 * How many Pods there should be, as their owners say: the sum over the workloads behind them. Well-known owners are looked up in informers; any other
 * kind is asked for its scale subresource.
 */
import { Deployment } from '../../api/apps/deployment.ts'
import { ReplicaSet } from '../../api/apps/replica-set.ts'
import { StatefulSet } from '../../api/apps/stateful-set.ts'
import type { Pod } from '../../api/core/pod.ts'
import { ReplicationController } from '../../api/core/replication-controller.ts'
import { controllerOf, type GroupVersionResource, type OwnerReference } from '../../apimachinery/object.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import type { ControllerContext } from '../controller.ts'
import { discoverPreferred } from '../shared/discover.ts'

export interface ExpectedScale {
  readonly scale: number
  /** Nobody controls some of them: the sum is not the truth. */
  readonly hasUnmanaged: boolean
}
interface Found {
  readonly uid: string
  readonly scale: number
}

export class ScaleFinder {
  readonly #context: ControllerContext

  constructor(context: ControllerContext) {
    this.#context = context
    for (const kind of [Deployment, ReplicaSet, StatefulSet, ReplicationController]) context.informers.of(kind as never)
  }

  /** Throws when an owner cannot be found or has no scale. */
  async find(pods: readonly Pod[], signal: AbortSignal): Promise<ExpectedScale> {
    const scales = new Map<string, number>()
    let hasUnmanaged = false
    for (const pod of pods) {
      const owner = controllerOf(pod)
      if (owner === undefined) hasUnmanaged = true
      if (owner === undefined || scales.has(owner.uid)) continue
      const namespace = pod.metadata.namespace ?? ''
      const found = this.#known(owner, namespace) ?? (await this.#asked(owner, namespace, signal))
      if (found === undefined) throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`)
      scales.set(found.uid, found.scale)
    }
    return { scale: [...scales.values()].reduce((sum, one) => sum + one, 0), hasUnmanaged }
  }

  #known({ apiVersion, kind, name, uid }: OwnerReference, namespace: string): Found | undefined {
    const { informers } = this.#context
    const key = `${namespace}/${name}`
    const what = `${apiVersion}/${kind}`
    if (what === 'v1/ReplicationController') return scaleOf(informers.of(ReplicationController).get(key), uid)
    if (what === 'apps/v1/StatefulSet') return scaleOf(informers.of(StatefulSet).get(key), uid)
    if (what !== 'apps/v1/ReplicaSet') return undefined
    const replicaSet = informers.of(ReplicaSet).get(key)
    if (replicaSet?.metadata.uid !== uid) return undefined
    const parent = controllerOf(replicaSet)
    if (parent?.kind !== 'Deployment') return scaleOf(replicaSet, uid)
    return scaleOf(informers.of(Deployment).get(`${namespace}/${parent.name}`), parent.uid)
  }

  async #asked({ apiVersion, kind, name, uid }: OwnerReference, namespace: string, signal: AbortSignal): Promise<Found | undefined> {
    const { client } = this.#context
    const resource = await this.#resourceOf(apiVersion, kind, signal)
    if (resource === undefined) throw new Error(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`)
    try {
      const scale = (await client.dynamic(resource).in(namespace).sub('scale').get(name, { signal })) as {
        readonly metadata: { readonly uid?: string }
        readonly spec?: { readonly replicas?: number }
      }
      return scale.metadata.uid === uid ? { uid, scale: scale.spec?.replicas ?? 0 } : undefined
    } catch (error) {
      if (reasonOf(error) !== 'NotFound') throw error
      if (await this.#hasScale(resource, signal)) return undefined
      const { group, resource: plural } = resource
      throw new Error(`${group === '' ? plural : `${plural}.${group}`} does not implement the scale subresource`)
    }
  }

  async #resourceOf(apiVersion: string, kind: string, signal: AbortSignal): Promise<GroupVersionResource | undefined> {
    const { allVersions } = await discoverPreferred(this.#context.client, signal)
    return allVersions.find((one) => one.kind === kind && (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion)
  }

  async #hasScale({ group, version, resource }: GroupVersionResource, signal: AbortSignal): Promise<boolean> {
    const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
    const list = (await this.#context.client.raw(path, { signal })) as { readonly resources?: readonly { readonly name: string }[] }
    return list.resources?.some(({ name }) => name === `${resource}/scale`) === true
  }
}

function scaleOf(
  object:
    | { readonly metadata: { readonly uid?: string | undefined }; readonly spec: { readonly replicas?: number | undefined } }
    | undefined,
  uid: string,
): Found | undefined {
  return object !== undefined && object.metadata.uid === uid ? { uid, scale: object.spec.replicas ?? 1 } : undefined
}
