/** Pods as the tests of several areas need them: created, running, gone. */
import { type Api, eventually, type Json } from './api.ts'

export const pauseImage = 'registry.k8s.io/pause:3.10.1'
export const agnhostImage = 'registry.k8s.io/e2e-test-images/agnhost:2.56'
export const previousAgnhostImage = 'registry.k8s.io/e2e-test-images/agnhost:2.47'
export const busyboxImage = 'registry.k8s.io/e2e-test-images/busybox:1.37.0-1'
export const webImage = 'registry.k8s.io/e2e-test-images/httpd:2.4.38-4'
/** No registry has it. */
export const missingImage = 'webserver:404'

export function isReady(pod: Json): boolean {
  return pod.status.conditions?.some((one: Json) => one.type === 'Ready' && one.status === 'True') === true
}

export function isActive(pod: Json): boolean {
  return pod.metadata.deletionTimestamp === undefined && !['Succeeded', 'Failed'].includes(pod.status.phase)
}

/** pod-0, pod-1, … with the label foo=bar. */
export async function createPods(api: Api, namespace: string, count: number): Promise<void> {
  const pods = api.of('v1', 'pods', namespace)
  for (let i = 0; i < count; i++) {
    await pods.create({
      metadata: { name: `pod-${i}`, labels: { foo: 'bar' } },
      spec: { containers: [{ name: 'donothing', image: pauseImage }], restartPolicy: 'Always' },
    })
  }
}

/** Waits until exactly `count` Pods are ready and none is on its way out. */
export async function runningPods(api: Api, namespace: string, count: number, labelSelector = ''): Promise<readonly Json[]> {
  const pods = api.of('v1', 'pods', namespace)
  const list = await eventually(
    `${count} ready Pods`,
    () => pods.list({ labelSelector }),
    ({ items }) => items.length === count && items.every((one: Json) => isReady(one) && isActive(one)),
    60_000,
  )
  return list.items
}
