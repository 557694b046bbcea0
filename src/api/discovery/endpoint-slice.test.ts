/** EndpointSlices in tables: defaults, what is refused, what v1 drops, what is shown. */
import { expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { EndpointSlice } from './endpoint-slice.ts'

const given = {
  metadata: { name: 'web-1', namespace: 'shop', resourceVersion: '1' },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'] }],
  ports: [{ port: 80 }],
}
const { made, updated, errors, warnings, updateErrors, cells } = judged(EndpointSlice, given)

test('ports have a name and a protocol', () => {
  expect(made().ports).toEqual([{ port: 80, name: '', protocol: 'TCP' }])
})

test.each<[object, readonly string[]]>([
  [{}, []],
  [{ addressType: '' }, ['addressType: Required value']],
  [{ addressType: 'IPv5', endpoints: [] }, ['addressType: Unsupported value: "IPv5": supported values: "FQDN", "IPv4", "IPv6"']],
  [{ ports: [{}, {}] }, ['ports[1].name: Duplicate value: ""']],
  [{ ports: [{ name: 'A' }] }, [expect.stringMatching(/^ports\[0\]\.name: Invalid value: "A": a lowercase RFC 1123 label must/)]],
  [{ ports: [{ protocol: 'ICMP' }] }, ['ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"']],
  [{ endpoints: [{ addresses: [] }] }, ['endpoints[0].addresses: Required value: must contain at least 1 address']],
  [
    { endpoints: [{ addresses: ['::1'] }] },
    [
      'endpoints[0].addresses: Invalid value: "::1": must be an IPv4 address',
      'endpoints[0].addresses[0]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
  ],
  [
    { addressType: 'IPv6', endpoints: [{ addresses: ['2001:DB8::1'] }] },
    ['endpoints[0].addresses[0]: Invalid value: "2001:DB8::1": must be in canonical form ("2001:db8::1")'],
  ],
  [
    { addressType: 'FQDN', endpoints: [{ addresses: ['example'] }] },
    ['endpoints[0].addresses[0]: Invalid value: "example": should be a domain with at least two segments separated by dots'],
  ],
  [
    { endpoints: [{ addresses: ['10.0.0.1'], hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }] },
    ['endpoints[0].hints.forZones[1].name: Duplicate value: "a"'],
  ],
  [
    { endpoints: [{ addresses: Array.from({ length: 101 }, (_, i) => `10.0.1.${i}`) }] },
    ['endpoints[0].addresses: Too many: 101: must have at most 100 items'],
  ],
])('%j', (change, wanted) => {
  expect(errors(change as never)).toEqual(wanted)
})

test('the type of addresses stays, and endpoints that were bad may', () => {
  expect(updateErrors({ addressType: 'IPv6', endpoints: [] })).toEqual(['addressType: Invalid value: "IPv6": field is immutable'])
  expect(updateErrors({}, { endpoints: [{ addresses: ['127.0.0.1'] }] })).toEqual([])
})

test('topology is dropped; a node named only there is kept', () => {
  expect(made({ endpoints: [{ addresses: ['10.0.0.1'], deprecatedTopology: { a: 'b' } }] }).endpoints).toEqual([
    { addresses: ['10.0.0.1'] },
  ])
  const changed = { endpoints: [{ addresses: ['10.0.0.2'], deprecatedTopology: { 'kubernetes.io/hostname': 'n1' } }] }
  expect(updated(changed).endpoints).toEqual([{ addresses: ['10.0.0.2'] }])
})

test('warnings and cells', () => {
  expect(warnings({ addressType: 'FQDN', endpoints: [] })).toEqual(['spec.addressType: FQDN endpoints are deprecated'])
  expect(warnings({ endpoints: [{ addresses: ['010.0.0.1'] }] })).toHaveLength(1)
  const label = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }
  expect(warnings({ metadata: { labels: label }, endpoints: [{ addresses: ['010.0.0.1'] }] })).toEqual([])
  expect(cells()).toMatchObject({ AddressType: 'IPv4', Ports: '80', Endpoints: '10.0.0.1' })
  expect(cells({ ports: [], endpoints: [] })).toMatchObject({ Ports: '<unset>', Endpoints: '<unset>' })
})
