/** The simulated runtime on a virtual clock: images, starts, ends, addresses, and what Pods ask of it by annotation. */
import { expect, test } from 'vitest'
import type { Pod } from '../../api/core/pod.ts'
import { seededRandom } from '../../std/random.ts'
import { VirtualClock } from '../../std/virtual-clock.ts'
import type { ContainerExit } from './runtime.ts'
import { exitPlanOf, missingImage, parseDurationMs, qualifiedImage, SimulatedRuntime } from './simulated.ts'

const never = new AbortController().signal
const podWith = (annotations: Readonly<Record<string, string>> = {}, more: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name: 'p', annotations },
  spec: { containers: [{ name: 'main', image: 'nginx' }], ...more },
})

function start() {
  const clock = new VirtualClock()
  return {
    clock,
    runtime: new SimulatedRuntime({ clock, random: seededRandom(1), podAddressPrefix: '10.128.0', hostAddress: '172.18.0.3' }),
  }
}

test('pullImage() takes a while the first time only', async () => {
  const { clock, runtime } = start()
  const pull = async (policy: string) => {
    const pulling = runtime.pullImage(podWith(), { name: 'main', image: 'nginx:1', imagePullPolicy: policy }, never)
    const [pulled] = await Promise.allSettled([pulling, clock.advance(2000)])
    if (pulled.status === 'rejected') throw pulled.reason
    return pulled.value
  }
  await expect(pull('Never')).rejects.toMatchObject({
    reason: 'ErrImageNeverPull',
    message: 'Container image "nginx:1" is not present with pull policy of Never',
  })
  expect(await pull('IfNotPresent')).toMatchObject({
    wasPresent: false,
    reference: expect.stringMatching(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/),
  })
  expect(await pull('IfNotPresent')).toMatchObject({ wasPresent: true, tookMs: 0 })
  expect(await pull('Always')).toMatchObject({ wasPresent: false })
})

test('stopContainer() ends politely, or with 137 when the grace is over', async () => {
  const { clock, runtime } = start()
  const exits: ContainerExit[] = []
  const run = async (annotations: Readonly<Record<string, string>>) => {
    const starting = runtime.startContainer(podWith(annotations), { name: 'main' }, { onExit: (exit) => exits.push(exit), signal: never })
    await clock.advance(500)
    return starting
  }
  runtime.stopContainer(await run({}), 30_000)
  await clock.advance(1000)
  runtime.stopContainer(await run({ 'sim.typernetes.dev/stop-after': '1m' }), 2000)
  await clock.advance(1999)
  expect(exits).toEqual([{ exitCode: 0, reason: 'Completed' }])
  await clock.advance(1)
  expect(exits[1]).toEqual({ exitCode: 137, reason: 'Error' })
  runtime.stopContainer('unknown', 0)
})

test('exitPlanOf() reads annotations, for all containers or one', () => {
  expect(exitPlanOf(podWith(), 'main')).toBeUndefined()
  expect(exitPlanOf(podWith({ 'sim.typernetes.dev/exit-after': '2s', 'sim.typernetes.dev/exit-code': '3' }), 'main')).toEqual({
    afterMs: 2000,
    exitCode: 3,
  })
  expect(exitPlanOf(podWith({ 'sim.typernetes.dev/exit-code.main': '4' }), 'main')).toEqual({ afterMs: 500, exitCode: 4 })
  expect(exitPlanOf(podWith({ 'sim.typernetes.dev/exit-after': 'soon' }), 'main')).toBeUndefined()
  expect(exitPlanOf(podWith({}, { initContainers: [{ name: 'init' }] }), 'init')).toEqual({ afterMs: 300, exitCode: 0 })
})

test('parseDurationMs() takes Go-like durations and nothing else', () => {
  expect(['150ms', '2s', '1.5', '1m', '1h', '', 'x', '-1s', undefined].map(parseDurationMs)).toEqual([
    150,
    2000,
    1500,
    60_000,
    3_600_000,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('qualifiedImage() resolves names as containerd does', () => {
  expect(['nginx', 'nginx:1', 'me/app', 'ghcr.io/x/y', 'localhost:5000/z:2'].map(qualifiedImage)).toEqual([
    'docker.io/library/nginx:latest',
    'docker.io/library/nginx:1',
    'docker.io/me/app:latest',
    'ghcr.io/x/y:latest',
    'localhost:5000/z:2',
  ])
})

test('addresses are not given twice while in use', async () => {
  const { clock, runtime } = start()
  const addresses = new Set<string>()
  for (let count = 0; count < 250; count++) {
    const running = runtime.runSandbox(podWith(), never)
    await clock.advance(1000)
    addresses.add((await running).podIp)
  }
  expect(addresses.size).toBe(250)
})

test.each([
  ['docker.io/library/nginx:1.27', undefined],
  ['docker.io/library/nginx', undefined],
  ['docker.io/library/web:404', 'failed to resolve reference "docker.io/library/web:404": docker.io/library/web:404: not found'],
  [
    'docker.io/library/foo:non-existent',
    'failed to resolve reference "docker.io/library/foo:non-existent": docker.io/library/foo:non-existent: not found',
  ],
  [
    'registry.invalid:5000/a/b:v1',
    'failed to resolve reference "registry.invalid:5000/a/b:v1": failed to do request: Head "https://registry.invalid:5000/v2/a/b/manifests/v1": dial tcp: lookup registry.invalid: no such host',
  ],
])('missingImage(%s)', (image, wanted) => expect(missingImage(image)).toBe(wanted))
