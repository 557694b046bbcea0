/** Schemas of custom resources come back as they were sent: the fields whose names are no Go names too. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../testing/api-server.ts'

test('a schema survives, with the names that JSON has for its fields', async () => {
  await using api = await startTestApiServer()
  const openAPIV3Schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          items: {
            type: 'array',
            items: { type: 'object', properties: { a: { type: 'string', default: 'x' } } },
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['a'],
          },
          size: { 'x-kubernetes-int-or-string': true },
          any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          one: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""' }] },
        },
      },
    },
  }
  const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' }
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }]
  const spec = { group: 'example.com', names, scope: 'Namespaced', versions }
  const body = { metadata: { name: 'things.example.com' }, spec }
  const answer = await api.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body)
  expect(answer.status).toBe(201)
  expect(answer.json.spec.versions[0].schema.openAPIV3Schema).toEqual(openAPIV3Schema)
})
