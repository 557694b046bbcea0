/**
 * The addresses behind a Service, packed as Endpoints want them: addresses that have the same ports share a subset, ports that have the same
 * addresses share one, and the order is always the same, so that what is equal compares equal.
 *
 *     {10.0.0.1, ports 80}, {10.0.0.1, ports 443}, {10.0.0.2, ports 80}, {10.0.0.2, ports 443}
 *     → {10.0.0.1 10.0.0.2, ports 80 443}
 *
 * An address is told from another by its IP and its Pod; not ready for one port of a name means not ready for it anywhere in that port's set.
 */
import type { EndpointAddress, EndpointPort, EndpointSubset } from '../../api/core/endpoints.ts'
import { fnv128aHex, goPointer } from '../shared/go-hash.ts'

/** More addresses are cut off: Endpoints are one object. */
export const addressesMax = 1000

interface PortAddresses {
  readonly port: EndpointPort | undefined
  /** By IP and uid; whether it is ready. */
  readonly ready: Map<string, boolean>
}

export function repackSubsets(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  const addresses = new Map<string, EndpointAddress>()
  const byPort = new Map<string, PortAddresses>()
  for (const subset of subsets) {
    const ports: readonly (EndpointPort | undefined)[] =
      subset.ports === undefined || subset.ports.length === 0 ? [undefined] : subset.ports
    for (const port of ports) {
      const key = port === undefined ? '' : portText(port)
      let found = byPort.get(key)
      if (found === undefined) byPort.set(key, (found = { port, ready: new Map() }))
      for (const address of subset.addresses ?? []) note(addresses, found.ready, address, true)
      for (const address of subset.notReadyAddresses ?? []) note(addresses, found.ready, address, false)
    }
  }
  const packed = new Map<string, { readonly ready: Map<string, boolean>; readonly ports: EndpointPort[] }>()
  for (const { port, ready } of byPort.values()) {
    const key = JSON.stringify([...ready].sort(([a], [b]) => (a < b ? -1 : 1)))
    let pack = packed.get(key)
    if (pack === undefined) packed.set(key, (pack = { ready, ports: [] }))
    if (port !== undefined) pack.ports.push(port)
  }
  return sortSubsets([...packed.values()].map(({ ready, ports }) => subsetOf(addresses, ready, ports)))
}

function note(addresses: Map<string, EndpointAddress>, ready: Map<string, boolean>, address: EndpointAddress, isReady: boolean): void {
  const key = `${address.ip} ${address.targetRef?.uid ?? ''}`
  if (!addresses.has(key)) addresses.set(key, address)
  if (ready.get(key) !== false) ready.set(key, isReady)
}

function subsetOf(
  addresses: ReadonlyMap<string, EndpointAddress>,
  ready: ReadonlyMap<string, boolean>,
  ports: readonly EndpointPort[],
): EndpointSubset {
  const chosen = (isReady: boolean): readonly EndpointAddress[] =>
    [...ready]
      .filter(([, one]) => one === isReady)
      .map(([key]) => addresses.get(key) as EndpointAddress)
      .sort(compareAddresses)
  const [yes, no] = [chosen(true), chosen(false)]
  return {
    ...(yes.length === 0 ? {} : { addresses: yes }),
    ...(no.length === 0 ? {} : { notReadyAddresses: no }),
    ...(ports.length === 0 ? {} : { ports: sortPorts(ports) }),
  }
}

function compareAddresses(a: EndpointAddress, b: EndpointAddress): number {
  if (a.ip !== b.ip) return a.ip < b.ip ? -1 : 1
  const [left, right] = [a.targetRef?.uid ?? '', b.targetRef?.uid ?? '']
  return left === right ? 0 : left < right ? -1 : 1
}

function sortPorts(ports: readonly EndpointPort[]): readonly EndpointPort[] {
  if (ports.length < 2) return ports
  return sortByHash(ports, portText)
}

function sortSubsets(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  if (subsets.length < 2) return subsets
  return sortByHash(subsets, subsetText)
}

function sortByHash<T>(items: readonly T[], text: (item: T) => string): readonly T[] {
  return items
    .map((item) => ({ item, hash: fnv128aHex(text(item)) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
    .map(({ item }) => item)
}

export function portText(port: EndpointPort): string {
  return `(v1.EndpointPort)${portFields(port)}`
}
function portFields({ name = '', port, protocol = '', appProtocol }: EndpointPort): string {
  return `{Name:(string)${name} Port:(int32)${port} Protocol:(v1.Protocol)${protocol} AppProtocol:${goPointer('string', appProtocol)}}`
}

/** Items of lists are printed without their type. */
export function subsetText({ addresses, notReadyAddresses, ports }: EndpointSubset): string {
  const list = (type: string, texts: readonly string[] | undefined): string =>
    texts === undefined || texts.length === 0 ? `([]v1.${type})<nil>` : `([]v1.${type})[${texts.join(' ')}]`
  const ready = list('EndpointAddress', addresses?.map(addressFields))
  const notReady = list('EndpointAddress', notReadyAddresses?.map(addressFields))
  return `(v1.EndpointSubset){Addresses:${ready} NotReadyAddresses:${notReady} Ports:${list('EndpointPort', ports?.map(portFields))}}`
}

function addressFields({ ip, hostname = '', nodeName, targetRef }: EndpointAddress): string {
  return `{IP:(string)${ip} Hostname:(string)${hostname} NodeName:${goPointer('string', nodeName)} TargetRef:${referenceText(targetRef)}}`
}

function referenceText(reference: EndpointAddress['targetRef']): string {
  if (reference === undefined || reference === null) return '(*v1.ObjectReference)<nil>'
  const { kind = '', namespace = '', name = '', uid = '', apiVersion = '', resourceVersion = '', fieldPath = '' } = reference
  return `(*v1.ObjectReference){Kind:(string)${kind} Namespace:(string)${namespace} Name:(string)${name} UID:(types.UID)${uid} APIVersion:(string)${apiVersion} ResourceVersion:(string)${resourceVersion} FieldPath:(string)${fieldPath}}`
}

/** At most a thousand addresses, ready ones first, cut evenly from all subsets. Undefined when they are few enough. */
export function truncateSubsets(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] | undefined {
  const ready = subsets.reduce((sum, { addresses }) => sum + (addresses?.length ?? 0), 0)
  const notReady = subsets.reduce((sum, { notReadyAddresses }) => sum + (notReadyAddresses?.length ?? 0), 0)
  if (ready + notReady <= addressesMax) return undefined
  const cutsReady = ready > addressesMax
  const max = cutsReady ? addressesMax : addressesMax - ready
  const total = cutsReady ? ready : notReady
  let rest = max
  const share = (list: readonly EndpointAddress[] | undefined): readonly EndpointAddress[] => {
    const kept = (list ?? []).slice(0, Math.min(Math.ceil(((list?.length ?? 0) / total) * max), rest))
    rest -= kept.length
    return kept
  }
  return subsets.map(({ addresses, notReadyAddresses, ports }) => {
    const yes = cutsReady ? share(addresses) : (addresses ?? [])
    const no = cutsReady ? [] : share(notReadyAddresses)
    return {
      ...(yes.length === 0 ? {} : { addresses: yes }),
      ...(no.length === 0 ? {} : { notReadyAddresses: no }),
      ...(ports === undefined ? {} : { ports }),
    }
  })
}
