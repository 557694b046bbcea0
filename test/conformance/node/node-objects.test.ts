/** ConfigMaps, Secrets, Leases, Nodes, PodTemplates and RuntimeClasses as objects, and what a Pod is refused for. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, randomName, refused } from '../api.ts'
import { expectDiscovered, expectLater, expectResourceVersion } from '../api-operations.ts'

const api = await connect()
const image = 'registry.k8s.io/e2e-test-images/agnhost:2.53'

describe.concurrent('objects of sig-node', () => {
  test('[sig-node] ConfigMap should fail to create ConfigMap with empty key [Conformance]', async () => {
    const configMaps = api.of('v1', 'configmaps', await api.namespace('configmap'))
    expect(await refused(configMaps.create({ metadata: { name: 'configmap-test-emptykey' }, data: { '': 'value-1' } }))).toMatchObject({
      code: 422,
      reason: 'Invalid',
    })
  })

  test('[sig-node] ConfigMap should run through a ConfigMap lifecycle [Conformance]', async () => {
    const namespace = await api.namespace('configmap')
    const configMaps = api.of('v1', 'configmaps', namespace)
    const name = randomName('test-configmap')
    await configMaps.create({ metadata: { name, labels: { 'test-configmap-static': 'true' } }, data: { valueName: 'value' } })
    const read = await configMaps.get(name)
    expect(read).toMatchObject({ data: { valueName: 'value' }, metadata: { labels: { 'test-configmap-static': 'true' } } })
    expectResourceVersion(read)
    const patch = { metadata: { labels: { 'test-configmap': 'patched' } }, data: { valueName: 'value1' } }
    expectLater(await configMaps.patch(name, patch, { type: 'strategic' }), read)
    const { items } = await api.of('v1', 'configmaps').list({ labelSelector: 'test-configmap=patched' })
    const found = items.find((one: Json) => one.metadata.name === name && one.metadata.namespace === namespace)
    expect(found).toMatchObject({ data: { valueName: 'value1' }, metadata: { labels: { 'test-configmap-static': 'true' } } })
    await configMaps.deleteCollection({ labelSelector: 'test-configmap-static=true' })
    expect((await configMaps.list({ labelSelector: 'test-configmap-static=true' })).items).toHaveLength(0)
  })

  test('[sig-node] Secrets should fail to create secret due to empty secret key [Conformance]', async () => {
    const secrets = api.of('v1', 'secrets', await api.namespace('secrets'))
    const secret = { metadata: { name: 'secret-emptykey-test' }, data: { '': 'dmFsdWUtMQo=' } }
    expect(await refused(secrets.create(secret))).toMatchObject({ code: 422, reason: 'Invalid' })
  })

  test('[sig-node] Secrets should patch a secret [Conformance]', async () => {
    const namespace = await api.namespace('secrets')
    const secrets = api.of('v1', 'secrets', namespace)
    const name = randomName('test-secret')
    const created = await secrets.create({
      metadata: { name, labels: { 'testsecret-constant': 'true' } },
      data: { key: btoa('value') },
      type: 'Opaque',
    })
    expectResourceVersion(created)
    const places = async () => {
      const { items } = await api.of('v1', 'secrets').list({ labelSelector: 'testsecret-constant=true' })
      return items.map(({ metadata }: Json) => `${metadata.namespace}/${metadata.name}`)
    }
    expect(await places()).toContain(`${namespace}/${name}`)
    await secrets.patch(name, { metadata: { labels: { testsecret: 'true' } }, data: { key: btoa('value1') } }, { type: 'strategic' })
    const read = await secrets.get(name)
    expectLater(read, created)
    expect(atob(read.data.key)).toBe('value1')
    await secrets.deleteCollection({ labelSelector: 'testsecret=true' })
    expect(await places()).not.toContain(`${namespace}/${name}`)
  })

  test('[sig-node] Lease lease API should be available [Conformance]', async () => {
    const leases = api.of('coordination.k8s.io/v1', 'leases', await api.namespace('lease-test'))
    const spec = (holder: string, seconds: number, acquire: string, renew: string, transitions: number) => ({
      holderIdentity: holder,
      leaseDurationSeconds: seconds,
      acquireTime: `0001-01-01T00:00:${acquire}.000000Z`,
      renewTime: `0001-01-01T00:0${renew}.000000Z`,
      leaseTransitions: transitions,
    })
    const first = spec('holder', 30, '02', '0:05', 0)
    const created = await leases.create({ metadata: { name: 'lease' }, spec: first })
    expectResourceVersion(created)
    expect((await leases.get('lease')).spec).toEqual(first)
    const second = spec('holder2', 30, '20', '0:50', 1)
    await leases.update({ ...created, spec: second })
    expect((await leases.get('lease')).spec).toEqual(second)
    const third = spec('holder3', 60, '50', '1:10', 2)
    await leases.patch('lease', { spec: third }, { type: 'strategic' })
    const read = await leases.get('lease')
    expect(read.spec).toEqual(third)
    expectLater(read, created)
    await leases.create({ metadata: { name: 'lease2', labels: { deletecollection: 'true' } }, spec: first })
    expect((await leases.list()).items).toHaveLength(2)
    await leases.deleteCollection({ labelSelector: 'deletecollection=true' })
    expect((await leases.list()).items).toHaveLength(1)
    await leases.delete('lease')
    expect(await refused(leases.get('lease'))).toMatchObject({ code: 404, reason: 'NotFound' })
    await api.of('coordination.k8s.io/v1', 'leases').list()
  })

  test('[sig-node] Node Lifecycle should run through the lifecycle of a node [Conformance]', async () => {
    const nodes = api.of('v1', 'nodes')
    const name = randomName('e2e-fake-node')
    const created = await nodes.create({
      metadata: { name },
      spec: { unschedulable: true },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True', reason: 'E2E', message: 'Set from e2e test' }],
      },
    })
    expect(created.metadata.name).toBe(name)
    expectResourceVersion(created)
    expect((await nodes.get(name)).metadata.name).toBe(name)
    const patched = await nodes.patch(name, { metadata: { labels: { [name]: 'patched' } } }, { type: 'strategic' })
    expect(patched.metadata.labels).toMatchObject({ [name]: 'patched' })
    expectLater(patched, created)
    expect((await nodes.list({ labelSelector: `${name}=patched` })).items).toHaveLength(1)
    const updated = await nodes.change(name, (copy) => {
      copy.metadata.labels[name] = 'updated'
    })
    expect(updated.metadata.labels).toMatchObject({ [name]: 'updated' })
    await nodes.delete(name)
    await nodes.disappears(name)
  })

  const podTemplate = (name: string, labels: Json) => ({
    metadata: { name, labels },
    template: { spec: { containers: [{ name: 'test', image }] } },
  })

  test('[sig-node] PodTemplates should run the lifecycle of PodTemplates [Conformance]', async () => {
    const namespace = await api.namespace('podtemplate')
    const templates = api.of('v1', 'podtemplates', namespace)
    const name = randomName('nginx-pod-template')
    // Labelled with the name: others may be at it on the same cluster.
    const selected = { labelSelector: `podtemplate-static=${name}` }
    expect((await api.of('v1', 'podtemplates').list(selected)).items).toHaveLength(0)
    await templates.create(podTemplate(name, { 'podtemplate-static': name }))
    const read = await templates.get(name)
    expect(read.metadata.name).toBe(name)
    expectResourceVersion(read)
    expectLater(await templates.patch(name, { metadata: { labels: { podtemplate: 'patched' } } }, { type: 'strategic' }), read)
    expect((await templates.get(name)).metadata.labels).toMatchObject({ podtemplate: 'patched' })
    await templates.delete(name)
    expect((await api.of('v1', 'podtemplates').list(selected)).items).toHaveLength(0)
  })

  test('[sig-node] PodTemplates should delete a collection of pod templates [Conformance]', async () => {
    const templates = api.of('v1', 'podtemplates', await api.namespace('podtemplate'))
    for (const i of [1, 2, 3]) await templates.create(podTemplate(`test-podtemplate-${i}`, { 'podtemplate-set': 'true' }))
    const selected = { labelSelector: 'podtemplate-set=true' }
    expect((await templates.list(selected)).items).toHaveLength(3)
    await templates.deleteCollection(selected)
    expect((await templates.list(selected)).items).toHaveLength(0)
  })

  test('[sig-node] PodTemplates should replace a pod template [Conformance]', async () => {
    const templates = api.of('v1', 'podtemplates', await api.namespace('podtemplate'))
    await templates.create(podTemplate('podtemplate', {}))
    const updated = await templates.change('podtemplate', (copy) => {
      copy.metadata.annotations = { updated: 'true' }
    })
    expect(updated.metadata.annotations).toMatchObject({ updated: 'true' })
  })

  test('[sig-node] Pods Extended Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu [Conformance]', async () => {
    const pods = api.of('v1', 'pods', await api.namespace('pods'))
    const amounts = { cpu: '100m', memory: '100Mi' }
    await pods.create({
      metadata: { name: 'pod-qos-class', labels: { name: 'pod-qos-class' } },
      spec: { containers: [{ name: 'agnhost', image, args: ['pause'], resources: { limits: amounts, requests: amounts } }] },
    })
    expect((await pods.get('pod-qos-class')).status.qosClass).toBe('Guaranteed')
  })

  test('[sig-node] Sysctls [LinuxOnly] [NodeConformance] should reject invalid sysctls [MinimumKubeletVersion:1.21] [Conformance]', async () => {
    const pods = api.of('v1', 'pods', await api.namespace('sysctl'))
    const sysctls = [
      { name: 'foo-', value: 'bar' },
      { name: 'kernel.shmmax', value: '100000000' },
      { name: 'safe-and-unsafe', value: '100000000' },
      { name: 'bar..', value: '42' },
    ]
    const { message } = await refused(
      pods.create({
        metadata: { name: 'sysctl' },
        spec: { securityContext: { sysctls }, restartPolicy: 'Never', containers: [{ name: 'test-container', image }] },
      }),
    )
    expect(message).toContain('Invalid value: "foo-"')
    expect(message).toContain('Invalid value: "bar.."')
    expect(message).not.toContain('safe-and-unsafe')
    expect(message).not.toContain('kernel.shmmax')
  })

  const runtimeClasses = api.of('node.k8s.io/v1', 'runtimeclasses')

  async function expectPodRejected(runtimeClassName: string): Promise<void> {
    const pods = api.of('v1', 'pods', await api.namespace('runtimeclass'))
    const pod = { metadata: { generateName: 'test-runtimeclass-' }, spec: { runtimeClassName, containers: [{ name: 'test', image }] } }
    expect(await refused(pods.create(pod))).toMatchObject({ code: 403, reason: 'Forbidden' })
  }

  test('[sig-node] RuntimeClass should reject a Pod requesting a non-existent RuntimeClass [NodeConformance] [Conformance]', async () => {
    await expectPodRejected(randomName('nonexistent'))
  })

  test('[sig-node] RuntimeClass should reject a Pod requesting a deleted RuntimeClass [NodeConformance] [Conformance]', async () => {
    const name = randomName('delete-me')
    await runtimeClasses.create({ metadata: { name }, handler: 'runc' })
    await runtimeClasses.delete(name)
    await runtimeClasses.disappears(name)
    await expectPodRejected(name)
  })

  test('[sig-node] RuntimeClass should support RuntimeClasses API operations [Conformance]', async () => {
    await expectDiscovered(api, 'node.k8s.io/v1', ['runtimeclasses'])
    const label = randomName('run')
    const name = (i: number) => `${label}-class${i}`
    const runtimeClass = (i: number) => ({ metadata: { name: name(i), labels: { test: label } }, handler: `${label}-handler${i}` })
    const selected = { labelSelector: `test=${label}` }
    const created = await runtimeClasses.create(runtimeClass(1))
    expect(await refused(runtimeClasses.create(runtimeClass(1)))).toMatchObject({ code: 409, reason: 'AlreadyExists' })
    await runtimeClasses.create(runtimeClass(2))
    await using watch = await runtimeClasses.watch(selected)
    await runtimeClasses.create(runtimeClass(3))
    const read = await runtimeClasses.get(name(1))
    expect(read.metadata.uid).toBe(created.metadata.uid)
    expectResourceVersion(read)
    expect((await runtimeClasses.list(selected)).items).toHaveLength(3)
    const patched = await runtimeClasses.patch(name(1), { metadata: { annotations: { patched: 'true' } } })
    expect(patched.metadata.annotations).toMatchObject({ patched: 'true' })
    expectLater(patched, read)
    patched.metadata.annotations.updated = 'true'
    expect((await runtimeClasses.update(patched)).metadata.annotations).toMatchObject({ updated: 'true' })
    await watch.until('the third', ({ type, object }) => type === 'ADDED' && object.metadata.name === name(3))
    await watch.until('the patch', ({ type, object }) => type === 'MODIFIED' && object.metadata.annotations.patched === 'true')
    await watch.until('the update', ({ type, object }) => type === 'MODIFIED' && object.metadata.annotations.updated === 'true')
    await runtimeClasses.delete(name(1))
    expect(await refused(runtimeClasses.get(name(1)))).toMatchObject({ code: 404 })
    expect((await runtimeClasses.list(selected)).items).toHaveLength(2)
    await runtimeClasses.deleteCollection(selected)
    expect((await runtimeClasses.list(selected)).items).toHaveLength(0)
  })
})
