/**
 * What is filled in when a Pod or a Pod template leaves it out (SetDefaults_* upstream). Templates get less than Pods: requests copied from
 * limits, enableServiceLinks and host ports are the Pod's own, or every ReplicaSet would differ from its Deployment.
 *
 * What a newcomer would get wrong: amounts are rounded up to thousandths here, whoever asks for less than 1m; and the pairs that
 * spell one thing twice (serviceAccount and serviceAccountName, podIP and podIPs) are made equal here, as upstream's conversions do.
 */
import { containerSums, isHugePages, isOvercommitAllowed, isPodLevelResource } from './container-sums.ts'
import { type Draft, isEmpty, items, part, roundAmounts, roundResources, setFieldRefDefaults } from './draft.ts'
import { defaultPullPolicy } from './image-reference.ts'
import { setVolumeDefaults } from './volume-defaults.ts'

const terminationGraceSeconds = 30

export function setPodTemplateDefaults(template: object | null | undefined): void {
  const { spec } = (template ?? {}) as { spec?: Draft | null }
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
  for (const container of items(draft.initContainers)) setContainerDefaults(container)
  for (const container of items(draft.containers)) setContainerDefaults(container)
  for (const container of items(draft.ephemeralContainers)) setContainerDefaults(container)
  roundAmounts(draft.overhead)
  roundResources(part(draft, 'resources'))
}

export function setPodDefaults(pod: { readonly spec: object }): void {
  const spec = pod.spec as Draft
  // Wrong since before it could be refused, and meant as "at once".
  if (typeof spec.terminationGracePeriodSeconds === 'number' && spec.terminationGracePeriodSeconds < 0) {
    spec.terminationGracePeriodSeconds = 1
  }
  setPodSpecDefaults(spec)
  for (const container of items(spec.containers)) requestsFromLimits(container)
  for (const container of items(spec.initContainers)) requestsFromLimits(container)
  setPodLevelResources(spec)
  spec.enableServiceLinks ??= true
  if (spec.hostNetwork === true) {
    for (const container of items(spec.containers)) setHostPorts(container)
    for (const container of items(spec.initContainers)) setHostPorts(container)
  }
  const status = part(pod as unknown as Draft, 'status')
  setPodAddresses(status)
  for (const list of ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses']) {
    for (const container of items(status?.[list])) {
      roundAmounts(container.allocatedResources)
      roundResources(part(container, 'resources'))
    }
  }
}

function requestsFromLimits(container: Draft): void {
  const resources = part(container, 'resources')
  const limits = part(resources, 'limits')
  if (resources === undefined || limits === undefined) return
  resources.requests ??= {}
  const requests = resources.requests as Draft
  for (const name of Object.keys(limits)) requests[name] ??= limits[name]
}

/** A Pod that states resources of its own is completed from what its containers state. */
function setPodLevelResources(spec: Draft): void {
  const resources = part(spec, 'resources')
  if (resources === undefined) return
  const limits = { ...(resources.limits as Record<string, string> | undefined) }
  const requests = { ...(resources.requests as Record<string, string> | undefined) }
  if (Object.keys(limits).length + Object.keys(requests).length === 0) return
  const limitSums = containerSums(spec, 'limits')
  for (const name in limitSums) if (isHugePages(name) && requests[name] === undefined) limits[name] ??= limitSums[name] as string
  if (Object.keys(limits).length === 0) return
  resources.limits = limits
  const requestSums = containerSums(spec, 'requests')
  for (const name in requestSums) {
    if (isPodLevelResource(name) && isOvercommitAllowed(name)) requests[name] ??= requestSums[name] as string
  }
  for (const name in limits) if (isPodLevelResource(name)) requests[name] ??= limits[name] as string
  if (Object.keys(requests).length > 0) resources.requests = requests
}

/** On the host's network a container's port is the host's. */
function setHostPorts(container: Draft): void {
  for (const port of items(container.ports)) if (isEmpty(port.hostPort) || port.hostPort === 0) port.hostPort = port.containerPort
}

/** podIP wins over podIPs when they differ: an old kubelet wrote it. */
function setPodAddresses(status: Draft | undefined): void {
  if (status === undefined) return
  const podIp = status.podIP
  const first = items(status.podIPs)[0]?.ip
  if (!isEmpty(podIp) && podIp !== first) status.podIPs = [{ ip: podIp }]
  else if (isEmpty(podIp) && first !== undefined) status.podIP = first
}

const probeNumbers = [
  ['timeoutSeconds', 1],
  ['periodSeconds', 10],
  ['successThreshold', 1],
  ['failureThreshold', 3],
] as const

function setContainerDefaults(container: Draft): void {
  if (isEmpty(container.terminationMessagePath)) container.terminationMessagePath = '/dev/termination-log'
  if (isEmpty(container.terminationMessagePolicy)) container.terminationMessagePolicy = 'File'
  if (isEmpty(container.imagePullPolicy)) container.imagePullPolicy = defaultPullPolicy((container.image as string | undefined) ?? '')
  container.resources ??= {}
  roundResources(container.resources as Draft)
  for (const port of items(container.ports)) if (isEmpty(port.protocol)) port.protocol = 'TCP'
  for (const variable of items(container.env)) {
    const from = part(variable, 'valueFrom')
    if (from === undefined) continue
    setFieldRefDefaults(part(from, 'fieldRef'))
    const fileKeyRef = part(from, 'fileKeyRef')
    if (fileKeyRef !== undefined) fileKeyRef.optional ??= false
  }
  setProbeDefaults(part(container, 'livenessProbe'))
  setProbeDefaults(part(container, 'readinessProbe'))
  setProbeDefaults(part(container, 'startupProbe'))
  const lifecycle = part(container, 'lifecycle')
  setHttpDefaults(part(part(lifecycle, 'postStart'), 'httpGet'))
  setHttpDefaults(part(part(lifecycle, 'preStop'), 'httpGet'))
}

function setProbeDefaults(probe: Draft | undefined): void {
  if (probe === undefined) return
  for (const [name, value] of probeNumbers) if (isEmpty(probe[name]) || probe[name] === 0) probe[name] = value
  setHttpDefaults(part(probe, 'httpGet'))
  const grpc = part(probe, 'grpc')
  if (grpc !== undefined) grpc.service ??= ''
}

function setHttpDefaults(get: Draft | undefined): void {
  if (get === undefined) return
  if (isEmpty(get.path)) get.path = '/'
  if (isEmpty(get.scheme)) get.scheme = 'HTTP'
}
