/** What a Pod takes from its node, in numbers. */
import { expect, test } from 'vitest'
import type { Pod } from '../api/core/pod.ts'
import { examplePod } from './example-objects.ts'
import { nonZeroRequestsOf, requestsOf } from './pod-requests.ts'
import { resourcesOf } from './resources.ts'

const container = (name: string, requests: Readonly<Record<string, string>>, more: object = {}) => ({
  name,
  image: 'a',
  resources: { requests },
  ...more,
})
const pod = (spec: Partial<Pod['spec']>, status: Pod['status'] = {}): Pod => examplePod('p', { spec, status })

test('resourcesOf() reads quantities of all forms', () => {
  const cases: [string, string, number][] = [
    ['cpu', '250m', 250],
    ['cpu', '2', 2000],
    ['cpu', '0.1', 100],
    ['cpu', '1.5', 1500],
    ['cpu', '100u', 1],
    ['cpu', '1e3', 1_000_000],
    ['memory', '128Mi', 128 * 2 ** 20],
    ['memory', '1Gi', 2 ** 30],
    ['memory', '1.5Gi', 1.5 * 2 ** 30],
    ['memory', '64Ki', 65_536],
    ['memory', '128974848', 128_974_848],
    ['memory', '129e6', 129_000_000],
    ['memory', '129M', 129_000_000],
    ['memory', '1Pi', 2 ** 50],
    ['memory', '1234567890123', 1_234_567_890_123],
    ['memory', '100m', 1],
  ]
  for (const [name, text, expected] of cases) {
    const { milliCpu, memory } = resourcesOf({ [name]: text })
    expect([text, name === 'cpu' ? milliCpu : memory]).toEqual([text, expected])
  }
})

test('containers, scalars and what is not there', () => {
  const requests = requestsOf(
    pod({ containers: [container('a', { cpu: '1', 'x.com/gpu': '1' }), container('b', { memory: '1Mi', 'x.com/gpu': '2' })] }),
  )
  expect(requests).toEqual({ milliCpu: 1000, memory: 2 ** 20, ephemeralStorage: 0, scalars: [{ name: 'x.com/gpu', amount: 3 }] })
  const nonZero = nonZeroRequestsOf(pod({ containers: [container('a', { cpu: '0' }), container('b', { memory: '1Mi' })] }))
  expect(nonZero).toMatchObject({ milliCpu: 100, memory: 201 * 2 ** 20 })
})

test('during a resize the largest of wanted, promised and held counts; an infeasible one is not waited for', () => {
  const containers = [container('a', { cpu: '2' })]
  const containerStatuses = [
    {
      name: 'a',
      ready: true,
      restartCount: 0,
      image: 'a',
      imageID: '',
      allocatedResources: { cpu: '3' },
      resources: { requests: { cpu: '1' } },
    },
  ]
  expect(requestsOf(pod({ containers }, { containerStatuses })).milliCpu).toBe(3000)
  const shrinking = [{ ...(containerStatuses[0] as (typeof containerStatuses)[number]), allocatedResources: { cpu: '1' } }]
  expect(requestsOf(pod({ containers }, { containerStatuses: shrinking })).milliCpu).toBe(2000)
  const conditions = [{ type: 'PodResizePending' as const, status: 'True' as const, reason: 'Infeasible' }]
  expect(requestsOf(pod({ containers }, { containerStatuses: shrinking, conditions })).milliCpu).toBe(1000)
})
