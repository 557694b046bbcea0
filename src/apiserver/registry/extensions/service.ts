/**
 * Services take addresses and ports: a ClusterIP for each that is not headless, a node port for each port of the types
 * that have one, a health check port. Taken before the Service is stored, given back when it is not, or when it is deleted or becomes
 * something that needs none.
 *
 * What is taken is known from the Services themselves, read once; each ClusterIP has an IPAddress object besides, as other
 * clients expect. Where servers share a store, that is read for each Service anew, and a number is only had once it is claimed in the store:
 * an address by its IPAddress, ports by shared-ports.ts.
 */

import { Endpoints } from '../../../api/core/endpoints.ts'
import { Service } from '../../../api/core/service.ts'
import { IPAddress } from '../../../api/networking/ip-address.ts'
import { type FieldError, invalidValue } from '../../../apimachinery/field-error.ts'
import { cidrSize, formatIp, parseCidr, parseIpSloppy } from '../../../apimachinery/ip-address.ts'
import type { KindDefinition } from '../../../apimachinery/kind.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { internalError, invalid, reasonOf, StatusError } from '../../../apimachinery/status-error.ts'
import { prefixRange } from '../../../store/store.ts'
import { createMissing, internalWrite } from '../../bootstrap/create-missing.ts'
import type { ApiServerFlags, Extension, Server, Undo, Write } from '../../server-parts.ts'
import { deleteObject } from '../delete.ts'
import { lookUp } from '../look-up.ts'
import type { Draft } from '../resource-store.ts'
import { notConnected } from './not-connected.ts'
import { RangeAllocator } from './range-allocator.ts'
import { normalizeClusterIps, setFamilies } from './service-families.ts'
import {
  givesNodePorts,
  hasNodePorts,
  headless,
  needsClusterIp,
  needsHealthCheckPort,
  nodePortsOf,
  type PortParts,
  type ServiceParts,
  type ServiceSpecParts,
} from './service-parts.ts'
import { SharedPorts } from './shared-ports.ts'

export function serviceExtension(flags: ApiServerFlags): Extension {
  const allocator = new ServiceAllocator(flags)
  return {
    beginCreate: (write, draft) => allocator.create(write, draft),
    beginUpdate: (write, draft, old) => (write.subresource === '' ? allocator.update(write, draft, old) : undefined),
    afterUpdate: (server, object, old) => allocator.releaseUnused(server, (object as ServiceParts).spec, (old as ServiceParts).spec),
    afterDelete: (server, object) => allocator.deleted(server, object as ServiceParts),
    subresources: { proxy: notConnected('the proxy') },
  }
}

class ServiceAllocator {
  readonly #base: bigint
  readonly #range: string
  readonly #addresses: RangeAllocator
  readonly #ports: RangeAllocator
  readonly #sharedPorts: SharedPorts
  readonly #flags: ApiServerFlags
  #loaded: Promise<void> | undefined

  constructor(flags: ApiServerFlags) {
    this.#flags = flags
    const cidr = parseCidr(flags.serviceClusterIpRange)
    if (cidr === undefined) throw new Error(`Not a range of addresses: ${flags.serviceClusterIpRange}`)
    this.#range = flags.serviceClusterIpRange
    this.#base = cidr.address.value
    // Without the network's own address and the broadcast address.
    const size = Number(cidrSize(cidr)) - 2
    this.#addresses = new RangeAllocator(size, size < 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 16)), 256))
    const ports = flags.nodePortLast - flags.nodePortFirst + 1
    this.#sharedPorts = new SharedPorts(flags.nodePortFirst, flags.nodePortLast)
    this.#ports = new RangeAllocator(ports, ports < 16 ? 0 : Math.min(Math.max(16, Math.floor(ports / 32)), 128))
  }

  async create(write: Write, draft: Draft): Promise<Undo> {
    const service = draft as unknown as ServiceParts
    await this.#load(write.server)
    normalizeClusterIps(service.spec, undefined)
    setFamilies(service, undefined)
    return this.#taking(async (undo) => {
      await this.#takeAddresses(write, service, undo)
      await this.#takingPorts(write, service.spec, undo, () => {
        if (hasNodePorts(service.spec)) this.#takeNodePorts(write, service, undo)
        if (needsHealthCheckPort(service.spec)) this.#takeHealthCheckPort(write, service.spec, undo)
      })
    })
  }

  async #taking(take: (undo: Undoing) => Promise<void>): Promise<Undo> {
    const undo = new Undoing()
    try {
      await take(undo)
    } catch (error) {
      undo.run()
      throw error
    }
    return () => undo.run()
  }

  /** Takes ports and claims them; again, when another server was faster with one of them. */
  async #takingPorts(write: Write, spec: ServiceSpecParts, undo: Undoing, take: () => void): Promise<void> {
    const { server, isDryRun } = write
    const [ports, health] = [spec.ports?.map((port) => ({ ...port })), spec.healthCheckNodePort]
    for (;;) {
      undo.ports.length = 0
      take()
      const claimed = [...undo.ports]
      if (claimed.length === 0 || isDryRun || !server.store.isShared) return
      const conflicts = await this.#sharedPorts.claim(server, claimed)
      if (conflicts.length === 0) {
        undo.add(() => this.#unclaim(server, claimed))
        return
      }
      for (const offset of claimed) if (!conflicts.includes(offset)) this.#ports.release(offset)
      for (const offset of conflicts) this.#ports.take(offset)
      if (ports !== undefined) spec.ports = ports.map((port) => ({ ...port }))
      if (health === undefined) delete spec.healthCheckNodePort
      else spec.healthCheckNodePort = health
    }
  }

  #unclaim(server: Server, offsets: readonly number[]): void {
    if (offsets.length === 0 || !server.store.isShared) return
    this.#sharedPorts.release(server, offsets).catch((error: unknown) => {
      server.log.warn('Cannot give back node ports', { error, offsets })
    })
  }

  async update(write: Write, draft: Draft, old: KubeObject): Promise<Undo> {
    const service = draft as unknown as ServiceParts
    const before = old as ServiceParts
    await this.#load(write.server)
    patchAllocated(service.spec, before.spec)
    normalizeClusterIps(service.spec, before.spec)
    setFamilies(service, before)
    return this.#taking(async (undo) => {
      if (!needsClusterIp(before.spec) && needsClusterIp(service.spec)) await this.#takeAddresses(write, service, undo)
      await this.#takingPorts(write, service.spec, undo, () => {
        if (hasNodePorts(service.spec)) this.#changeNodePorts(write, service, nodePortsOf(before.spec), undo)
        if (needsHealthCheckPort(service.spec) && !needsHealthCheckPort(before.spec)) this.#takeHealthCheckPort(write, service.spec, undo)
      })
    })
  }

  /** After an update: what the old one had and the new one does not. */
  releaseUnused(server: Server, spec: ServiceSpecParts, old: ServiceSpecParts): void {
    const kept = new Set(nodePortsOf(spec))
    const gone = nodePortsOf(old).filter((port) => !kept.has(port))
    if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec) && old.healthCheckNodePort) gone.push(old.healthCheckNodePort)
    const offsets = gone.map((port) => port - this.#flags.nodePortFirst)
    for (const offset of offsets) this.#ports.release(offset)
    this.#unclaim(server, offsets)
    const ips = new Set(spec.clusterIPs ?? [])
    for (const ip of old.clusterIPs ?? []) if (!ips.has(ip)) this.#releaseAddress(server, ip)
  }

  deleted(server: Server, service: ServiceParts): void {
    this.releaseUnused(server, {}, service.spec)
    const { namespace = '', name = '' } = service.metadata
    this.#remove(server, Endpoints as unknown as KindDefinition, namespace, name)
  }

  // Addresses

  async #takeAddresses(write: Write, service: ServiceParts, undo: Undoing): Promise<void> {
    const { spec } = service
    if (!needsClusterIp(spec) || spec.clusterIPs?.[0] === headless) return
    const wanted = spec.clusterIPs ?? []
    const ips: string[] = []
    for (const i of (spec.ipFamilies ?? []).keys()) {
      const ip = wanted[i] ?? ''
      for (;;) {
        const taken = ip === '' ? this.#takeAnyAddress(write, undo) : this.#takeAddress(service, ip, undo)
        if (await this.#record(write, service, taken, undo)) {
          ips.push(taken)
          break
        }
        if (ip !== '') throw refusedAddress(service, ip, 'provided IP is already allocated')
      }
    }
    spec.clusterIPs = ips
    if (ips[0] !== undefined) spec.clusterIP = ips[0]
  }

  #takeAnyAddress({ server }: Write, undo: Undoing): string {
    const offset = this.#addresses.takeAny(server.random)
    if (offset === undefined) throw internalError('failed to allocate a serviceIP: range is full')
    undo.add(() => this.#addresses.release(offset))
    return formatIp({ family: 4, value: this.#base + BigInt(offset) + 1n })
  }

  #takeAddress(service: ServiceParts, ip: string, undo: Undoing): string {
    const offset = this.#offsetOf(ip)
    if (offset === undefined) {
      const why = `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${this.#range}`
      throw refusedAddress(service, ip, why)
    }
    if (!this.#addresses.take(offset)) throw refusedAddress(service, ip, 'provided IP is already allocated')
    undo.add(() => this.#addresses.release(offset))
    return ip
  }

  #offsetOf(ip: string): number | undefined {
    const address = parseIpSloppy(ip)
    if (address === undefined || address.family !== 4) return undefined
    const offset = address.value - this.#base - 1n
    return offset >= 0n && offset < BigInt(this.#addresses.size) ? Number(offset) : undefined
  }

  /** False: another server has given it to another Service. */
  async #record({ server, isDryRun }: Write, { metadata }: ServiceParts, ip: string, undo: Undoing): Promise<boolean> {
    if (isDryRun) return true
    const { name = '', namespace = '' } = metadata
    const labels = { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' }
    const spec = { parentRef: { group: '', resource: 'services', namespace, name } }
    await createMissing(server, IPAddress, { metadata: { name: ip, labels } as { name: string }, spec })
    if (!server.store.isShared) {
      undo.add(() => this.#remove(server, IPAddress as unknown as KindDefinition, '', ip))
      return true
    }
    const parent = (await lookUp<KubeObject & { spec?: { parentRef?: ParentRef } }>(server, IPAddress, '', ip))?.spec?.parentRef
    if (parent?.namespace !== namespace || parent.name !== name) return false
    undo.add(() => this.#removeUnused(server, namespace, name, ip))
    return true
  }

  /** Of two servers that make the same Service the one that loses must not take the winner's address. */
  #removeUnused(server: Server, namespace: string, name: string, ip: string): void {
    const look = async (): Promise<void> => {
      const service = await lookUp<ServiceParts>(server, Service, namespace, name)
      if (!service?.spec.clusterIPs?.includes(ip)) this.#remove(server, IPAddress as unknown as KindDefinition, '', ip)
    }
    look().catch((error: unknown) => server.log.warn('Cannot remove what belonged to a Service', { kind: 'IPAddress', name: ip, error }))
  }

  #releaseAddress(server: Server, ip: string): void {
    const offset = this.#offsetOf(ip)
    if (offset === undefined) return
    this.#addresses.release(offset)
    this.#remove(server, IPAddress as unknown as KindDefinition, '', ip)
  }

  #remove(server: Server, kind: KindDefinition, namespace: string, name: string): void {
    deleteObject(internalWrite(server, kind, namespace), { name }).catch((error: unknown) => {
      if (reasonOf(error) !== 'NotFound') server.log.warn('Cannot remove what belonged to a Service', { kind: kind.kind, name, error })
    })
  }

  // Ports

  /** The first entry of a port decides for the others of the same number (TCP and UDP of DNS). */
  #takeNodePorts(write: Write, { spec, metadata }: ServiceParts, undo: Undoing): void {
    const ports = spec.ports ?? []
    const byPort = new Map<number, number>()
    for (const [i, port] of ports.entries()) {
      if (!port.nodePort && !givesNodePorts(spec)) continue
      const given = byPort.get(port.port)
      if (given === undefined) {
        const wanted = requestedFor(port.port, ports)
        if (wanted) this.#takePort(wanted, nodePortField(i), metadata.name ?? '', undo)
        port.nodePort = wanted || this.#takeAnyPort(write, 'a nodePort', undo)
        byPort.set(port.port, port.nodePort)
      } else if (!port.nodePort) port.nodePort = given
      else if (port.nodePort !== given) this.#takePort(port.nodePort, nodePortField(i), metadata.name ?? '', undo)
    }
  }

  #changeNodePorts(write: Write, { spec, metadata }: ServiceParts, had: readonly number[], undo: Undoing): void {
    const known = new Set(had)
    const places = new Set<string>()
    for (const [i, port] of (spec.ports ?? []).entries()) {
      if (!port.nodePort && !givesNodePorts(spec)) continue
      if (!port.nodePort) port.nodePort = this.#takeAnyPort(write, 'a nodePort', undo)
      else if (!known.has(port.nodePort)) {
        this.#takePort(port.nodePort, nodePortField(i), metadata.name ?? '', undo)
        known.add(port.nodePort)
      }
      const place = `${port.protocol ?? ''} ${port.nodePort}`
      if (places.has(place)) throw new StatusError(500, undefined, `duplicate nodePort: {${place}}`)
      places.add(place)
    }
  }

  #takePort(port: number, field: string, name: string, undo: Undoing): void {
    const why = this.#tryPort(port, undo)
    if (why !== undefined) throw invalid('', 'Service', name, [invalidValue(field, port, why)])
  }

  #tryPort(port: number, undo: Undoing): string | undefined {
    const { nodePortFirst, nodePortLast } = this.#flags
    if (port < nodePortFirst || port > nodePortLast) {
      return `provided port is not in the valid range. The range of valid ports is ${nodePortFirst}-${nodePortLast}`
    }
    const offset = port - nodePortFirst
    if (!this.#ports.take(offset)) return 'provided port is already allocated'
    undo.ports.push(offset)
    undo.add(() => this.#ports.release(offset))
    return undefined
  }

  #takeAnyPort({ server }: Write, what: string, undo: Undoing): number {
    const offset = this.#ports.takeAny(server.random)
    if (offset === undefined) throw internalError(`failed to allocate ${what}: range is full`)
    undo.ports.push(offset)
    undo.add(() => this.#ports.release(offset))
    return this.#flags.nodePortFirst + offset
  }

  #takeHealthCheckPort(write: Write, spec: ServiceSpecParts, undo: Undoing): void {
    const wanted = spec.healthCheckNodePort ?? 0
    if (wanted === 0) spec.healthCheckNodePort = this.#takeAnyPort(write, 'a HealthCheck NodePort 0', undo)
    else {
      const why = this.#tryPort(wanted, undo)
      if (why !== undefined) throw internalError(`failed to allocate requested HealthCheck NodePort ${wanted}: ${why}`)
    }
  }

  /** Reads off the Services what is taken. */
  #load(server: Server): Promise<void> {
    if (server.store.isShared) return this.#reload(server)
    this.#loaded ??= this.#readServices(server)
    return this.#loaded
  }

  async #reload(server: Server): Promise<void> {
    const taken = await this.#sharedPorts.taken(server)
    await this.#readServices(server, () => {
      this.#addresses.clear()
      this.#ports.clear()
      for (const offset of taken) this.#ports.take(offset)
    })
  }

  async #readServices(server: Server, begin: () => void = () => {}): Promise<void> {
    const store = server.catalog.storeOf(Service)
    const { items } = await server.store.range(prefixRange(store.prefix))
    begin()
    for (const kv of items) {
      const { spec } = store.objectOf(kv) as ServiceParts
      for (const ip of spec.clusterIPs ?? []) {
        const offset = this.#offsetOf(ip)
        if (offset !== undefined) this.#addresses.take(offset)
      }
      const ports = [...nodePortsOf(spec), ...(needsHealthCheckPort(spec) && spec.healthCheckNodePort ? [spec.healthCheckNodePort] : [])]
      for (const port of ports) this.#ports.take(port - this.#flags.nodePortFirst)
    }
  }
}

interface ParentRef {
  readonly namespace?: string
  readonly name?: string
}

function refusedAddress({ metadata, spec }: ServiceParts, ip: string, why: string): Error {
  const error: FieldError = invalidValue('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${ip}: ${why}`)
  return invalid('', 'Service', metadata.name ?? '', [error])
}

class Undoing {
  /** Offsets of the ports taken. */
  readonly ports: number[] = []
  #steps: (() => void)[] = []

  add(step: () => void): void {
    this.#steps.push(step)
  }
  run(): void {
    for (const step of this.#steps.reverse()) step()
    this.#steps = []
  }
}

function nodePortField(position: number): string {
  return `spec.ports[${position}].nodePort`
}

/** Another entry for the same port (TCP and UDP of DNS) may name the node port for both. */
function requestedFor(port: number, ports: readonly PortParts[]): number {
  return ports.find((one) => one.port === port && one.nodePort)?.nodePort ?? 0
}

/** A client that sends its manifest again must not lose what we gave it. */
function patchAllocated(spec: ServiceSpecParts, old: ServiceSpecParts): void {
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if ((spec.clusterIP ?? '') === '' && old.clusterIP !== undefined) spec.clusterIP = old.clusterIP
    if ((spec.clusterIPs?.length ?? 0) === 0 && old.clusterIPs?.length) spec.clusterIPs = [...old.clusterIPs]
  }
  if (givesNodePorts(old) && givesNodePorts(spec)) {
    const now = new Set(nodePortsOf(spec))
    const used = new Set(nodePortsOf(old).filter((port) => now.has(port)))
    const byName = new Map((old.ports ?? []).map(({ name, nodePort }) => [name ?? '', nodePort ?? 0]))
    for (const port of spec.ports ?? []) {
      const value = byName.get(port.name ?? '')
      if (!port.nodePort && value && !used.has(value)) port.nodePort = value
    }
  }
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && !spec.healthCheckNodePort && old.healthCheckNodePort) {
    spec.healthCheckNodePort = old.healthCheckNodePort
  }
}
