/** Who approves and who signs must be allowed to for the signer; and nobody asks to become a master. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../../testing/api-server.ts'

/** O=system:masters, CN=me */
const masters = `-----BEGIN CERTIFICATE REQUEST-----
MIHhMIGIAgEAMCYxFzAVBgNVBAoMDnN5c3RlbTptYXN0ZXJzMQswCQYDVQQDDAJt
ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHqsvhWsLyCHjT9csLrmIZEFT7Hf
lsXBazqnFsJSSigGGFxtLMFv4pGeDi4uRG9L3YpegFIMyYB+I8UvDFia7u+gADAK
BggqhkjOPQQDAgNIADBFAiEAnG+DaujF+VxLkob5h5MQ+U9QUgOV3dphRL3E8cSA
9SECIAf+qknp85CFdwy+YR8YqRYg4oyQruT3wfOMkcGvqslT
-----END CERTIFICATE REQUEST-----
`
/** O=devs, CN=me */
const plain = `-----BEGIN CERTIFICATE REQUEST-----
MIHXMH4CAQAwHDENMAsGA1UECgwEZGV2czELMAkGA1UEAwwCbWUwWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAAR6rL4VrC8gh40/XLC65iGRBU+x35bFwWs6pxbCUkoo
BhhcbSzBb+KRng4uLkRvS92KXoBSDMmAfiPFLwxYmu7voAAwCgYIKoZIzj0EAwID
SQAwRgIhALVvKeoDHe9OWpSApXHvPCq/eo68ccHjt5amyj+dUK0EAiEAt1sD6Lru
T8broxq9wqFImknMgCMGVatyo7VWydkz+I4=
-----END CERTIFICATE REQUEST-----
`

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const rbac = '/apis/rbac.authorization.k8s.io/v1'
const merge = { 'content-type': 'application/merge-patch+json' }

async function start() {
  const api = await startTestApiServer()
  const make = (name: string, pem: string, signerName: string) =>
    api.request('POST', requests, { metadata: { name }, spec: { request: btoa(pem), signerName, usages: ['client auth'] } })
  const allow = async (rules: readonly object[]): Promise<void> => {
    await api.request('PUT', `${rbac}/clusterroles/r`, { metadata: { name: 'r' }, rules })
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' }]
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' }
    await api.request('POST', `${rbac}/clusterrolebindings`, { metadata: { name: 'b' }, roleRef, subjects })
    await api.clock.settled()
  }
  const asBob = { headers: merge, peer: { session: { user: { name: 'bob', groups: ['system:authenticated'] } } } }
  const patch = async (subresource: string, status: object): Promise<unknown> => {
    const { status: code, json } = await api.request('PATCH', `${requests}/a/${subresource}`, { status }, asBob)
    return code === 200 ? 200 : [code, json.message]
  }
  return { api, make, allow, patch, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

const written = ['certificatesigningrequests/approval', 'certificatesigningrequests/status']
const writing = { apiGroups: ['certificates.k8s.io'], resources: written, verbs: ['*'] }
const signers = (verb: string, name: string): object => ({
  apiGroups: ['certificates.k8s.io'],
  resources: ['signers'],
  resourceNames: [name],
  verbs: [verb],
})
const condition = (...types: readonly string[]): object => ({
  conditions: types.map((type) => ({ type, status: 'True', reason: 'R', message: 'm' })),
})

test('who may write approvals must also be allowed to approve for the signer', async () => {
  await using world = await start()
  const { make, allow, patch } = world
  await make('a', plain, 'example.com/s')
  await allow([writing])
  const forbidden = (what: string): unknown => [
    403,
    `certificatesigningrequests.certificates.k8s.io "a" is forbidden: user not permitted to ${what} requests with signerName "example.com/s"`,
  ]
  expect(await patch('approval', condition('Approved'))).toEqual(forbidden('approve'))
  expect(await patch('status', condition('Failed'))).toEqual(forbidden('sign'))
  await allow([writing, signers('approve', 'example.com/*')])
  expect(await patch('approval', condition('Approved'))).toBe(200)
  await allow([writing, signers('sign', 'example.com/s')])
  expect(await patch('status', condition('Approved', 'Failed'))).toBe(200)
})

test('nobody asks to become a master', async () => {
  await using world = await start()
  const { status, json } = await world.make('m', masters, 'kubernetes.io/kube-apiserver-client')
  expect([status, json.message]).toEqual([
    403,
    'certificatesigningrequests.certificates.k8s.io "m" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
  ])
  expect((await world.make('o', masters, 'example.com/s')).status).toBe(201)
  expect((await world.make('p', plain, 'kubernetes.io/kube-apiserver-client')).status).toBe(201)
})
