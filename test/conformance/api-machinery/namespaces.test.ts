/** Namespaces: their status, finalizers, and what goes with them. */
import { describe, expect, test } from 'vitest'
import { connect, randomName, refused } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'

const api = await connect()
const namespaces = api.of('v1', 'namespaces')

describe.concurrent('namespaces', () => {
  test('[sig-api-machinery] Namespaces [Serial] should apply a finalizer to a Namespace [Conformance]', async () => {
    const name = await api.namespace('e2e-ns')
    const finalizer = 'e2e.example.com/fakeFinalizer'
    const finalize = async (change: (finalizers: readonly string[]) => readonly string[]) => {
      const namespace = await namespaces.get(name)
      return await namespaces.update({ ...namespace, spec: { finalizers: change(namespace.spec.finalizers) } }, 'finalize')
    }
    expect((await finalize((all) => [...all, finalizer])).spec.finalizers).toEqual(['kubernetes', finalizer])
    expect((await namespaces.get(name)).spec.finalizers).toEqual(['kubernetes', finalizer])
    expect((await finalize((all) => all.filter((one) => one !== finalizer))).spec.finalizers).toEqual(['kubernetes'])
  })

  test('[sig-api-machinery] Namespaces [Serial] should apply an update to a Namespace [Conformance]', async () => {
    const name = await api.namespace('namespaces')
    const updated = await namespaces.change(name, (copy) => {
      copy.metadata.labels[name] = 'updated'
    })
    expect(updated.metadata.labels).toMatchObject({ [name]: 'updated' })
  })

  test('[sig-api-machinery] Namespaces [Serial] should apply changes to a namespace status [Conformance]', async () => {
    const name = await api.namespace('namespaces')
    expect((await namespaces.get(name, 'status')).status.phase).toBe('Active')
    const condition = { type: 'StatusPatch', status: 'True', reason: 'E2E', message: 'Patched by an e2e test', lastTransitionTime: null }
    const patched = await namespaces.patch(
      name,
      { metadata: { annotations: { 'e2e-patched-ns-status': name } }, status: { conditions: [condition] } },
      { subresource: 'status' },
    )
    expect(patched.metadata.annotations).toMatchObject({ 'e2e-patched-ns-status': name })
    expect(patched.status.conditions.at(-1)).toMatchObject({ reason: 'E2E', message: 'Patched by an e2e test' })
    const updated = await namespaces.change(
      name,
      (copy) => {
        copy.status.conditions.push({ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Updated by an e2e test' })
      },
      'status',
    )
    expect(updated.status.conditions).toHaveLength(2)
    expect(updated.status.conditions[1]).toMatchObject({ type: 'StatusUpdate', message: 'Updated by an e2e test' })
  })

  test('[sig-api-machinery] Namespaces [Serial] should ensure that all services are removed when a namespace is deleted [Conformance]', async () => {
    const name = await api.namespace('nsdeletetest')
    const services = api.of('v1', 'services', name)
    await services.create({
      metadata: { name: 'test-service' },
      spec: { selector: { foo: 'bar', baz: 'blah' }, ports: [{ port: 80, targetPort: 80 }] },
    })
    await namespaces.delete(name)
    await namespaces.disappears(name)
    await namespaces.create({ metadata: { name } })
    expect(await refused(services.get('test-service'))).toMatchObject({ code: 404, reason: 'NotFound' })
  })

  test('[sig-api-machinery] Namespaces [Serial] should patch a Namespace [Conformance]', async () => {
    const name = await api.namespace(randomName('nspatchtest'))
    const created = await namespaces.get(name)
    expectResourceVersion(created)
    const patched = await namespaces.patch(name, { metadata: { labels: { testLabel: 'testValue' } } }, { type: 'strategic' })
    expectLater(patched, created)
    expect((await namespaces.get(name)).metadata.labels).toMatchObject({ testLabel: 'testValue' })
  })
})
