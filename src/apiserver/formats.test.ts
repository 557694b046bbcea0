/** Protobuf, CBOR, YAML and compression over requests: what Kubernetes answers, bytes and words. */
import { describe, expect, test } from 'vitest'
import { kinds } from '../api/kinds.ts'
import { encodeCbor } from '../apimachinery/codec/cbor.ts'
import { decodeProtobuf, writeProtobuf } from '../apimachinery/codec/protobuf.ts'
import { openEnvelope, sealEnvelope } from '../apimachinery/codec/protobuf-envelope.ts'
import { deleteOptions, statusSchema } from '../apimachinery/meta.ts'
import type { StructSchema } from '../apimachinery/schema/schema.ts'
import { gunzipBytes } from '../std/gzip.ts'
import { startTestApiServer, type TestApiServer } from '../testing/api-server.ts'
import { readCbor, readCborSequence } from '../wire/cbor.ts'

const protobuf = 'application/vnd.kubernetes.protobuf'
const cbor = 'application/cbor'
const path = '/api/v1/namespaces/default/configmaps'
const configMapSchema = kinds.find(({ kind }) => kind === 'ConfigMap')?.versions[0]?.schema as StructSchema
const configMap = (name: string): { metadata: { name: string }; data: Record<string, string> } => ({ metadata: { name }, data: { a: 'b' } })
const sealed = (kind: string, object: object, schema = configMapSchema, apiVersion = 'v1'): Uint8Array =>
  sealEnvelope(apiVersion, kind, (writer) => writeProtobuf(writer, schema, object))
const opened = (bytes: Uint8Array, schema = configMapSchema): Record<string, unknown> => ({
  ...decodeProtobuf(schema, openEnvelope(bytes).raw),
  kind: openEnvelope(bytes).kind,
})
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const withCbor = { flags: { featureGates: { CBORServingAndStorage: true } } }

async function send(api: TestApiServer, method: string, where: string, type: string, body: unknown, accept?: string) {
  return api.request(method, where, body, {
    headers: { 'content-type': type, 'user-agent': 'test/1', ...(accept === undefined ? {} : { accept }) },
  })
}

/** What a watch says until nothing more happens. */
async function watched(api: TestApiServer, where: string, accept?: string) {
  const stopping = new AbortController()
  const answer = api.request('GET', where, undefined, { headers: accept === undefined ? {} : { accept }, signal: stopping.signal })
  await api.clock.settled()
  stopping.abort(new Error('enough'))
  return answer
}

describe('protobuf', () => {
  test('objects, errors, options and lists', async () => {
    await using api = await startTestApiServer()
    const created = await send(api, 'POST', path, protobuf, sealed('ConfigMap', configMap('a')), protobuf)
    expect([created.status, created.headers['content-type'], opened(created.bytes).data]).toEqual([201, protobuf, { a: 'b' }])
    const again = await send(api, 'POST', path, protobuf, sealed('ConfigMap', configMap('a')), protobuf)
    expect([again.status, opened(again.bytes, statusSchema as StructSchema).reason]).toEqual([409, 'AlreadyExists'])
    const patched = await send(api, 'PATCH', `${path}/a`, 'application/merge-patch+json', { data: { c: 'd' } }, protobuf)
    expect(opened(patched.bytes).data).toEqual({ a: 'b', c: 'd' })
    const dry = sealed('DeleteOptions', { dryRun: ['All'] }, deleteOptions as StructSchema)
    expect((await send(api, 'DELETE', `${path}/a`, protobuf, dry, protobuf)).status).toBe(200)
    expect((await api.request('GET', `${path}/a`)).status).toBe(200)
  })

  test('a list is the same in pieces as at once', async () => {
    await using api = await startTestApiServer()
    for (let i = 0; i < 200; i++) await api.request('POST', path, { ...configMap(`c${i}`), data: { text: 'x'.repeat(1500) } })
    const json = (await api.request('GET', path)).json
    for (const round of ['first', 'remembered']) {
      const { bytes } = await api.request('GET', path, undefined, { headers: { accept: protobuf } })
      const list = openEnvelope(bytes)
      const names: string[] = []
      expect([round, list.kind]).toEqual([round, 'ConfigMapList'])
      const schema = {
        type: 'struct',
        name: 'List',
        fields: {
          items: {
            facts: { number: 2, schema: { type: 'list', items: configMapSchema }, isRequired: true, omitEmpty: false, isPointer: false },
          },
        },
      }
      for (const item of decodeProtobuf(schema as unknown as StructSchema, list.raw).items as { metadata: { name: string } }[])
        names.push(item.metadata.name)
      expect(names).toEqual(json.items.map((item: { metadata: { name: string } }) => item.metadata.name))
    }
  })

  test('a watch is frames behind their lengths', async () => {
    await using api = await startTestApiServer()
    await api.request('POST', path, configMap('a'))
    const { bytes, headers } = await watched(api, `${path}?watch=1`, protobuf)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    expect([headers['content-type'], view.getUint32(0)]).toEqual([`${protobuf};stream=watch`, bytes.length - 4])
    expect(Buffer.from(bytes).toString('latin1')).toContain('ADDED')
  })

  const type = '0a0f 0a027631 1209 436f6e6669674d6170'.replaceAll(' ', '')
  test.each([
    ['', 'the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)'],
    ['6b387300', 'the object provided is unrecognized (must be of type ConfigMap): empty body (6b387300)'],
    [
      '6b38',
      'the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (6b38)',
    ],
    ['6b3873000a0f', 'the object provided is unrecognized (must be of type ConfigMap): unexpected EOF (6b3873000a0f)'],
    [`6b387300${type}12030aff01`, 'ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF'],
    [
      `6b387300${type}12020801`,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: wrong wireType = 0 for field ObjectMeta',
    ],
    [
      `6b387300${type}12020000`,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: ConfigMap: illegal tag 0 (wire type 0)',
    ],
    [
      `6b387300${type}12010c`,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: ConfigMap: wiretype end group for non-group',
    ],
    [`6b387300${type}1202ff01`, 'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: illegal wireType 7'],
  ])('broken: %s', async (text, message) => {
    await using api = await startTestApiServer()
    const { status, json } = await send(api, 'POST', path, protobuf, hex(text))
    expect([status, json.message]).toEqual([400, message])
  })

  test('a broken DeleteOptions is a 500 without a reason, as in v1.34', async () => {
    await using api = await startTestApiServer()
    await api.request('POST', path, configMap('a'))
    const { status, json } = await send(api, 'DELETE', `${path}/a`, protobuf, hex('6b3873000aff'))
    expect([status, json.message, json.reason]).toEqual([500, 'unexpected EOF', undefined])
  })
})

describe('CBOR', () => {
  test('is refused unless the gate is on', async () => {
    await using api = await startTestApiServer()
    const { status, json } = await api.request('GET', path, undefined, { headers: { accept: cbor } })
    expect([status, json.message]).toMatchInlineSnapshot(`
      [
        406,
        "406: Not Acceptable

      Available representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
      ]
    `)
    expect((await send(api, 'POST', path, cbor, hex('a0'))).status).toBe(415)
    expect((await send(api, 'PATCH', `${path}/a?fieldManager=m`, 'application/apply-patch+cbor', hex('a0'))).status).toBe(415)
  })

  test('objects, lists, watches, apply', async () => {
    await using api = await startTestApiServer(withCbor)
    const sent = encodeCbor({ ...configMap('a'), binaryData: { x: 'AQI=' } }, configMapSchema)
    const created = await send(api, 'POST', path, cbor, sent, cbor)
    expect([created.status, created.headers['content-type'], Buffer.from(created.bytes.subarray(0, 3)).toString('hex')]).toEqual([
      201,
      cbor,
      'd9d9f7',
    ])
    // Bytes stand there as bytes, and come back as base64.
    expect(Buffer.from(created.bytes).includes(Buffer.from(hex('d6420102')))).toBe(true)
    expect((readCbor(created.bytes) as { binaryData: object }).binaryData).toEqual({ x: 'AQI=' })
    const applied = encodeCbor({ apiVersion: 'v1', kind: 'ConfigMap', ...configMap('b') }, undefined)
    expect((await send(api, 'PATCH', `${path}/b?fieldManager=m`, 'application/apply-patch+cbor', applied)).status).toBe(201)
    for (let i = 0; i < 100; i++) await api.request('POST', path, configMap(`c${i}`))
    const list = await api.request('GET', path, undefined, { headers: { accept: cbor } })
    expect(readCbor(list.bytes)).toEqual((await api.request('GET', path)).json)
    const watch = await watched(api, `${path}?watch=1&fieldSelector=metadata.name=a`, cbor)
    const [event] = [...readCborSequence(watch.bytes)] as { type: string; object: { metadata: { name: string } } }[]
    expect([watch.headers['content-type'], event?.type, event?.object.metadata.name]).toEqual(['application/cbor-seq', 'ADDED', 'a'])
  })

  test.each([
    ['', 'the object provided is unrecognized (must be of type ConfigMap): unable to determine group/version/kind: EOF (<empty>)'],
    [
      'ff',
      'the object provided is unrecognized (must be of type ConfigMap): unable to determine group/version/kind: cbor: unexpected "break" code (ff)',
    ],
    [
      '1c',
      'the object provided is unrecognized (must be of type ConfigMap): unable to determine group/version/kind: cbor: invalid additional information 28 for type positive integer (1c)',
    ],
    [
      '80',
      'the object provided is unrecognized (must be of type ConfigMap): unable to determine group/version/kind: cbor: cannot unmarshal array into Go value of type v1.TypeMeta (cannot decode CBOR array to struct without toarray option) (80)',
    ],
    [
      'a14464617461a24161416241614162',
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: cbor: found duplicate map key "a" at map element index 1',
    ],
    [`a14178${'81'.repeat(64)}f6`, /cbor: exceeded max nested level 64/],
    [`a14178990401${'f6'.repeat(1025)}`, /cbor: exceeded max number of elements 1024 for CBOR array/],
  ])('broken: %s', async (text, message) => {
    await using api = await startTestApiServer(withCbor)
    const { status, json } = await send(api, 'POST', path, cbor, hex(text))
    expect(status).toBe(400)
    if (typeof message === 'string') expect(json.message).toBe(message)
    else expect(json.message).toMatch(message)
  })

  test('the first unknown field is told by where it stands', async () => {
    await using api = await startTestApiServer(withCbor)
    const { json } = await send(api, 'POST', `${path}?fieldValidation=Strict`, cbor, encodeCbor({ ...configMap('a'), foo: 1 }, undefined))
    expect(json.message).toContain('strict decoding error: cbor: found unknown field at map element index 0')
  })
})

describe('text', () => {
  test('pretty JSON and YAML lists in pieces are what they are at once', async () => {
    await using api = await startTestApiServer()
    await api.request('POST', path, configMap('a'))
    for (const [accept, query] of [
      ['application/json', '?pretty=1'],
      ['application/yaml', ''],
      ['application/yaml;as=Table;g=meta.k8s.io;v=v1', ''],
      ['application/json;as=Table;g=meta.k8s.io;v=v1', '?pretty=1'],
    ] as const) {
      const plain = await api.request('GET', path, undefined, { headers: { accept: accept.replace('yaml', 'json') } })
      const { text } = await api.request('GET', `${path}${query}`, undefined, { headers: { accept } })
      const { formatYaml } = await import('../wire/yaml-format.ts')
      expect(text).toBe(query === '' ? formatYaml(plain.json) : JSON.stringify(plain.json, null, 2))
    }
  })

  test('JSON escapes what Go escapes, wherever it is shown', async () => {
    await using api = await startTestApiServer()
    const sent = { metadata: { name: 'a' }, data: { html: '<a href="x">&\u2028</a>' } }
    const shown = '"html":"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\u003c/a\\u003e"'
    expect((await api.request('POST', path, sent)).text).toContain(shown)
    const got = await api.request('GET', `${path}/a`)
    expect([got.text.includes(shown), got.json.data]).toEqual([true, sent.data])
    expect((await api.request('GET', path)).text).toContain(shown)
    const watch = await watched(api, `${path}?watch=1&fieldSelector=metadata.name=a`)
    expect(watch.text).toContain(shown)
  })

  test('large answers are compressed for those who take gzip', async () => {
    await using api = await startTestApiServer()
    await api.request('POST', path, { metadata: { name: 'big' }, data: { text: 'x'.repeat(200_000) } })
    const get = async (accept: string, agent: string, address = '127.0.0.1') => {
      const headers = { 'accept-encoding': accept, 'user-agent': agent }
      const { headers: got, bytes } = await api.request('GET', `${path}/big`, undefined, { headers, peer: { address } })
      if (got['content-encoding'] !== 'gzip') return [got.vary ?? '', '']
      const text = Buffer.from(gunzipBytes(bytes, 1e6)).toString()
      return [got.vary, JSON.parse(text).metadata.name]
    }
    expect(await get('deflate, gzip', 'curl/8')).toEqual(['Accept-Encoding', 'big'])
    expect(await get('gzip', 'curl/8')).toEqual(['Accept-Encoding', 'big'])
    expect(await get('gzip;q=1', 'curl/8')).toEqual(['', ''])
    expect(await get('', 'curl/8')).toEqual(['', ''])
    // Go asks for it by itself; on this machine it would cost both sides time.
    expect(await get('gzip', 'kubectl/v1.34.6 (linux/amd64) kubernetes/9f3c4b1')).toEqual(['', ''])
    expect(await get('gzip', 'kubectl/v1.34.6 (linux/amd64) kubernetes/9f3c4b1', '10.0.0.1')).toEqual(['Accept-Encoding', 'big'])
    const small = await api.request('GET', '/api/v1/namespaces/default', undefined, { headers: { 'accept-encoding': 'gzip' } })
    expect(small.headers['content-encoding']).toBeUndefined()
  })
})

test('media types: the router, the second look, and errors for those who get neither', async () => {
  await using api = await startTestApiServer()
  const get = async (accept: string, where = `${path}/nope`) => {
    const { status, text } = await api.request('GET', where, undefined, { headers: { accept } })
    return [status, text.includes('\n  ') ? 'pretty' : 'compact']
  }
  expect(await get('application/json')).toEqual([404, 'compact'])
  expect(await get('text/html')).toEqual([406, 'pretty'])
  // Errors come in no other shape: who takes nothing else gets JSON for people.
  expect(await get('application/json;as=Table;g=meta.k8s.io;v=v1')).toEqual([404, 'pretty'])
  expect(await get('application/json;as=Table;g=meta.k8s.io;v=v1,application/json')).toEqual([404, 'compact'])
  expect(await get('application/*')).toEqual([406, 'compact'])
  expect(await get(protobuf, '/version')).toEqual([406, 'compact'])
  for (const type of [';;;', 'application/json; charset', 'text/plain'])
    expect((await send(api, 'POST', path, type, configMap('a'))).status).toBe(415)
  expect((await send(api, 'POST', path, 'application/json; charset=utf-8', configMap('a'))).status).toBe(201)
})
