/** Scores, weight included: exactly upstream's whole numbers. */
import { expect, test } from 'vitest'
import type { Pod } from '../../api/core/pod.ts'
import { exampleNode, examplePod, scoresIn } from '../example-objects.ts'

const mebibyte = 1024 * 1024

test('TaintToleration prefers fewer PreferNoSchedule taints (weight 3)', () => {
  const soft = (...keys: string[]) => ({ taints: keys.map((key) => ({ key, effect: 'PreferNoSchedule' as const })) })
  const nodes = [exampleNode('none'), exampleNode('one', soft('a')), exampleNode('three', soft('a', 'b', 'c'))]
  expect(scoresIn({ nodes }, examplePod('p'), 'TaintToleration')).toEqual({ none: 300, one: 201, three: 0 })
  const tolerations = [{ key: 'a', operator: 'Exists' as const }]
  expect(scoresIn({ nodes }, examplePod('p', { spec: { tolerations } }), 'TaintToleration')).toEqual({ none: 300, one: 300, three: 0 })
})

test('NodeAffinity adds up the weights of what matches (weight 2)', () => {
  const nodes = [
    exampleNode('both', { labels: { a: '1', b: '1' } }),
    exampleNode('a', { labels: { a: '1' } }),
    exampleNode('b', { labels: { b: '1' } }),
    exampleNode('none'),
  ]
  const prefer = (weight: number, key?: string) => ({
    weight,
    preference: key === undefined ? {} : { matchExpressions: [{ key, operator: 'Exists' as const }] },
  })
  const preferredDuringSchedulingIgnoredDuringExecution = [prefer(10, 'a'), prefer(5, 'b'), prefer(100)]
  const pod = examplePod('p', { spec: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution } } } })
  expect(scoresIn({ nodes }, pod, 'NodeAffinity')).toEqual({ both: 200, a: 132, b: 66, none: 0 })
})

test('NodeResourcesFit prefers what is emptier; who asks for nothing counts as 100m and 200 MiB', () => {
  const nodes = [exampleNode('empty', { cpu: '4', memory: '10000Mi' }), exampleNode('used', { cpu: '6', memory: '10000Mi' })]
  const running = { used: [examplePod('x', { requests: { cpu: '3', memory: '5000Mi' } })] }
  const pod = examplePod('p', { requests: { cpu: '3', memory: '5000Mi' } })
  // (25 + 50) / 2; (0 + 0) / 2
  expect(scoresIn({ nodes, running }, pod, 'NodeResourcesFit')).toEqual({ empty: 37, used: 0 })
  // (97 + 98) / 2; (48 + 48) / 2
  expect(scoresIn({ nodes, running }, examplePod('p'), 'NodeResourcesFit')).toEqual({ empty: 97, used: 48 })
})

test('NodeResourcesBalancedAllocation prefers equal shares of cpu and memory', () => {
  const nodes = [exampleNode('a', { cpu: '4', memory: '10000Mi' }), exampleNode('b', { cpu: '6', memory: '10000Mi' })]
  const pod = examplePod('p', { requests: { cpu: '3', memory: '5000Mi' } })
  // Shares 0.75 and 0.5; 0.5 and 0.5.
  expect(scoresIn({ nodes }, pod, 'NodeResourcesBalancedAllocation')).toEqual({ a: 87, b: 100 })
  expect(scoresIn({ nodes }, examplePod('p'), 'NodeResourcesBalancedAllocation')).toEqual({ a: 0, b: 0 })
})

test('ImageLocality counts large images, less when few nodes have them', () => {
  const nodes = [
    exampleNode('big', { images: { 'app:latest': 2000 * mebibyte } }),
    exampleNode('small', { images: { 'app:latest': 40 * mebibyte, 'registry:5000/app:latest': 800 * mebibyte } }),
    exampleNode('none'),
  ]
  expect(scoresIn({ nodes: nodes.slice(0, 1).concat(nodes[2] as never) }, examplePod('p'), 'ImageLocality')).toEqual({ big: 100, none: 0 })
  // 800 MiB on one of three nodes: 266 MiB.
  expect(scoresIn({ nodes }, examplePod('p', { image: 'registry:5000/app' }), 'ImageLocality')).toEqual({ big: 0, small: 24, none: 0 })
})

test('InterPodAffinity draws near and away (weight 2)', () => {
  const nodes = [
    exampleNode('a', { labels: { zone: 'a' } }),
    exampleNode('b', { labels: { zone: 'b' } }),
    exampleNode('c', { labels: { zone: 'c' } }),
  ]
  const running = { a: [examplePod('near', { labels: { app: 'db' } })], b: [examplePod('far', { labels: { app: 'noisy' } })] }
  const prefer = (weight: number, app: string) => ({
    weight,
    podAffinityTerm: { topologyKey: 'zone', labelSelector: { matchLabels: { app } } },
  })
  const affinity: Pod['spec']['affinity'] = {
    podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefer(5, 'db')] },
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefer(5, 'noisy')] },
  }
  expect(scoresIn({ nodes, running }, examplePod('p', { spec: { affinity } }), 'InterPodAffinity')).toEqual({ a: 200, b: 0, c: 100 })
  // Who requires to be near the newcomer draws it a little, though it asks for nothing itself.
  const required = [{ topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } }]
  const fan = examplePod('fan', { spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } } })
  const newcomer = examplePod('p', { labels: { app: 'web' } })
  expect(scoresIn({ nodes, running: { b: [fan] } }, newcomer, 'InterPodAffinity')).toEqual({ a: 0, b: 200, c: 0 })
})
