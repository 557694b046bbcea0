/** What a server says of itself: groups, versions, resources, in the old form and the aggregated one. */
import { describe, expect, test } from 'vitest'
import { connect, type Json } from '../api.ts'

const api = await connect()

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Group, version, resource. */
const expected = [
  ['', 'v1', 'namespaces'],
  ['admissionregistration.k8s.io', 'v1', 'validatingwebhookconfigurations'],
  ['apiextensions.k8s.io', 'v1', 'customresourcedefinitions'],
  ['apiregistration.k8s.io', 'v1', 'apiservices'],
  ['apps', 'v1', 'deployments'],
  ['authentication.k8s.io', 'v1', 'tokenreviews'],
  ['authorization.k8s.io', 'v1', 'selfsubjectaccessreviews'],
  ['autoscaling', 'v1', 'horizontalpodautoscalers'],
  ['autoscaling', 'v2', 'horizontalpodautoscalers'],
  ['batch', 'v1', 'jobs'],
  ['certificates.k8s.io', 'v1', 'certificatesigningrequests'],
  ['coordination.k8s.io', 'v1', 'leases'],
  ['discovery.k8s.io', 'v1', 'endpointslices'],
  ['events.k8s.io', 'v1', 'events'],
  ['networking.k8s.io', 'v1', 'ingresses'],
  ['node.k8s.io', 'v1', 'runtimeclasses'],
  ['policy', 'v1', 'poddisruptionbudgets'],
  ['scheduling.k8s.io', 'v1', 'priorityclasses'],
  ['storage.k8s.io', 'v1', 'csinodes'],
] as const

function findResource(document: Json, [group, version, resource]: (typeof expected)[number]): Json {
  const found = document.items.find((one: Json) => (one.metadata?.name ?? '') === group)
  return found?.versions.find((one: Json) => one.version === version)?.resources.find((one: Json) => one.resource === resource)
}

describe.concurrent('discovery', () => {
  test('[sig-api-machinery] Discovery should locate the groupVersion and a resource within each APIGroup [Conformance]', async () => {
    for (const [group, version, resource] of expected) {
      const list = await api.get(group === '' ? `/api/${version}` : `/apis/${group}/${version}`)
      expect(list.groupVersion).toBe(group === '' ? version : `${group}/${version}`)
      expect(list.resources.map((one: Json) => one.name)).toContain(resource)
    }
  })

  test('[sig-api-machinery] Discovery should validate PreferredVersion for each APIGroup [Conformance]', async () => {
    const list = await api.get('/apis/')
    expect(list.groups).not.toHaveLength(0)
    for (const { name } of list.groups) {
      // Other tests make and remove groups of this kind.
      if (name.endsWith('.example.com')) continue
      const group = await api.get(`/apis/${name}/`)
      expect(group.versions).not.toHaveLength(0)
      expect(group.versions).toContainEqual(group.preferredVersion)
    }
  })

  test('[sig-api-machinery] AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers [Conformance]', async () => {
    const groups = await api.ask('GET', '/apis', { accept: aggregated })
    expect(groups.headers['content-type']).toBe(aggregated)
    expect(groups.body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' })
    for (const one of expected.filter(([group]) => group !== '')) expect(findResource(groups.body, one), one.join('/')).toBeDefined()
    const legacy = await api.get('/api', { accept: aggregated })
    for (const one of expected.filter(([group]) => group === '')) expect(findResource(legacy, one), one.join('/')).toBeDefined()
  })

  test('[sig-api-machinery] AggregatedDiscovery should support aggregated discovery interface [Conformance]', async () => {
    // As clients ask: what they like best first, and the old form if the server knows no better.
    const accept = `${aggregated},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`
    const [legacy, groups] = await Promise.all([api.ask('GET', '/api', { accept }), api.ask('GET', '/apis', { accept })])
    expect([legacy.headers['content-type'], groups.headers['content-type']]).toEqual([aggregated, aggregated])
    for (const one of expected) expect(findResource(one[0] === '' ? legacy.body : groups.body, one), one.join('/')).toBeDefined()
  })

  test('[sig-api-machinery] server version should find the server version [Conformance]', async () => {
    const { major, minor } = await api.get('/version')
    expect(major).toMatch(/^[1-9]$/)
    expect(minor).toMatch(/^\d+\+?$/)
  })

  test('[sig-api-machinery] Servers with support for Table transformation should return a 406 for a backend which does not implement metadata [Conformance]', async () => {
    const answer = await api.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      body: { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } },
    })
    expect(answer.code).toBe(406)
    expect(answer.body).toMatchObject({ kind: 'Status', code: 406 })
  })
})
