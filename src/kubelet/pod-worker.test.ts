/** A Pod's worker on a real API server in memory: what it writes, and that it does not write again because of what it hears late. */
import { expect, test } from 'vitest'
import { Pod } from '../api/core/pod.ts'
import { startTestClient } from '../testing/test-client.ts'
import { SimulatedRuntime } from './cri/simulated.ts'
import { PodWorker } from './pod-worker.ts'

test('an older state of the Pod, heard late, does not make it write its status again', async () => {
  await using test = await startTestClient()
  const { client, clock, random, log, scope } = test
  await test.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const pods = client.of(Pod).in('default')
  const spec = { containers: [{ name: 'main', image: 'nginx' }], nodeName: 'n1' }
  const created = await pods.create({ metadata: { name: 'a', namespace: 'default' }, spec } as Pod)
  const doors = {
    client,
    clock,
    log,
    hostIp: '172.18.0.3',
    runtime: new SimulatedRuntime({ clock, random, podAddressPrefix: '10.128.0', hostAddress: '172.18.0.3' }),
    record: () => {},
    run: (name: string, task: (signal: AbortSignal) => Promise<void>) => scope.run(name, task),
  }
  const worker = new PodWorker(doors, created)
  await clock.advance(10_000)
  const running = await pods.get('a')
  expect(running.status?.phase).toBe('Running')
  for (let second = 0; second < 3; second++) {
    worker.update(created)
    await clock.advance(1000)
  }
  expect((await pods.get('a')).metadata.resourceVersion).toBe(running.metadata.resourceVersion)
  expect(test.complaints).toEqual([])
  worker.close()
})
