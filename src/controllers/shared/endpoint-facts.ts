/**
 * What Endpoints and EndpointSlices agree on: which Pods count, at which address and port, under which host name.
 */
import type { Pod } from '../../api/core/pod.ts'
import { isPodTerminal, isTerminating } from '../../api/core/pod-facts.ts'
import type { Service } from '../../api/core/service.ts'
import type { ServicePort } from '../../api/core/service-schema.ts'
import { formatIp, parseIpSloppy } from '../../apimachinery/ip-address.ts'

export function belongsInEndpoints(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodTerminal(pod)) return false
  if ((pod.status?.podIP ?? '') === '' && (pod.status?.podIPs?.length ?? 0) === 0) return false
  return includeTerminating || !isTerminating(pod)
}

/** The Pod's own name behind a headless Service: `<hostname>.<service>.<namespace>.svc`. */
export function endpointHostname(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec
  if (hostname === undefined || hostname === '' || subdomain !== service.metadata.name) return undefined
  return service.metadata.namespace === pod.metadata.namespace ? hostname : undefined
}

/** In their usual form. */
export function addressesOf(pod: Pod, family: 'IPv4' | 'IPv6'): readonly string[] {
  const addresses: string[] = []
  for (const { ip } of pod.status?.podIPs ?? []) {
    const address = parseIpSloppy(ip)
    if (address !== undefined && (address.family === 6) === (family === 'IPv6')) addresses.push(formatIp(address))
  }
  return addresses
}

/** The number behind targetPort; undefined when no container has a port of that name. */
export function targetPortOf(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port
  if (typeof target === 'number') return target
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const container of [...pod.spec.containers, ...sidecars]) {
    for (const { name, protocol, containerPort } of container.ports ?? []) {
      if (name === target && (protocol ?? 'TCP') === (port.protocol ?? 'TCP')) return containerPort
    }
  }
  return undefined
}

/** Others' endpoints are made by hand, or none. An empty selector is none: it does not survive storage upstream. */
export function selectsPods(service: Service): boolean {
  return service.spec.type !== 'ExternalName' && Object.keys(service.spec.selector ?? {}).length > 0
}

export function isHeadless(service: Service): boolean {
  const { clusterIP } = service.spec
  return clusterIP === undefined || clusterIP === '' || clusterIP === 'None'
}

/** Annotation: what set off the change, so that programming the network can be timed from end to end. */
export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time'
export const headlessLabel = 'service.kubernetes.io/headless'
