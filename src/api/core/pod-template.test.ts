/**
 * PodTemplates, and what differs in a template from a Pod: fewer defaults, looser rules, warnings with a longer path.
 */
import { expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { PodTemplate } from './pod-template.ts'

const container = { name: 'c', image: 'nginx', resources: { limits: { cpu: '1' } } }
const base = {
  metadata: { name: 't', namespace: 'shop' },
  template: { metadata: { labels: { b: '2', a: '1' } }, spec: { containers: [container] } },
}
const { made, errors, warnings, cells, updateErrors } = judged(PodTemplate, base)

test('setDefaults() leaves to the Pod what is the Pod’s', () => {
  const { spec } = (made() as unknown as { template: { spec: Record<string, unknown> } }).template
  expect(spec).toMatchObject({ restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', containers: [{ resources: { limits: { cpu: '1' } } }] })
  expect(spec).not.toHaveProperty('enableServiceLinks')
  expect((spec.containers as { resources: object }[])[0]?.resources).not.toHaveProperty('requests')
})

test('validate() wants a template, without ephemeral containers', () => {
  expect(errors()).toEqual([])
  expect(errors({ template: { metadata: { labels: { a: '!' } }, spec: { ephemeralContainers: [{ name: 'e', image: 'a' }] } } })).toEqual([
    expect.stringMatching(/^template\.labels: Invalid value: "!": a valid label must be/),
    'template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template',
  ])
  // Of a Pod this would be refused.
  expect(errors({ template: { spec: { containers: [{ ...container, image: 'nginx ' }] } } })).toEqual([])
})

test('validateUpdate() forgives what was wrong before', () => {
  const cost = { template: { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': 'much' } } } }
  expect(errors(cost)).toEqual([
    'template.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "much": must be a 32bit integer',
  ])
  expect(updateErrors({}, cost)).toEqual([])
})

test('warnings say where the template stands', () => {
  expect(warnings({ template: { spec: { terminationGracePeriodSeconds: -1 } } })).toEqual([
    'template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
  ])
})

test('columns', () => {
  expect(cells()).toEqual({ Name: 't', Containers: 'c', Images: 'nginx', 'Pod Labels': 'a=1,b=2' })
})
