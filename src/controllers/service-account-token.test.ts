/** Tokens in Secrets: filled for an account that is there, taken away with it; and such a token lets its holder in. */
import { expect, test } from 'vitest'
import { Secret } from '../api/core/secret.ts'
import { ServiceAccount } from '../api/core/service-account.ts'
import { startTestClient } from '../testing/test-client.ts'
import { makePrivateKey } from '../wire/x509.ts'
import { runControllers } from './run.ts'
import { serviceAccountTokenController } from './service-account-token.ts'

test('a token Secret is filled, its token works, and it goes with its account', async () => {
  const serviceAccountKey = makePrivateKey()
  await using world = await startTestClient({ serviceAccountKey })
  const { client, clock } = world
  const flags = { serviceAccountKey, rootCa: 'PEM' }
  await runControllers({ ...world, clientFor: () => client, flags, controllers: [serviceAccountTokenController] })
  await client
    .of(ServiceAccount)
    .in('default')
    .create({ metadata: { name: 'robot' } })
  await clock.settled()
  const secrets = client.of(Secret).in('default')
  const make = (name: string, account: string): Promise<unknown> =>
    secrets.create({
      metadata: { name, annotations: { 'kubernetes.io/service-account.name': account } },
      type: 'kubernetes.io/service-account-token',
    })
  await make('token', 'robot')
  await make('stray', 'nobody')
  await clock.advance(100)
  const { data, metadata } = await secrets.get('token')
  expect([atob(data?.['ca.crt'] ?? ''), atob(data?.namespace ?? '')]).toEqual(['PEM', 'default'])
  expect(metadata.annotations?.['kubernetes.io/service-account.uid']).toBe(
    (await client.of(ServiceAccount).in('default').get('robot')).metadata.uid,
  )
  await expect(secrets.get('stray')).rejects.toThrow('not found')
  const ask = async (): Promise<unknown> => {
    const headers = { authorization: `Bearer ${atob(data?.token ?? '')}` }
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const peer = { session: {} }
    const { status, json } = await world.api.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review, { headers, peer })
    return [status, json?.status?.userInfo?.username]
  }
  expect(await ask()).toEqual([201, 'system:serviceaccount:default:robot'])
  await client.of(ServiceAccount).in('default').delete('robot')
  await clock.advance(100)
  await expect(secrets.get('token')).rejects.toThrow('not found')
  expect((await ask()) as unknown[]).toContain(401)
  expect(world.complaints).toEqual([])
})
