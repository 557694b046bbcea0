/**
 * OpenAPI documents are those of a real v1.34.2 in everything but descriptions and what names them: paths, operations, parameters, types, defaults,
 * extensions, the order of lists. Held as a digest for each document (of v2: for each part). When one differs on purpose, ask a real server first.
 */
import { expect, test } from 'vitest'
import { upperHexDigest } from '../../std/digest.ts'
import { startTestApiServer } from '../../testing/api-server.ts'

type Json = Record<string, unknown>

/** Without descriptions, which alone make a reference need an allOf; keys sorted; parameters where they are used. */
function normal(value: unknown, parameters: Json = {}): unknown {
  if (Array.isArray(value)) return value.map((one) => normal(one, parameters))
  if (typeof value !== 'object' || value === null) return value
  // Fields may be called so, too.
  const { $ref, allOf } = value as { $ref?: unknown; allOf?: unknown }
  if (typeof $ref === 'string' && $ref.startsWith('#/parameters/')) return normal(parameters[$ref.slice('#/parameters/'.length)])
  const entries = Object.entries(value).filter(([key, one]) => key !== 'description' || typeof one !== 'string')
  if (Array.isArray(allOf) && allOf.length === 1 && entries.length === 1) return normal(allOf[0])
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    entries.map(([key, one]) => {
      const inner = normal(one, parameters)
      return [key, key === 'parameters' && Array.isArray(inner) ? sortedByName(inner as Json[]) : inner]
    }),
  )
}

function sortedByName(parameters: readonly Json[]): Json[] {
  const key = (one: Json): string => `${one.name} ${one.in}`
  return [...parameters].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function digestOf(value: unknown, parameters?: Json): string {
  return upperHexDigest('sha512', JSON.stringify(normal(value, parameters))).slice(0, 12)
}

/** Shared parameters are named by what they say: theirs differ. */
function digestsOfV2({ parameters, ...document }: Json): Json {
  return Object.fromEntries(Object.entries(document).map(([part, value]) => [part, digestOf(value, parameters as Json)]))
}

const real = {
  v2: {
    swagger: 'A6BDF0D81B8A',
    info: 'C9EDAD9BD45B',
    paths: '146AC892F1BB',
    definitions: '5033397A6556',
    securityDefinitions: '07D0A86E6A34',
    security: '2EE34D3958D7',
  },
  v3: {
    '.well-known/openid-configuration': 'DC13DC24C1AA',
    api: '82A52C892B86',
    'api/v1': '9CC81F94F68A',
    apis: 'D53B54C428E3',
    'apis/admissionregistration.k8s.io': '443B857F58C4',
    'apis/admissionregistration.k8s.io/v1': 'B78A54964E2A',
    'apis/apiextensions.k8s.io': '6442D6634813',
    'apis/apiextensions.k8s.io/v1': 'C3548B5985B3',
    'apis/apiregistration.k8s.io': 'ABEFE164C56A',
    'apis/apiregistration.k8s.io/v1': '6D7F87699661',
    'apis/apps': '236345731CB3',
    'apis/apps/v1': 'D40E029D095B',
    'apis/authentication.k8s.io': 'D2497E88FD84',
    'apis/authentication.k8s.io/v1': 'CC7075AA86D5',
    'apis/authorization.k8s.io': '27E3BA482CD5',
    'apis/authorization.k8s.io/v1': 'AB9AB068C2EB',
    'apis/autoscaling': '32B6D369DA13',
    'apis/autoscaling/v1': '0C4CF9A3715F',
    'apis/autoscaling/v2': '73AC33A46206',
    'apis/batch': '3F47DC56F82B',
    'apis/batch/v1': '16B1D3124B09',
    'apis/certificates.k8s.io': 'CCC08E6617AC',
    'apis/certificates.k8s.io/v1': 'C950DC1600DF',
    'apis/coordination.k8s.io': '3C6DD3553DF1',
    'apis/coordination.k8s.io/v1': '580C742B2A05',
    'apis/discovery.k8s.io': 'AEDF7FDDEE47',
    'apis/discovery.k8s.io/v1': 'C1A84CD22478',
    'apis/events.k8s.io': '03967A9C9BB4',
    'apis/events.k8s.io/v1': '471F4AA25B28',
    'apis/flowcontrol.apiserver.k8s.io': '7C4BD0AD2286',
    'apis/flowcontrol.apiserver.k8s.io/v1': 'CD50B1994A0E',
    'apis/networking.k8s.io': 'D451C0AEB1A8',
    'apis/networking.k8s.io/v1': 'A9849629BB40',
    'apis/node.k8s.io': '5EC25B4AFABA',
    'apis/node.k8s.io/v1': 'B498AA485653',
    'apis/policy': '272679059376',
    'apis/policy/v1': '3474B522E614',
    'apis/rbac.authorization.k8s.io': '7B8AB21BA2A7',
    'apis/rbac.authorization.k8s.io/v1': 'EDE87BD70542',
    'apis/resource.k8s.io': 'F37B3D9E6FE3',
    'apis/resource.k8s.io/v1': '92808C9CECA3',
    'apis/scheduling.k8s.io': 'A582D6B0162F',
    'apis/scheduling.k8s.io/v1': 'DD8A11CE3B51',
    'apis/storage.k8s.io': '8C8E844ED9D9',
    'apis/storage.k8s.io/v1': '49F25BBC0762',
    'openid/v1/jwks': '96338ADED4F3',
    version: 'E9C34446E036',
  },
}

test('v2, part by part', async () => {
  await using api = await startTestApiServer()
  expect(digestsOfV2((await api.request('GET', '/openapi/v2')).json)).toEqual(real.v2)
})

test('v3: the same documents, each with the same contents', async () => {
  await using api = await startTestApiServer()
  const { paths } = (await api.request('GET', '/openapi/v3')).json
  const digests: [string, string][] = []
  for (const path of Object.keys(paths)) digests.push([path, digestOf((await api.request('GET', `/openapi/v3/${path}`)).json)])
  expect(Object.fromEntries(digests)).toEqual(real.v3)
  expect(digests.map(([path]) => path)).toEqual(Object.keys(real.v3))
})
