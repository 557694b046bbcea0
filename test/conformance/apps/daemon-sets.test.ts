/** DaemonSets and their ControllerRevisions. On a cluster of its own: they care about every node that anybody makes. */
import { describe, expect, test } from 'vitest'
import { connect, eventually, type Json, randomName, type WatchEvent } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'
import { isReady, previousAgnhostImage, webImage } from '../pods.ts'
import { controllerOf } from '../workloads.ts'

const api = await connect({ own: ['--nodes', '3'] })
const apps = 'apps/v1'
const name = 'daemon-set'
const nodes = api.of('v1', 'nodes')

function daemonSet(label: string, spec: Json = {}, pod: Json = {}): Json {
  const labels = { 'daemonset-name': label }
  return {
    metadata: { name, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'app', image: webImage, ports: [{ containerPort: 9376 }] }],
          ...pod,
        },
      },
      ...spec,
    },
  }
}

async function start() {
  const namespace = await api.namespace('daemonsets')
  const label = randomName('ds')
  const selected = { labelSelector: `daemonset-name=${label}` }
  const sets = api.of(apps, 'daemonsets', namespace)
  const pods = api.of('v1', 'pods', namespace)
  const revisions = api.of(apps, 'controllerrevisions', namespace)
  const runsOn = (wanted: readonly string[]) =>
    eventually(
      `daemons on ${wanted.join()}`,
      async () => (await pods.list(selected)).items.filter((pod: Json) => pod.metadata.deletionTimestamp === undefined),
      (items: Json[]) =>
        items.every(isReady) && JSON.stringify(items.map((pod) => pod.spec.nodeName).sort()) === JSON.stringify([...wanted].sort()),
      60_000,
    )
  const allNodes = (await nodes.list()).items.map((node: Json) => node.metadata.name)
  /** Everywhere, and the status says so. */
  const runsEverywhere = async () => {
    const items = await runsOn(allNodes)
    await sets.appears(
      name,
      ({ status }) =>
        status.desiredNumberScheduled === status.currentNumberScheduled && status.desiredNumberScheduled === status.numberReady,
    )
    return items
  }
  return { namespace, label, selected, sets, pods, revisions, runsOn, runsEverywhere }
}

const has = (type: string) => (event: WatchEvent) => event.object.status.conditions?.some((one: Json) => one.type === type)

describe.concurrent('daemon sets', () => {
  test('[sig-apps] Daemon set [Serial] should run and stop simple daemon [Conformance]', async () => {
    const { label, sets, pods, runsEverywhere } = await start()
    await sets.create(daemonSet(label))
    const [first] = await runsEverywhere()
    await pods.delete(first.metadata.name)
    await pods.disappears(first.metadata.name)
    await runsEverywhere()
  })

  test('[sig-apps] Daemon set [Serial] should run and stop complex daemon [Conformance]', async () => {
    const { label, sets, runsOn } = await start()
    // The key is its own: others of these tests label nodes too.
    const key = `${label}-color`
    await sets.create(daemonSet(label, {}, { nodeSelector: { [key]: 'blue' } }))
    await sets.appears(name, ({ metadata, status }) => status.observedGeneration >= metadata.generation)
    await runsOn([])
    const node = (await nodes.list()).items[0].metadata.name
    const colour = (value: string) => nodes.patch(node, { metadata: { labels: { [key]: value } } })
    await colour('blue')
    await runsOn([node])
    await sets.appears(name, ({ status }) => status.numberReady === 1)
    await colour('green')
    await runsOn([])
    const patch = { spec: { template: { spec: { nodeSelector: { [key]: 'green' } } }, updateStrategy: { type: 'RollingUpdate' } } }
    await sets.patch(name, patch, { type: 'strategic' })
    await runsOn([node])
    await sets.appears(name, ({ status }) => status.numberReady === 1)
  })

  test('[sig-apps] Daemon set [Serial] should retry creating failed daemon pods [Conformance]', async () => {
    const { label, sets, pods, runsEverywhere } = await start()
    await sets.create(daemonSet(label))
    const [first] = await runsEverywhere()
    const { resourceVersion: _, ...metadata } = first.metadata
    await pods.update({ ...first, metadata, status: { ...first.status, phase: 'Failed' } }, 'status')
    await pods.disappears(first.metadata.name)
    await runsEverywhere()
  })

  test('[sig-apps] Daemon set [Serial] should update pod when spec was updated and update strategy is RollingUpdate [Conformance]', async () => {
    const { label, selected, sets, pods, revisions, runsEverywhere } = await start()
    const created = await sets.create(daemonSet(label, { updateStrategy: { type: 'RollingUpdate' } }))
    expectResourceVersion(created)
    await runsEverywhere()
    const expectRevision = async (count: number) => {
      const { items } = await eventually(
        `${count} revisions`,
        () => revisions.list(selected),
        ({ items: all }) => all.length === count,
      )
      const current = items.reduce((latest: Json, one: Json) => (one.revision > latest.revision ? one : latest))
      expect(current.revision).toBe(count)
      const hash = current.metadata.labels['controller-revision-hash']
      expect(hash).toMatch(/./)
      for (const pod of (await pods.list(selected)).items) expect(pod.metadata.labels['controller-revision-hash']).toBe(hash)
    }
    await expectRevision(1)
    const before = await sets.get(name)
    const patch = { spec: { template: { spec: { containers: [{ name: 'app', image: previousAgnhostImage }] } } } }
    expectLater(await sets.patch(name, patch, { type: 'strategic' }), before)
    await eventually(
      'the new image everywhere, one node at a time',
      () => pods.list(selected),
      ({ items }) => {
        const available = items.filter((pod: Json) => isReady(pod) && pod.metadata.deletionTimestamp === undefined).length
        return available === 3 && items.every((pod: Json) => pod.spec.containers[0].image === previousAgnhostImage)
      },
      60_000,
    )
    await runsEverywhere()
    await expectRevision(2)
  })

  test('[sig-apps] Daemon set [Serial] should list and delete a collection of DaemonSets [Conformance]', async () => {
    const { label, selected, sets, runsEverywhere } = await start()
    await sets.create(daemonSet(label))
    await runsEverywhere()
    const everywhere = api.of(apps, 'daemonsets')
    expect((await everywhere.list(selected)).items).toHaveLength(1)
    await sets.deleteCollection(selected, { gracePeriodSeconds: 1 })
    expect((await everywhere.list(selected)).items).toHaveLength(0)
  })

  test('[sig-apps] Daemon set [Serial] should verify changes to a daemon set status [Conformance]', async () => {
    const { label, selected, sets, runsEverywhere } = await start()
    const { resourceVersion } = (await api.of(apps, 'daemonsets').list(selected)).metadata
    await sets.create(daemonSet(label))
    await runsEverywhere()
    await using watch = await sets.watch({ ...selected, resourceVersion })
    await sets.get(name, 'status')
    const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }
    await sets.change(
      name,
      (copy) => {
        copy.status.conditions = [...(copy.status.conditions ?? []), condition]
      },
      'status',
    )
    await watch.until('the updated status', has('StatusUpdate'))
    await sets.patch(name, { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } }, { subresource: 'status' })
    await watch.until('the patched status', has('StatusPatched'))
  })

  test('[sig-apps] ControllerRevision [Serial] should manage the lifecycle of a ControllerRevision [Conformance]', async () => {
    const { label, selected, sets, revisions, runsEverywhere } = await start()
    await sets.create(daemonSet(label))
    await runsEverywhere()
    const set = await sets.get(name)
    const all = async (count: number) =>
      (
        await eventually(
          `${count} revisions`,
          () => revisions.list(selected),
          ({ items }) => items.length === count,
        )
      ).items
    const [first] = await all(1)
    expect(controllerOf(first)).toMatchObject({ kind: 'DaemonSet', uid: set.metadata.uid })
    expectResourceVersion(first)
    const firstName = first.metadata.name
    const patched = await revisions.patch(firstName, { metadata: { labels: { [firstName]: 'patched' } } }, { type: 'strategic' })
    expect(patched.metadata.labels).toMatchObject({ [firstName]: 'patched' })
    expectLater(patched, first)

    await revisions.create({
      metadata: {
        name: `${name}-made-by-hand`,
        labels: { 'daemonset-name': label, 'controller-revision-hash': 'madebyhand' },
        ownerReferences: [{ apiVersion: apps, kind: 'DaemonSet', name, uid: set.metadata.uid, controller: true, blockOwnerDeletion: true }],
      },
      data: first.data,
      revision: first.revision + 1,
    })
    await all(2)
    await revisions.delete(firstName)
    const [current] = await all(1)
    const currentName = current.metadata.name
    const updated = await revisions.change(currentName, (copy) => {
      copy.metadata.labels[currentName] = 'updated'
    })
    expect(updated.metadata.labels).toMatchObject({ [currentName]: 'updated' })
    const patch = { spec: { template: { spec: { terminationGracePeriodSeconds: 2 } } }, updateStrategy: { type: 'RollingUpdate' } }
    await sets.patch(name, patch, { type: 'strategic' })
    await all(2)
    await revisions.deleteCollection({ labelSelector: `${currentName}=updated` })
    const [last] = await all(1)
    expect(last.revision).toBe(3)
  })
})
