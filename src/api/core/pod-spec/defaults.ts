/**
 * What is filled in when a Pod or a Pod template leaves it out (SetDefaults_* upstream). Templates get less than Pods: requests copied from
 * limits, enableServiceLinks and host ports are the Pod's own, or every ReplicaSet would differ from its Deployment.
 */
import { containersOf } from './walk.ts'

/** Drafts here are looser than the inferred types, which are too deep for the compiler when made mutable. */
interface Draft {
  [key: string]: unknown
}
type Drafts = Draft[] | null | undefined

const terminationGraceSeconds = 30
const fileMode = 0o644
const tokenSeconds = 3600

export function setPodTemplateDefaults(template: object | null | undefined): void {
  const { spec } = (template ?? {}) as { spec?: Draft }
  if (spec !== undefined && spec !== null) setPodSpecDefaults(spec)
}

export function setPodSpecDefaults(spec: object): void {
  const draft = spec as Draft
  if (isEmpty(draft.dnsPolicy)) draft.dnsPolicy = 'ClusterFirst'
  if (isEmpty(draft.restartPolicy)) draft.restartPolicy = 'Always'
  draft.securityContext ??= {}
  draft.terminationGracePeriodSeconds ??= terminationGraceSeconds
  if (isEmpty(draft.schedulerName)) draft.schedulerName = 'default-scheduler'
  // The older name of serviceAccountName; both are always shown.
  if (isEmpty(draft.serviceAccountName) && !isEmpty(draft.serviceAccount)) draft.serviceAccountName = draft.serviceAccount
  if (!isEmpty(draft.serviceAccountName)) draft.serviceAccount = draft.serviceAccountName
  for (const volume of items(draft.volumes)) setVolumeDefaults(volume)
  for (const container of containersOf(draft) as Iterable<Draft>) setContainerDefaults(container)
  for (const container of items(draft.ephemeralContainers)) setContainerDefaults(container)
}

export function setPodDefaults(pod: { readonly spec: object }): void {
  const spec = pod.spec as Draft
  setPodSpecDefaults(spec)
  for (const container of containersOf(spec) as Iterable<Draft>) requestsFromLimits(container)
  spec.enableServiceLinks ??= true
  if (spec.hostNetwork === true) {
    for (const container of containersOf(spec) as Iterable<Draft>) {
      for (const port of items(container.ports)) if (isEmpty(port.hostPort) || port.hostPort === 0) port.hostPort = port.containerPort
    }
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
function items(list: unknown): readonly Draft[] {
  return (list as Drafts) ?? []
}
function part(holder: Draft, name: string): Draft | undefined {
  const value = holder[name]
  return typeof value === 'object' && value !== null ? (value as Draft) : undefined
}

function requestsFromLimits(container: Draft): void {
  const resources = part(container, 'resources')
  const limits = resources === undefined ? undefined : part(resources, 'limits')
  if (resources === undefined || limits === undefined) return
  resources.requests ??= {}
  const requests = resources.requests as Draft
  for (const name of Object.keys(limits)) requests[name] ??= limits[name]
}

function setContainerDefaults(container: Draft): void {
  if (isEmpty(container.terminationMessagePath)) container.terminationMessagePath = '/dev/termination-log'
  if (isEmpty(container.terminationMessagePolicy)) container.terminationMessagePolicy = 'File'
  if (isEmpty(container.imagePullPolicy))
    container.imagePullPolicy = isLatest((container.image as string | undefined) ?? '') ? 'Always' : 'IfNotPresent'
  container.resources ??= {}
  for (const port of items(container.ports)) if (isEmpty(port.protocol)) port.protocol = 'TCP'
  for (const variable of items(container.env)) {
    const fieldRef = part(part(variable, 'valueFrom') ?? {}, 'fieldRef')
    if (fieldRef !== undefined && isEmpty(fieldRef.apiVersion)) fieldRef.apiVersion = 'v1'
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = part(container, name)
    if (probe !== undefined) setProbeDefaults(probe)
  }
  const lifecycle = part(container, 'lifecycle') ?? {}
  for (const name of ['postStart', 'preStop']) setHttpDefaults(part(part(lifecycle, name) ?? {}, 'httpGet'))
}

/** A tag of "latest", or no tag and no digest. */
export function isLatest(image: string): boolean {
  const [name = '', digest] = image.split('@', 2)
  const tag = /:([\w][\w.-]*)$/.exec(name)?.[1]
  return tag === undefined ? digest === undefined : tag === 'latest'
}

function setProbeDefaults(probe: Draft): void {
  const numbers = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }
  for (const [name, value] of Object.entries(numbers)) if (isEmpty(probe[name]) || probe[name] === 0) probe[name] = value
  setHttpDefaults(part(probe, 'httpGet'))
  const grpc = part(probe, 'grpc')
  if (grpc !== undefined) grpc.service ??= ''
}

function setHttpDefaults(get: Draft | undefined): void {
  if (get === undefined) return
  if (isEmpty(get.path)) get.path = '/'
  if (isEmpty(get.scheme)) get.scheme = 'HTTP'
}

function setVolumeDefaults(volume: Draft): void {
  if (Object.keys(volume).every((name) => name === 'name' || isEmpty(volume[name]))) volume.emptyDir = {}
  for (const name of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const source = part(volume, name)
    if (source !== undefined) source.defaultMode ??= fileMode
  }
  setDownwardDefaults(part(volume, 'downwardAPI'))
  for (const source of items(part(volume, 'projected')?.sources)) {
    const token = part(source, 'serviceAccountToken')
    if (token !== undefined) token.expirationSeconds ??= tokenSeconds
    setDownwardDefaults(part(source, 'downwardAPI'))
  }
  const hostPath = part(volume, 'hostPath')
  if (hostPath !== undefined) hostPath.type ??= ''
  const iscsi = part(volume, 'iscsi')
  if (iscsi !== undefined && isEmpty(iscsi.iscsiInterface)) iscsi.iscsiInterface = 'default'
  const claim = part(part(part(volume, 'ephemeral') ?? {}, 'volumeClaimTemplate') ?? {}, 'spec')
  if (claim !== undefined) claim.volumeMode ??= 'Filesystem'
}

function setDownwardDefaults(source: Draft | undefined): void {
  for (const item of items(source?.items)) {
    const fieldRef = part(item, 'fieldRef')
    if (fieldRef !== undefined && isEmpty(fieldRef.apiVersion)) fieldRef.apiVersion = 'v1'
  }
}
