/** A client certificate says who it is, and which certificate it was. */
import { expect, test } from 'vitest'
import { digest } from '../../std/digest.ts'
import { startTestApiServer } from '../../testing/api-server.ts'

test('a review of oneself names the certificate', async () => {
  await using api = await startTestApiServer()
  const raw = Buffer.from('any bytes')
  const certificate = { commonName: 'jane', organizations: ['dev'], raw }
  const peer = { session: undefined, certificate }
  const { json } = await api.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { peer })
  const fingerprint = Buffer.from(digest('sha256', raw)).toString('hex')
  expect(json.status.userInfo).toEqual({
    username: 'jane',
    groups: ['dev', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  })
})

test('the rules of masters are those that RBAC gives them, once', async () => {
  await using api = await startTestApiServer()
  const { json } = await api.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { spec: { namespace: 'default' } })
  const all = json.status.nonResourceRules.filter(({ nonResourceURLs }: { nonResourceURLs: string[] }) => nonResourceURLs.includes('*'))
  expect(all).toEqual([{ verbs: ['*'], nonResourceURLs: ['*'] }])
})
