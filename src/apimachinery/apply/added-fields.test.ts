/**
 * What a create owns, by the fast way and by the long one: both must say the same of random objects of real kinds.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Deployment } from '../../api/apps/deployment.ts'
import { ConfigMap } from '../../api/core/config-map.ts'
import { Pod } from '../../api/core/pod.ts'
import { Service } from '../../api/core/service.ts'
import { RoleBinding } from '../../api/rbac/role-binding.ts'
import type { JsonObject } from '../patch/plain-json.ts'
import type { Schema, StructSchema } from '../schema/schema.ts'
import { fieldsOfNewObject, zeroObject } from './added-fields.ts'
import { compareTyped } from './compare.ts'
import { thing } from './example-schema.ts'
import { differenceOf, encodeFieldSet, isEmptySet, recursiveDifferenceOf, setOf, unionOf } from './field-set.ts'
import { stripSet } from './managed-fields.ts'
import { shapeOfObject } from './shape.ts'

/** The long way: compare with an empty object, by sets. */
function reference(schema: StructSchema, object: JsonObject): unknown {
  const { added, modified } = compareTyped(shapeOfObject(schema), zeroObject(schema), object)
  const fields = differenceOf(recursiveDifferenceOf(unionOf(added, modified), resetFields), stripSet)
  return isEmptySet(fields) ? undefined : encodeFieldSet(fields)
}
const resetFields = setOf(['f:status'])

const words = fc.constantFrom('a', 'b', 'c')
function anyOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'string':
    case 'bytes':
      return words
    case 'boolean':
      return fc.boolean()
    case 'int32':
    case 'int64':
    case 'double':
      return fc.nat(2)
    case 'json':
    case 'rawExtension':
    case 'fieldsV1':
      return fc.oneof(fc.constant(null), fc.dictionary(words, words, { maxKeys: 2 }), fc.array(words, { maxLength: 2 }))
    case 'list':
      return depth <= 0 ? fc.constant([]) : fc.array(anyOf(schema.items, depth - 1), { maxLength: 3 })
    case 'map':
      return fc.oneof(fc.constant(null), fc.dictionary(words, anyOf(schema.values, depth - 1), { maxKeys: 2 }))
    case 'struct':
      return structOf(schema, depth)
    default:
      return fc.constantFrom(null, '1')
  }
}
function structOf(schema: StructSchema, depth: number): fc.Arbitrary<unknown> {
  const names = Object.keys(schema.fields)
  const keys = new Set([
    'name',
    'containerPort',
    'port',
    'type',
    'mountPath',
    'devicePath',
    'uid',
    'ip',
    'key',
    'topologyKey',
    'whenUnsatisfiable',
    'conditionType',
  ])
  if (depth <= 0)
    return fc.constant(
      Object.fromEntries(
        names.filter((name) => keys.has(name)).map((name) => [name, schema.fields[name]?.facts.schema.type === 'string' ? 'a' : 1]),
      ),
    )
  return fc
    .subarray(
      names.filter((name) => !keys.has(name)),
      { maxLength: Math.min(5, names.filter((name) => !keys.has(name)).length) },
    )
    .chain((some) => {
      const chosen = [...some, ...names.filter((name) => keys.has(name))]
      return fc.record(
        Object.fromEntries(
          chosen.map((name) => [name, anyOf((schema.fields[name] as StructSchema['fields'][string]).facts.schema, depth - 1)]),
        ),
      )
    })
}

describe('fieldsOfNewObject()', () => {
  const schemas = [Pod, Deployment, Service, ConfigMap, RoleBinding].map(
    (kind) => [kind.kind, kind.versions[0]?.schema as StructSchema] as const,
  )
  test.each([...schemas, ['Thing', thing as StructSchema] as const])('of a %s is what a comparison says', (_, schema) => {
    fc.assert(
      fc.property(structOf(schema, 6), (object) => {
        const fast = JSON.stringify(fieldsOfNewObject(schema, object as JsonObject, resetFields))
        return fast === JSON.stringify(reference(schema, object as JsonObject))
      }),
      { numRuns: 60 },
    )
  })

  test('of a Deployment, as everybody has seen it', () => {
    const schema = Deployment.versions[0]?.schema as StructSchema
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80, protocol: 'TCP' }], resources: {} }] },
        },
        strategy: {},
      },
      status: {},
    }
    expect(fieldsOfNewObject(schema, object)).toEqual({
      'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
      'f:spec': {
        'f:replicas': {},
        'f:selector': {},
        'f:template': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"web"}': {
                '.': {},
                'f:image': {},
                'f:name': {},
                'f:ports': { '.': {}, 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} } },
                'f:resources': {},
              },
            },
          },
        },
      },
    })
  })
  test('of nothing but a name is nothing', () => {
    expect(fieldsOfNewObject(thing, { metadata: { name: 'a', uid: 'u' } })).toBeUndefined()
    expect(fieldsOfNewObject(thing, { status: { phase: 'x' } }, resetFields)).toBeUndefined()
  })
})

test('zeroObject() prints what Go prints', () => {
  expect(zeroObject(RoleBinding.versions[0]?.schema as StructSchema)).toEqual({
    metadata: {},
    roleRef: { apiGroup: '', kind: '', name: '' },
  })
  expect(zeroObject(Deployment.versions[0]?.schema as StructSchema)).toEqual({
    metadata: {},
    spec: { selector: null, template: { metadata: {}, spec: { containers: null } }, strategy: {} },
    status: {},
  })
})
