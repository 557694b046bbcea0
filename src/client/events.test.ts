/** Events as people find them: written once and counted, combined when they vary, silenced when there are too many. */
import { expect, test } from 'vitest'
import { ConfigMap } from '../api/core/config-map.ts'
import { Event } from '../api/core/event.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { createEventRecorder } from './events.ts'

async function objectIn(test: TestClient): Promise<ConfigMap> {
  return test.client
    .of(ConfigMap)
    .in('default')
    .create({ metadata: { name: 'a', namespace: 'default' } })
}
async function eventsIn({ client, clock }: TestClient): Promise<readonly Event[]> {
  await clock.settled()
  return (await client.of(Event).in('default').list()).items
}

test('the same event twice is one object with a count of two', async () => {
  await using test = await startTestClient()
  const object = await objectIn(test)
  test.events.record(ConfigMap, object, 'Normal', 'Made', 'It was made', { fieldPath: 'data{x}' })
  await test.clock.advance(60_000)
  test.events.record(ConfigMap, object, 'Normal', 'Made', 'It was made', { fieldPath: 'data{x}' })
  const [event, ...others] = await eventsIn(test)
  expect(others).toEqual([])
  expect(event).toMatchObject({
    count: 2,
    firstTimestamp: '2026-01-02T03:04:05Z',
    lastTimestamp: '2026-01-02T03:05:05Z',
    involvedObject: { kind: 'ConfigMap', apiVersion: 'v1', namespace: 'default', name: 'a', fieldPath: 'data{x}' },
    source: { component: 'test' },
    reportingComponent: 'test',
    type: 'Normal',
    reason: 'Made',
  })
  expect(event?.metadata.name).toMatch(/^a\.[0-9a-f]{16}$/)
  expect(test.complaints).toEqual([])
})

test('messages that vary are combined after nine', async () => {
  await using test = await startTestClient()
  const object = await objectIn(test)
  for (let number = 1; number <= 12; number++) test.events.record(ConfigMap, object, 'Warning', 'Odd', `number ${number}`)
  const events = await eventsIn(test)
  expect(events.length).toBe(10)
  expect(events.find(({ message }) => message?.startsWith('(combined'))).toMatchObject({
    message: '(combined from similar events): number 12',
    count: 3,
  })
})

test('who talks too much is silenced, and may speak again after five minutes', async () => {
  await using test = await startTestClient()
  const object = await objectIn(test)
  for (let number = 0; number < 40; number++) test.events.record(ConfigMap, object, 'Warning', `R${number}`, 'x')
  expect((await eventsIn(test)).length).toBe(25)
  await test.clock.advance(300_000)
  for (let number = 50; number < 60; number++) test.events.record(ConfigMap, object, 'Warning', `R${number}`, 'x')
  expect((await eventsIn(test)).length).toBe(26)
})

test('the newer form: eventTime, reportingController, series', async () => {
  await using test = await startTestClient()
  const object = await objectIn(test)
  const { client, clock, log, scope } = test
  const events = createEventRecorder({ client, clock, log, scope, component: 'default-scheduler', host: 'h', form: 'series' })
  for (let i = 0; i < 3; i++) events.record(ConfigMap, object, 'Normal', 'Scheduled', 'Assigned', { action: 'Binding' })
  expect((await eventsIn(test))[0]).toMatchObject({
    eventTime: '2026-01-02T03:04:05.000000Z',
    reportingComponent: 'default-scheduler',
    reportingInstance: 'default-scheduler-h',
    action: 'Binding',
    series: { count: 3 },
  })
})

test('a namespace that takes no events is no trouble', async () => {
  await using test = await startTestClient()
  test.events.record(ConfigMap, { metadata: { name: 'x', namespace: 'gone', uid: 'u' } }, 'Normal', 'Made', 'm')
  await test.clock.settled()
  expect(test.complaints).toEqual([])
})

test('two recorders may speak of one object in the same moment', async () => {
  await using test = await startTestClient()
  const object = await objectIn(test)
  const { client, clock, log, scope } = test
  const other = createEventRecorder({ client, clock, log, scope, component: 'other' })
  test.events.record(ConfigMap, object, 'Normal', 'One', 'x')
  other.record(ConfigMap, object, 'Normal', 'Two', 'y')
  expect((await eventsIn(test)).map(({ reason }) => reason).sort()).toEqual(['One', 'Two'])
  expect(test.complaints).toEqual([])
})
