/** LimitRanges and PriorityClasses: what a Pod gets and is refused before anybody schedules it. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, randomName, refused } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'

const api = await connect()

function amounts(cpu: string, memory: string, storage: string): Json {
  const entries = Object.entries({ cpu, memory, 'ephemeral-storage': storage })
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}

const limits = {
  type: 'Container',
  min: amounts('50m', '100Mi', '100Gi'),
  max: amounts('500m', '500Mi', '500Gi'),
  default: amounts('500m', '500Mi', '500Gi'),
  defaultRequest: amounts('100m', '200Mi', '200Gi'),
}

function testPod(name: string, requests: Json, limit: Json): Json {
  const image = 'registry.k8s.io/pause:3.10'
  return { metadata: { name }, spec: { containers: [{ name: 'pause', image, resources: { requests, limits: limit } }] } }
}

describe.concurrent('limits and priorities', () => {
  test('[sig-scheduling] LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied. [Conformance]', async () => {
    const namespace = await api.namespace('limitrange')
    const ranges = api.of('v1', 'limitranges', namespace)
    const pods = api.of('v1', 'pods', namespace)
    const selected = { labelSelector: 'time=now' }
    const empty = await ranges.list(selected)
    expect(empty.items).toHaveLength(0)
    await using watch = await ranges.watch({ ...selected, resourceVersion: empty.metadata.resourceVersion })
    await ranges.create({ metadata: { name: 'limit-range', labels: { time: 'now' } }, spec: { limits: [limits] } })
    expect((await watch.next())?.type).toBe('ADDED')
    const read = await ranges.get('limit-range')
    expect(read.spec.limits[0]).toMatchObject({ default: limits.default, defaultRequest: limits.defaultRequest })

    await pods.create(testPod('pod-no-resources', {}, {}))
    for (const { resources } of (await pods.get('pod-no-resources')).spec.containers) {
      expect(resources).toEqual({ requests: limits.defaultRequest, limits: limits.default })
    }
    await pods.create(testPod('pod-partial-resources', amounts('', '150Mi', '150Gi'), amounts('300m', '', '')))
    for (const { resources } of (await pods.get('pod-partial-resources')).spec.containers) {
      expect(resources).toEqual({ requests: amounts('300m', '150Mi', '150Gi'), limits: amounts('300m', '500Mi', '500Gi') })
    }
    const small = testPod('pfpod', amounts('10m', '50Mi', '50Gi'), {})
    const large = testPod('pfpod', amounts('600m', '600Mi', '600Gi'), {})
    expect(await refused(pods.create(small))).toMatchObject({
      code: 403,
      message: expect.stringContaining('minimum cpu usage per Container is 50m'),
    })
    await refused(pods.create(large))

    read.spec.limits[0].min = amounts('9m', '49Mi', '49Gi')
    await ranges.update(read)
    await ranges.appears('limit-range', ({ spec }) => spec.limits[0].min.cpu === '9m')
    await pods.create(small)
    await refused(pods.create(large))
    await ranges.delete('limit-range', { gracePeriodSeconds: 30 })
    await ranges.disappears('limit-range')
    await pods.create({ ...large, metadata: { name: 'pfpod2' } })
  })

  test('[sig-scheduling] LimitRange should list, patch and delete a LimitRange by collection [Conformance]', async () => {
    const name = randomName('e2e-limitrange')
    const ranges = api.of('v1', 'limitranges', await api.namespace('limitrange'))
    const everywhere = api.of('v1', 'limitranges')
    const selected = { labelSelector: `e2e-test=${name}` }
    const range = { metadata: { name, labels: { 'e2e-test': name, [name]: 'created' } }, spec: { limits: [limits] } }
    const created = await ranges.create(range)
    expectResourceVersion(created)
    await everywhere.in(await api.namespace('limitrange')).create(range)
    expect((await everywhere.list(selected)).items).toHaveLength(2)
    const min = amounts('9m', '49Mi', '49Gi')
    const patch = { metadata: { labels: { [name]: 'patched' } }, spec: { limits: [{ ...created.spec.limits[0], min }] } }
    const patched = await ranges.patch(name, patch, { type: 'strategic' })
    expect(patched.metadata.labels[name]).toBe('patched')
    expect(patched.spec.limits[0].min).toEqual(min)
    expectLater(patched, created)
    await ranges.deleteCollection({ labelSelector: `${name}=patched` })
    expect((await ranges.list({ labelSelector: `${name}=patched` })).items).toHaveLength(0)
    expect((await everywhere.list(selected)).items).toHaveLength(1)
  })

  test('[sig-scheduling] SchedulerPreemption [Serial] PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods [Conformance]', async () => {
    const classes = api.of('scheduling.k8s.io/v1', 'priorityclasses')
    const first = await classes.create({
      metadata: { name: randomName('p1') },
      value: 1000,
      description: 'This priority class is for test',
    })
    const second = await classes.create({
      metadata: { name: randomName('p2') },
      value: 1001,
      description: 'This priority class is for test',
    })
    const invalid = { code: 422, reason: 'Invalid' }
    expect(await refused(classes.patch(first.metadata.name, { value: 10000 }, { type: 'strategic' }))).toMatchObject(invalid)
    expect(await refused(classes.update({ ...second, value: 10010 }))).toMatchObject(invalid)
    const description = 'updated description'
    await classes.patch(first.metadata.name, { description }, { type: 'strategic' })
    await classes.update({ ...second, description })
    await classes.list()
    for (const one of [first, second]) {
      const live = await classes.get(one.metadata.name)
      expect(live).toMatchObject({ value: one.value, description })
      expectLater(live, one)
      await classes.delete(one.metadata.name)
    }
  })
})
