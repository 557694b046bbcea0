/** EndpointSlices and Endpoints of Pods that run, and how soon they come. */
import { describe, expect, test } from 'vitest'
import { connect, eventually, type Json } from '../api.ts'
import { pauseImage, webImage } from '../pods.ts'
import { deployment, waitForComplete } from '../workloads.ts'

const api = await connect()
const discovery = 'discovery.k8s.io/v1'

describe.concurrent('endpoints of Pods', () => {
  test('[sig-network] EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service [Conformance]', async () => {
    const namespace = await api.namespace('endpointslice')
    const pods = api.of('v1', 'pods', namespace)
    const services = api.of('v1', 'services', namespace)
    const endpoints = api.of('v1', 'endpoints', namespace)
    const slices = api.of(discovery, 'endpointslices', namespace)
    const makePod = async (name: string, ports: Json) => {
      await pods.create({
        metadata: { name, labels: { [name]: 'on', shared12: 'on' } },
        spec: { containers: [{ name: 'container1', image: webImage, ports }] },
      })
      return await pods.appears(name, ({ status }) => (status.podIPs ?? []).length > 0)
    }
    const pod1 = await makePod('pod1', [{ name: 'example-name', containerPort: 3000 }])
    const pod2 = await makePod('pod2', [
      { name: 'example-name', containerPort: 3001 },
      { name: 'other-port', containerPort: 3002 },
    ])
    const makeService = (name: string, selector: Json, port: Json) =>
      services.create({
        metadata: { name },
        spec: { selector, publishNotReadyAddresses: true, ports: [{ port: 80, protocol: 'TCP', ...port }] },
      })
    await makeService('example-int-port', { pod1: 'on' }, { name: 'example', targetPort: 3000 })
    await makeService('example-named-port', { shared12: 'on' }, { name: 'http', targetPort: 'example-name' })

    /** `wanted`: the Pods and the port of each. */
    const expectEndpoints = async (service: string, portName: string, wanted: readonly (readonly [Json, number])[]) => {
      const pairs = wanted.map(([pod, port]) => `${pod.metadata.uid} ${pod.status.podIP}:${port}`).sort()
      const selected = { labelSelector: `kubernetes.io/service-name=${service}` }
      const found = await eventually(
        `the EndpointSlices of ${service}`,
        async () => (await slices.list(selected)).items,
        (items: Json) => JSON.stringify(addressesOf(items)) === JSON.stringify(pairs),
        60_000,
      )
      for (const slice of found) {
        const owner = slice.metadata.ownerReferences[0]
        expect([owner.kind, owner.name]).toEqual(['Service', service])
        expect(slice.ports.map((one: Json) => [one.name, one.protocol])).toEqual([[portName, 'TCP']])
        for (const one of slice.endpoints) {
          expect(one.targetRef).toMatchObject({ kind: 'Pod', namespace })
          expect(one.nodeName).toMatch(/./)
          expect(one.conditions).toMatchObject({ ready: true })
        }
      }
      const object = await endpoints.appears(service, ({ subsets = [] }) => subsets.length > 0)
      const inSubsets = object.subsets.flatMap(({ addresses = [], ports = [] }: Json) =>
        addresses.flatMap((address: Json) => ports.map(({ port }: Json) => `${address.targetRef.uid} ${address.ip}:${port}`)),
      )
      expect(inSubsets.sort()).toEqual(pairs)
    }
    const both = [
      [pod1, 3000],
      [pod2, 3001],
    ] as const
    await expectEndpoints('example-int-port', 'example', [[pod1, 3000]])
    await expectEndpoints('example-named-port', 'http', both)
    // What somebody takes away comes back.
    await slices.deleteCollection({ labelSelector: 'kubernetes.io/service-name=example-named-port' })
    await expectEndpoints('example-named-port', 'http', both)
  })

  test('[sig-network] Service endpoints latency should not be very high [Conformance]', async () => {
    const namespace = await api.namespace('svc-latency')
    const name = 'svc-latency-rc'
    const deployments = api.of('apps/v1', 'deployments', namespace)
    await deployments.create(deployment({ name, replicas: 1, labels: { name }, image: pauseImage }, { strategy: { type: 'Recreate' } }))
    await waitForComplete(deployments, name)
    const services = api.of('v1', 'services', namespace)
    const { resourceVersion } = (await api.of(discovery, 'endpointslices', namespace).list()).metadata
    await using watch = await api.of(discovery, 'endpointslices', namespace).watch({ resourceVersion })

    const waiting = new Map<string, (value: number) => void>()
    const trial = async (number: number): Promise<number> => {
      const service = `latency-svc-${number}`
      const startMs = performance.now()
      const seen = new Promise<number>((resolve) => waiting.set(service, (endMs) => resolve(endMs - startMs)))
      await services.create({ metadata: { name: service }, spec: { selector: { name }, ports: [{ protocol: 'TCP', port: 80 }] } })
      return await seen
    }
    const total = 200
    let next = 0
    const worker = async (): Promise<number[]> => {
      const durations: number[] = []
      while (next < total) durations.push(await trial(next++))
      return durations
    }
    const working = Promise.all(Array.from({ length: 15 }, worker))
    for (let left = total; left > 0; ) {
      const { object } = await watch.until(
        'endpoints',
        ({ type, object: slice }) => type !== 'DELETED' && (slice.endpoints ?? []).length > 0,
      )
      const service = object.metadata.labels['kubernetes.io/service-name']
      if (waiting.has(service)) left--
      waiting.get(service)?.(performance.now())
      waiting.delete(service)
    }
    const sorted = (await working).flat().sort((a, b) => a - b)
    expect(sorted).toHaveLength(total)
    expect(sorted[total / 2]).toBeLessThan(20_000)
    expect(sorted[Math.floor(total * 0.99)]).toBeLessThan(50_000)
  })
})

function addressesOf(slices: Json): readonly string[] {
  return slices
    .flatMap(({ endpoints, ports }: Json) =>
      (endpoints ?? []).flatMap((one: Json) =>
        one.addresses.flatMap((address: string) => (ports ?? []).map(({ port }: Json) => `${one.targetRef?.uid} ${address}:${port}`)),
      ),
    )
    .sort()
}
