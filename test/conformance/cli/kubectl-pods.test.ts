/** kubectl with Pods that run. */
import { describe, expect, test } from 'vitest'
import { connect, eventually, type Json } from '../api.ts'
import { kubectlSucceeds } from '../kubectl-command.ts'
import { agnhostImage, busyboxImage, pauseImage, runningPods } from '../pods.ts'

const api = await connect()

async function start() {
  const namespace = await api.namespace('kubectl')
  const run = (args: string, input?: Json | string) =>
    kubectlSucceeds(api, ['-n', namespace, ...args.split(' ')], typeof input === 'object' ? JSON.stringify(input) : input)
  return { namespace, run, pods: api.of('v1', 'pods', namespace) }
}

const labels = { app: 'agnhost', role: 'primary' }
const primaryController = {
  kind: 'ReplicationController',
  apiVersion: 'v1',
  metadata: { name: 'agnhost-primary', labels },
  spec: {
    replicas: 1,
    selector: labels,
    template: {
      metadata: { labels },
      spec: {
        containers: [{ name: 'agnhost-primary', image: agnhostImage, ports: [{ name: 'agnhost-server', containerPort: 6379 }] }],
      },
    },
  },
}
const primaryService = {
  kind: 'Service',
  apiVersion: 'v1',
  metadata: { name: 'agnhost-primary', labels },
  spec: { ports: [{ port: 6379, targetPort: 'agnhost-server' }], selector: labels },
}

/** One line after the other has all of its words. */
function expectLines(said: string, wanted: readonly (readonly string[])[]): void {
  let from = 0
  const lines = said.split('\n')
  for (const words of wanted) {
    const at = lines.findIndex((line, index) => index >= from && words.every((word) => line.includes(word)))
    expect(at, `${words.join(' … ')} in\n${said}`).toBeGreaterThanOrEqual(0)
    from = at + 1
  }
}

describe.concurrent('kubectl and Pods', () => {
  test('[sig-cli] Kubectl client Kubectl describe should check if kubectl describe prints relevant information for rc and pods [Conformance]', async () => {
    const { namespace, run } = await start()
    await run('create -f -', primaryController)
    await run('create -f -', primaryService)
    for (const pod of await runningPods(api, namespace, 1)) {
      expectLines(await run(`describe pod ${pod.metadata.name}`), [
        ['Name:', 'agnhost-primary-'],
        ['Namespace:', namespace],
        ['Node:'],
        ['Labels:', 'app=agnhost'],
        ['role=primary'],
        ['Annotations:'],
        ['Status:', 'Running'],
        ['IP:'],
        ['Controlled By:', 'ReplicationController/agnhost-primary'],
        ['Image:', agnhostImage],
        ['State:', 'Running'],
        ['QoS Class:', 'BestEffort'],
      ])
    }
    await api.of('v1', 'replicationcontrollers', namespace).appears('agnhost-primary', ({ status }) => status.replicas === 1)
    expectLines(await run('describe rc agnhost-primary'), [
      ['Name:', 'agnhost-primary'],
      ['Namespace:', namespace],
      ['Selector:', 'app=agnhost,role=primary'],
      ['Labels:', 'app=agnhost'],
      ['role=primary'],
      ['Annotations:'],
      ['Replicas:', '1 current', '1 desired'],
      ['Pods Status:', '1 Running', '0 Waiting', '0 Succeeded', '0 Failed'],
      ['Pod Template:'],
      ['Image:', agnhostImage],
      ['Events:'],
    ])
    expectLines(await run('describe service agnhost-primary'), [
      ['Name:', 'agnhost-primary'],
      ['Namespace:', namespace],
      ['Labels:', 'app=agnhost'],
      ['role=primary'],
      ['Annotations:'],
      ['Selector:', 'app=agnhost', 'role=primary'],
      ['Type:', 'ClusterIP'],
      ['IP:'],
      ['Port:', '<unset>', '6379/TCP'],
      ['Endpoints:'],
      ['Session Affinity:', 'None'],
    ])
    const node = (await api.of('v1', 'nodes').list()).items[0].metadata.name
    expectLines(await run(`describe node ${node}`), [
      ['Name:', node],
      ['Labels:'],
      ['Annotations:'],
      ['CreationTimestamp:'],
      ['Conditions:'],
      ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'],
      ['Addresses:'],
      ['Capacity:'],
      ['Kernel Version:'],
      ['OS Image:'],
      ['Container Runtime Version:'],
      ['Kubelet Version:'],
      ['Pods:'],
    ])
    expectLines(await run(`describe namespace ${namespace}`), [['Name:', namespace], ['Labels:'], ['Annotations:'], ['Status:', 'Active']])
  })

  test('[sig-cli] Kubectl client Kubectl label should update the label on a resource [Conformance]', async () => {
    const { namespace, run } = await start()
    await run('create -f -', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'pause', labels: { name: 'pause' } },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'pause', image: pauseImage }] },
    })
    await runningPods(api, namespace, 1)
    await run('label pods pause testing-label=testing-label-value')
    expect(await run('get pod pause -L testing-label')).toContain('testing-label-value')
    await run('label pods pause testing-label-')
    expect(await run('get pod pause -L testing-label')).not.toContain('testing-label-value')
  })

  test('[sig-cli] Kubectl client Kubectl patch should add annotations for pods in rc [Conformance]', async () => {
    const { namespace, run, pods } = await start()
    await run('create -f -', primaryController)
    for (const { metadata } of await runningPods(api, namespace, 1)) {
      await run(`patch pod ${metadata.name} -p {"metadata":{"annotations":{"x":"y"}}}`)
      expect((await pods.get(metadata.name)).metadata.annotations).toMatchObject({ x: 'y' })
    }
  })

  const running = '--pod-running-timeout=2m0s'

  test("[sig-cli] Kubectl client Kubectl replace should update a single-container pod's image [Conformance]", async () => {
    const { namespace, run, pods } = await start()
    const name = 'e2e-test-httpd-pod'
    await run(`run ${name} --image=${agnhostImage} ${running} --labels=run=${name}`)
    await runningPods(api, namespace, 1, `run=${name}`)
    const json = await run(`get pod ${name} -o json`)
    expect(json).toContain(name)
    await run('replace -f -', json.replace(agnhostImage, busyboxImage))
    expect((await pods.get(name)).spec.containers.map((one: Json) => one.image)).toEqual([busyboxImage])
  })

  test('[sig-cli] Kubectl client Kubectl run pod should create a pod from an image when restart is Never [Conformance]', async () => {
    const { run, pods } = await start()
    await run(`run e2e-test-pod --restart=Never ${running} --image=${agnhostImage}`)
    const { spec } = await pods.get('e2e-test-pod')
    expect(spec.containers.map((one: Json) => one.image)).toEqual([agnhostImage])
    expect(spec.restartPolicy).toBe('Never')
  })

  test('[sig-cli] Kubectl client Kubectl server-side dry-run should check if kubectl can dry-run update Pods [Conformance]', async () => {
    const { run, pods } = await start()
    const name = 'e2e-test-agnhost-pod'
    await run(`run ${name} --image=${agnhostImage} ${running} --labels=run=${name}`)
    await run(`patch pod ${name} -p {"spec":{"containers":[{"name":"${name}","image":"${busyboxImage}"}]}} --dry-run=server`)
    expect((await pods.get(name)).spec.containers.map((one: Json) => one.image)).toEqual([agnhostImage])
    await run(`delete pods ${name} --wait=false`)
    await eventually(
      'the Pod to go',
      () => pods.list(),
      ({ items }) => items.length === 0,
      60_000,
    )
  })
})
