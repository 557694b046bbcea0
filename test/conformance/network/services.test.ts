/** Services and Endpoints as objects. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, randomName, type WatchEvent } from '../api.ts'

const api = await connect()

describe.concurrent('services', () => {
  test('[sig-network] Services should provide secure master service [Conformance]', async () => {
    const service = await api.of('v1', 'services', 'default').get('kubernetes')
    expect(service.spec.ports).toContainEqual(expect.objectContaining({ name: 'https', port: 443, protocol: 'TCP' }))
  })

  test('[sig-network] Services should find a service from listing all namespaces [Conformance]', async () => {
    const { items } = await api.of('v1', 'services').list()
    expect(items.map(({ metadata }: Json) => `${metadata.namespace}/${metadata.name}`)).toContain('default/kubernetes')
  })

  test('[sig-network] Services should complete a service status lifecycle [Conformance]', async () => {
    const namespace = await api.namespace('services')
    const services = api.of('v1', 'services', namespace)
    const name = randomName('test-service')
    const selected = { labelSelector: 'test-service-static=true' }
    const { resourceVersion } = (await api.of('v1', 'services').list(selected)).metadata
    await using watch = await services.watch({ ...selected, resourceVersion })
    const until = (what: string, done: (event: WatchEvent) => boolean) =>
      watch.until(what, (event) => event.object.metadata.name === name && event.object.metadata.namespace === namespace && done(event))
    await services.create({
      metadata: { name, labels: { 'test-service-static': 'true' } },
      spec: {
        type: 'LoadBalancer',
        ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }],
        loadBalancerClass: 'example.com/internal-vip',
      },
    })
    await until('the Service to come', ({ type }) => type === 'ADDED')
    expect((await services.get(name, 'status')).status).toEqual({ loadBalancer: {} })
    const loadBalancer = { ingress: [{ ip: '203.0.113.1' }] }
    await services.patch(
      name,
      { metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer } },
      { subresource: 'status' },
    )
    await until('the patched status', ({ object }) => object.metadata.annotations?.patchedstatus === 'true')
    const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }
    await services.change(
      name,
      (copy) => {
        copy.status.conditions = [...(copy.status.conditions ?? []), { ...condition, lastTransitionTime: null }]
      },
      'status',
    )
    await until('the condition', ({ object }) => {
      const found = object.status.conditions?.find((one: Json) => one.type === 'StatusUpdate')
      return found?.reason === 'E2E' && found.message === 'Set from e2e test'
    })
    await services.patch(name, { metadata: { labels: { 'test-service': 'patched' } } }, { type: 'strategic' })
    await until('the label', ({ object }) => object.metadata.labels['test-service'] === 'patched')
    await services.delete(name)
    await until('the end', ({ type }) => type === 'DELETED')
  })

  test('[sig-network] Services should delete a collection of services [Conformance]', async () => {
    const services = api.of('v1', 'services', await api.namespace('services'))
    for (const [letter, value, port] of [
      ['a', 'delete', 8001],
      ['b', 'delete', 8002],
      ['c', 'keep', 8003],
    ] as const) {
      await services.create({
        metadata: { name: randomName(`e2e-svc-${letter}`), labels: { 'e2e-test-service': value } },
        spec: { type: 'ClusterIP', ports: [{ name: 'http', protocol: 'TCP', port, targetPort: port }] },
      })
    }
    expect((await services.list()).items).toHaveLength(3)
    await services.deleteCollection({ labelSelector: 'e2e-test-service=delete' })
    expect((await services.list()).items).toHaveLength(1)
  })

  test('[sig-network] Services should test the lifecycle of an Endpoint [Conformance]', async () => {
    const namespace = await api.namespace('services')
    const endpoints = api.of('v1', 'endpoints', namespace)
    const everywhere = api.of('v1', 'endpoints')
    const name = 'testservice'
    const selected = { labelSelector: 'test-endpoint-static=true' }
    const { resourceVersion } = (await everywhere.list(selected)).metadata
    await using watch = await endpoints.watch({ ...selected, resourceVersion })
    await endpoints.create({
      metadata: { name, labels: { 'test-endpoint-static': 'true' } },
      subsets: [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }],
    })
    await watch.until('the Endpoints to come', ({ type, object }) => type === 'ADDED' && object.metadata.name === name)
    expect((await everywhere.list(selected)).items).toContainEqual(
      expect.objectContaining({ metadata: expect.objectContaining({ name, namespace }) }),
    )
    const updated = await endpoints.change(name, (copy) => {
      copy.metadata.labels['test-service'] = 'updated'
    })
    expect(updated.metadata.labels).toMatchObject({ 'test-service': 'updated' })
    await watch.until('the update', ({ type }) => type === 'MODIFIED')
    const read = await endpoints.get(name)
    expect(read.metadata.labels).toMatchObject({ 'test-service': 'updated' })
    const subsets = [{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080, protocol: 'TCP' }] }]
    await endpoints.patch(name, { metadata: { labels: { 'test-service': 'patched' } }, subsets }, { type: 'strategic' })
    await watch.until('the patch', ({ type }) => type === 'MODIFIED')
    const patched = await endpoints.get(name)
    expect(patched.metadata.labels).toMatchObject({ 'test-service': 'patched' })
    expect(patched.subsets).toEqual(subsets)
    await endpoints.deleteCollection(selected)
    await watch.until('the end', ({ type }) => type === 'DELETED')
    expect(await endpoints.find(name)).toBeUndefined()
  })
})
