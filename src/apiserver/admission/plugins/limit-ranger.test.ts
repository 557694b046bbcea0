/** LimitRanges at the door: what containers are given, and what is refused in which words. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../../testing/api-server.ts'

const base = '/api/v1/namespaces/default'

async function withLimits(...limits: readonly object[]) {
  const api = await startTestApiServer()
  await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' }, automountServiceAccountToken: false })
  await api.request('POST', `${base}/limitranges`, { metadata: { name: 'l' }, spec: { limits } })
  return api
}

const pod = (resources: object, more: object = {}): object => ({
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i', resources }], ...more },
})

test('containers get what they do not say, and an annotation tells', async () => {
  await using api = await withLimits({ type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '500m' } })
  const init = { initContainers: [{ name: 'first', image: 'i', resources: { limits: { cpu: '2', memory: '2Gi' } } }] }
  const { json } = await api.request('POST', `${base}/pods`, pod({ requests: { memory: '100Mi' } }, init))
  expect(json.spec.containers[0].resources).toEqual({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '100Mi' } })
  expect(json.metadata.annotations).toEqual({
    'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu, memory limit for container c',
  })
  expect(json.status.qosClass).toBe('Burstable')
})

test('what lies outside the bounds is refused', async () => {
  await using api = await withLimits(
    { type: 'Container', min: { cpu: '100m' }, max: { memory: '1Gi' }, maxLimitRequestRatio: { cpu: '4' }, default: { memory: '10Mi' } },
    { type: 'Pod', max: { cpu: '3' } },
    { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } },
  )
  const refusal = async (resources: object, more: object = {}): Promise<unknown> => {
    const { status, json } = await api.request('POST', `${base}/pods?dryRun=All`, pod(resources, more))
    return [status, json.message]
  }
  const forbidden = (why: string): unknown => [403, `pods "p" is forbidden: ${why}`]
  expect(await refusal({ requests: { cpu: '50m' }, limits: { cpu: '100m' } })).toEqual(
    forbidden('minimum cpu usage per Container is 100m, but request is 50m'),
  )
  expect(await refusal({ limits: { cpu: '4' }, requests: { cpu: '4' } })).toEqual(
    forbidden('maximum cpu usage per Pod is 3, but limit is 4'),
  )
  expect(await refusal({ requests: { cpu: '100m', memory: '2Gi' }, limits: { cpu: '1', memory: '2Gi' } })).toEqual(
    forbidden(
      '[maximum memory usage per Container is 1Gi, but limit is 2Gi, cpu max limit to request ratio per Container is 4, but provided ratio is 10.000000]',
    ),
  )
  expect(await refusal({})).toEqual(
    forbidden(
      '[cpu max limit to request ratio per Container is 4, but no limit is specified or limit is 0, maximum cpu usage per Pod is 3.  No limit is specified]',
    ),
  )
  const sidecar = { initContainers: [{ name: 's', image: 'i', restartPolicy: 'Always', resources: { limits: { cpu: '2' } } }] }
  expect(await refusal({ limits: { cpu: '2' } }, sidecar)).toEqual(forbidden('maximum cpu usage per Pod is 3, but limit is 4'))
  const claim = async (storage: string): Promise<unknown> => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } }
    const { status, json } = await api.request('POST', `${base}/persistentvolumeclaims?dryRun=All`, { metadata: { name: 'v' }, spec })
    return status === 201 ? status : [status, json.message]
  }
  const claimForbidden = (why: string): unknown => [403, `persistentvolumeclaims "v" is forbidden: ${why}`]
  expect(await claim('500Mi')).toEqual(claimForbidden('minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi'))
  expect(await claim('6Gi')).toEqual(claimForbidden('maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi'))
  expect(await claim('5Gi')).toBe(201)
  expect(api.errors).toEqual([])
})

test('a resize keeps within the bounds too', async () => {
  await using api = await withLimits({ type: 'Container', max: { cpu: '1' } })
  const resources = { requests: { cpu: '500m' }, limits: { cpu: '1' } }
  expect((await api.request('POST', `${base}/pods`, pod(resources))).status).toBe(201)
  const larger = { spec: { containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }] } }
  const headers = { 'content-type': 'application/strategic-merge-patch+json' }
  const { status, json } = await api.request('PATCH', `${base}/pods/p/resize`, larger, { headers })
  expect([status, json.message]).toEqual([403, 'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2'])
})
