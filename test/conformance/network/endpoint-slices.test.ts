/** EndpointSlices: as objects, for Services without Pods, for the API server, and mirrored from Endpoints. */
import { describe, expect, test } from 'vitest'
import { connect, eventually, type Json } from '../api.ts'
import { runOperations } from '../api-operations.ts'

const api = await connect()
const discovery = 'discovery.k8s.io/v1'

describe.concurrent('endpoint slices', () => {
  test('[sig-network] EndpointSlice should have Endpoints and EndpointSlices pointing to API Server [Conformance]', async () => {
    expect((await api.of('v1', 'services', 'default').get('kubernetes')).spec.ports).toHaveLength(1)
    const endpoints = await api.of('v1', 'endpoints', 'default').get('kubernetes')
    expect(endpoints.subsets).not.toHaveLength(0)
    const { items } = await api.of(discovery, 'endpointslices', 'default').list({ labelSelector: 'kubernetes.io/service-name=kubernetes' })
    expect(items).not.toHaveLength(0)
    for (const slice of items) expect(slice.endpoints.flatMap((one: Json) => one.addresses)).not.toHaveLength(0)
  })

  test('[sig-network] EndpointSlice should create and delete Endpoints and EndpointSlices for a Service with a selector specified [Conformance]', async () => {
    const namespace = await api.namespace('endpointslice')
    const services = api.of('v1', 'services', namespace)
    const endpoints = api.of('v1', 'endpoints', namespace)
    const slices = api.of(discovery, 'endpointslices', namespace)
    const name = 'example-empty-selector'
    const slicesOf = async () => (await slices.list({ labelSelector: `kubernetes.io/service-name=${name}` })).items
    await services.create({
      metadata: { name },
      spec: {
        selector: { 'does-not-match-anything': 'endpoints-and-endpoint-slices-should-still-be-created' },
        ports: [{ name: 'example', port: 80, protocol: 'TCP' }],
      },
    })
    const object = await endpoints.appears(name)
    expect(object.subsets ?? []).toHaveLength(0)
    const found = await eventually('an EndpointSlice', slicesOf, (items) => items.length > 0)
    expect(found).toHaveLength(1)
    expect(found[0].metadata.labels).toMatchObject({ 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' })
    expect(found[0].endpoints ?? []).toHaveLength(0)
    await services.delete(name)
    await endpoints.disappears(name)
    await eventually('the EndpointSlice to go', slicesOf, (items) => items.length === 0)
  })

  test('[sig-network] EndpointSlice should support creating EndpointSlice API operations [Conformance]', async () => {
    await runOperations(api, {
      apiVersion: discovery,
      kind: 'EndpointSlice',
      plural: 'endpointslices',
      namespace: await api.namespace('endpointslice'),
      base: 'e2e-example-ing',
      template: { addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }, { addresses: ['2.2.3.4', '6.6.7.8'] }] },
    })
  })

  test('[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete [Conformance]', async () => {
    const namespace = await api.namespace('endpointslicemirroring')
    const name = 'example-custom-endpoints'
    const endpoints = api.of('v1', 'endpoints', namespace)
    const slices = api.of(discovery, 'endpointslices', namespace)
    const mirrored = async () => (await slices.list({ labelSelector: `kubernetes.io/service-name=${name}` })).items
    const has = (address: string) => (items: Json) =>
      items.length === 1 &&
      items[0].ports?.length === 1 &&
      items[0].ports[0].port === 80 &&
      items[0].endpoints?.length === 1 &&
      items[0].endpoints[0].addresses.length === 1 &&
      items[0].endpoints[0].addresses[0] === address
    const withAddress = (ip: string) => ({ metadata: { name }, subsets: [{ ports: [{ port: 80 }], addresses: [{ ip }] }] })
    await api
      .of('v1', 'services', namespace)
      .create({ metadata: { name }, spec: { ports: [{ name: 'example', port: 80, protocol: 'TCP' }] } })
    await endpoints.create(withAddress('10.1.2.3'))
    await eventually('the mirror', mirrored, has('10.1.2.3'))
    await endpoints.update(withAddress('10.2.3.4'))
    await eventually('the changed mirror', mirrored, has('10.2.3.4'))
    await endpoints.delete(name)
    await eventually('the mirror to go', mirrored, (items) => items.length === 0)
  })
})
