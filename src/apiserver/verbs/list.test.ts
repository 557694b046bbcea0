/** Lists through the handler: every combination of resourceVersion, match and limit; pages; tokens that are wrong or too old; selectors. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer, type TestResponse } from '../../testing/api-server.ts'

const cms = '/api/v1/namespaces/default/configmaps'
const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
const token = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const pageToken = (rv: unknown, start: unknown): string => token({ v: 'meta.k8s.io/v1', rv, start })

/** Three ConfigMaps, and the resourceVersions of their creation. */
async function withThree(): Promise<TestApiServer & { readonly versions: readonly string[] }> {
  const api = await startTestApiServer()
  // What the server looks after in its first seconds is done then, and revisions are ours alone.
  await api.clock.advance(60_000)
  const versions: string[] = []
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    const { json } = await api.request('POST', cms, { metadata: { name, labels: { odd: String(i % 2) } } })
    versions.push(json.metadata.resourceVersion)
  }
  return Object.assign(api, { versions })
}

/** A request that may have to wait, while the time passes. */
async function waited(api: TestApiServer, path: string): Promise<TestResponse> {
  const response = api.request('GET', path)
  await api.clock.advance(3500)
  return response
}

const names = ({ json }: TestResponse): string[] => json.items.map((item: { metadata: { name: string } }) => item.metadata.name)

test('resourceVersion, match and limit: what is shown, as of when, and what there is no sense in', async () => {
  await using api = await withThree()
  const [, second = '', third = ''] = api.versions
  const all = ['a', 'b', 'c']
  const invalid = 'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch:'
  const cases: readonly (readonly [query: string, shown: readonly string[] | string, version?: string, remaining?: number])[] = [
    ['', all, third],
    ['limit=2', ['a', 'b'], third, 1],
    ['limit=3', all, third],
    ['resourceVersion=0', all, third],
    ['resourceVersion=0&limit=2', all, third],
    [`resourceVersion=${second}`, all, third],
    [`resourceVersion=${second}&limit=1`, ['a'], second, 1],
    [`resourceVersion=${second}&resourceVersionMatch=Exact`, ['a', 'b'], second],
    [`resourceVersion=${second}&resourceVersionMatch=NotOlderThan`, all, third],
    [`resourceVersion=${second}&resourceVersionMatch=NotOlderThan&limit=1`, ['a'], third, 2],
    ['resourceVersion=0&resourceVersionMatch=NotOlderThan&limit=1', all, third],
    ['resourceVersion=999999', 'Timeout: Too large resource version: 999999, current: N'],
    ['resourceVersion=999999&resourceVersionMatch=Exact', 'Timeout: Too large resource version: 999999, current: N'],
    [
      'resourceVersion=abc',
      'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    ['resourceVersionMatch=Exact', `${invalid} Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      `${invalid} Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
    ],
    ['resourceVersion=1&resourceVersionMatch=x', `${invalid} Unsupported value: "x": supported values: "Exact", "NotOlderThan", ""`],
    [
      'sendInitialEvents=true',
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
  ]
  for (const [query, shown, version, remaining] of cases) {
    const response = await waited(api, `${cms}?${query}`)
    const { json, status } = response
    if (typeof shown === 'string') expect([query, json.message.replace(/current: \d+/, 'current: N')]).toEqual([query, shown])
    else {
      expect([query, status, names(response), json.metadata.resourceVersion, json.metadata.remainingItemCount]).toEqual([
        query,
        200,
        shown,
        version,
        remaining,
      ])
    }
  }
})

test('pages show one revision, whatever happens in between', async () => {
  await using api = await withThree()
  const first = await api.request('GET', `${cms}?limit=1`)
  await api.request('DELETE', `${cms}/b`)
  await api.request('POST', cms, { metadata: { name: 'bb' } })
  const second = await api.request('GET', `${cms}?limit=1&continue=${first.json.metadata.continue}`)
  const third = await api.request('GET', `${cms}?continue=${second.json.metadata.continue}&resourceVersion=0`)
  expect([first, second, third].map(names)).toEqual([['a'], ['b'], ['c']])
  expect([first, second, third].map(({ json }) => json.metadata.resourceVersion)).toEqual(Array(3).fill(api.versions[2]))
  expect([first, second, third].map(({ json }) => json.metadata.remainingItemCount)).toEqual([2, 1, undefined])
})

test('a page of a compacted revision is 410 with a token for what is there now', async () => {
  await using api = await withThree()
  const first = await api.request('GET', `${cms}?limit=1`)
  await api.request('POST', cms, { metadata: { name: 'aa' } })
  await api.request('POST', cms, { metadata: { name: 'd' } })
  await api.store.compact(api.store.revision)
  const gone = await api.request('GET', `${cms}?limit=2&continue=${first.json.metadata.continue}`)
  expect([gone.status, gone.json.reason]).toEqual([410, 'Expired'])
  expect(gone.json.message).toMatch(
    /^The provided continue parameter is too old to display a consistent list result\. You can start a new list without/,
  )
  const rest = await api.request('GET', `${cms}?limit=2&continue=${gone.json.metadata.continue}`)
  expect([names(rest), rest.json.metadata.resourceVersion]).toEqual([['aa', 'b'], String(api.store.revision)])
  const old = await api.request('GET', `${cms}?resourceVersionMatch=Exact&resourceVersion=${api.versions[0]}`)
  expect([old.status, old.json.message]).toEqual([410, 'The resourceVersion for the provided list is too old.'])
  expect(old.json.metadata).toEqual({})
})

test('continue tokens that nobody gave out', async () => {
  await using api = await withThree()
  const now = Number(api.versions[2])
  const cases: readonly (readonly [token: string, answer: readonly string[] | string])[] = [
    [pageToken(now, 'b'), ['b', 'c']],
    [pageToken(now, '/b'), ['b', 'c']],
    [pageToken(-1, 'b\0'), ['c']],
    [pageToken(-7, 'zzz'), []],
    [token({ V: 'meta.k8s.io/v1', RV: now, START: 'b' }), ['b', 'c']],
    [pageToken(0, 'b'), 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    [pageToken(now, ''), 'encoded start key empty (version meta.k8s.io/v1)'],
    [pageToken(now, '../b'), '../b'],
    [pageToken(now, 'a//b'), 'a//b'],
    [token({ v: 'v2', rv: now, start: 'b' }), 'server does not recognize this encoded version v2'],
    [token('null'), 'server does not recognize this encoded version '],
    [token('[]'), 'json: cannot unmarshal array into Go value of type storage.continueToken'],
    [token('{"v":1}'), 'json: cannot unmarshal number into Go struct field continueToken.v of type string'],
    [pageToken(1.5, 'b'), 'json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of type int64'],
    [token('{'), 'unexpected end of JSON input'],
    [token('{"v":"meta.k8s.io/v1",}'), "invalid character '}' looking for beginning of object key string"],
    ['!!', 'illegal base64 data at input byte 0'],
    ['a', 'illegal base64 data at input byte 0'],
  ]
  for (const [text, answer] of cases) {
    const response = await api.request('GET', `${cms}?continue=${encodeURIComponent(text)}`)
    if (typeof answer !== 'string') expect([text, names(response)]).toEqual([text, answer])
    else {
      const problem = answer.startsWith('server') ? `continue key is not valid: ${answer}` : `continue key is not valid: ${answer}`
      expect([text, response.status, response.json.message]).toEqual([text, 400, `invalid continue token: ${problem}`])
    }
  }
  const both = await api.request('GET', `${cms}?continue=${pageToken(now, 'b')}&resourceVersion=${now}`)
  expect([both.status, both.json.message]).toEqual([400, 'specifying resource version is not allowed when using continue'])
  const future = await waited(api, `${cms}?continue=${pageToken(999999, 'b')}`)
  expect([future.status, future.json.details.causes[0].reason]).toEqual([504, 'ResourceVersionTooLarge'])
})

test('a selector that names one object knows no pages and no history but an exact one', async () => {
  await using api = await withThree()
  const [, , third] = api.versions
  const { json } = await api.request('PATCH', `${cms}/b`, { data: { x: '1' } }, merge)
  const one = `${cms}?fieldSelector=metadata.name%3Db`
  const shown = async (query: string): Promise<unknown> => {
    const response = await api.request('GET', `${one}${query}`)
    return response.status === 200 ? [names(response), response.json.items[0]?.data, response.json.metadata] : response.json.message
  }
  const now = [['b'], { x: '1' }, { resourceVersion: json.metadata.resourceVersion }]
  expect(await shown('')).toEqual(now)
  expect(await shown('&limit=1')).toEqual(now)
  expect(await shown(`&limit=1&resourceVersion=${third}`)).toEqual(now)
  expect(await shown(`&resourceVersionMatch=Exact&resourceVersion=${third}`)).toEqual([['b'], undefined, { resourceVersion: third }])
  expect(await shown('&labelSelector=odd%3D0')).toEqual([[], undefined, { resourceVersion: json.metadata.resourceVersion }])
  expect(await shown('&continue=abc')).toBe(
    "invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value",
  )
  // It does not wait for the future: the clock stands still here.
  const future = await api.request('GET', `${one}&resourceVersionMatch=Exact&resourceVersion=999999`)
  expect([future.status, future.json.details]).toEqual([
    504,
    { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] },
  ])
})

test('a namespace in the field selector is a place to look in, if it can be one', async () => {
  await using api = await withThree()
  await api.request('POST', '/api/v1/namespaces/kube-public/configmaps', { metadata: { name: 'z' } })
  const get = (selector: string): Promise<TestResponse> =>
    api.request('GET', `/api/v1/configmaps?limit=2&fieldSelector=${encodeURIComponent(selector)}`)
  const response = await get('metadata.namespace=default')
  expect(names(response)).toEqual(['a', 'b'])
  expect(JSON.parse(Buffer.from(response.json.metadata.continue, 'base64url').toString()).start).toBe('b\0')
  expect(names(await get('metadata.namespace=default,metadata.name=c'))).toEqual(['c'])
  expect(names(await get('metadata.namespace=a/b'))).toEqual([])
  expect(names(await api.request('GET', `${cms}?fieldSelector=metadata.namespace%3Dkube-public`))).toEqual([])
})

test('with selectors the limit counts what matches, and nobody counts the rest', async () => {
  await using api = await withThree()
  const page = await api.request('GET', `${cms}?limit=1&labelSelector=odd%3D0`)
  expect([names(page), page.json.metadata.remainingItemCount]).toEqual([['a'], undefined])
  const last = await api.request('GET', `${cms}?limit=1&labelSelector=odd%3D0&continue=${page.json.metadata.continue}`)
  expect([names(last), last.json.metadata.continue]).toEqual([['c'], undefined])
  const partial = { headers: { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' } }
  expect((await api.request('GET', `${cms}?labelSelector=nope`, undefined, partial)).json.items).toBe(null)
})

test('mistakes are found in the order of their looking: router, query, form, field names', async () => {
  await using api = await startTestApiServer()
  const of = async (accept: string, query: string): Promise<number> =>
    (await api.request('GET', `${cms}?${query}`, undefined, { headers: { accept } })).status
  const noForm = 'application/json;as=Nonsense;g=meta.k8s.io;v=v1'
  expect(await of('text/html', 'limit=x')).toBe(406)
  expect(await of(noForm, 'limit=x')).toBe(400)
  expect(await of(noForm, 'sendInitialEvents=1')).toBe(422)
  expect(await of(noForm, 'fieldSelector=foo%3D1')).toBe(406)
  expect(await of('application/json', 'fieldSelector=foo%3D1')).toBe(400)
})

test('what is no longer, and what cannot be watched', async () => {
  await using api = await withThree()
  const message = async (path: string): Promise<unknown> => (await api.request('GET', path)).json.message
  expect(await message(`${cms}/a?export=1`)).toBe('the export parameter, deprecated since v1.14, is no longer supported')
  expect(await message('/api/v1/componentstatuses?watch=1')).toBe('watch is not supported on resources of kind "componentstatuses"')
})

test('ComponentStatuses are chosen like everything else', async () => {
  await using api = await startTestApiServer()
  const get = (selector: string): Promise<TestResponse> => api.request('GET', `/api/v1/componentstatuses?${selector}`)
  expect(names(await get('fieldSelector=metadata.name%3Dscheduler'))).toEqual(['scheduler'])
  expect(names(await get('fieldSelector=metadata.name!%3Dscheduler'))).toEqual(['controller-manager', 'etcd-0'])
  expect(names(await get('labelSelector=a'))).toEqual([])
  expect((await get('fieldSelector=foo%3D1')).status).toBe(400)
})
