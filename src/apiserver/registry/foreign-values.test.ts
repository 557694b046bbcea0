/** What others store becomes what we store: laid beside what this server itself stores for the same object. */
import { describe, expect, test } from 'vitest'
import { kinds } from '../../api/kinds.ts'
import { writeProtobuf } from '../../apimachinery/codec/protobuf.ts'
import { sealEnvelope } from '../../apimachinery/codec/protobuf-envelope.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { startTestApiServer } from '../../testing/api-server.ts'
import { foreignValues } from './foreign-values.ts'

const read = foreignValues(kinds as readonly KindDefinition[])
const text = (value: Uint8Array | string): string => Buffer.from(read('/registry/x', Buffer.from(value as string))).toString()

function kindOf(name: string): KindDefinition {
  return (kinds as readonly KindDefinition[]).find(({ kind }) => kind === name) as KindDefinition
}

function sealed(name: string, apiVersion: string, object: object): Uint8Array {
  const kind = kindOf(name)
  const version = kind.versions.find((one) => apiVersion.endsWith(one.name)) as KindDefinition['versions'][number]
  return sealEnvelope(apiVersion, name, (writer) => writeProtobuf(writer, version.schema, object))
}

describe('foreignValues()', () => {
  test('protobuf, JSON with a newline, and JSON in another order become what is stored here', async () => {
    await using api = await startTestApiServer()
    const pod = { metadata: { name: 'web', labels: { b: '1', a: '2' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
    await api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
    const created = await api.request('POST', '/api/v1/namespaces/default/pods', pod, { headers: { 'content-type': 'application/json' } })
    expect(created.status).toBe(201)
    const kv = await api.store.get('/registry/pods/default/web')
    const own = Buffer.from(kv?.value ?? []).toString()
    const { kind, apiVersion, ...rest } = JSON.parse(own)
    expect(text(sealed('Pod', 'v1', rest))).toBe(own)
    expect(text(`${own}\n`)).toBe(own)
    expect(text(JSON.stringify({ apiVersion, kind, ...rest }))).toBe(own)
    expect(text(own)).toBe(own)
  })

  test('another version is converted to the stored one', () => {
    const object = {
      metadata: { name: 'h', namespace: 'default', uid: 'u', creationTimestamp: '2026-01-02T03:04:05Z' },
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
    }
    const value = JSON.parse(text(sealed('HorizontalPodAutoscaler', 'autoscaling/v1', object)))
    expect([value.apiVersion, value.spec.metrics]).toEqual([
      'autoscaling/v2',
      [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    ])
  })

  test('what cannot be read stays as it is', () => {
    for (const value of ['', '{', 'k8s\0', 'k8s\0\u0001\u0002', 'hello', '{"kind":"Odd","apiVersion":"example.com/v1","metadata":{}}'])
      expect(text(value)).toBe(value)
  })
})
