/**
 * Profiles: which plugins a scheduler runs, in which order, with which weights. One process can serve several scheduler names, each with
 * its own profile; they share one queue.
 *
 * The order is upstream's (apis/config/v1/default_plugins.go): of several filters that would reject a node the first one is named in
 * the message. Adding a plugin is one file in plugins/ and its line here.
 */
import type { EventInterest, Listers, Plugin } from './framework.ts'
import { balancedAllocation } from './plugins/balanced-allocation.ts'
import { defaultBinder } from './plugins/default-binder.ts'
import { defaultPreemption } from './plugins/default-preemption.ts'
import { imageLocality } from './plugins/image-locality.ts'
import { interPodAffinity } from './plugins/inter-pod-affinity.ts'
import { nodeAffinity } from './plugins/node-affinity.ts'
import { nodeName } from './plugins/node-name.ts'
import { nodePorts } from './plugins/node-ports.ts'
import { nodeResourcesFit } from './plugins/node-resources-fit.ts'
import { nodeUnschedulable } from './plugins/node-unschedulable.ts'
import { podTopologySpread } from './plugins/pod-topology-spread.ts'
import { prioritySort } from './plugins/priority-sort.ts'
import { schedulingGates } from './plugins/scheduling-gates.ts'
import { taintToleration } from './plugins/taint-toleration.ts'
import { volumeBinding } from './plugins/volume-binding.ts'
import { nodeVolumeLimits } from './plugins/volume-limits.ts'
import { volumeRestrictions } from './plugins/volume-restrictions.ts'
import { volumeZone } from './plugins/volume-zone.ts'
import type { PodInfo } from './pod-info.ts'
import type { VolumeWriter } from './volume-writer.ts'

export interface WeighedPlugin {
  readonly plugin: Plugin
  /** Of its score; 0 for plugins without one. */
  readonly weight: number
}

export interface Profile {
  /** Pods ask for it by spec.schedulerName. */
  readonly schedulerName: string
  readonly plugins: readonly WeighedPlugin[]
  /** How many of the nodes are looked at, in percent; 0: the more nodes there are, the smaller a part. */
  readonly percentageOfNodesToScore: number
}

export const defaultSchedulerName = 'default-scheduler'

export interface ProfileParts {
  readonly listers: Listers
  /** Victims of this Pod are being told to go. */
  readonly isPreempting: (uid: string) => boolean
  readonly volumes: Pick<VolumeWriter, 'bind'>
}

export function defaultPlugins({ listers, isPreempting, volumes }: ProfileParts): readonly WeighedPlugin[] {
  const weighed = (plugin: Plugin, weight = 0): WeighedPlugin => ({ plugin, weight })
  return [
    weighed(schedulingGates()),
    weighed(prioritySort()),
    weighed(nodeUnschedulable()),
    weighed(nodeName()),
    weighed(taintToleration(), 3),
    weighed(nodeAffinity(), 2),
    weighed(nodePorts()),
    weighed(nodeResourcesFit(), 1),
    weighed(volumeRestrictions(listers)),
    weighed(nodeVolumeLimits(listers)),
    weighed(volumeBinding(listers, volumes)),
    weighed(volumeZone(listers)),
    weighed(podTopologySpread(listers), 2),
    weighed(interPodAffinity(listers), 2),
    weighed(defaultPreemption(isPreempting)),
    weighed(balancedAllocation(), 1),
    weighed(imageLocality(), 1),
    weighed(defaultBinder()),
  ]
}

export function defaultProfile(parts: ProfileParts): Profile {
  return { schedulerName: defaultSchedulerName, plugins: defaultPlugins(parts), percentageOfNodesToScore: 0 }
}

export function interestsOf({ plugins }: Profile): readonly { readonly plugin: string; readonly interest: EventInterest }[] {
  return plugins.flatMap(({ plugin }) => (plugin.events ?? []).map((interest) => ({ plugin: plugin.name, interest })))
}

/** The first plugin that keeps the Pod out of the queue, if any. */
export function gateOf({ plugins }: Profile, { pod }: PodInfo): string | undefined {
  return plugins.find(({ plugin }) => plugin.preEnqueue?.(pod) !== undefined)?.plugin.name
}
