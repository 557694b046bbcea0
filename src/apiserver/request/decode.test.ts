/** Bodies that are wrong in every way: always a clear 4xx in upstream's words, never a crash; and what is taken with a warning. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../testing/api-server.ts'

let api: TestApiServer
beforeAll(async () => {
  api = await startTestApiServer()
  await api.request('POST', configMaps, { metadata: { name: 'live' }, data: { a: '1' } })
})
afterAll(async () => {
  expect(api.errors).toEqual([])
  await api[Symbol.asyncDispose]()
})

const configMaps = '/api/v1/namespaces/default/configmaps'
const media = {
  json: 'application/json',
  yaml: 'application/yaml',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
  ops: 'application/json-patch+json',
}

interface Answer {
  readonly code: number
  readonly message: string
  readonly warnings: readonly string[]
}

async function send(method: string, path: string, body: string | Uint8Array, type: keyof typeof media): Promise<Answer> {
  const { status, json, headers } = await api.request(method, path, body, { headers: { 'content-type': media[type] } })
  const { warning } = headers
  return { code: status, message: json?.message, warnings: warning === undefined ? [] : typeof warning === 'string' ? [warning] : warning }
}
const post = (body: string | Uint8Array, type: 'json' | 'yaml' = 'json', query = ''): Promise<Answer> =>
  send('POST', configMaps + query, body, type)

const unrecognized = 'the object provided is unrecognized (must be of type ConfigMap): '
const parseError = `${unrecognized}couldn't get version/kind; json parse error: `

test.each<[string | Uint8Array, string]>([
  ['', `${parseError}unexpected end of JSON input (<empty>)`],
  ['{"metadata": {"name"', `${parseError}unexpected end of JSON input ({"metadata": {"name")`],
  ['{"a" 1}', `${parseError}invalid character '1' after object key ({"a" 1})`],
  [
    '[]',
    `${parseError}json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)`,
  ],
  [
    '"text"',
    `${parseError}json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (227465787422)`,
  ],
  [Buffer.from([0xff, 0xfe, 0x00]), `${parseError}invalid character 'ÿ' looking for beginning of value (fffe00)`],
  ['\ufeff{}', `${parseError}invalid character 'ï' looking for beginning of value (efbbbf7b7d)`],
  ['{"kind": 5}', `${parseError}json: cannot unmarshal number into Go struct field .kind of type string ({"kind": 5})`],
  ['{"apiVersion": "a/b/c"}', `${unrecognized}unexpected GroupVersion string: a/b/c ({"apiVersion": "a/b/c"})`],
  [
    '{"kind": "Secret"}',
    'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
  ],
  [
    '{"kind": "ConfigMapList"}',
    'ConfigMapList in version "v1" cannot be handled as a ConfigMap: converting (v1.ConfigMapList) to (core.ConfigMap): unknown conversion',
  ],
  [
    '{"kind": "Nothing"}',
    'Nothing in version "v1" cannot be handled as a ConfigMap: no kind "Nothing" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  ],
  [
    '{"apiVersion": "v9"}',
    'ConfigMap in version "v9" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v9" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  ],
  [
    '{"data": {"a": 1}}',
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  ],
  [
    '{"x": 1, "metadata": []}',
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal array into Go struct field ConfigMap.metadata of type v1.ObjectMeta',
  ],
  [
    '{"metadata": {"generation": 1.0}}',
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number 1.0 into Go struct field ObjectMeta.metadata.generation of type int64',
  ],
  ['['.repeat(100_000), `${parseError}invalid character '[' exceeded max depth (${'5b'.repeat(30)} ...)`],
])('POST %j is 400', async (body, message) => {
  expect(await post(body)).toEqual({ code: 400, message, warnings: [] })
})

test.each<[string | Uint8Array, number]>([
  ['a: [', 400],
  ['a: b: c', 400],
  ['\tx', 400],
  ['- 1', 400],
  ['just text', 400],
  ['a: *missing', 400],
  [`a: ${'['.repeat(5000)}`, 400],
  [Buffer.from([0x61, 0x3a, 0x20, 0xff]), 400],
  ['data: {a: 1}', 400],
  ['data: {a: .inf}', 400],
  ['kind: Secret', 400],
  ['? [a]\n: b', 400],
  [
    'a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]',
    400,
  ],
  ['', 422],
  ['~', 422],
])('POST of YAML %j is %i', async (body, code) => {
  const answer = await post(body, 'yaml')
  expect([answer.code, answer.message.length > 10]).toEqual([code, true])
})

test('a type error names the type as Go does', async () => {
  const wanted = async (body: string): Promise<string | undefined> =>
    /struct field .*/.exec((await send('POST', '/api/v1/namespaces/default/pods', body, 'json')).message)?.[0]
  expect([
    await wanted('{"spec": {"restartPolicy": 3}}'),
    await wanted('{"spec": {"containers": [{"securityContext": {"capabilities": {"add": [1]}}}]}}'),
    await wanted('{"spec": {"overhead": []}}'),
    await wanted('{"metadata": {"uid": 1}}'),
    await wanted('{"spec": {"nodeName": 1}}'),
  ]).toEqual([
    'struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
    'struct field Capabilities.spec.containers.securityContext.capabilities.add of type v1.Capability',
    'struct field PodSpec.spec.overhead of type v1.ResourceList',
    'struct field ObjectMeta.metadata.uid of type types.UID',
    'struct field PodSpec.spec.nodeName of type string',
  ])
})

test('a body of more than three mebibytes is 413', async () => {
  expect(await post(`{"data": {"a": "${'x'.repeat(3 * 1024 * 1024)}"}}`)).toMatchObject({ code: 413 })
})

test('unknown and doubled fields are warnings, errors or nothing', async () => {
  const body = '{"metadata": {"generateName": "a-", "nme": 1}, "data": {"a": "1", "a": "2"}, "__proto__": {"x": 1}}'
  const texts = ['unknown field \\"metadata.nme\\"', 'duplicate field \\"data.a\\"', 'unknown field \\"__proto__\\"']
  expect(await post(body)).toEqual({ code: 201, message: undefined, warnings: texts.map((text) => `299 - "${text}"`) })
  expect(await post(body, 'json', '?fieldValidation=Ignore')).toMatchObject({ code: 201, warnings: [] })
  expect(await post(body, 'json', '?fieldValidation=Strict')).toEqual({
    code: 400,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.nme", duplicate field "data.a", unknown field "__proto__"',
    warnings: [],
  })
})

test('YAML tells of doubled keys by line, and of unknown fields in the order of their names', async () => {
  const body = 'zz: 1\nmetadata: {generateName: y-, nme: 1}\ndata:\n  a: p\n  a: q\n'
  expect((await post(body, 'yaml')).warnings).toEqual([
    '299 - "line 5: key \\"a\\" already set in map"',
    '299 - "unknown field \\"metadata.nme\\""',
    '299 - "unknown field \\"zz\\""',
  ])
  expect((await post(body, 'yaml', '?fieldValidation=Strict')).message).toBe(
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n  line 5: key "a" already set in map, unknown field "metadata.nme", unknown field "zz"',
  )
})

const live = `${configMaps}/live`
const patch = (body: string | Uint8Array, type: 'merge' | 'strategic' | 'ops' | 'apply', query = ''): Promise<Answer> =>
  send('PATCH', live + query, body, type)

test.each<['merge' | 'strategic' | 'ops', string, number]>([
  ['merge', '', 400],
  ['merge', '{"a"', 400],
  ['merge', '[]', 400],
  ['merge', '{"data": {"a": 1}}', 422],
  ['merge', '{"data": "x"}', 422],
  ['merge', '{"kind": "Secret"}', 422],
  ['merge', '{"data": {"a": 1e999}}', 400],
  ['merge', '['.repeat(100_000), 400],
  ['strategic', '{"a"', 400],
  ['strategic', '5', 400],
  ['strategic', '{"data": {"a": 1}}', 422],
  ['ops', '{"op": "add"}', 400],
  ['ops', '[{"op": "add", "path": "/data/a", "value": 5}]', 422],
  ['ops', '[{"op": "add", "path": "/__proto__/x", "value": 5}]', 422],
])('PATCH (%s) with %j is %i', async (type, body, code) => {
  const answer = await patch(body, type)
  expect([answer.code, typeof answer.message]).toEqual([code, 'string'])
  expect(({} as { x?: unknown }).x).toBeUndefined()
})

test('a patch tells of its own doubled keys and of what it made unknown', async () => {
  const body = '{"data": {"b": "1", "b": "2"}, "spec": {}}'
  const texts = ['duplicate field \\"data.b\\"', 'unknown field \\"spec\\"']
  expect(await patch(body, 'merge')).toMatchObject({ code: 200, warnings: texts.map((text) => `299 - "${text}"`) })
  expect(await patch(body, 'strategic')).toMatchObject({ code: 200, warnings: texts.map((text) => `299 - "${text}"`) })
  const strict = await patch(body, 'strategic', '?fieldValidation=Strict')
  expect(strict).toMatchObject({
    code: 422,
    message:
      ' "" is invalid: patch: Invalid value: "map[data:map[b:2] spec:map[]]": strict decoding error: duplicate field "data.b", unknown field "spec"',
  })
})

test('an apply configuration with doubled keys is 400 under Strict', async () => {
  const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: live}\ndata:\n  c: p\n  c: q\n'
  const wrong = 'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "c" already set in map'
  expect(await patch(body, 'apply', '?fieldManager=m&fieldValidation=Strict')).toMatchObject({ code: 400, message: wrong })
  expect((await patch(body, 'apply', '?fieldManager=m')).warnings).toEqual(['299 - "line 6: key \\"c\\" already set in map"'])
})
