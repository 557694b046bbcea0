/**
 * Small Pods, nodes and clusters for this folder's tests: said in one line, everything else as it usually is.
 */
import type { Node, Taint } from '../api/core/node-schema.ts'
import type { Pod } from '../api/core/pod.ts'
import type { KindDefinition } from '../apimachinery/kind.ts'
import { type KubeObject, keyOf } from '../apimachinery/object.ts'
import type { Lister } from '../client/informer.ts'
import { seededRandom } from '../std/random.ts'
import { SchedulerCache } from './cache.ts'
import { type Decision, decide } from './cycle.ts'
import { describeDiagnosis, noNodesMessage } from './fit-error.ts'
import type { Listers } from './framework.ts'
import { Nominations } from './nominations.ts'
import { PodInfo } from './pod-info.ts'
import { defaultProfile, type Profile } from './profile.ts'

export interface ExampleNode {
  readonly cpu?: string
  readonly memory?: string
  readonly pods?: string
  readonly resources?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  readonly unschedulable?: boolean
  readonly images?: Readonly<Record<string, number>>
}

export function exampleNode(name: string, options: ExampleNode = {}): Node {
  const { cpu = '4', memory = '8Gi', pods = '110', resources, labels, taints, unschedulable, images = {} } = options
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-of-${name}`, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { ...(taints === undefined ? {} : { taints }), ...(unschedulable === undefined ? {} : { unschedulable }) },
    status: {
      allocatable: { cpu, memory, pods, ...resources },
      images: Object.entries(images).map(([image, sizeBytes]) => ({ names: [image], sizeBytes })),
    },
  }
}

export interface ExamplePod {
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly requests?: Readonly<Record<string, string>>
  readonly ports?: NonNullable<Pod['spec']['containers'][number]['ports']>
  readonly image?: string
  readonly spec?: Partial<Pod['spec']>
  readonly status?: Pod['status']
  readonly metadata?: Pod['metadata']
}

export function examplePod(
  name: string,
  { namespace = 'default', labels, requests, ports, image = 'app', spec, status, metadata }: ExamplePod = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: `uid-of-${name}`, ...(labels === undefined ? {} : { labels }), ...metadata },
    spec: {
      schedulerName: 'default-scheduler',
      containers: [
        { name: 'c', image, ...(ports === undefined ? {} : { ports }), ...(requests === undefined ? {} : { resources: { requests } }) },
      ],
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  }
}

export interface ExampleCluster {
  readonly nodes: readonly Node[]
  /** Pods by the name of their node. */
  readonly running?: Readonly<Record<string, readonly Pod[]>>
  /** What plugins look up: Services, Namespaces. */
  readonly objects?: readonly (readonly [KindDefinition<never>, readonly KubeObject[]])[]
}

export function cacheOf({ nodes, running = {} }: ExampleCluster): SchedulerCache {
  const cache = new SchedulerCache()
  for (const node of nodes) cache.setNode(node)
  for (const [name, pods] of Object.entries(running)) {
    for (const pod of pods) cache.putPod(new PodInfo({ ...pod, spec: { ...pod.spec, nodeName: name } }), name)
  }
  return cache
}

export function listersOf(objects: NonNullable<ExampleCluster['objects']> = []): Listers {
  return {
    of<T extends KubeObject>(kind: KindDefinition<T>): Lister<T> {
      const all = (objects.find(([{ plural }]) => plural === kind.plural)?.[1] ?? []) as unknown as readonly T[]
      return {
        get: (key) => all.find((one) => keyOf(one) === key),
        list: () => all,
        size: all.length,
        inNamespace: (namespace) => all.filter(({ metadata }) => metadata.namespace === namespace),
        byIndex: () => [],
      }
    },
  }
}

export function profileFor(cluster: ExampleCluster): Profile {
  return defaultProfile({ listers: listersOf(cluster.objects), isPreempting: () => false, volumes: { bind: async () => {} } })
}

export interface DecideOptions {
  readonly seed?: number
  readonly startIndex?: number
  readonly nominations?: Nominations
}

export function decideIn(
  cluster: ExampleCluster,
  pod: Pod,
  { seed = 1, startIndex = 0, nominations = new Nominations() }: DecideOptions = {},
): Decision {
  return decide({
    pod: new PodInfo(pod),
    profile: profileFor(cluster),
    snapshot: cacheOf(cluster).snapshot(),
    nominations,
    startIndex,
    random: seededRandom(seed),
    explains: true,
  })
}

/** The name of the node, or why there is none. */
export function outcomeIn(cluster: ExampleCluster, pod: Pod): string {
  const decision = decideIn(cluster, pod)
  switch (decision.outcome) {
    case 'fits':
      return decision.node.name
    case 'no-nodes':
      return noNodesMessage
    case 'unschedulable':
      return describeDiagnosis(decision.diagnosis)
  }
}

/** What one plugin gave each node, by name: its weight is in it. */
export function scoresIn(cluster: ExampleCluster, pod: Pod, plugin: string): Readonly<Record<string, number>> {
  const decision = decideIn(cluster, pod)
  if (decision.outcome !== 'fits') throw new Error(outcomeIn(cluster, pod))
  return Object.fromEntries((decision.scores ?? []).map(({ node, byPlugin }) => [node, byPlugin[plugin] ?? 0]))
}
