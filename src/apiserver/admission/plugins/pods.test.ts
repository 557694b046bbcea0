/** What Pods are given and refused by the plugins that look at accounts, runtime classes and priorities. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../../testing/api-server.ts'

const base = '/api/v1/namespaces/default'

async function refusal(api: TestApiServer, path: string, body: object): Promise<unknown> {
  const { status, json } = await api.request('POST', path, body)
  return status < 300 ? status : [status, json.message]
}

const pod = (spec: object, metadata: object = {}): object => ({
  metadata: { name: 'p', ...metadata },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
})

test('an account that limits its Pods to its own secrets', async () => {
  await using api = await startTestApiServer()
  await api.request('POST', `${base}/serviceaccounts`, {
    metadata: { name: 'strict', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    secrets: [{ name: 'mine' }],
  })
  const ask = (spec: object): Promise<unknown> => refusal(api, `${base}/pods?dryRun=All`, pod({ serviceAccountName: 'strict', ...spec }))
  const forbidden = (why: string): unknown => [403, `pods "p" is forbidden: ${why}`]
  const volume = (secretName: string): object => ({ volumes: [{ name: 'v', secret: { secretName } }] })
  expect(await ask(volume('mine'))).toBe(201)
  expect(await ask(volume('other'))).toEqual(
    forbidden('volume with secret.secretName="other" is not allowed because service account strict does not reference that secret'),
  )
  const env = [{ name: 'E', valueFrom: { secretKeyRef: { name: 'other', key: 'k' } } }]
  expect(await ask({ containers: [{ name: 'c', image: 'i', env }] })).toEqual(
    forbidden(
      'container c with envVar E referencing secret.secretName="other" is not allowed because service account strict does not reference that secret',
    ),
  )
  expect(await ask({ imagePullSecrets: [{ name: 'pull' }] })).toEqual(
    forbidden('imagePullSecrets[0].name="pull" is not allowed because service account strict does not reference that imagePullSecret'),
  )
})

test('a mirror Pod names no accounts and no secrets', async () => {
  await using api = await startTestApiServer()
  const ask = (spec: object): Promise<unknown> =>
    refusal(
      api,
      `${base}/pods?dryRun=All`,
      pod({ nodeName: 'n', ...spec }, { annotations: { 'kubernetes.io/config.mirror': 'x', 'kubernetes.io/config.hash': 'x' } }),
    )
  expect(await ask({ serviceAccountName: 'a' })).toEqual([403, 'pods "p" is forbidden: a mirror pod may not reference service accounts'])
  expect(await ask({ volumes: [{ name: 'v', secret: { secretName: 's' } }] })).toEqual([
    403,
    'pods "p" is forbidden: a mirror pod may not reference secrets',
  ])
  expect(await ask({})).toBe(201)
})

test('a runtime class: overhead must agree, tolerations that say the same come once', async () => {
  await using api = await startTestApiServer()
  await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' }, automountServiceAccountToken: false })
  await api.request('POST', '/apis/node.k8s.io/v1/runtimeclasses', {
    metadata: { name: 'r' },
    handler: 'h',
    overhead: { podFixed: { cpu: '10m' } },
    scheduling: { nodeSelector: { a: 'b' }, tolerations: [{ key: 'k', operator: 'Exists' }] },
  })
  const tolerations = [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }]
  const { json } = await api.request('POST', `${base}/pods`, pod({ runtimeClassName: 'r', tolerations }))
  expect([json.spec.overhead, json.spec.nodeSelector, json.spec.tolerations.at(-1)]).toEqual([
    { cpu: '10m' },
    { a: 'b' },
    { key: 'k', operator: 'Exists' },
  ])
  expect(json.spec.tolerations.length).toBe(3)
  expect(await refusal(api, `${base}/pods?dryRun=All`, pod({ runtimeClassName: 'r', overhead: { cpu: '1' } }))).toEqual([
    403,
    `pods "p" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`,
  ])
  expect(await refusal(api, `${base}/pods?dryRun=All`, pod({ overhead: { cpu: '1' } }))).toEqual([
    403,
    'pods "p" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  ])
})

test('one default priority class, and no second of the same name either', async () => {
  await using api = await startTestApiServer()
  const path = '/apis/scheduling.k8s.io/v1/priorityclasses'
  const body = { metadata: { name: 'd' }, value: 1, globalDefault: true }
  expect(await refusal(api, path, body)).toBe(201)
  expect(await refusal(api, path, body)).toEqual([
    403,
    'priorityclasses.scheduling.k8s.io "d" is forbidden: PriorityClass d is already marked as default. Only one default can exist',
  ])
})
