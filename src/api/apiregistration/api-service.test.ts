/**
 * API services: names, priorities and who serves them.
 */
import { expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { APIService } from './api-service.ts'

const { made, errors } = judged(APIService as never, {
  metadata: { name: 'v1.example.com' },
  spec: {
    group: 'example.com',
    version: 'v1',
    groupPriorityMinimum: 100,
    versionPriority: 10,
    insecureSkipTLSVerify: true,
    service: { namespace: 'n', name: 's' },
  },
})

test('is served on port 443 unless told otherwise', () => expect(made()).toMatchObject({ spec: { service: { port: 443 } } }))

test.each([
  ['a good one', {}, []],
  [
    'another name',
    { version: 'v2' },
    ['metadata.name: Invalid value: "v1.example.com": must be `spec.version+"."+spec.group`: "v2.example.com"'],
  ],
  [
    'priorities out of range',
    { groupPriorityMinimum: 0, versionPriority: 1001 },
    [
      'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
    ],
  ],
  ['no service name', { service: { name: '' } }, ['spec.service.name: Required value']],
  ['trust in both ways', { caBundle: 'YQ==' }, ['spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present']],
  [
    'trust in a local one',
    { service: undefined },
    ['spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify'],
  ],
])('takes or refuses %s', (_name, spec, expected) => expect(errors({ spec })).toEqual(expected))
