/** Templates of what controllers own, and waiting for what they do, for the tests of sig-apps and others. */
import { type Api, eventually, type Json, type Resource } from './api.ts'
import { agnhostImage } from './pods.ts'

export interface Template {
  readonly name: string
  readonly replicas: number
  readonly labels: Json
  readonly container?: string
  readonly image?: string
  /** More of the Pod's spec. */
  readonly pod?: Json
  /** Of the Pods; simulated nodes read theirs (docs/simulated-nodes.md). */
  readonly annotations?: Json
}

export function podTemplate({ labels, container = 'agnhost', image = agnhostImage, pod, annotations }: Template): Json {
  return {
    metadata: { labels, ...(annotations === undefined ? {} : { annotations }) },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: container, image }], ...pod },
  }
}

export function replicaSet(template: Template): Json {
  const { name, replicas, labels } = template
  return { metadata: { name, labels }, spec: { replicas, selector: { matchLabels: labels }, template: podTemplate(template) } }
}

export function deployment(template: Template, spec: Json = {}): Json {
  const { name, replicas, labels } = template
  return {
    metadata: { name, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: podTemplate(template), ...spec },
  }
}

export function replicationController(template: Template): Json {
  const { name, replicas, labels } = template
  return { metadata: { name }, spec: { replicas, selector: labels, template: podTemplate(template) } }
}

/** How to make an image fail everywhere: the name for real nodes, the annotation for simulated ones. */
export const unpullable = { 'sim.typernetes.dev/pull-error': 'not found' }

const revision = 'deployment.kubernetes.io/revision'

export async function replicaSetsOf(api: Api, namespace: string, owner: Json): Promise<readonly Json[]> {
  const { items } = await api.of('apps/v1', 'replicasets', namespace).list()
  return items.filter(({ metadata }: Json) =>
    metadata.ownerReferences?.some((one: Json) => one.controller && one.uid === owner.metadata.uid),
  )
}

/** The ReplicaSet with the Deployment's own template. */
export async function newReplicaSet(api: Api, namespace: string, owner: Json): Promise<Json> {
  const wanted = JSON.stringify(owner.spec.template.spec)
  return (await replicaSetsOf(api, namespace, owner)).find(({ spec }) => JSON.stringify(spec.template.spec) === wanted)
}

export function hasRevision(object: Json, number: string): boolean {
  return object.metadata.annotations?.[revision] === number
}

/** At this revision, in the Deployment and its new ReplicaSet, with this image. */
export async function waitForRevision(api: Api, namespace: string, name: string, number: string, image: string): Promise<Json> {
  const deployments = api.of('apps/v1', 'deployments', namespace)
  return await eventually(
    `revision ${number} of ${name}`,
    async () => {
      const object = await deployments.get(name)
      return { object, set: await newReplicaSet(api, namespace, object) }
    },
    ({ object, set }) =>
      set !== undefined &&
      hasRevision(object, number) &&
      hasRevision(set, number) &&
      object.spec.template.spec.containers[0].image === image &&
      set.spec.template.spec.containers[0].image === image,
    60_000,
  )
}

export function isComplete({ metadata, spec, status }: Json): boolean {
  return (
    status.updatedReplicas === spec.replicas &&
    status.replicas === spec.replicas &&
    status.availableReplicas === spec.replicas &&
    status.observedGeneration >= metadata.generation
  )
}

export function waitForComplete(deployments: Resource, name: string): Promise<Json> {
  return deployments.appears(name, isComplete, 60_000)
}

export function controllerOf({ metadata }: Json): Json | undefined {
  return metadata.ownerReferences?.find((one: Json) => one.controller)
}
