/** What may stand in a DELETE, in its body or its query, and what is said of what may not. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../testing/api-server.ts'

const path = '/api/v1/namespaces/default/configmaps/a'

async function withConfigMap() {
  const api = await startTestApiServer()
  await api.request('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } })
  return api
}

test('a body that does not decode is a 500 without a reason, in the words of the decoder', async () => {
  await using api = await withConfigMap()
  const scheme = 'in scheme "pkg/apis/meta/internalversion/scheme/register.go:27"'
  const cases: readonly (readonly [body: unknown, message: string])[] = [
    ['{', "couldn't get version/kind; json parse error: unexpected end of JSON input"],
    [{ kind: 'Foo', apiVersion: 'v1' }, `no kind "Foo" is registered for version "v1" ${scheme}`],
    [{ kind: 'ConfigMap' }, `no kind "ConfigMap" is registered for version "meta.k8s.io/v1" ${scheme}`],
    [{ kind: 5 }, "couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string"],
    [{ apiVersion: 'a/b/c' }, 'unexpected GroupVersion string: a/b/c'],
    [{ gracePeriodSeconds: '5' }, 'json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64'],
    [{ dryRun: 'All' }, 'json: cannot unmarshal string into Go struct field DeleteOptions.dryRun of type []string'],
    [{ preconditions: { uid: 5 } }, 'json: cannot unmarshal number into Go struct field Preconditions.preconditions.uid of type types.UID'],
  ]
  for (const [body, message] of cases) {
    const { status, json } = await api.request('DELETE', path, body)
    expect([status, json.reason, json.message]).toEqual([500, undefined, message])
  }
  expect((await api.request('GET', path)).status).toBe(200)
})

test('DeleteOptions of any group will do; unknown fields do not matter; no body is none', async () => {
  await using api = await withConfigMap()
  const body = { kind: 'DeleteOptions', apiVersion: 'nope/v1', other: 1, preconditions: { uid: 'x' } }
  expect((await api.request('DELETE', path, body)).status).toBe(409)
  expect((await api.request('DELETE', path, 'null')).status).toBe(200)
})

test('the query: preconditions may stand in it, and empty values are no defaults', async () => {
  await using api = await withConfigMap()
  const get = async (query: string): Promise<unknown[]> => {
    const { status, json } = await api.request('DELETE', `${path}?${query}`)
    return [status, json.message?.replace(/ in record.*/, '')]
  }
  const invalid = 'DeleteOptions.meta.k8s.io "" is invalid:'
  expect(await get('uid=x')).toEqual([
    409,
    'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (x) does not match the UID',
  ])
  expect(await get('resourceVersion=1')).toEqual([
    409,
    'Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion',
  ])
  expect(await get('gracePeriodSeconds=')).toEqual([400, 'strconv.ParseInt: parsing "": invalid syntax'])
  expect(await get('dryRun=')).toEqual([422, `${invalid} dryRun: Unsupported value: [""]: supported values: "All"`])
  expect(await get('propagationPolicy=')).toEqual([
    422,
    `${invalid} propagationPolicy: Unsupported value: "": supported values: "Foreground", "Background", "Orphan", "nil"`,
  ])
})
