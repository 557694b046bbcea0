/** Events, through both of their groups. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, type Resource } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'

const api = await connect()

function newEvent(namespace: string, name: string, label: string): Json {
  return {
    metadata: { name, labels: { [label]: 'true' } },
    regarding: { namespace },
    eventTime: '2017-09-19T13:49:16.000000Z',
    note: `This is ${name}`,
    action: 'Do',
    reason: 'Test',
    type: 'Normal',
    reportingController: 'test-controller',
    reportingInstance: 'test-node',
  }
}

function coreEvent(namespace: string, name: string, label: string): Json {
  return {
    metadata: { name, labels: { [label]: 'true' } },
    message: `This is ${name}`,
    reason: 'Test',
    type: 'Normal',
    count: 1,
    involvedObject: { namespace },
  }
}

/** Without what every write changes. */
function comparable(event: Json): Json {
  const { resourceVersion: _, managedFields: __, ...metadata } = event.metadata
  return { ...event, metadata }
}

async function isListed(events: Resource, namespace: string, name: string): Promise<boolean> {
  const { items } = await events.list({ labelSelector: 'testevent-constant=true' })
  return items.some(({ metadata }: Json) => metadata.namespace === namespace && metadata.name === name)
}

describe.concurrent('events', () => {
  test('[sig-instrumentation] Events API should delete a collection of events [Conformance]', async () => {
    const namespace = await api.namespace('events')
    const events = api.of('events.k8s.io/v1', 'events', namespace)
    for (const i of [1, 2, 3]) await events.create(newEvent(namespace, `test-event-${i}`, 'testevent-set'))
    const selected = { labelSelector: 'testevent-set=true' }
    expect((await events.list(selected)).items).toHaveLength(3)
    await events.deleteCollection(selected)
    expect((await events.list(selected)).items).toHaveLength(0)
  })

  test('[sig-instrumentation] Events API should ensure that an event can be fetched, patched, deleted, and listed [Conformance]', async () => {
    const namespace = await api.namespace('events')
    const events = api.of('events.k8s.io/v1', 'events', namespace)
    const everywhere = api.of('events.k8s.io/v1', 'events')
    const name = 'event-test'
    const created = await events.create(newEvent(namespace, name, 'testevent-constant'))
    expectResourceVersion(created)
    expect([await isListed(everywhere, namespace, name), await isListed(events, namespace, name)]).toEqual([true, true])
    const bySource = await api.of('v1', 'events', namespace).list({ fieldSelector: 'source=test-controller' })
    expect(bySource.items.map((one: Json) => one.metadata.name)).toEqual([name])
    const byController = await events.list({ fieldSelector: 'reportingController=test-controller' })
    expect(byController.items.map((one: Json) => one.metadata.name)).toEqual([name])

    const read = await events.get(name)
    const series = { count: 2, lastObservedTime: '2017-09-19T13:49:11.000000Z' }
    await events.patch(name, { series }, { type: 'strategic' })
    const patched = await events.get(name)
    expectLater(patched, created)
    expect(comparable(patched)).toEqual(comparable({ ...read, series }))
    const more = { count: 100, lastObservedTime: '2017-09-19T13:49:16.000000Z' }
    await events.update(comparable({ ...read, series: more }))
    expect(comparable(await events.get(name))).toEqual(comparable({ ...read, series: more }))
    await events.delete(name)
    expect([await isListed(everywhere, namespace, name), await isListed(events, namespace, name)]).toEqual([false, false])
  })

  test('[sig-instrumentation] Events should delete a collection of events [Conformance]', async () => {
    const namespace = await api.namespace('events')
    const events = api.of('v1', 'events', namespace)
    for (const i of [1, 2, 3]) await events.create(coreEvent(namespace, `test-event-${i}`, 'testevent-set'))
    const selected = { labelSelector: 'testevent-set=true' }
    expect((await events.list(selected)).items).toHaveLength(3)
    await events.deleteCollection(selected)
    expect((await events.list(selected)).items).toHaveLength(0)
  })

  test('[sig-instrumentation] Events should manage the lifecycle of an event [Conformance]', async () => {
    const namespace = await api.namespace('events')
    const events = api.of('v1', 'events', namespace)
    const everywhere = api.of('v1', 'events')
    const name = 'event-test'
    await events.create(coreEvent(namespace, name, 'testevent-constant'))
    expect(await isListed(everywhere, namespace, name)).toBe(true)
    await events.patch(name, { message: 'This is a test event - patched' }, { type: 'strategic' })
    const read = await events.get(name)
    expect(read.message).toBe('This is a test event - patched')
    const changed = comparable({ ...read, series: { count: 100, lastObservedTime: '2017-09-19T13:49:16.000000Z' } })
    await events.update(changed)
    expect(comparable(await events.get(name))).toEqual(changed)
    await events.delete(name)
    expect(await isListed(everywhere, namespace, name)).toBe(false)
  })
})
