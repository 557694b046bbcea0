/** What the address rules look at in a Service, and the small questions that they ask. */
import type { KubeObject } from '../../../apimachinery/object.ts'

export interface PortParts {
  name?: string
  protocol?: string
  port: number
  nodePort?: number
}
export interface ServiceSpecParts {
  type?: string
  clusterIP?: string
  clusterIPs?: string[]
  ipFamilies?: string[]
  ipFamilyPolicy?: string
  selector?: Readonly<Record<string, string>>
  ports?: PortParts[]
  healthCheckNodePort?: number
  externalTrafficPolicy?: string
  allocateLoadBalancerNodePorts?: boolean
}
export interface ServiceParts extends KubeObject {
  readonly spec: ServiceSpecParts
}

export const headless = 'None'

export function needsClusterIp({ type }: ServiceSpecParts): boolean {
  return type !== 'ExternalName'
}
/** May nodes' ports be given to this Service without being asked for? */
export function givesNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpecParts): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
}
export function hasNodePorts({ type }: ServiceSpecParts): boolean {
  return type === 'NodePort' || type === 'LoadBalancer'
}
export function needsHealthCheckPort({ type, externalTrafficPolicy }: ServiceSpecParts): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}
export function nodePortsOf({ ports }: ServiceSpecParts): number[] {
  return (ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []))
}
export function sameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  const left = a ?? []
  const right = b ?? []
  return left.length === right.length && left.every((one, i) => one === right[i])
}
