/** Services in tables: what goes without saying, what is refused in which words, what a change of type takes along, what is shown. */
import { describe, expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { Service } from './service.ts'

const given = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }], clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], ipFamilies: ['IPv4'] },
}
const { made, updated, errors, warnings, updateErrors, statusErrors, cells } = judged(Service, given)
const external = {
  spec: { type: 'ExternalName', externalName: 'example.com', clusterIP: undefined, clusterIPs: undefined, ipFamilies: undefined },
}

describe('defaults', () => {
  test('of a plain Service', () => {
    expect(made().spec).toMatchObject({
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    })
    expect(made().spec.externalTrafficPolicy).toBeUndefined()
  })
  test.each([
    [{ type: 'NodePort' }, { externalTrafficPolicy: 'Cluster' }],
    [{ externalIPs: ['1.2.3.4'] }, { externalTrafficPolicy: 'Cluster' }],
    [{ type: 'LoadBalancer' }, { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Cluster' }],
    [{ sessionAffinity: 'ClientIP' }, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }],
    [{ ports: [{ port: 53, protocol: 'UDP', targetPort: '' }] }, { ports: [{ port: 53, protocol: 'UDP', targetPort: 53 }] }],
  ])('of %j', (spec, wanted) => {
    expect(made({ spec }).spec).toMatchObject(wanted)
  })
  test('ExternalName has no traffic policy', () => {
    expect(made(external).spec.internalTrafficPolicy).toBeUndefined()
  })
})

describe('refused', () => {
  test('nothing of a good one', () => {
    expect(errors()).toEqual([])
    expect(errors(external)).toEqual([])
    expect(errors({ spec: { ports: undefined, clusterIP: 'None', clusterIPs: ['None'] } })).toEqual([])
  })
  test.each<[object, readonly string[]]>([
    [{ ports: [] }, ['spec.ports: Required value']],
    [
      { type: 'NodePort', clusterIP: 'None', clusterIPs: ['None'] },
      [`spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`],
    ],
    [{ ports: [{ port: 80, name: 'a' }, { port: 81 }] }, ['spec.ports[1].name: Required value']],
    [
      {
        ports: [
          { port: 80, name: 'a' },
          { port: 80, name: 'a' },
        ],
      },
      [
        'spec.ports[1].name: Duplicate value: "a"',
        'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
      ],
    ],
    [
      { ports: [{ port: 0 }] },
      [
        'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
      ],
    ],
    [
      { ports: [{ port: 80, protocol: 'ICMP' }] },
      ['spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [{ ports: [{ port: 80, nodePort: 30000 }] }, ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]],
    [{ sessionAffinity: 'Cookie' }, ['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"']],
    [
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } },
      ['spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400'],
    ],
    [
      { externalIPs: ['no', '127.0.0.1', '0.0.0.0'] },
      [
        'spec.externalIPs[0]: Invalid value: "no": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'spec.externalIPs[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        'spec.externalIPs[2]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
      ],
    ],
    [
      { type: 'Round' },
      ['spec.type: Unsupported value: "Round": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
    ],
    [
      { loadBalancerSourceRanges: ['10.0.0.0/8 '] },
      ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
    [
      { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/33'] },
      ['spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ],
    [
      { allocateLoadBalancerNodePorts: false, loadBalancerClass: 'a/b' },
      [
        "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
        "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
      ],
    ],
    [
      { externalTrafficPolicy: 'Local', healthCheckNodePort: 30000 },
      [
        'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
        "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ],
    ],
    [{ type: 'LoadBalancer', externalTrafficPolicy: 'Local' }, ['spec.healthCheckNodePort: Required value']],
    [{ internalTrafficPolicy: 'Near' }, ['spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"']],
    [
      { trafficDistribution: 'Near' },
      ['spec.trafficDistribution: Unsupported value: "Near": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"'],
    ],
    [{ clusterIP: '10.96.0.8' }, ['spec.clusterIPs: Invalid value: ["10.96.0.9"]: first value must match `clusterIP`']],
    [{ clusterIP: '' }, ['spec.clusterIPs: Invalid value: ["10.96.0.9"]: must be empty when `clusterIP` is not specified']],
    [{ ipFamilies: ['IPv6'] }, ['spec.clusterIPs[0]: Invalid value: "10.96.0.9": expected an IPv6 value as indicated by `ipFamilies[0]`']],
    [
      { clusterIPs: ['10.96.0.9', '10.96.0.10'] },
      ['spec.clusterIPs: Invalid value: ["10.96.0.9","10.96.0.10"]: may specify no more than one IP for each IP family'],
    ],
    [
      { clusterIPs: ['10.96.0.9', 'x'] },
      ['spec.clusterIPs[1]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      { ipFamilyPolicy: 'Two' },
      ['spec.ipFamilyPolicy: Unsupported value: "Two": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"'],
    ],
  ])('%j', (spec, wanted) => {
    expect(errors({ spec })).toEqual(wanted)
  })
  test('an ExternalName with addresses, and without a name', () => {
    expect(errors({ spec: { type: 'ExternalName', ipFamilyPolicy: 'SingleStack' } })).toEqual([
      'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
      'spec.ipFamilies: Forbidden: may not be set for ExternalName services',
      'spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services',
      'spec.externalName: Required value',
    ])
  })
})

describe('updates', () => {
  test('addresses and classes stay', () => {
    expect(updateErrors({ spec: { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'] } })).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.7"]: may not change once set',
    ])
    const balanced = { spec: { type: 'LoadBalancer', loadBalancerClass: 'a.b/c' } }
    expect(updateErrors({ spec: { loadBalancerClass: 'a.b/d' } }, balanced)).toEqual([
      'spec.loadBalancerClass: Invalid value: "a.b/d": may not change once set',
    ])
  })
  test('a bad address that was there may stay', () => {
    expect(updateErrors({}, { spec: { externalIPs: ['010.0.0.1'] } })).toEqual([])
  })
  test('the type takes its fields along', () => {
    const old = {
      spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 31000, ports: [{ port: 80, nodePort: 30080 }] },
    }
    const { spec } = updated({ spec: { type: 'ClusterIP' } }, old)
    expect(spec.ports?.[0]?.nodePort).toBeUndefined()
    expect(Object.keys(spec)).not.toContain('healthCheckNodePort')
    expect(spec.allocateLoadBalancerNodePorts ?? spec.externalTrafficPolicy).toBeUndefined()
    const gone = updated({ spec: { type: 'ExternalName', externalName: 'example.com' } }).spec
    expect([gone.clusterIP, gone.clusterIPs, gone.ipFamilies]).toEqual([undefined, undefined, undefined])
  })
  test('but not what the client changed itself', () => {
    const old = { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] } }
    expect(updated({ spec: { type: 'ClusterIP', ports: [{ port: 80, nodePort: 30081 }] } }, old).spec.ports?.[0]?.nodePort).toBe(30081)
  })
})

test.each<[object, readonly string[]]>([
  [{ ip: '1.2.3.4', ipMode: 'VIP' }, []],
  [{ ip: '1.2.3.4', ipMode: 'Odd' }, ['status.loadBalancer.ingress[0].ipMode: Unsupported value: "Odd": supported values: "Proxy", "VIP"']],
  [{ hostname: '1.2.3.4' }, ['status.loadBalancer.ingress[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address']],
  [{ ipMode: 'VIP' }, ['status.loadBalancer.ingress[0].ipMode: Forbidden: may not be specified when `ip` is not set']],
])('status %j', (ingress, wanted) => {
  expect(statusErrors({ status: { loadBalancer: { ingress: [ingress] } } }, { spec: { type: 'LoadBalancer' } })).toEqual(wanted)
})

test('only load balancers have ingress', () => {
  expect(statusErrors({ status: { loadBalancer: { ingress: [{ ip: '1.2.3.4', ipMode: 'VIP' }] } } })).toEqual([
    "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
  ])
})

test('warnings', () => {
  expect(warnings({ spec: { clusterIP: 'None', clusterIPs: ['None'], externalIPs: ['1.2.3.4'], externalName: 'x' } })).toEqual([
    'spec.externalIPs is ignored for headless services',
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  ])
})

test('columns', () => {
  expect(cells()).toMatchObject({
    Type: 'ClusterIP',
    'Cluster-IP': '10.96.0.9',
    'External-IP': '<none>',
    'Port(s)': '80/TCP',
    Selector: 'app=web',
  })
  const status = { loadBalancer: { ingress: [{ ip: '203.0.113.200' }, { hostname: 'lb.example.com' }] } }
  const ports = [{ port: 80, nodePort: 30080, protocol: 'TCP' }]
  expect(cells({ spec: { type: 'LoadBalancer', ports }, status })).toMatchObject({
    'External-IP': '203.0.113.200,lb.example.com',
    'Port(s)': '80:30080/TCP',
  })
  expect(cells({ spec: { type: 'LoadBalancer', selector: undefined } })).toMatchObject({ 'External-IP': '<pending>', Selector: '<none>' })
})
