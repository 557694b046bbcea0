/** Namespaces, Endpoints, ConfigMaps, Secrets, accounts, quotas and limits in tables. */
import { expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { ConfigMap } from './config-map.ts'
import { Endpoints } from './endpoints.ts'
import { LimitRange } from './limit-range.ts'
import { Namespace } from './namespace.ts'
import { ResourceQuota } from './resource-quota.ts'
import { Secret } from './secret.ts'
import { ServiceAccount } from './service-account.ts'

const metadata = { name: 'x', namespace: 'ns', resourceVersion: '1' }
const base64 = (text: string): string => Buffer.from(text).toString('base64')

test('Namespace: begins active and labelled; finalizers have a domain; the phase follows the deletion', () => {
  const { made, updated, errors, statusErrors } = judged(Namespace, { metadata: { name: 'shop', resourceVersion: '1' } })
  expect(made({ spec: { finalizers: ['a.b/c'] } })).toMatchObject({
    metadata: { labels: { 'kubernetes.io/metadata.name': 'shop' } },
    spec: { finalizers: ['a.b/c', 'kubernetes'] },
    status: { phase: 'Active' },
  })
  expect(updated({ metadata: { labels: undefined }, spec: { finalizers: [] } })).toMatchObject({
    metadata: { labels: { 'kubernetes.io/metadata.name': 'shop' } },
    spec: { finalizers: ['kubernetes'] },
  })
  expect(errors({ spec: { finalizers: ['mine'] } })).toEqual([
    'spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ])
  expect(statusErrors({ status: { phase: 'Terminating' } })).toEqual([
    'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
  ])
})

test.each<[object, readonly string[]]>([
  [{ subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] }, []],
  [{ subsets: [{}] }, ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']],
  [
    { subsets: [{ addresses: [{ ip: 'x' }] }] },
    [
      'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address',
    ],
  ],
  [
    { subsets: [{ notReadyAddresses: [{ ip: 'fe80::1' }, { ip: 'ff02::1' }, { ip: '224.0.0.1' }] }] },
    [
      'subsets[0].notReadyAddresses[0].ip: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
      'subsets[0].notReadyAddresses[1].ip: Invalid value: "ff02::1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
      'subsets[0].notReadyAddresses[2].ip: Invalid value: "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    ],
  ],
])('Endpoints %j', (change, wanted) => {
  expect(judged(Endpoints, { metadata }).errors(change as never)).toEqual(wanted)
})

test('Endpoints: bad subsets that were there may stay; the first three are shown', () => {
  const { updateErrors, cells } = judged(Endpoints, { metadata })
  expect(updateErrors({}, { subsets: [{}] })).toEqual([])
  const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((ip) => ({ ip }))
  expect(cells({ subsets: [{ addresses, ports: [{ port: 80 }] }] }).Endpoints).toBe('10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...')
})

test('ConfigMap: keys, size, once immutable', () => {
  const { errors, updateErrors, cells } = judged(ConfigMap, { metadata })
  expect(errors({ data: { '..': '' }, binaryData: { '..': '' } })).toEqual([
    `data[..]: Invalid value: "..": must not be '..'`,
    'data[..]: Invalid value: "..": duplicate of key present in binaryData',
    `binaryData[..]: Invalid value: "..": must not be '..'`,
  ])
  expect(errors({ data: { a: 'x'.repeat(1024 * 1024) } })).toEqual([])
  expect(errors({ data: { a: 'x'.repeat(1024 * 1024 + 1) } })).toEqual(['[]: Too long: may not be more than 1048576 bytes'])
  expect(updateErrors({ data: { a: '2' }, immutable: undefined }, { data: { a: '1' }, immutable: true })).toEqual([
    'immutable: Forbidden: field is immutable when `immutable` is set',
    'data: Forbidden: field is immutable when `immutable` is set',
  ])
  expect(cells({ data: { a: '', b: '' }, binaryData: { c: '' } }).Data).toBe(3)
})

test.each<[object, readonly string[]]>([
  [{ type: 'kubernetes.io/basic-auth' }, ['data[username]: Required value', 'data[password]: Required value']],
  [{ type: 'kubernetes.io/ssh-auth' }, ['data[ssh-privatekey]: Required value']],
  [{ type: 'kubernetes.io/tls' }, ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
  [{ type: 'kubernetes.io/service-account-token' }, ['metadata.annotations[kubernetes.io/service-account.name]: Required value']],
  [
    { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '[]' } },
    [
      'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
  ],
  [
    { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': '{no' } },
    [`data[.dockercfg]: Invalid value: "<secret contents redacted>": invalid character 'n' looking for beginning of object key string`],
  ],
  [{ type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': 'null' } }, []],
])('Secret %j', (change, wanted) => {
  expect(judged(Secret, { metadata }).errors(change as never)).toEqual(wanted)
})

test('Secret: stringData goes into data; the type stays; keys that are no PEM are warned of', () => {
  const { made, updateErrors, warnings } = judged(Secret, { metadata })
  const secret = made({ data: { a: base64('1'), b: base64('2') }, stringData: { b: 'é' } })
  expect([secret.type, secret.data, secret.stringData]).toEqual(['Opaque', { a: base64('1'), b: base64('é') }, undefined])
  expect(updateErrors({ type: 'other' })).toEqual(['type: Invalid value: "other": field is immutable'])
  const pem = (type: string): string => base64(`-----BEGIN ${type}-----\nAAAA\n-----END ${type}-----\n`)
  const tls = (certificate: string, key: string) =>
    warnings({ type: 'kubernetes.io/tls', data: { 'tls.crt': certificate, 'tls.key': key } })
  expect(tls('', '')).toEqual(['tls: failed to find any PEM data in certificate input'])
  expect(tls(pem('RSA PRIVATE KEY'), '')).toEqual([
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ])
  expect(tls(pem('CERTIFICATE'), pem('CERTIFICATE'))).toEqual(['tls: found a certificate rather than a key in the PEM for the private key'])
  expect(tls(pem('CERTIFICATE'), pem('EC PRIVATE KEY'))).toEqual([])
})

test('ServiceAccount: of Secrets only the names are kept', () => {
  const { made, warnings } = judged(ServiceAccount, { metadata })
  expect(made({ secrets: [{ name: 'a', uid: 'u' }] }).secrets).toEqual([{ name: 'a' }])
  expect(warnings({ metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } } })).toHaveLength(1)
})

const mustExist =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"

test.each<[object, readonly string[]]>([
  [{ hard: { 'count/leases.coordination.k8s.io': '1', pods: '2', 'requests.example.com/gpu': '1' } }, []],
  [
    { hard: { nonsense: '1' } },
    [
      'spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource type or fully qualified',
      'spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource for quota',
    ],
  ],
  [{ hard: { storage: '1' } }, ['spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota']],
  [
    { hard: { pods: '-1', services: '500m' } },
    [
      'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.hard[services]: Invalid value: "500m": must be an integer',
    ],
  ],
  [
    { hard: { services: '1' }, scopes: ['BestEffort', 'NotBestEffort'] },
    [
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    ],
  ],
  [
    { scopeSelector: { matchExpressions: [{ scopeName: 'Terminating', operator: 'In' }] } },
    [
      `spec.scopeSelector.matchExpressions.operator: Invalid value: "In": ${mustExist}`,
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ],
  ],
])('ResourceQuota %j', (spec, wanted) => {
  expect(judged(ResourceQuota, { metadata }).errors({ spec })).toEqual(wanted)
})

test('ResourceQuota: scopes stay; limits below requests are warned of', () => {
  const { updateErrors, warnings } = judged(ResourceQuota, { metadata, spec: { scopes: ['Terminating'] } })
  expect(updateErrors({ spec: { scopes: [] } })).toEqual(['spec.scopes: Invalid value: []: field is immutable'])
  expect(warnings({ spec: { hard: { 'requests.cpu': '2', 'limits.cpu': '1' } } })).toEqual([
    'ResourceQuota requests.cpu (2) should be less than limits.cpu (1)',
  ])
})

test('LimitRange: defaults of containers come from max, limits and min', () => {
  const { made } = judged(LimitRange, { metadata })
  const limits = [{ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' }, defaultRequest: { cpu: '1' } }]
  expect(made({ spec: { limits } }).spec?.limits).toEqual([
    { ...limits[0], default: { cpu: '2' }, defaultRequest: { cpu: '1', memory: '1Mi' } },
  ])
})

test.each<[object, readonly string[]]>([
  [{ type: 'Pod', max: { cpu: '2' } }, []],
  [{ type: 'Round' }, ['spec.limits[0].type: Invalid value: "Round": must be a standard limit type or fully qualified']],
  [{ type: 'Pod', default: { cpu: '1' } }, ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"]],
  [
    { type: 'Pod', max: { cpu: '1' }, min: { cpu: '2' } },
    ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
  ],
  [
    { type: 'PersistentVolumeClaim' },
    ['spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided'],
  ],
  [
    { type: 'Container', max: { cpu: '1' }, default: { cpu: '2' }, defaultRequest: { cpu: '500m' } },
    ['spec.limits[0].default[cpu]: Invalid value: "1": default value 2 is greater than max value 1'],
  ],
  [
    { type: 'Pod', max: { cpu: '3' }, min: { cpu: '2' }, maxLimitRequestRatio: { cpu: '2' } },
    ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "2": ratio 2 is greater than max/min = 1.500000'],
  ],
])('LimitRange %j', (item, wanted) => {
  expect(
    judged(LimitRange, { metadata })
      .errors({ spec: { limits: [item] } })
      .filter((text) => !text.startsWith('metadata')),
  ).toEqual(wanted)
})
