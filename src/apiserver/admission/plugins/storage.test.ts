/** Volumes and claims at the door: their finalizers, and who may grow. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../../testing/api-server.ts'

const merge = { 'content-type': 'application/merge-patch+json' }
const claims = '/api/v1/namespaces/default/persistentvolumeclaims'

test('volumes, claims and attribute classes are born with the finalizer that keeps them while they are used', async () => {
  await using api = await startTestApiServer()
  const finalizers = async (path: string, body: object): Promise<unknown> =>
    (await api.request('POST', path, body)).json.metadata.finalizers
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  expect(await finalizers(claims, { metadata: { name: 'a' }, spec })).toEqual(['kubernetes.io/pvc-protection'])
  const own = { name: 'b', finalizers: ['example.com/x', 'kubernetes.io/pvc-protection'] }
  expect(await finalizers(claims, { metadata: own, spec })).toEqual(own.finalizers)
  const volume = {
    metadata: { name: 'v' },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
  }
  expect(await finalizers('/api/v1/persistentvolumes', volume)).toEqual(['kubernetes.io/pv-protection'])
  const attributes = { metadata: { name: 'fast' }, driverName: 'example.com', parameters: { iops: '5' } }
  expect(await finalizers('/apis/storage.k8s.io/v1/volumeattributesclasses', attributes)).toEqual(['kubernetes.io/vac-protection'])
})

test('a claim grows when it is bound and its class allows it', async () => {
  await using api = await startTestApiServer()
  for (const name of ['fixed', 'growing']) {
    const body = { metadata: { name }, provisioner: 'example.com/p', ...(name === 'growing' ? { allowVolumeExpansion: true } : {}) }
    await api.request('POST', '/apis/storage.k8s.io/v1/storageclasses', body)
    const spec = { storageClassName: name, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
    await api.request('POST', claims, { metadata: { name }, spec })
  }
  const grow = async (name: string): Promise<unknown> => {
    const patch = { spec: { resources: { requests: { storage: '2Gi' } } } }
    const { status, json } = await api.request('PATCH', `${claims}/${name}`, patch, { headers: merge })
    return status === 200 ? 200 : [status, json.message]
  }
  const bind = (name: string) => api.request('PATCH', `${claims}/${name}/status`, { status: { phase: 'Bound' } }, { headers: merge })
  expect(await grow('fixed')).toEqual([422, expect.stringContaining('spec is immutable after creation')])
  await api.request('PATCH', `${claims}/fixed`, { spec: { volumeName: 'v' } }, { headers: merge })
  await bind('fixed')
  expect(await grow('fixed')).toEqual([
    403,
    'persistentvolumeclaims "fixed" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  ])
  await api.request('PATCH', `${claims}/growing`, { spec: { volumeName: 'v' } }, { headers: merge })
  await bind('growing')
  expect(await grow('growing')).toBe(200)
})
