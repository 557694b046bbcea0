/** Kinds of sig-storage as objects, and immutable ConfigMaps and Secrets. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, type Resource, randomName, refused } from '../api.ts'
import { expectLater, expectResourceVersion, runOperations } from '../api-operations.ts'

const api = await connect()
const storage = 'storage.k8s.io/v1'

async function expectGone(resource: Resource, name: string): Promise<void> {
  const left = await resource.find(name)
  if (left !== undefined) expect(left.metadata.deletionTimestamp).toBeDefined()
}

async function expectImmutable(resource: Resource, field: string, value: (text: string) => string): Promise<void> {
  const name = 'immutable'
  await resource.create({ metadata: { name }, [field]: { 'data-1': value('value-1') } })
  const set = (change: (copy: Json) => void) => resource.change(name, change)
  await set((copy) => {
    copy[field]['data-4'] = value('value-4')
  })
  await set((copy) => {
    copy.immutable = true
  })
  const invalid = { code: 422, reason: 'Invalid' }
  expect(
    await refused(
      set((copy) => {
        copy[field]['data-5'] = value('value-5')
      }),
    ),
  ).toMatchObject({ ...invalid, message: expect.stringContaining(`field is immutable when \`immutable\` is set`) })
  expect(
    await refused(
      set((copy) => {
        delete copy.immutable
      }),
    ),
  ).toMatchObject(invalid)
  expect(
    await refused(
      set((copy) => {
        copy.immutable = false
      }),
    ),
  ).toMatchObject(invalid)
  // Metadata may change.
  await set((copy) => {
    copy.metadata.labels = { label1: 'value1' }
  })
  expect((await resource.get(name)).metadata.labels).toEqual({ label1: 'value1' })
  await resource.delete(name)
  expect(await resource.find(name)).toBeUndefined()
}

describe.concurrent('objects of sig-storage', () => {
  test('[sig-storage] ConfigMap should be immutable if `immutable` field is set [Conformance]', async () => {
    await expectImmutable(api.of('v1', 'configmaps', await api.namespace('configmap')), 'data', (text) => text)
  })

  test('[sig-storage] Secrets should be immutable if `immutable` field is set [Conformance]', async () => {
    await expectImmutable(api.of('v1', 'secrets', await api.namespace('secrets')), 'data', btoa)
  })

  test('[sig-storage] CSIInlineVolumes should run through the lifecycle of a CSIDriver [Conformance]', async () => {
    const drivers = api.of(storage, 'csidrivers')
    const label = randomName('run')
    const driver = (volumeLifecycleModes: readonly string[]) => ({
      metadata: { name: randomName('inline-driver'), labels: { 'e2e-test': label } },
      spec: { volumeLifecycleModes, fsGroupPolicy: 'ReadWriteOnceWithFSType' },
    })
    const template = driver(['Ephemeral'])
    const first = await drivers.create(template)
    const second = await drivers.create(driver(['Persistent', 'Ephemeral']))
    for (const one of [first, second]) expectResourceVersion(one)
    expect(await refused(drivers.create(template))).toMatchObject({ code: 409, reason: 'AlreadyExists' })
    for (const one of [first, second]) expect((await drivers.get(one.metadata.name)).metadata.uid).toBe(one.metadata.uid)
    const { name } = second.metadata
    const patched = await drivers.patch(name, { metadata: { labels: { [name]: 'patched' } } }, { type: 'strategic' })
    expect(patched.metadata.labels[name]).toBe('patched')
    expectLater(patched, second)
    const updated = await drivers.change(name, (copy) => {
      copy.metadata.labels[name] = 'updated'
    })
    expect(updated.metadata.labels[name]).toBe('updated')
    expect((await drivers.list({ labelSelector: `e2e-test=${label}` })).items).toHaveLength(2)
    await drivers.delete(first.metadata.name)
    await expectGone(drivers, first.metadata.name)
    await drivers.deleteCollection({ labelSelector: `${name}=updated` })
    await expectGone(drivers, name)
  })

  test('[sig-storage] CSIInlineVolumes should support CSIVolumeSource in Pod API [Conformance]', async () => {
    const pods = api.of('v1', 'pods', await api.namespace('csiinlinevolumes'))
    const name = 'pod-csi-inline-volumes'
    const pod = {
      metadata: { name },
      spec: {
        volumes: [
          { name: 'csi-inline-vol1', csi: { driver: 'e2e.example.com' } },
          { name: 'csi-inline-vol2', csi: { driver: 'e2e.example.com', fsType: 'ext4', readOnly: true } },
        ],
        containers: [
          {
            name,
            image: 'registry.k8s.io/e2e-test-images/busybox:1.37.0-1',
            command: ['sh', '-c', 'ls /mnt/*'],
            volumeMounts: [
              { name: 'csi-inline-vol1', mountPath: '/mnt/vol1' },
              { name: 'csi-inline-vol2', mountPath: '/mnt/vol2' },
            ],
          },
        ],
      },
    }
    const created = await pods.create(pod)
    expect(await refused(pods.create(pod))).toMatchObject({ code: 409, reason: 'AlreadyExists' })
    expect((await pods.get(name)).metadata.uid).toBe(created.metadata.uid)
    expect((await pods.list()).items).toHaveLength(1)
    const patched = await pods.patch(name, { metadata: { annotations: { patched: 'true' } } })
    expect(patched.metadata.annotations).toMatchObject({ patched: 'true' })
    await pods.delete(name)
    await expectGone(pods, name)
  })

  test('[sig-storage] CSINodes CSI Conformance should run through the lifecycle of a csinode [Conformance]', async () => {
    const nodes = api.of(storage, 'csinodes')
    const name = randomName('e2e-csinode')
    const created = await nodes.create({ metadata: { name }, spec: { drivers: [] } })
    expectResourceVersion(created)
    expect((await nodes.get(name)).metadata.name).toBe(name)
    const patched = await nodes.patch(name, { metadata: { labels: { [name]: 'patched' } } }, { type: 'strategic' })
    expect(patched.metadata.labels).toMatchObject({ [name]: 'patched' })
    expectLater(patched, created)
    expect((await nodes.list({ labelSelector: `${name}=patched` })).items).toHaveLength(1)
    await nodes.delete(name)
    await nodes.disappears(name)
    const second = randomName('e2e-csinode')
    await nodes.create({ metadata: { name: second }, spec: { drivers: [] } })
    const updated = await nodes.change(second, (copy) => {
      copy.metadata.labels = { [second]: 'updated' }
    })
    expect(updated.metadata.labels).toMatchObject({ [second]: 'updated' })
    await nodes.deleteCollection({ labelSelector: `${second}=updated` })
    await nodes.disappears(second)
  })

  test('[sig-storage] CSIStorageCapacity should support CSIStorageCapacities API operations [Conformance]', async () => {
    await runOperations(api, {
      apiVersion: storage,
      kind: 'CSIStorageCapacity',
      plural: 'csistoragecapacities',
      namespace: await api.namespace('csistoragecapacity'),
      base: 'e2e-csc',
      template: { storageClassName: 'e2e.example.com' },
    })
  })

  test('[sig-storage] StorageClasses CSI Conformance should run through the lifecycle of a StorageClass [Conformance]', async () => {
    const classes = api.of(storage, 'storageclasses')
    const created = await classes.create({ kind: 'StorageClass', metadata: { generateName: 'e2e-' }, provisioner: 'e2e-fake-provisioner' })
    expectResourceVersion(created)
    const { name } = created.metadata
    expect(name).toMatch(/^e2e-[a-z0-9]{5}$/)
    const read = await classes.get(name)
    const patched = await classes.patch(name, { metadata: { labels: { [name]: 'patched' } } }, { type: 'strategic' })
    expect(patched.metadata.labels).toMatchObject({ [name]: 'patched' })
    expectLater(patched, read)
    await classes.delete(name)
    await classes.disappears(name)
    const second = await classes.create({ metadata: { generateName: 'e2e-v2-' }, provisioner: 'e2e-fake-provisioner' })
    const updated = await classes.change(second.metadata.name, (copy) => {
      copy.metadata.labels = { [second.metadata.name]: 'updated' }
    })
    expect(updated.metadata.labels).toMatchObject({ [second.metadata.name]: 'updated' })
    const selected = { labelSelector: `${second.metadata.name}=updated` }
    expect((await classes.list(selected)).items).toHaveLength(1)
    await classes.deleteCollection(selected)
    await classes.disappears(second.metadata.name)
  })

  async function createAttachment(): Promise<Json> {
    const nodes = (await api.of('v1', 'nodes').list()).items
    const name = randomName('va-e2e')
    return api.of(storage, 'volumeattachments').create({
      metadata: { name },
      spec: { attacher: 'e2e-test.csi.com', nodeName: nodes[0].metadata.name, source: { persistentVolumeName: name.replace('va', 'pv') } },
      status: { attached: false },
    })
  }

  test('[sig-storage] VolumeAttachment Conformance should apply changes to a volumeattachment status [Conformance]', async () => {
    const attachments = api.of(storage, 'volumeattachments')
    const { name } = (await createAttachment()).metadata
    const patched = await attachments.patch(name, { metadata: { labels: { [name]: 'patched' } } })
    expect(patched.metadata.labels).toMatchObject({ [name]: 'patched' })
    expect((await attachments.get(name, 'status')).status.attached).toBe(false)
    const attached = await attachments.patch(name, { status: { attached: true } }, { subresource: 'status' })
    expect(attached.status.attached).toBe(true)
    const updated = await attachments.change(
      name,
      (copy) => {
        copy.status.attached = false
      },
      'status',
    )
    expect(updated.status.attached).toBe(false)
    await attachments.delete(name)
    await attachments.disappears(name)
  })

  test('[sig-storage] VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment [Conformance]', async () => {
    const attachments = api.of(storage, 'volumeattachments')
    const first = await createAttachment()
    const { name } = first.metadata
    const read = await attachments.get(name)
    expect(read.metadata.name).toBe(name)
    expectResourceVersion(read)
    const patched = await attachments.patch(name, { metadata: { labels: { [name]: 'patched' } } })
    expectLater(patched, read)
    expect((await attachments.list({ labelSelector: `${name}=patched` })).items).toHaveLength(1)
    await attachments.delete(name)
    await attachments.disappears(name)
    const others = [await createAttachment(), await createAttachment()].map((one) => one.metadata.name)
    for (const other of others) {
      const updated = await attachments.change(other, (copy) => {
        copy.metadata.labels = { 'va-e2e': name }
      })
      expect(updated.metadata.labels).toEqual({ 'va-e2e': name })
    }
    await attachments.deleteCollection({ labelSelector: `va-e2e=${name}` })
    for (const other of others) await attachments.disappears(other)
  })

  async function createVolumeAndClaim(namespace: string, label: string): Promise<{ volume: Json; claim: Json }> {
    const volume = await api.of('v1', 'persistentvolumes').create({
      metadata: { generateName: `${namespace}-`, labels: { 'e2e-pv-pool': label } },
      spec: {
        persistentVolumeReclaimPolicy: 'Retain',
        capacity: { storage: '2Gi' },
        csi: { driver: randomName('e2e-driver'), volumeHandle: 'e2e-conformance' },
        accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'],
        storageClassName: namespace,
      },
    })
    const claim = await api.of('v1', 'persistentvolumeclaims', namespace).create({
      metadata: { generateName: 'pvc-' },
      spec: {
        accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: namespace,
      },
    })
    return { volume, claim }
  }

  test('[sig-storage] PersistentVolumes CSI Conformance should run through the lifecycle of a PV and a PVC [Conformance]', async () => {
    const namespace = await api.namespace('pv')
    const volumes = api.of('v1', 'persistentvolumes')
    const claims = api.of('v1', 'persistentvolumeclaims', namespace)
    const pool = { labelSelector: `e2e-pv-pool=${namespace}` }
    const first = await createVolumeAndClaim(namespace, namespace)
    expect((await volumes.list(pool)).items).toHaveLength(1)
    expect((await claims.list()).items).toHaveLength(1)
    for (const [resource, object] of [
      [volumes, first.volume],
      [claims, first.claim],
    ] as const) {
      const { name } = object.metadata
      expectResourceVersion(object)
      const patched = await resource.patch(name, { metadata: { labels: { [name]: 'patched' } } }, { type: 'strategic' })
      expect(patched.metadata.labels).toMatchObject({ [name]: 'patched' })
      expectLater(patched, object)
      expect((await resource.get(name)).metadata.uid).toBe(object.metadata.uid)
    }
    await claims.delete(first.claim.metadata.name)
    await claims.disappears(first.claim.metadata.name)
    await volumes.delete(first.volume.metadata.name)
    await volumes.disappears(first.volume.metadata.name)

    const second = await createVolumeAndClaim(namespace, namespace)
    const volumeName = second.volume.metadata.name
    const claimName = second.claim.metadata.name
    const volume = await volumes.change(volumeName, (copy) => {
      copy.metadata.labels[volumeName] = 'updated'
    })
    expect(volume.metadata.labels).toMatchObject({ [volumeName]: 'updated' })
    const claim = await claims.change(claimName, (copy) => {
      copy.metadata.labels = { [claimName]: 'updated' }
    })
    expect(claim.metadata.labels).toMatchObject({ [claimName]: 'updated' })
    const selected = { labelSelector: `${claimName}=updated` }
    expect((await api.of('v1', 'persistentvolumeclaims').list(selected)).items).toHaveLength(1)
    await claims.deleteCollection(selected)
    await claims.disappears(claimName)
    await volumes.deleteCollection({ labelSelector: `${volumeName}=updated` })
    await volumes.disappears(volumeName)
  })

  test('[sig-storage] PersistentVolumes CSI Conformance should apply changes to a pv/pvc status [Conformance]', async () => {
    const namespace = await api.namespace('pv')
    const volumes = api.of('v1', 'persistentvolumes')
    const claims = api.of('v1', 'persistentvolumeclaims', namespace)
    const made = await createVolumeAndClaim(namespace, namespace)
    const volume = made.volume.metadata.name
    const claim = made.claim.metadata.name
    expect(['Pending', 'Bound']).toContain((await claims.get(claim, 'status')).status.phase)
    expect(['Available', 'Bound', 'Pending']).toContain((await volumes.get(volume, 'status')).status.phase)
    const condition = { type: 'StatusPatched', status: 'True', reason: 'E2E patchedStatus', message: 'Set from e2e test' }
    const status = { subresource: 'status' }
    const patchedClaim = await claims.patch(claim, { status: { conditions: [condition] } }, status)
    expect(patchedClaim.status.conditions).toContainEqual(expect.objectContaining(condition))
    const words = { message: 'StatusPatched', reason: 'E2E patchStatus' }
    expect((await volumes.patch(volume, { status: words }, status)).status).toMatchObject(words)
    const second = { type: 'StatusUpdated', status: 'True', reason: 'E2E updateStatus', message: 'Set from e2e test' }
    const updatedClaim = await claims.change(
      claim,
      (copy) => {
        copy.status.conditions = [...(copy.status.conditions ?? []), second]
      },
      'status',
    )
    expect(updatedClaim.status.conditions).toContainEqual(expect.objectContaining(second))
    const updatedVolume = await volumes.change(
      volume,
      (copy) => {
        copy.status.reason = 'E2E updateStatus'
        copy.status.message = 'StatusUpdated'
      },
      'status',
    )
    expect(updatedVolume.status).toMatchObject({ reason: 'E2E updateStatus', message: 'StatusUpdated' })
    await claims.delete(claim)
    await volumes.delete(volume)
  })
})
