/** NoExecute taints: who has to go, and when. On a cluster of its own, with shorter times than upstream's. */
import { expect, test } from 'vitest'
import { connect, isForeign, type Json, sleep } from '../api.ts'
import { pauseImage } from '../pods.ts'

const api = await connect({ own: ['--nodes', '2'] })
const nodes = api.of('v1', 'nodes')
const taint = { key: 'kubernetes.io/e2e-evict-taint-key', value: 'evictTaintVal', effect: 'NoExecute' }
/** Upstream's unit is five seconds: its nodes are slower. */
const unit = isForeign ? 5 : 1

function toleratingPod(name: string, group: string, tolerationSeconds: number, spec: Json = {}): Json {
  return {
    metadata: { name, labels: { group } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'pause', image: pauseImage }],
      tolerations: [{ ...taint, operator: 'Equal', tolerationSeconds }],
      ...spec,
    },
  }
}

async function addTaint(node: string): Promise<void> {
  await nodes.change(node, (copy) => {
    copy.spec.taints = [...(copy.spec.taints ?? []), taint]
  })
  expect((await nodes.get(node)).spec.taints).toContainEqual(expect.objectContaining(taint))
}

function removeTaint(node: string): Promise<Json> {
  return nodes.change(node, (copy) => {
    copy.spec.taints = copy.spec.taints.filter((one: Json) => one.key !== taint.key)
  })
}

test('[sig-node] NoExecuteTaintManager Single Pod [Serial] removing taint cancels eviction [Disruptive] [Conformance]', {
  timeout: 120_000,
}, async () => {
  const pods = api.of('v1', 'pods', await api.namespace('taint-single-pod'))
  const name = 'taint-eviction-4'
  await pods.create(toleratingPod(name, name, 3 * unit))
  const { spec } = await pods.appears(name, ({ status }) => status.phase === 'Running')
  await addTaint(spec.nodeName)
  try {
    await sleep(unit * 1000)
    expect((await pods.get(name)).metadata.deletionTimestamp).toBeUndefined()
  } finally {
    await removeTaint(spec.nodeName)
  }
  await sleep(4 * unit * 1000)
  expect((await pods.get(name)).metadata.deletionTimestamp).toBeUndefined()
})

test('[sig-node] NoExecuteTaintManager Multiple Pods [Serial] evicts pods with minTolerationSeconds [Disruptive] [Conformance]', {
  timeout: 120_000,
}, async () => {
  const pods = api.of('v1', 'pods', await api.namespace('taint-multiple-pods'))
  const group = 'taint-eviction-b'
  await pods.create(toleratingPod(`${group}1`, group, unit))
  const first = await pods.appears(`${group}1`, ({ status }) => status.phase === 'Running')
  const node = first.spec.nodeName
  const hostName = (await nodes.get(node)).metadata.labels['kubernetes.io/hostname']
  await pods.create(toleratingPod(`${group}2`, group, 5 * unit, { nodeSelector: { 'kubernetes.io/hostname': hostName } }))
  await pods.appears(`${group}2`, ({ status }) => status.phase === 'Running')
  await addTaint(node)
  try {
    await pods.disappears(`${group}1`, 60_000)
    // The other one tolerates it longer.
    expect((await pods.get(`${group}2`)).metadata.deletionTimestamp).toBeUndefined()
    await pods.disappears(`${group}2`, 60_000)
  } finally {
    await removeTaint(node)
  }
})
