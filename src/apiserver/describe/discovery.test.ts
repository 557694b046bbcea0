/** Discovery through the handler: its shapes, its ETags, and, where the facts about v1.34 are at hand, every resource in it. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../testing/api-server.ts'
import { compareVersions, storageVersionHash } from './discovery.ts'

const facts = new URL('../../../../shared/kubernetes-1.34/resources.json', import.meta.url)
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

test('versions: stable before beta before alpha, higher first, strange ones last', () => {
  const sorted = ['v1alpha1', 'foo1', 'v10', 'v1beta2', 'v2', 'v1', 'v11alpha2', 'v1beta1'].sort(compareVersions)
  expect(sorted).toEqual(['v10', 'v2', 'v1', 'v1beta2', 'v1beta1', 'v11alpha2', 'v1alpha1', 'foo1'])
})

test('storageVersionHash() is the known one for Pods', () => {
  expect(storageVersionHash('', 'v1', 'Pod')).toBe('xPOwRZ+Yhw8=')
})

test('kinds that v1.34 keeps in an older version have the hash of that', async () => {
  await using api = await startTestApiServer()
  const { resources } = (await api.request('GET', '/apis/resource.k8s.io/v1')).json
  const hashes = (resources as { storageVersionHash?: string }[]).flatMap(({ storageVersionHash: hash }) => hash ?? [])
  expect(hashes).toEqual(['weQRMT6DeYM=', 'EJAWH5WrAYg=', '24m0okHrUtk=', 'z6Bc9vgk6yE='])
})

test('aggregated discovery has an ETag and answers 304', async () => {
  await using api = await startTestApiServer()
  const first = await api.request('GET', '/apis', undefined, { headers: { accept: `${aggregated},application/json` } })
  expect(first.headers['content-type']).toBe(aggregated)
  expect(first.json).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {} })
  const etag = first.headers.etag as string
  expect(etag).toMatch(/^"[0-9A-F]{128}"$/)
  const second = await api.request('GET', '/apis', undefined, { headers: { accept: aggregated, 'if-none-match': etag } })
  expect([second.status, second.text]).toEqual([304, ''])
})

test('discovery in protobuf and YAML, aggregated too; v2beta1 is no more', async () => {
  await using api = await startTestApiServer()
  const get = (path: string, accept: string) => api.request('GET', path, undefined, { headers: { accept } })
  const protobuf = 'application/vnd.kubernetes.protobuf'
  const versions = await get('/api', protobuf)
  expect(Buffer.from(versions.bytes).toString('latin1')).toContain('\n\x0f\n\0\x12\x0bAPIVersions\x12"\n\x02v1\x12\x1c')
  const leases = Buffer.from((await get('/apis/coordination.k8s.io/v1', protobuf)).bytes).toString('latin1')
  expect(leases).toContain('"C\n\x06create\n\x06delete\n\x10deletecollection\n\x03get\n\x04list\n\x05patch\n\x06update\n\x05watch2')
  const suffix = ';g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  const whole = await get('/api', protobuf + suffix)
  expect(whole.headers['content-type']).toBe(protobuf + suffix)
  expect(Buffer.from(whole.bytes).toString('latin1')).toContain('APIGroupDiscoveryList')
  expect((await get('/api', `application/yaml${suffix}`)).text).toMatch(/^apiVersion: apidiscovery.k8s.io\/v2\nitems:\n- metadata: {}\n/)
  const beta = suffix.replace('v2', 'v2beta1')
  expect((await get('/api', `application/json${beta}`)).status).toBe(406)
  expect((await get('/api', `application/json${beta},application/json`)).json.kind).toBe('APIVersions')
})

test('paths that lead nowhere: text for groups, a Status below', async () => {
  await using api = await startTestApiServer()
  for (const path of ['/apis/nog', '/nowhere', '/apis/nog/v1/things']) {
    const { status, text } = await api.request('GET', path)
    expect([path, status, text]).toEqual([path, 404, '404 page not found\n'])
  }
  for (const path of [
    '/api/v1/nothing',
    '/api/v1/namespaces/default/pods/a/nothing',
    '/api/v2',
    '/apis/apps/v9',
    '/apis/apps/v9/deployments',
  ]) {
    const { json } = await api.request('GET', path)
    expect([path, json.message, json.details]).toEqual([path, 'the server could not find the requested resource', {}])
  }
})

test('which methods documents take: the router minds, the aggregator and the index do not', async () => {
  await using api = await startTestApiServer()
  const statuses = async (path: string): Promise<number[]> => {
    const answers = await Promise.all(['GET', 'HEAD', 'POST', 'OPTIONS'].map((method) => api.request(method, path)))
    return answers.map(({ status }) => status)
  }
  for (const path of [
    '/version',
    '/api',
    '/api/v1',
    '/apis/apps',
    '/apis/apps/v1',
    '/openid/v1/jwks',
    '/.well-known/openid-configuration',
  ]) {
    expect([path, await statuses(path)]).toEqual([path, [200, 405, 405, 405]])
  }
  for (const path of ['/', '/index.html', '/apis', '/openapi/v2']) {
    expect([path, await statuses(path)]).toEqual([path, [200, 200, 200, 200]])
  }
  const { headers } = await api.request('GET', '/.well-known/openid-configuration')
  expect(headers['cache-control']).toBe('public, max-age=3600')
  expect((await api.request('GET', '/index.html')).json.paths).toContain('/apis/apps/v1')
  expect((await api.request('GET', '/api/v1/proxy/namespaces/x/pods/y')).status).toBe(404)
  expect((await api.request('GET', '/api/v1/namespaces/default/pods/a%00b')).json.message).toBe('pods "a\\x00b" not found')
})

test.runIf(existsSync(facts))('every resource of v1.34 is there with its verbs', async () => {
  interface Fact {
    readonly group: string
    readonly version: string
    readonly resource: string
    readonly subresource?: string
    readonly verbs: readonly string[]
    readonly namespaced: boolean
    readonly kind: { readonly kind: string }
  }
  const wanted = JSON.parse(readFileSync(facts, 'utf8')) as Fact[]
  await using api = await startTestApiServer()
  const differences: string[] = []
  const groupVersions = new Set(wanted.map(({ group, version }) => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`)))
  for (const path of groupVersions) {
    const { json, status } = await api.request('GET', path)
    if (status !== 200) continue
    for (const entry of json.resources) {
      const [resource, subresource] = entry.name.split('/')
      const version = path.split('/').at(-1)
      const group = path.startsWith('/api/') ? '' : (path.split('/')[2] as string)
      const fact = wanted.find(
        (one) =>
          one.group === group && one.version === version && one.resource === resource && (one.subresource ?? undefined) === subresource,
      )
      // The facts are read off its parameters, where a watch is one: nobody can watch it.
      if (entry.name === 'componentstatuses') continue
      // The facts call whatever streams "connect".
      if (fact?.verbs.includes('connect')) continue
      if (fact === undefined) differences.push(`${path} ${entry.name}: not in v1.34`)
      else if (JSON.stringify([...fact.verbs].sort()) !== JSON.stringify(entry.verbs)) {
        differences.push(`${path} ${entry.name}: ${fact.verbs} ≠ ${entry.verbs}`)
      } else if (fact.namespaced !== entry.namespaced || fact.kind.kind !== entry.kind)
        differences.push(`${path} ${entry.name}: kind or scope`)
    }
  }
  expect(differences).toEqual([])
})
