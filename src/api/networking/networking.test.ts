/**
 * Ingresses, their classes, network policies, addresses and ranges: defaults, refusals in upstream's words, Tables.
 */
import { describe, expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { Ingress } from './ingress.ts'
import { IngressClass } from './ingress-class.ts'
import { IPAddress } from './ip-address.ts'
import { NetworkPolicy } from './network-policy.ts'
import { ServiceCIDR } from './service-cidr.ts'

const backend = { service: { name: 'web', port: { number: 80 } } }
const path = (change: object = {}) => ({ path: '/', pathType: 'Prefix', backend, ...change })
const rules = (change: object = {}, host = 'a.example') => [{ host, http: { paths: [path(change)] } }]

describe('Ingress', () => {
  const { errors, updateErrors, statusErrors, warnings, cells } = judged(Ingress, { metadata: { name: 'web' }, spec: { rules: rules() } })
  test.each([
    ['a good one', {}, []],
    ['nothing', { rules: undefined }, ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']],
    [
      'an address for a host',
      { rules: rules({}, '10.0.0.1') },
      ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
    ],
    [
      'no path type',
      { rules: rules({ pathType: null }) },
      ['spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified'],
    ],
    [
      'another path type',
      { rules: rules({ pathType: 'Regex' }) },
      ['spec.rules[0].http.paths[0].pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"'],
    ],
    [
      'a crooked path',
      { rules: rules({ path: 'a//b/..' }) },
      [
        'spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": must be an absolute path',
        'spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": must not contain \'//\'',
        'spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": cannot end with \'/..\'',
      ],
    ],
    [
      'no port',
      { rules: rules({ backend: { service: { name: 'web', port: {} } } }) },
      ['spec.rules[0].http.paths[0].backend: Required value: port name or number is required'],
    ],
    [
      'no backend',
      { rules: rules({ backend: {} }) },
      ['spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required'],
    ],
    [
      'two backends',
      { defaultBackend: { ...backend, resource: { kind: 'Bucket', name: 'b' } } },
      ['spec.defaultBackend: Invalid value: "": cannot set both resource and service backends'],
    ],
  ])('refuses or takes %s', (_name, spec, expected) => expect(errors({ spec })).toEqual(expected))
  test('wants class and annotation to agree', () => {
    const metadata = { annotations: { 'kubernetes.io/ingress.class': 'a' } }
    expect(errors({ metadata, spec: { ingressClassName: 'b' } })).toEqual([
      'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified',
    ])
    expect(warnings({ metadata })).toEqual([
      'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead',
    ])
  })
  test('tolerates Service names that were there', () => {
    const old = { spec: { rules: rules({ backend: { service: { name: '1web', port: { number: 80 } } } }) } }
    expect(errors(old)).toHaveLength(1)
    expect(updateErrors({ metadata: { labels: { a: 'b' } } }, old)).toEqual([])
  })
  test('looks at what load balancers say', () => {
    expect(statusErrors({ status: { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '10.0.0.1' }] } } })).toEqual([
      'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ])
  })
  test('shows hosts and addresses', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((host) => ({ host }))
    const status = { loadBalancer: { ingress: [{ ip: '10.0.0.2' }, { hostname: 'lb' }, { ip: '10.0.0.1' }] } }
    expect(cells({ spec: { rules: many, tls: [{}], ingressClassName: 'nginx' }, status })).toEqual({
      Class: 'nginx',
      Hosts: 'a,b,c + 2 more...',
      Address: '10.0.0.1,10.0.0.2,lb',
      Ports: '80, 443',
    })
  })
})

describe('IngressClass', () => {
  const { made, errors, updateErrors, cells } = judged(IngressClass, {
    metadata: { name: 'nginx' },
    spec: { controller: 'example.com/nginx', parameters: { kind: 'K', name: 'n' } },
  })
  test('has cluster-wide parameters by default', () => expect(made().spec.parameters?.scope).toBe('Cluster'))
  test('refuses', () => {
    expect(errors({ spec: { controller: 'nginx', parameters: { scope: 'Namespace' } } })).toEqual([
      'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ])
    expect(updateErrors({ spec: { controller: 'example.com/other' } })).toEqual([
      'spec.controller: Invalid value: "example.com/other": field is immutable',
    ])
  })
  test('shows which is the default', () => {
    const metadata = { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }
    expect(cells({ metadata })).toMatchObject({ Name: 'nginx (default)', Controller: 'example.com/nginx', Parameters: 'K/n' })
  })
})

describe('NetworkPolicy', () => {
  const { made, errors, updateErrors, cells } = judged(NetworkPolicy, { metadata: { name: 'np' }, spec: { podSelector: {} } })
  test('means what it has', () => {
    expect(made().spec.policyTypes).toEqual(['Ingress'])
    expect(made({ spec: { egress: [{ ports: [{ port: 53 }] }] } }).spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }],
    })
  })
  test.each([
    ['no peer', { from: [{}] }, ['spec.ingress[0].from[0]: Required value: must specify a peer']],
    [
      'a block and another peer',
      { from: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] },
      ['spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer'],
    ],
    [
      'an exception from outside',
      { from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16', 'x'] } }] },
      [
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
        'spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
    ],
    [
      'ports that end before they start',
      { ports: [{ port: 90, endPort: 80 }, { endPort: 1 }, { port: 'http', endPort: 2, protocol: 'ICMP' }] },
      [
        'spec.ingress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`',
        'spec.ingress[0].ports[1].endPort: Invalid value: 1: may not be specified when `port` is not specified',
        'spec.ingress[0].ports[2].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
        'spec.ingress[0].ports[2].endPort: Invalid value: 2: may not be specified when `port` is non-numeric',
      ],
    ],
  ])('refuses %s', (_name, rule, expected) => expect(errors({ spec: { ingress: [rule] } })).toEqual(expected))
  test('tolerates ranges that were there', () => {
    const spec = { ingress: [{ from: [{ ipBlock: { cidr: 'x' } }] }] }
    expect(updateErrors({ spec: { ...spec, policyTypes: ['Ingress', 'Egress'] } }, { spec })).toEqual([])
  })
  test('shows whom it selects', () => expect(cells()).toEqual({ 'Pod-Selector': '<none>' }))
})

test('IPAddress wants a parent that stays', () => {
  const { errors, updateErrors, cells } = judged(IPAddress, {
    metadata: { name: '10.0.0.1' },
    spec: { parentRef: { resource: 'services', namespace: 'shop', name: 'web' } },
  })
  expect(IPAddress.validateName?.('10.0.0.1', false)).toEqual([])
  expect(IPAddress.validateName?.('010.0.0.1', false)).toEqual(['must not have leading 0s'])
  expect(errors({ spec: { parentRef: { resource: '', name: 'a/b' } } })).toEqual([
    'spec.parentRef.resource: Required value',
    'spec.parentRef.name: Invalid value: "a/b": may not contain \'/\'',
  ])
  expect(updateErrors({ spec: { parentRef: { name: 'other' } } })).toEqual([
    'spec.parentRef: Invalid value: {"Group":"","Resource":"services","Namespace":"shop","Name":"other"}: field is immutable',
  ])
  expect(cells()).toEqual({ Name: '10.0.0.1', ParentRef: 'services/shop/web' })
})

test('ServiceCIDR grows by a second family only', () => {
  const { errors, updateErrors } = judged(ServiceCIDR, { metadata: { name: 'kubernetes' }, spec: { cidrs: ['10.0.0.0/16'] } })
  expect(errors()).toEqual([])
  expect(errors({ spec: { cidrs: [] } })).toEqual(['spec.cidrs: Required value: at least one CIDR required'])
  expect(errors({ spec: { cidrs: ['10.0.0.0/16', '10.1.0.0/16'] } })).toEqual([
    'spec.cidrs: Invalid value: ["10.0.0.0/16","10.1.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
  ])
  expect(updateErrors({ spec: { cidrs: ['10.0.0.0/16', 'fd00::/112'] } })).toEqual([])
  expect(updateErrors({ spec: { cidrs: ['10.1.0.0/16'] } })).toEqual(['spec.cidrs[0]: Invalid value: "10.1.0.0/16": field is immutable'])
})
