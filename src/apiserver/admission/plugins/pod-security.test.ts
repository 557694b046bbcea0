/** Pod security at the door: what is refused, what is only warned of, and what a namespace hears when it becomes stricter. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../../testing/api-server.ts'

const merge = { 'content-type': 'application/merge-patch+json' }

async function makeNamespace(api: TestApiServer, name: string, labels: Readonly<Record<string, string>>) {
  const all = Object.fromEntries(Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]))
  const made = await api.request('POST', '/api/v1/namespaces', { metadata: { name, labels: all } })
  await api.request('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } })
  return made
}

const pod = (name: string, container: object = {}, spec: object = {}): object => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec },
})

const restrictedContainer = { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }
const restrictedPod = { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } }

test('enforce refuses, each level in its words', async () => {
  await using api = await startTestApiServer()
  await makeNamespace(api, 'base', { enforce: 'baseline' })
  await makeNamespace(api, 'tight', { enforce: 'restricted', 'enforce-version': 'v1.25' })
  const refusal = async (namespace: string, body: object): Promise<unknown> => {
    const { status, json } = await api.request('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, body)
    return status === 201 ? 201 : [status, json.message]
  }
  const forbidden = (level: string, why: string): unknown => [403, `pods "p" is forbidden: violates PodSecurity "${level}": ${why}`]
  expect(await refusal('base', pod('p', {}, { hostNetwork: true, hostPID: true }))).toEqual(
    forbidden('baseline:latest', 'host namespaces (hostNetwork=true, hostPID=true)'),
  )
  const bad = {
    securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN', 'CHOWN'] }, seLinuxOptions: { type: 'x', user: 'u' } },
    ports: [{ containerPort: 80, hostPort: 8080 }],
    livenessProbe: { httpGet: { port: 80, host: 'example.com' } },
  }
  const host = { volumes: [{ name: 'v', hostPath: { path: '/' } }] }
  expect(await refusal('base', pod('p', bad, host))).toEqual(
    forbidden(
      'baseline:latest',
      'non-default capabilities (container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add), hostPath volumes (volume "v"), hostPort (container "c" uses hostPort 8080), probe or lifecycle host (container "c" uses probe or lifecycle host "example.com"), privileged (container "c" must not set securityContext.privileged=true), seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: type "x"; user may not be set)',
    ),
  )
  expect(await refusal('base', pod('p'))).toBe(201)
  expect(await refusal('tight', pod('p', {}, { initContainers: [{ name: 'i', image: 'i' }] }))).toEqual(
    forbidden(
      'restricted:v1.25',
      'allowPrivilegeEscalation != false (containers "i", "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (containers "i", "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or containers "i", "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or containers "i", "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ),
  )
  const volumes = [{ name: 'v', hostPath: { path: '/' } }]
  expect(await refusal('tight', pod('p', restrictedContainer, { ...restrictedPod, volumes }))).toEqual(
    forbidden('restricted:v1.25', 'restricted volume types (volume "v" uses restricted volume type "hostPath")'),
  )
  // A probe's host is looked at since v1.34.
  const probed = { ...restrictedContainer, livenessProbe: { httpGet: { port: 80, host: 'example.com' } } }
  expect(await refusal('tight', pod('p', probed, restrictedPod))).toBe(201)
  const windows = { os: { name: 'windows' }, securityContext: { runAsNonRoot: true } }
  expect(await refusal('tight', pod('p', {}, windows))).toBe(201)
  expect(api.errors).toEqual([])
})

test('warnings: as enforce unless said otherwise; for what makes Pods there is nothing else', async () => {
  await using api = await startTestApiServer()
  await makeNamespace(api, 'warned', { warn: 'baseline' })
  await makeNamespace(api, 'enforced', { enforce: 'baseline' })
  const text = 'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)'
  const made = await api.request('POST', '/api/v1/namespaces/warned/pods', pod('p', {}, { hostPID: true }))
  expect([made.status, made.headers.warning]).toEqual([201, [`299 - ${JSON.stringify(text)}`]])
  const labels = { a: 'b' }
  const template = { metadata: { labels }, spec: { hostPID: true, containers: [{ name: 'c', image: 'i' }] } }
  const deployment = { metadata: { name: 'd' }, spec: { selector: { matchLabels: labels }, template } }
  const deployed = await api.request('POST', '/apis/apps/v1/namespaces/enforced/deployments', deployment)
  expect([deployed.status, deployed.headers.warning]).toEqual([201, [`299 - ${JSON.stringify(text)}`]])
  // A change that touches no image is nobody's business.
  const changed = await api.request('PATCH', '/api/v1/namespaces/warned/pods/p', { metadata: { labels } }, { headers: merge })
  expect([changed.status, changed.headers.warning]).toEqual([200, undefined])
})

test('a namespace: bad labels are refused, a stricter level tells of the Pods that are there', async () => {
  await using api = await startTestApiServer()
  const bad = await makeNamespace(api, 'bad', { enforce: 'strict', 'warn-version': '1.25' })
  expect([bad.status, bad.json.message]).toEqual([
    422,
    'Namespace "bad" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.25": must be "latest" or "v1.x"]',
  ])
  await makeNamespace(api, 'ns', {})
  for (const name of ['b', 'a']) await api.request('POST', '/api/v1/namespaces/ns/pods', pod(name, {}, { hostIPC: true }))
  await api.request('POST', '/api/v1/namespaces/ns/pods', pod('c', { securityContext: { privileged: true } }))
  const stricter = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } }
  const { status, headers } = await api.request('PATCH', '/api/v1/namespaces/ns', stricter, { headers: merge })
  expect(status).toBe(200)
  expect([headers.warning].flat().map((one) => JSON.parse(String(one).slice('299 - '.length)))).toEqual([
    'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
    'a (and 1 other pod): host namespaces',
    'c: privileged',
  ])
  expect(api.errors).toEqual([])
})
