/**
 * Devices: claims, classes and slices: defaults, refusals in upstream's words, what may not change.
 */
import { describe, expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { DeviceClass } from './device-class.ts'
import { ResourceClaim } from './resource-claim.ts'
import { ResourceSlice } from './resource-slice.ts'

describe('ResourceClaim', () => {
  const { made, errors, updateErrors } = judged(ResourceClaim as never, {
    metadata: { name: 'c', namespace: 'n' },
    spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] } },
  })
  test('asks for one device unless told otherwise', () => {
    expect(made()).toMatchObject({ spec: { devices: { requests: [{ exactly: { allocationMode: 'ExactCount', count: 1 } }] } } })
  })
  test.each([
    ['a good one', {}, []],
    [
      'a request for nothing',
      { requests: [{ name: 'gpu' }] },
      ['spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required'],
    ],
    ['no class', { requests: [{ name: 'gpu', exactly: {} }] }, ['spec.devices.requests[0].exactly.deviceClassName: Required value']],
    [
      'a count of zero, which becomes one',
      { requests: [{ name: 'gpu', exactly: { deviceClassName: 'c', allocationMode: 'ExactCount', count: 0 } }] },
      [],
    ],
    [
      'tolerations of devices',
      {
        requests: [
          {
            name: 'gpu',
            exactly: {
              deviceClassName: 'c',
              tolerations: [
                { operator: 'Exists', value: 'x' },
                { operator: 'In', effect: 'Flee' },
              ],
            },
          },
        ],
      },
      [
        'spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: "x": must be empty for operator `Exists`',
        'spec.devices.requests[0].exactly.tolerations[1].operator: Unsupported value: "In": supported values: "Equal", "Exists"',
        'spec.devices.requests[0].exactly.tolerations[1].effect: Unsupported value: "Flee": supported values: "NoExecute", "NoSchedule"',
      ],
    ],
    [
      'a bound on nothing',
      { constraints: [{ requests: ['cpu'], matchAttribute: 'example.com/model' }] },
      [
        'spec.devices.constraints[0].requests[0]: Invalid value: "cpu": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
      ],
    ],
  ])('takes or refuses %s', (_name, devices, expected) => expect(errors({ spec: { devices } })).toEqual(expected))
  test('is fixed', () =>
    expect(updateErrors({ spec: { devices: { requests: [] } } })).toEqual([
      'spec: Invalid value: {"Devices":{"Requests":[],"Constraints":null,"Config":null}}: field is immutable',
    ]))
})

describe('DeviceClass', () => {
  const { errors } = judged(DeviceClass as never, { metadata: { name: 'c' }, spec: { selectors: [{ cel: { expression: 'true' } }] } })
  test.each([
    ['a good one', {}, []],
    ['a selector of nothing', { selectors: [{}] }, ['spec.selectors[0].cel: Required value']],
    [
      'a driver without a name',
      { config: [{ opaque: { parameters: {} } }] },
      [
        'spec.config[0].opaque.driver: Required value',
        expect.stringContaining('spec.config[0].opaque.driver: Invalid value: "": a lowercase RFC 1123 subdomain'),
      ],
    ],
  ])('takes or refuses %s', (_name, spec, expected) => expect(errors({ spec })).toEqual(expected))
})

describe('ResourceSlice', () => {
  const { errors, updateErrors } = judged(ResourceSlice as never, {
    metadata: { name: 's' },
    spec: {
      driver: 'd.example.com',
      nodeName: 'n1',
      pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
      devices: [{ name: 'd0', attributes: { model: { string: 'a' } }, capacity: { memory: { value: '1Gi' } } }],
    },
  })
  test.each([
    ['a good one', {}, []],
    [
      'everywhere and somewhere',
      { allNodes: true },
      [
        'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
      ],
    ],
    [
      'nowhere',
      { nodeName: undefined },
      ['spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'],
    ],
    [
      'a pool without slices',
      { pool: { resourceSliceCount: 0 } },
      ['spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero'],
    ],
    ['a device twice', { devices: [{ name: 'd0' }, { name: 'd0' }] }, ['spec.devices[1].name: Duplicate value: "d0"']],
    [
      'an attribute of two types',
      { devices: [{ name: 'd0', attributes: { model: { string: 'a', bool: true } } }] },
      [
        'spec.devices[0].attributes[model]: Invalid value: {"IntValue":null,"BoolValue":true,"StringValue":"a","VersionValue":null}: exactly one value must be specified',
      ],
    ],
  ])('takes or refuses %s', (_name, spec, expected) => expect(errors({ spec })).toEqual(expected))
  test('stays where it is', () =>
    expect(updateErrors({ spec: { driver: 'e.example.com' } })).toEqual([
      'spec.driver: Invalid value: "e.example.com": field is immutable',
    ]))
})
