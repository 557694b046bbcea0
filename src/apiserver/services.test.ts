/** Addresses and ports of Services, through the handler. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

const services = '/api/v1/namespaces/default/services'
const service = (name: string, spec: object = {}): object => ({
  metadata: { name },
  spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }], ...spec },
})

test('a Service gets an address, keeps it on updates, and gives it back', async () => {
  await using api = await startTestApiServer()
  const { json: created, status } = await api.request('POST', services, service('a'))
  expect(status).toBe(201)
  const ip = created.spec.clusterIP
  expect(ip).toMatch(/^10\.96\./)
  expect(created.spec).toMatchObject({ clusterIPs: [ip], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' })
  const address = await api.request('GET', `/apis/networking.k8s.io/v1/ipaddresses/${ip}`)
  expect(address.json.spec.parentRef).toMatchObject({ resource: 'services', namespace: 'default', name: 'a' })
  const again = await api.request('PUT', `${services}/a`, service('a', { selector: { app: 'other' } }))
  expect(again.json.spec).toMatchObject({ clusterIP: ip, selector: { app: 'other' } })
  const taken = await api.request('POST', services, service('b', { clusterIP: ip }))
  expect(taken.json.message).toBe(
    `Service "b" is invalid: spec.clusterIPs: Invalid value: ["${ip}"]: failed to allocate IP ${ip}: provided IP is already allocated`,
  )
  await api.request('DELETE', `${services}/a`)
  await api.clock.settled()
  expect((await api.request('GET', `/apis/networking.k8s.io/v1/ipaddresses/${ip}`)).status).toBe(404)
  expect((await api.request('POST', services, service('b', { clusterIP: ip }))).status).toBe(201)
  expect(api.errors).toEqual([])
})

test('node ports: given, asked for, refused, released with the type', async () => {
  await using api = await startTestApiServer()
  const { json: a } = await api.request('POST', services, service('a', { type: 'NodePort' }))
  const port = a.spec.ports[0].nodePort
  expect(port).toBeGreaterThanOrEqual(30000)
  const same = await api.request('POST', services, service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: port }] }))
  expect(same.json.message).toBe(
    `Service "b" is invalid: spec.ports[0].nodePort: Invalid value: ${port}: provided port is already allocated`,
  )
  const low = await api.request('POST', services, service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }))
  expect(low.json.message).toBe(
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
  )
  const { json: now } = await api.request(
    'PATCH',
    `${services}/a`,
    { spec: { type: 'ClusterIP', ports: [{ port: 80, nodePort: 0 }] } },
    { headers: { 'content-type': 'application/merge-patch+json' } },
  )
  expect(now.spec.ports[0].nodePort).toBeUndefined()
  const free = await api.request('POST', services, service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: port }] }))
  expect(free.status).toBe(201)
})

test('the kubernetes Service has the first address of the range', async () => {
  await using api = await startTestApiServer()
  expect((await api.request('GET', `${services}/kubernetes`)).json.spec.clusterIP).toBe('10.96.0.1')
  expect((await api.request('GET', '/api/v1/namespaces/default/endpoints/kubernetes')).json.subsets[0].addresses[0].ip).toBe('172.18.0.2')
})
