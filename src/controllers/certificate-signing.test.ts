/** Certificate requests: what fits which signer, how long certificates live, when requests are cleared away, and a kubelet's way to its certificate. */
import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { CertificateSigningRequest } from '../api/certificates/certificate-signing-request.ts'
import { ClusterRoleBinding } from '../api/rbac/cluster-role-binding.ts'
import { seededRandom } from '../std/random.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { parseSigningRequest, type SigningRequest } from '../wire/signing-request.ts'
import { makeAuthority } from '../wire/x509.ts'
import { certificateApprovingController } from './certificate-approving.ts'
import { isOver } from './certificate-cleaning.ts'
import { certificateLifeMs, certificateSigningController } from './certificate-signing.ts'
import { certificateUsages, clientProblem, kubeletClientProblem, kubeletServingProblem } from './certificates/requests.ts'
import { runControllers } from './run.ts'

/** CN=system:node:n1, O=system:nodes; made by openssl, key P-256. */
const nodeRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIHsMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz
dGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASk3F1jjbJGaop6
dzafCug0Y0AOTuHJDhFGx8yNx8FRvLU92S+V1b7yEG0fhG+PFcE8M7ZuBwryWQXi
9YJsuSQNoAAwCgYIKoZIzj0EAwIDSQAwRgIhAO9mdd15pKkR9JMPgP7NEDyVAVBx
H76fxGMiul19hA+MAiEAvzJwxid1cdGrOoOuZsa9GRhZZVXdFYLi/2whazHTmu0=
-----END CERTIFICATE REQUEST-----
`

const none = { dnsNames: [], ipAddresses: [], emails: [], uris: [], subject: new Uint8Array(), publicKey: new Uint8Array() }
const asked = (parts: Partial<SigningRequest> = {}): SigningRequest => ({
  ...none,
  commonName: 'system:node:n1',
  organizations: ['system:nodes'],
  ...parts,
})
const clientUsages = ['digital signature', 'client auth']
const servingUsages = ['digital signature', 'key encipherment', 'server auth']

test('kubeletClientProblem() and kubeletServingProblem() say what does not fit', () => {
  expect([
    kubeletClientProblem(asked(), clientUsages),
    kubeletClientProblem(asked(), ['key encipherment', ...clientUsages]),
    kubeletClientProblem(asked(), ['client auth']),
    kubeletClientProblem(asked({ organizations: ['a', 'system:nodes'] }), clientUsages),
    kubeletClientProblem(asked({ commonName: 'n1' }), clientUsages),
    kubeletClientProblem(asked({ dnsNames: ['n1'] }), clientUsages),
  ]).toEqual([
    undefined,
    undefined,
    'usages did not match [client auth digital signature key encipherment]',
    'subject organization is not system:nodes',
    'subject common name does not begin with system:node:',
    'DNS subjectAltNames are not allowed',
  ])
  expect([
    kubeletServingProblem(asked({ ipAddresses: ['10.0.0.1'] }), servingUsages),
    kubeletServingProblem(asked(), servingUsages),
    kubeletServingProblem(asked({ dnsNames: ['n1'], uris: ['a://b'] }), servingUsages),
  ]).toEqual([undefined, 'DNS or IP subjectAltName is required', 'URI subjectAltNames are not allowed'])
  expect([clientProblem(clientUsages), clientProblem(['digital signature']), clientProblem(servingUsages)]).toEqual([
    undefined,
    'missing required usage for client certificate: client auth',
    'invalid usage for client certificate: server auth',
  ])
})

test('certificateUsages() sorts usages as certificates have them', () => {
  expect(certificateUsages(['client auth', 'signing', 'digital signature', 's/mime', 'server auth'])).toEqual({
    keyUsages: ['digital signature'],
    usages: ['server', 'client', 'email protection'],
  })
})

test('certificateLifeMs() is a year, or what was asked for, from ten minutes up', () => {
  const minutes = (seconds?: number): number => certificateLifeMs(seconds) / 60_000
  expect([minutes(), minutes(3600), minutes(60), minutes(9 * 3600), minutes(10 ** 9)]).toEqual([525_595, 60, 10, 535, 525_595])
})

test('isOver() gives issued, denied and failed ones an hour, and a day to those that nobody looked at', () => {
  const at = Date.parse('2026-01-02T00:00:00Z')
  const request = (type: string | undefined, certificate?: string): CertificateSigningRequest =>
    ({
      metadata: { creationTimestamp: '2026-01-02T00:00:00Z' },
      spec: { request: '', signerName: '' },
      status: {
        ...(type === undefined ? {} : { conditions: [{ type, status: 'True', lastUpdateTime: '2026-01-02T00:00:00Z' }] }),
        ...(certificate === undefined ? {} : { certificate }),
      },
    }) as CertificateSigningRequest
  const lastHour = (one: CertificateSigningRequest): number =>
    [0, 1, 2, 23, 24, 25].findIndex((hours) => isOver(one, at + hours * 3_600_000 + 1000))
  expect(
    [request('Denied'), request('Failed'), request('Approved', 'eA=='), request('Approved'), request(undefined)].map(lastHour),
  ).toEqual([1, 1, 1, 4, 4])
})

async function start(): Promise<TestClient> {
  const world = await startTestClient()
  const signingAuthority = makeAuthority({ commonName: 'kubernetes', now: world.clock.now(), random: seededRandom(1), years: 10 })
  const controllers = [certificateApprovingController, certificateSigningController]
  await runControllers({ ...world, clientFor: () => world.client, flags: { signingAuthority }, controllers })
  return world
}
const make = (world: TestClient, name: string, usages: readonly string[]): Promise<unknown> =>
  world
    .clientOf('system:bootstrap:abcdef', ['system:bootstrappers', 'system:authenticated'])
    .of(CertificateSigningRequest)
    .create({ metadata: { name }, spec: { request: btoa(nodeRequest), signerName: 'kubernetes.io/kube-apiserver-client-kubelet', usages } })

test('a kubelet that may gets its certificate without a human; one that may not waits', async () => {
  await using world = await start()
  const requests = world.client.of(CertificateSigningRequest)
  const bind = (name: string, role: string): Promise<unknown> =>
    world.client.of(ClusterRoleBinding).create({
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:bootstrappers' }],
    })
  await bind('may-ask', 'system:node-bootstrapper')
  await world.clock.settled()
  await make(world, 'early', clientUsages)
  await world.clock.advance(1000)
  expect((await requests.get('early')).status?.conditions).toBeUndefined()
  await bind('may-have', 'system:certificates.k8s.io:certificatesigningrequests:nodeclient')
  await world.clock.settled()
  await make(world, 'n1', clientUsages)
  await world.clock.advance(1000)
  const { status } = await requests.get('n1')
  expect(status?.conditions?.map(({ type, reason, message }) => `${type} ${reason}: ${message}`)).toEqual([
    'Approved AutoApproved: Auto approving kubelet client certificate after SubjectAccessReview.',
  ])
  const certificate = new X509Certificate(atob(status?.certificate ?? ''))
  expect([certificate.subject, certificate.keyUsage]).toEqual(['O=system:nodes\nCN=system:node:n1', ['1.3.6.1.5.5.7.3.2']])
  expect(world.complaints).toEqual([])
})

test('parseSigningRequest() reads the request that these stories are told with', () => {
  expect(parseSigningRequest(nodeRequest)).toMatchObject({ commonName: 'system:node:n1', organizations: ['system:nodes'] })
})
