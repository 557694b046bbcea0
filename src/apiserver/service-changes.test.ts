/** Services that change: types, addresses and ports through the handler, and what is refused before anything is given out. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../testing/api-server.ts'

const services = '/api/v1/namespaces/default/services'
const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
const service = (spec: object): object => ({ metadata: { name: 'a' }, spec: { selector: { app: 'a' }, ports: [{ port: 80 }], ...spec } })
const create = (api: TestApiServer, spec: object) => api.request('POST', services, service(spec))
const patch = (api: TestApiServer, spec: object) => api.request('PATCH', `${services}/a`, { spec }, merge)

test('to ExternalName and back: the address goes and a new one comes', async () => {
  await using api = await startTestApiServer()
  const { clusterIP } = (await create(api, {})).json.spec
  const { json: external } = await patch(api, { type: 'ExternalName', externalName: 'example.com' })
  expect(external.spec).toEqual({
    type: 'ExternalName',
    externalName: 'example.com',
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
    selector: { app: 'a' },
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
  })
  await api.clock.settled()
  expect((await api.request('GET', `/apis/networking.k8s.io/v1/ipaddresses/${clusterIP}`)).status).toBe(404)
  const { json: back } = await patch(api, { type: 'ClusterIP', externalName: null })
  expect(back.spec).toMatchObject({ clusterIP: expect.stringMatching(/^10\.96\./), ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' })
})

test('a load balancer with local traffic has a port to ask for its health, and loses it with its type', async () => {
  await using api = await startTestApiServer()
  const { spec } = (await create(api, { type: 'LoadBalancer', externalTrafficPolicy: 'Local' })).json
  expect([spec.healthCheckNodePort >= 30000, spec.ports[0].nodePort >= 30000, spec.allocateLoadBalancerNodePorts]).toEqual([
    true,
    true,
    true,
  ])
  expect((await patch(api, { healthCheckNodePort: spec.healthCheckNodePort === 31111 ? 31112 : 31111 })).json.message).toBe(
    'Service "a" is invalid: spec.healthCheckNodePort: Forbidden: field is immutable',
  )
  const plain = (await patch(api, { type: 'ClusterIP' })).json
  expect(Object.keys(plain.spec).sort()).toEqual(
    [
      'clusterIP',
      'clusterIPs',
      'internalTrafficPolicy',
      'ipFamilies',
      'ipFamilyPolicy',
      'ports',
      'selector',
      'sessionAffinity',
      'type',
    ].sort(),
  )
  expect(plain.spec.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }])
  expect(plain.status).toEqual({ loadBalancer: {} })
})

test('two entries of one number share their node port; two numbers cannot', async () => {
  await using api = await startTestApiServer()
  const dns = [
    { name: 'udp', port: 53, protocol: 'UDP' },
    { name: 'tcp', port: 53, nodePort: 30053 },
  ]
  const { json } = await create(api, { type: 'NodePort', ports: dns })
  expect(json.spec.ports.map((one: { nodePort: number }) => one.nodePort)).toEqual([30053, 30053])
  await api.request('DELETE', `${services}/a`)
  const twice = [
    { name: 'a', port: 80, nodePort: 30080 },
    { name: 'b', port: 81, nodePort: 30080 },
  ]
  expect((await create(api, { type: 'NodePort', ports: twice })).json.message).toBe(
    'Service "a" is invalid: spec.ports[1].nodePort: Invalid value: 30080: provided port is already allocated',
  )
  expect((await create(api, { type: 'NodePort', ports: twice.slice(0, 1) })).status).toBe(201)
})

test.each<[object, string]>([
  [
    { ipFamilyPolicy: 'RequireDualStack' },
    'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ],
  [{ ipFamilies: ['IPv6'] }, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
  [{ clusterIP: 'x' }, 'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
  [{ clusterIPs: ['10.96.0.9'] }, 'spec.clusterIPs: Invalid value: ["10.96.0.9"]: must be empty when `clusterIP` is not specified'],
  [{ type: 'Round' }, 'spec.type: Unsupported value: "Round": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
])('%j is refused', async (spec, why) => {
  await using api = await startTestApiServer()
  const { json, status } = await create(api, spec)
  expect([status, json.message]).toEqual([422, `Service "a" is invalid: ${why}`])
})

test('headless Services have no address; without a selector they count as dual-stack', async () => {
  await using api = await startTestApiServer()
  expect((await create(api, { clusterIP: 'None', selector: undefined })).json.spec).toMatchObject({
    clusterIPs: ['None'],
    ipFamilies: ['IPv4', 'IPv6'],
    ipFamilyPolicy: 'RequireDualStack',
  })
  expect((await patch(api, { clusterIP: '10.96.0.77', clusterIPs: ['10.96.0.77'] })).json.code).toBe(422)
})

test('PUT creates Services', async () => {
  await using api = await startTestApiServer()
  expect((await api.request('PUT', `${services}/a`, service({}))).status).toBe(201)
})
