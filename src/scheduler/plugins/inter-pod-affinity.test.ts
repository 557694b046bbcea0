/** InterPodAffinity: required terms of the newcomer and of those already there. */
import { expect, test } from 'vitest'
import { Namespace } from '../../api/core/namespace.ts'
import type { Pod } from '../../api/core/pod.ts'
import { type ExampleCluster, type ExamplePod, exampleNode, examplePod, outcomeIn } from '../example-objects.ts'

type Term = NonNullable<
  NonNullable<NonNullable<Pod['spec']['affinity']>['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number]

const term = (app: string, more: Partial<Term> = {}): Term => ({ topologyKey: 'zone', labelSelector: { matchLabels: { app } }, ...more })
const near = (...terms: Term[]): Pod['spec']['affinity'] => ({ podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } })
const far = (...terms: Term[]): Pod['spec']['affinity'] => ({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } })
const pod = (app: string, affinity?: Pod['spec']['affinity'], more: ExamplePod = {}): Pod =>
  examplePod(more.namespace === undefined ? app : `${more.namespace}-${app}`, {
    labels: { app },
    ...more,
    ...(affinity === undefined ? {} : { spec: { affinity } }),
  })

const nodes = [exampleNode('a', { labels: { zone: 'a' } }), exampleNode('b', { labels: { zone: 'b' } })]
const outcome = (newcomer: Pod, running: NonNullable<ExampleCluster['running']>, objects: ExampleCluster['objects'] = []): string =>
  outcomeIn({ nodes, running, objects }, newcomer).replace('0/2 nodes are available: ', '')

test('near and far', () => {
  expect(outcome(pod('web', near(term('db'))), { b: [pod('db')] })).toBe('b')
  expect(outcome(pod('web', far(term('db'))), { b: [pod('db')] })).toBe('a')
  expect(outcome(pod('web', near(term('db'), term('cache'))), { a: [pod('db')], b: [pod('cache')] })).toBe(
    "2 node(s) didn't match pod affinity rules.",
  )
  const second = { ...pod('db'), metadata: { ...pod('db').metadata, uid: 'second' } }
  expect(outcome(pod('web', far(term('db'))), { a: [pod('db')], b: [second] })).toBe("2 node(s) didn't match pod anti-affinity rules.")
  expect(outcome(pod('web', near(term('web', { topologyKey: 'rack' }))), {})).toBe("2 node(s) didn't match pod affinity rules.")
})

test('those already there keep the newcomer away', () => {
  const hermit = pod('hermit', far(term('web')))
  expect(outcome(pod('web'), { a: [hermit] })).toBe('b')
  expect(outcome(pod('web'), { a: [hermit], b: [{ ...hermit, metadata: { ...hermit.metadata, uid: '2' } }] })).toBe(
    "2 node(s) didn't satisfy existing pods anti-affinity rules.",
  )
  expect(outcome(pod('other'), { a: [hermit, pod('x')] })).not.toContain('node(s)')
})

test('the first of a series may go anywhere', () => {
  expect(outcome(pod('web', near(term('web'))), {})).toMatch(/^[ab]$/)
  expect(outcome(pod('web', near(term('web'), term('db'))), {})).toBe("2 node(s) didn't match pod affinity rules.")
})

test('namespaces: its own, those named, those selected', () => {
  const spaces = ['default', 'data', 'other'].map((name) => ({ metadata: { name, labels: { tier: name } } }))
  const objects: ExampleCluster['objects'] = [[Namespace as never, spaces]]
  const running = { a: [pod('db', undefined, { namespace: 'data' })], b: [pod('db', undefined, { namespace: 'other' })] }
  const ask = (more: Partial<Term>): string => outcome(pod('web', near(term('db', more))), running, objects)
  expect(ask({})).toBe("2 node(s) didn't match pod affinity rules.")
  expect(ask({ namespaces: ['data'] })).toBe('a')
  expect(ask({ namespaceSelector: { matchLabels: { tier: 'other' } } })).toBe('b')
  expect(ask({ namespaceSelector: {} })).toMatch(/^[ab]$/)
  // The other way round: a Pod there names the newcomer's namespace by its labels.
  const hermit = pod('hermit', far(term('web', { namespaceSelector: { matchLabels: { tier: 'default' } } })), { namespace: 'data' })
  expect(outcome(pod('web'), { a: [hermit] }, objects)).toBe('b')
})
