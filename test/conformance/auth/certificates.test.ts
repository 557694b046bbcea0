/** CertificateSigningRequests, with their approval and status. */
import { expect, test } from 'vitest'
import { connect, type Json, randomName, refused } from '../api.ts'
import { expectDiscovered, expectLater, expectResourceVersion } from '../api-operations.ts'

const api = await connect()
const apiVersion = 'certificates.k8s.io/v1'

/** Made by OpenSSL for e2e.example.com; the key is gone. */
const request = btoa(`-----BEGIN CERTIFICATE REQUEST-----
MIIBATCBqQIBADAaMRgwFgYDVQQDDA9lMmUuZXhhbXBsZS5jb20wWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAATZ/IELSoUOUmLAYxKCGG/9+O1fP2R560O+hYk+e9zz
QRYiYDpSTo1cphkNigzcpjPFEcLFSVtiBK+f0S7+mQDYoC0wKwYJKoZIhvcNAQkO
MR4wHDAaBgNVHREEEzARgg9lMmUuZXhhbXBsZS5jb20wCgYIKoZIzj0EAwIDRwAw
RAIgTOaueNnAdKjoaYGopFzudvBNNiFkAumK+hkYMJtQH/8CIB2cKlVSzrzp0TtY
Am/nLUz/lGQ9vWcleJ4m+sI5StqS
-----END CERTIFICATE REQUEST-----
`)
const certificate = btoa(`-----BEGIN CERTIFICATE-----
MIIBpTCCAUugAwIBAgIUZBh2QrNlJFvb1zhqLZYdxcXGFjAwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPZTJlLmV4YW1wbGUuY29tMB4XDTI2MTEyNjIxMDE0MloXDTM2
MTEyMzIxMDE0MlowGjEYMBYGA1UEAwwPZTJlLmV4YW1wbGUuY29tMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE2fyBC0qFDlJiwGMSghhv/fjtXz9keetDvoWJPnvc
80EWImA6Uk6NXKYZDYoM3KYzxRHCxUlbYgSvn9Eu/pkA2KNvMG0wHQYDVR0OBBYE
FEm6X0QnFENxSS0bAAXpgQHLOGroMB8GA1UdIwQYMBaAFEm6X0QnFENxSS0bAAXp
gQHLOGroMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIPZTJlLmV4YW1wbGUu
Y29tMAoGCCqGSM49BAMCA0gAMEUCIHnZWfIVLlTCl+u2pFgK9bjs07thlIlca1vg
V3nTMx2jAiEAxOHwY5kesWjWUhZR2Q6RJEvybP1b3rWuMdfSKCqbIL4=
-----END CERTIFICATE-----
`)

test('[sig-auth] Certificates API [Privileged:ClusterAdmin] should support CSR API operations [Conformance]', async () => {
  const requests = api.of(apiVersion, 'certificatesigningrequests')
  await expectDiscovered(api, apiVersion, [
    'certificatesigningrequests',
    'certificatesigningrequests/approval',
    'certificatesigningrequests/status',
  ])
  const signerName = `example.com/${randomName('e2e')}`
  const template = {
    metadata: { generateName: 'e2e-example-csr-' },
    spec: { request, signerName, expirationSeconds: 3600, usages: ['digital signature', 'key encipherment', 'server auth'] },
  }
  const selected = { fieldSelector: `spec.signerName=${signerName}` }
  await requests.create(template)
  await requests.create(template)
  const created = await requests.create(template)
  const { name, uid } = created.metadata
  const read = await requests.get(name)
  expect(read.metadata.uid).toBe(uid)
  expect(read.spec.expirationSeconds).toBe(3600)
  expectResourceVersion(read)
  const list = await requests.list(selected)
  expect(list.items).toHaveLength(3)
  await using watch = await requests.watchName(name, { resourceVersion: list.metadata.resourceVersion })

  const patched = await requests.patch(name, { metadata: { annotations: { patched: 'true' } } })
  expect(patched.metadata.annotations).toMatchObject({ patched: 'true' })
  expectLater(patched, read)
  const updated = await requests.update({
    ...patched,
    metadata: { ...patched.metadata, annotations: { ...patched.metadata.annotations, updated: 'true' } },
  })
  expect(updated.metadata.annotations).toMatchObject({ updated: 'true' })
  await watch.until('the patch', ({ type, object }) => {
    expect(type).toBe('MODIFIED')
    return object.metadata.annotations?.patched === 'true'
  })

  const identity = { apiVersion, kind: 'CertificateSigningRequest', metadata: { uid } }
  expect(await requests.get(name, 'approval')).toMatchObject(identity)
  const approvalPatch = {
    metadata: { annotations: { patchedapproval: 'true' } },
    status: { conditions: [{ type: 'ApprovalPatch', status: 'True', reason: 'e2e' }] },
  }
  const patchedApproval = await requests.patch(name, approvalPatch, { subresource: 'approval' })
  expect(patchedApproval.status.conditions.map((one: Json) => one.type)).toEqual(['ApprovalPatch'])
  expect(patchedApproval.metadata.annotations).toMatchObject({ patchedapproval: 'true' })
  patchedApproval.status.conditions.push({ type: 'Approved', status: 'True', reason: 'E2E', message: 'Set from an e2e test' })
  const approved = await requests.update(patchedApproval, 'approval')
  expect(approved.status.conditions.map((one: Json) => one.type)).toEqual(['ApprovalPatch', 'Approved'])

  expect(await requests.get(name, 'status')).toMatchObject(identity)
  const statusPatch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { certificate } }
  const patchedStatus = await requests.patch(name, statusPatch, { subresource: 'status' })
  expect(patchedStatus.status.certificate).toBe(certificate)
  expect(patchedStatus.metadata.annotations).toMatchObject({ patchedstatus: 'true' })
  patchedStatus.status.conditions.push({ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from an e2e test' })
  const updatedStatus = await requests.update(patchedStatus, 'status')
  expect(updatedStatus.status.conditions.map((one: Json) => one.type)).toEqual(['ApprovalPatch', 'Approved', 'StatusUpdate'])

  await requests.delete(name)
  expect(await refused(requests.get(name))).toMatchObject({ code: 404, reason: 'NotFound' })
  expect((await requests.list(selected)).items).toHaveLength(2)
  await requests.deleteCollection(selected)
  expect((await requests.list(selected)).items).toHaveLength(0)
})
