/** Small rules that several kinds share: metadata of templates, Leases, RuntimeClasses, amounts, statuses that warn. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'
import { judged } from '../testing/judged.ts'
import { validateLeaseSpec } from './coordination/lease-rules.ts'
import { LimitRange } from './core/limit-range.ts'
import { RuntimeClass } from './node/runtime-class.ts'
import { ResourceClaimTemplate } from './resource/resource-claim-template.ts'

test('templates of claims have labels and annotations, and no other metadata', () => {
  const { errors } = judged(ResourceClaimTemplate as never, { metadata: { name: 't', namespace: 'n' }, spec: { spec: { devices: {} } } })
  expect(errors({ spec: { metadata: { labels: { a: 'b' }, name: 'x', uid: 'u' } } })).toEqual([
    'spec.metadata.name: Forbidden: cannot be set',
    'spec.metadata.uID: Forbidden: cannot be set',
  ])
})

test('a strategy of a Lease is known, or somebody’s own', () => {
  const check = (strategy: string) =>
    [...validateLeaseSpec({ strategy, preferredHolder: 'p' })].map(({ field, value }) => `${field} ${value}`)
  expect([check('OldestEmulationVersion'), check('example.com/mine'), check('Mine')]).toEqual([[], [], ['spec.strategy.strategy Mine']])
})

test('a RuntimeClass names its tolerations twice', () => {
  const { errors } = judged(RuntimeClass as never, { metadata: { name: 'r' }, handler: 'runc' })
  expect(errors({ scheduling: { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] } })).toEqual([
    'scheduling.tolerations.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\'',
  ])
})

test('amounts are rounded up to thousandths', () => {
  const { made } = judged(LimitRange as never, { metadata: { name: 'l', namespace: 'n' } })
  const limits = [{ type: 'Pod', max: { cpu: '0.5m', memory: '1Gi' } }]
  expect(made({ spec: { limits } })).toMatchObject({ spec: { limits: [{ max: { cpu: '1m', memory: '1Gi' } }] } })
})

test('an address in a status is warned of', async () => {
  await using api = await startTestApiServer()
  const path = '/api/v1/namespaces/default/services'
  const { json } = await api.request('POST', path, { metadata: { name: 's' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } })
  const status = { loadBalancer: { ingress: [{ ip: '2001:DB8::1' }] } }
  const { headers } = await api.request('PUT', `${path}/s/status`, { ...json, status })
  expect(headers.warning).toEqual([
    '299 - "status.loadBalancer.ingress[0]: IPv6 address \\"2001:DB8::1\\" should be in RFC 5952 canonical format (\\"2001:db8::1\\")"',
  ])
})
