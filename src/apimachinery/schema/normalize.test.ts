/** Decoding by a schema: what comes out, what is refused, and in which words. Expectations were taken from Go's decoder. */
import { expect, test } from 'vitest'
import { scanJson } from '../../wire/json.ts'
import { explain } from './explain.ts'
import { Misfit, normalize } from './normalize.ts'
import {
  boolean,
  bytes,
  double,
  field,
  int32,
  int64,
  intOrString,
  json,
  list,
  map,
  microTime,
  quantity,
  rawExtension,
  string,
  struct,
  time,
} from './schema.ts'

const port = struct('core.v1.Port', { name: field(1, string).optional(), port: field(2, int32), target: field(3, intOrString).optional() })
const spec = struct('core.v1.ThingSpec', {
  replicas: field(1, int32).optional().pointer().default(1),
  ports: field(2, list(port)).optional(),
  limits: field(3, map(quantity)).optional(),
  size: field(4, int64).optional(),
  share: field(5, double).optional(),
  isOn: field(6, boolean).optional(),
  protocol: field(7, string).optional().default('TCP'),
  names: field(8, list(string)).optional(),
  at: field(9, microTime).optional().pointer(),
  anything: field(10, json).optional().pointer(),
  raw: field(11, rawExtension).optional(),
})
const metadata = struct('core.v1.Meta', {
  name: field(1, string).optional(),
  created: field(2, time).optional().omitZero(),
  labels: field(3, map(string)).optional(),
  list: field(4, list(int32)).printed(),
})
const thing = struct('core.v1.Thing', {
  kind: field(1, string).optional(),
  metadata: field(2, metadata).optional(),
  spec: field(3, spec).implied(),
  data: field(4, map(bytes)).optional(),
})

function check(text: string): { value?: unknown; fatal?: string; strict: readonly string[] } {
  const scan = scanJson(text)
  const explanation = explain(thing, text)
  let value: unknown
  try {
    const normalized = normalize(thing, JSON.parse(text))
    value = normalized.value
    // The quick reading must notice whatever the slow one has a word for.
    const isSuspect = normalized.hasUnknown || normalized.members !== scan.members || scan.hasOddNumbers
    if (explanation.fatal !== undefined || explanation.strict.length > 0) expect(isSuspect).toBe(true)
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
    expect(explanation.fatal).toBeDefined()
  }
  return explanation.fatal === undefined ? { value, strict: explanation.strict } : { fatal: explanation.fatal, strict: explanation.strict }
}

const bare = { metadata: { list: null }, spec: { replicas: 1, protocol: 'TCP', raw: null } }

test.each<[string, object]>([
  ['{}', bare],
  ['{"metadata": null, "spec": null, "data": null}', bare],
  ['{"spec": {"ports": [], "limits": {}, "names": null, "size": 0, "isOn": false, "protocol": ""}}', bare],
  ['{"metadata": {"labels": {"b": "2", "a": null}, "list": []}}', { ...bare, metadata: { labels: { b: '2', a: '' }, list: [] } }],
  ['{"metadata": {"created": "0001-01-01T00:00:00Z", "name": null}}', bare],
  ['{"metadata": {"created": "2026-01-02T03:04:05.5+01:00"}}', { ...bare, metadata: { created: '2026-01-02T02:04:05Z', list: null } }],
  [
    '{"spec": {"limits": {"a": 0.5, "b": " 12000 ", "c": null, "d": "1.5Gi"}, "replicas": -0}}',
    { ...bare, spec: { replicas: 0, limits: { a: '500m', b: '12k', c: '0', d: '1536Mi' }, protocol: 'TCP', raw: null } },
  ],
  [
    '{"spec": {"ports": [null, {"target": "80%", "port": 1}], "anything": {"z": 1, "a": [{}]}, "raw": {"x": null}}}',
    {
      ...bare,
      spec: {
        ...bare.spec,
        ports: [
          { port: 0, target: 0 },
          { port: 1, target: '80%' },
        ],
        anything: { z: 1, a: [{}] },
        raw: { x: null },
      },
    },
  ],
  [
    '{"data": {"a": "YW\\nJj", "b": [97, null], "c": null, "__proto__": ""}}',
    { ...bare, data: JSON.parse('{"a": "YWJj", "b": "YQA=", "c": null, "__proto__": ""}') },
  ],
  ['{"spec": {"size": 9007199254740993}}', { ...bare, spec: { ...bare.spec, size: 9007199254740992 } }],
])('%s is taken', (text, wanted) => {
  const { value, strict } = check(text)
  expect([value, strict]).toEqual([wanted, []])
})

test('keys come out in the order of the schema, map keys in their own', () => {
  const { value } = check(
    '{"data": {"b": "", "a": ""}, "spec": {"protocol": "x", "replicas": 2}, "metadata": {"list": [1], "name": "n"}, "kind": "Thing"}',
  )
  expect(JSON.stringify(value)).toBe(
    '{"kind":"Thing","metadata":{"name":"n","list":[1]},"spec":{"replicas":2,"protocol":"x","raw":null},"data":{"a":"","b":""}}',
  )
})

const unmarshal = (what: string, where: string, type: string): string =>
  `json: cannot unmarshal ${what} into Go struct field ${where} of type ${type}`
const notQuantity = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

test.each([
  ['[]', 'json: cannot unmarshal array into Go value of type v1.Thing'],
  ['"x"', 'json: cannot unmarshal string into Go value of type v1.Thing'],
  ['{"spec": 5}', unmarshal('number', 'Thing.spec', 'v1.ThingSpec')],
  ['{"spec": {"replicas": "3"}}', unmarshal('string', 'ThingSpec.spec.replicas', 'int32')],
  ['{"spec": {"replicas": 2.0}}', unmarshal('number 2.0', 'ThingSpec.spec.replicas', 'int32')],
  ['{"spec": {"replicas": 1e3}}', unmarshal('number 1e3', 'ThingSpec.spec.replicas', 'int32')],
  ['{"spec": {"replicas": 2147483648}}', unmarshal('number 2147483648', 'ThingSpec.spec.replicas', 'int32')],
  ['{"spec": {"size": 9223372036854775808}}', unmarshal('number 9223372036854775808', 'ThingSpec.spec.size', 'int64')],
  ['{"spec": {"share": 1e999}}', unmarshal('number 1e999', 'ThingSpec.spec.share', 'float64')],
  ['{"spec": {"isOn": "true"}}', unmarshal('string', 'ThingSpec.spec.isOn', 'bool')],
  ['{"spec": {"ports": {}}}', unmarshal('object', 'ThingSpec.spec.ports', '[]v1.Port')],
  ['{"spec": {"ports": [{}, {"port": true}]}}', unmarshal('bool', 'Port.spec.ports.port', 'int32')],
  ['{"spec": {"ports": [{"target": 1.5}]}}', unmarshal('number 1.5', 'Port.spec.ports.target', 'int32')],
  ['{"spec": {"names": [1]}}', unmarshal('number', 'ThingSpec.spec.names', 'string')],
  ['{"metadata": {"labels": {"a": 1}}}', unmarshal('number', 'Meta.metadata.labels', 'string')],
  ['{"metadata": {"labels": []}}', unmarshal('array', 'Meta.metadata.labels', 'map[string]string')],
  ['{"metadata": {"created": 5}}', unmarshal('number', 'Meta.metadata.created', 'string')],
  ['{"metadata": {"created": "x"}}', 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
  [
    '{"spec": {"at": "2026-01-02T03:04:05Z"}}',
    'parsing time "2026-01-02T03:04:05Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  ],
  ['{"spec": {"limits": {"cpu": "x"}}}', notQuantity],
  ['{"spec": {"limits": {"cpu": {}}}}', notQuantity],
  ['{"spec": {"limits": {"cpu": "1e"}}}', "unable to parse quantity's suffix"],
  ['{"data": {"a": "YW"}}', 'illegal base64 data at input byte 0'],
  ['{"data": {"a": [256]}}', unmarshal('number 256', 'Thing.data', 'uint8')],
  ['{"data": {"a": {}}}', unmarshal('object', 'Thing.data', '[]uint8')],
  // The first wrong type in the text is told, not the first in the schema; but a value that reads itself ends everything.
  ['{"spec": {"isOn": 1, "replicas": "x"}, "metadata": 5}', unmarshal('number', 'ThingSpec.spec.isOn', 'bool')],
  ['{"spec": {"isOn": 1, "limits": {"a": "?"}}}', notQuantity],
])('%s is refused: %s', (text, wanted) => {
  expect(check(text).fatal).toBe(wanted)
})

test.each([
  [
    '{"x": 1, "spec": {"ports": [{}, {"Name": 1}], "y": {"z": 1}}, "x": 2}',
    ['unknown field "x"', 'unknown field "spec.ports[1].Name"', 'unknown field "spec.y"'],
  ],
  [
    '{"data": {"a": ""}, "spec": {"replicas": 1, "replicas": 2}, "data": {"a": "", "a": ""}}',
    ['duplicate field "spec.replicas"', 'duplicate field "data"', 'duplicate field "data.a"'],
  ],
  ['{"__proto__": {"a": 1}, "constructor": 1}', ['unknown field "__proto__"', 'unknown field "constructor"']],
  ['{"spec": {"anything": {"a": 1, "a": 2}, "q": {"a": 1, "a": 2}}}', ['unknown field "spec.q"']],
  ['{"metadata": {"labels": {"\\u0061": "", "a": ""}}}', ['duplicate field "metadata.labels.a"']],
])('%s: strict decoding tells', (text, wanted) => {
  expect(check(text).strict).toEqual(wanted)
})

test('strict decoding stops telling after a hundred', () => {
  const text = `{${Array.from({ length: 150 }, (_, i) => `"u${i}": 1`).join(',')}}`
  expect(check(text).strict.length).toBe(100)
})

test('deep and strange values neither overflow nor reach a prototype', () => {
  const deep = `{"spec": {"anything": ${'['.repeat(900)}${']'.repeat(900)}, "x": ${'{"a":'.repeat(900)}1${'}'.repeat(900)}}}`
  expect(check(deep).strict).toEqual(['unknown field "spec.x"'])
  const { value } = check('{"metadata": {"labels": {"__proto__": "p", "toString": "t"}}}')
  expect(JSON.stringify(value)).toContain('"labels":{"__proto__":"p","toString":"t"}')
  expect(({} as { p?: unknown }).p).toBeUndefined()
})
