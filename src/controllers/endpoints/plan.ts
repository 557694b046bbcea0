/**
 * What a Service's Endpoints should be, from its Pods and what is there: the object to write, or nothing. Pure.
 */
import type { EndpointAddress, EndpointSubset, Endpoints } from '../../api/core/endpoints.ts'
import type { Pod } from '../../api/core/pod.ts'
import { isPodReady } from '../../api/core/pod-facts.ts'
import type { Service } from '../../api/core/service.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import {
  addressesOf,
  belongsInEndpoints,
  endpointHostname,
  headlessLabel,
  isHeadless,
  targetPortOf,
  triggerTimeAnnotation,
} from '../shared/endpoint-facts.ts'
import { addressesMax, repackSubsets, truncateSubsets } from './subsets.ts'

const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity'
const managedByLabel = 'endpoints.kubernetes.io/managed-by'
const managedBy = 'endpoint-controller'

export interface EndpointsWorld {
  readonly service: Service
  readonly pods: readonly Pod[]
  readonly current: Endpoints | undefined
  /** See trigger-times.ts. */
  readonly triggerTime: string | undefined
}

/** Undefined: nothing to write. */
export function planEndpoints({ service, pods, current, triggerTime }: EndpointsWorld): Endpoints | undefined {
  const packed = repackSubsets(pods.flatMap((pod) => subsetsOf(pod, service)))
  const cut = truncateSubsets(packed)
  const subsets = cut ?? packed
  const labels = wantedLabels(service)
  if (current !== undefined && isUpToDate(current, packed, labels)) return undefined
  const annotations: Record<string, string> = { ...current?.metadata.annotations }
  delete annotations[triggerTimeAnnotation]
  delete annotations[overCapacityAnnotation]
  if (triggerTime !== undefined) annotations[triggerTimeAnnotation] = triggerTime
  if (cut !== undefined) annotations[overCapacityAnnotation] = 'truncated'
  const { name = '', namespace = '' } = service.metadata
  const metadata = { ...(current?.metadata ?? { name, namespace }), labels, annotations }
  return { apiVersion: 'v1', kind: 'Endpoints', metadata, ...(subsets.length === 0 ? {} : { subsets }) }
}

function subsetsOf(pod: Pod, service: Service): readonly EndpointSubset[] {
  const publishAll = service.spec.publishNotReadyAddresses === true
  if (!belongsInEndpoints(pod, publishAll)) return []
  const [ip] = addressesOf(pod, service.spec.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4')
  if (ip === undefined) return []
  const { namespace = '', name = '', uid = '' } = pod.metadata
  const hostname = endpointHostname(pod, service)
  const address: EndpointAddress = {
    ip,
    nodeName: pod.spec.nodeName ?? '',
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(hostname === undefined ? {} : { hostname }),
  }
  const placed: EndpointSubset = publishAll || isPodReady(pod) ? { addresses: [address] } : { notReadyAddresses: [address] }
  const ports = service.spec.ports ?? []
  if (ports.length === 0) return service.spec.clusterIP === 'None' ? [placed] : []
  return ports.flatMap((one): readonly EndpointSubset[] => {
    const port = targetPortOf(pod, one)
    if (port === undefined) return []
    const { name, protocol, appProtocol } = one
    const named = {
      ...(name === undefined || name === '' ? {} : { name }),
      port,
      protocol: protocol ?? 'TCP',
      ...(appProtocol === undefined || appProtocol === null ? {} : { appProtocol }),
    }
    return [{ ...placed, ports: [named as NonNullable<EndpointSubset['ports']>[number]] }]
  })
}

function wantedLabels(service: Service): Readonly<Record<string, string>> {
  const labels: Record<string, string> = { ...service.metadata.labels }
  delete labels[headlessLabel]
  if (isHeadless(service)) labels[headlessLabel] = ''
  labels[managedByLabel] = managedBy
  return labels
}

function isUpToDate(current: Endpoints, packed: readonly EndpointSubset[], labels: Readonly<Record<string, string>>): boolean {
  const subsets = current.subsets ?? []
  const count = subsets.reduce((sum, one) => sum + (one.addresses?.length ?? 0) + (one.notReadyAddresses?.length ?? 0), 0)
  // Exactly at the limit with the annotation: it may have been cut, and may have to be cut elsewhere now.
  if (count > addressesMax || current.metadata.annotations?.[overCapacityAnnotation] !== undefined) return false
  if (!semanticallyEqual(current.metadata.labels ?? {}, labels)) return false
  return (
    semanticallyEqual(withoutVersions(subsets), withoutVersions(packed)) ||
    semanticallyEqual(withoutVersions(repackSubsets(subsets)), withoutVersions(packed))
  )
}

function withoutVersions(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  const plain = (list: readonly EndpointAddress[] | undefined): readonly EndpointAddress[] | undefined =>
    list?.map((address) => {
      if (address.targetRef?.resourceVersion === undefined) return address
      const { resourceVersion: _, ...targetRef } = address.targetRef
      return { ...address, targetRef }
    })
  return subsets.map((subset) => ({ ...subset, addresses: plain(subset.addresses), notReadyAddresses: plain(subset.notReadyAddresses) }))
}
