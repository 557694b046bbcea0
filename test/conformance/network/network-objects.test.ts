/** Ingresses, IngressClasses, IPAddresses and ServiceCIDRs as objects. */
import { describe, expect, test } from 'vitest'
import { connect, randomName, refused } from '../api.ts'
import { expectLater, expectResourceVersion, runOperations } from '../api-operations.ts'

const api = await connect()
const networking = 'networking.k8s.io/v1'

describe.concurrent('network objects', () => {
  test('[sig-network] Ingress API should support creating Ingress API operations [Conformance]', async () => {
    const namespace = await api.namespace('ingress')
    const ingresses = api.of(networking, 'ingresses', namespace)
    await runOperations(api, {
      apiVersion: networking,
      kind: 'Ingress',
      plural: 'ingresses',
      namespace,
      base: 'e2e-example-ing',
      template: {
        spec: {
          defaultBackend: { service: { name: 'default-backend', port: { number: 8080 } } },
          rules: [
            {
              host: 'host1.bar.com',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'ImplementationSpecific',
                    backend: { service: { name: 'test-backend', port: { number: 8080 } } },
                  },
                ],
              },
            },
          ],
        },
        status: { loadBalancer: {} },
      },
      subresourceSteps: async (name, created) => {
        const loadBalancer = { ingress: [{ ip: '169.1.1.1' }] }
        const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer } }
        const patched = await ingresses.patch(name, patch, { subresource: 'status' })
        expect(patched.status.loadBalancer).toEqual(loadBalancer)
        expect(patched.metadata.annotations).toMatchObject({ patchedstatus: 'true' })
        const updated = await ingresses.change(
          name,
          (copy) => {
            copy.status.loadBalancer = { ingress: [{ ip: '169.1.1.2' }] }
          },
          'status',
        )
        expect(updated.status.loadBalancer).toEqual({ ingress: [{ ip: '169.1.1.2' }] })
        expect((await ingresses.get(name, 'status')).metadata.uid).toBe(created.metadata.uid)
      },
    })
  })

  test('[sig-network] IngressClass API should support creating IngressClass API operations [Conformance]', async () => {
    await runOperations(api, {
      apiVersion: networking,
      kind: 'IngressClass',
      plural: 'ingressclasses',
      base: 'e2e-ingressclass',
      template: { spec: { controller: 'example.com/controller' } },
    })
  })

  test('[sig-network] ServiceCIDR and IPAddress API should support IPAddress API operations [Conformance]', async () => {
    const addresses = api.of(networking, 'ipaddresses')
    const spec = { parentRef: { group: 'mygroup', resource: 'myresources', namespace: 'foo', name: 'bar' } }
    const name = '255.255.255.255'
    const created = await addresses.create({ metadata: { name, labels: { type: 'broadcast' } }, spec })
    expectResourceVersion(created)
    await addresses.create({ metadata: { name: 'fe80::42:1dff:fe84:f9e2', labels: { type: 'link-local' } }, spec })
    const patched = await addresses.patch(name, { metadata: { annotations: { patched: 'true' } } })
    expect(patched.metadata.annotations).toMatchObject({ patched: 'true' })
    expectLater(patched, created)
    const updated = await addresses.change(name, (copy) => {
      copy.metadata.annotations.updated = 'true'
    })
    expect(updated.metadata.annotations).toMatchObject({ updated: 'true' })
    await addresses.get(name)
    expect((await addresses.list({ labelSelector: 'type=broadcast' })).items).toHaveLength(1)
    await using _watch = await addresses.watch({ labelSelector: 'type=broadcast' })
    await addresses.delete(name)
    expect(await refused(addresses.get(name))).toMatchObject({ code: 404 })
    await addresses.deleteCollection({ labelSelector: 'type=link-local' })
    expect((await addresses.list({ labelSelector: 'type=link-local' })).items).toHaveLength(0)
  })

  test('[sig-network] ServiceCIDR and IPAddress API should support ServiceCIDR API operations [Conformance]', async () => {
    const ranges = api.of(networking, 'servicecidrs')
    const standard = await ranges.get('kubernetes')
    const status = await ranges.get('kubernetes', 'status')
    expect(status).toMatchObject({ apiVersion: networking, kind: 'ServiceCIDR', metadata: { uid: standard.metadata.uid } })
    expect((await ranges.list()).items).not.toHaveLength(0)
    await using watch = await ranges.watch()
    await watch.until('what is there', ({ type, object }) => type === 'ADDED' && object.metadata.name === 'kubernetes')
    expect(await refused(ranges.create({ metadata: { name: randomName('bad') }, spec: { cidrs: ['not a range'] } }))).toMatchObject({
      code: 422,
    })
  })
})
