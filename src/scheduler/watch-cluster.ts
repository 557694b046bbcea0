/**
 * What the informers tell, into cache and queue. Pods with a node go to the cache, those without one that ask for this scheduler to the queue,
 * those that are over nowhere: they hold nothing any more. And every change that may free a waiting Pod is announced to the queue.
 *
 * An assumed Pod whose binding is on its way comes back with its node and is confirmed; until then, what is told of it changes nothing,
 * unless it is deleted.
 */
import { ReplicaSet } from '../api/apps/replica-set.ts'
import { StatefulSet } from '../api/apps/stateful-set.ts'
import { Namespace } from '../api/core/namespace.ts'
import { Node } from '../api/core/node.ts'
import { PersistentVolume } from '../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pod } from '../api/core/pod.ts'
import { ReplicationController } from '../api/core/replication-controller.ts'
import { Service } from '../api/core/service.ts'
import { PodDisruptionBudget } from '../api/policy/pod-disruption-budget.ts'
import { CSIDriver } from '../api/storage/csi-driver.ts'
import { CSINode } from '../api/storage/csi-node.ts'
import { CSIStorageCapacity } from '../api/storage/csi-storage-capacity.ts'
import { StorageClass } from '../api/storage/storage-class.ts'
import type { KindDefinition } from '../apimachinery/kind.ts'
import type { KubeObject } from '../apimachinery/object.ts'
import type { Informers } from '../client/informers.ts'
import type { SchedulerCache } from './cache.ts'
import type { EventResource } from './framework.ts'
import type { Nominations } from './nominations.ts'
import { PodInfo } from './pod-info.ts'
import { isAssigned, isOver, onNode } from './pod-place.ts'
import type { SchedulingQueue } from './queue.ts'
import { nodeUpdates, podAdded, podDeleted, podUpdates } from './queue-events.ts'

/** What is told to. */
export interface ClusterModel {
  readonly cache: SchedulerCache
  readonly queue: SchedulingQueue
  readonly nominations: Nominations
  /** Resources that some plugin waits for. */
  readonly interests: ReadonlySet<EventResource>
  isMine(pod: Pod): boolean
}

export interface WatchOptions {
  readonly informers: Informers
  readonly signal: AbortSignal
}

export function watchCluster(model: ClusterModel, { informers, signal }: WatchOptions): void {
  const { cache, queue } = model
  // Read by plugins; asked for now so that they are there before the first decision.
  informers.of(Namespace)
  informers.of(Service)
  informers.of(ReplicationController)
  informers.of(ReplicaSet)
  informers.of(StatefulSet)
  informers.of(PodDisruptionBudget)
  const subscriptions: Disposable[] = [
    informers.of(Node).subscribe({
      onAdd(node) {
        cache.setNode(node)
        queue.announce({ resource: 'Node', action: 'Add', new: node })
      },
      onUpdate(node, old) {
        cache.setNode(node)
        for (const event of nodeUpdates(old, node)) queue.announce(event)
      },
      onDelete(node) {
        queue.announce({ resource: 'Node', action: 'Delete', old: node })
        cache.removeNode(node.metadata.name ?? '')
      },
    }),
    informers.of(Pod).subscribe({
      onAdd: (pod) => podAppeared(model, pod),
      onUpdate: (pod, old) => podChanged(model, pod, old),
      onDelete: (pod) => podVanished(model, pod),
    }),
  ]
  const follow = <T extends KubeObject>(resource: EventResource, kind: KindDefinition<T>): void => {
    if (!model.interests.has(resource)) return
    const subscription = informers.of(kind).subscribe({
      onAdd: (object) => queue.announce({ resource, action: 'Add', new: object }),
      onUpdate: (object, old) => queue.announce({ resource, action: 'Update', old, new: object }),
      onDelete: (object) => queue.announce({ resource, action: 'Delete', old: object }),
    })
    subscriptions.push(subscription)
  }
  follow('PersistentVolume', PersistentVolume)
  follow('PersistentVolumeClaim', PersistentVolumeClaim)
  follow('StorageClass', StorageClass)
  follow('CSINode', CSINode)
  follow('CSIDriver', CSIDriver)
  follow('CSIStorageCapacity', CSIStorageCapacity)
  signal.addEventListener('abort', () => subscriptions.forEach((one) => void one[Symbol.dispose]()), { once: true })
}

function podAppeared(model: ClusterModel, pod: Pod): void {
  const { cache, queue, nominations } = model
  if (isOver(pod)) return
  if (isAssigned(pod)) {
    cache.putPod(new PodInfo(pod), pod.spec.nodeName as string)
    queue.announce(podAdded(pod))
  } else if (model.isMine(pod)) {
    const info = new PodInfo(pod)
    queue.add(info)
    nominations.update(info, '')
  }
}

function podChanged(model: ClusterModel, pod: Pod, old: Pod): void {
  if (isOver(old)) return
  if (isOver(pod)) return podVanished(model, old)
  if (isAssigned(pod)) assignedPodChanged(model, pod, old)
  else if (model.isMine(pod)) waitingPodChanged(model, pod, old)
}

function assignedPodChanged({ cache, queue, nominations }: ClusterModel, pod: Pod, old: Pod): void {
  const info = new PodInfo(pod)
  const before = cache.podOf(info.uid)
  cache.putPod(info, pod.spec.nodeName as string)
  if (isAssigned(old) && before !== undefined) {
    for (const event of podUpdates(before, info)) if (event.action !== 'Update') queue.announce(event)
    return
  }
  queue.remove(info.uid)
  nominations.delete(info.uid)
  queue.announce(podAdded(pod))
}

function waitingPodChanged({ cache, queue, nominations }: ClusterModel, pod: Pod, old: Pod): void {
  const info = new PodInfo(pod)
  const node = cache.nodeOf(info.uid)
  if (node !== undefined) {
    // The binding will fail now; nobody has to wait for that.
    if (info.isDeleting && (old.metadata.deletionTimestamp ?? null) === null) {
      cache.forget(info.uid)
      queue.announce(podDeleted(onNode(pod, node)))
    }
    return
  }
  const before = queue.get(info.uid)?.info ?? new PodInfo(old)
  const promised = old.status?.nominatedNodeName ?? ''
  queue.update(info, podUpdates(before, info))
  nominations.update(info, promised)
  if (promised !== '' && promised !== pod.status?.nominatedNodeName) announceFreed(queue, old, info.priority)
}

function podVanished({ cache, queue, nominations }: ClusterModel, pod: Pod): void {
  const uid = pod.metadata.uid ?? ''
  const node = cache.nodeOf(uid)
  queue.remove(uid)
  nominations.delete(uid)
  if (node !== undefined) {
    cache.removePod(uid)
    queue.announce(podDeleted(isAssigned(pod) ? pod : onNode(pod, node)))
  } else if ((pod.status?.nominatedNodeName ?? '') !== '') announceFreed(queue, pod, pod.spec.priority ?? 0)
}

/** A promised place is free again, for those for whom it was not free before. */
function announceFreed(queue: SchedulingQueue, pod: Pod, priority: number): void {
  queue.announce(podDeleted(pod), (info) => info.priority <= priority)
}
