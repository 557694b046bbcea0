/** What every namespace gets: a default service account and the cluster's authority, and again when somebody takes them away. */
import { expect, test } from 'vitest'
import { ConfigMap } from '../api/core/config-map.ts'
import { Namespace } from '../api/core/namespace.ts'
import { ServiceAccount } from '../api/core/service-account.ts'
import { startTestClient } from '../testing/test-client.ts'
import { rootCaPublisher } from './root-ca-publisher.ts'
import { runControllers } from './run.ts'
import { serviceAccountController } from './service-account.ts'

test('a namespace gets both, changed ones are put right, deleted ones come back', async () => {
  await using world = await startTestClient()
  const { client, clock } = world
  const flags = { rootCa: 'PEM' }
  await runControllers({ ...world, clientFor: () => client, flags, controllers: [serviceAccountController, rootCaPublisher] })
  await client.of(Namespace).create({ metadata: { name: 'shop' }, spec: {}, status: { phase: 'Active' } })
  await clock.advance(1000)
  const configMaps = client.of(ConfigMap).in('shop')
  const accounts = client.of(ServiceAccount).in('shop')
  expect((await accounts.get('default')).metadata.name).toBe('default')
  expect((await configMaps.get('kube-root-ca.crt')).data).toEqual({ 'ca.crt': 'PEM' })
  await configMaps.patch('kube-root-ca.crt', { data: { 'ca.crt': 'forged', more: 'x' } }, { type: 'merge' })
  await accounts.delete('default')
  await clock.advance(1000)
  expect((await configMaps.get('kube-root-ca.crt')).data).toEqual({ 'ca.crt': 'PEM' })
  await configMaps.delete('kube-root-ca.crt')
  await clock.advance(1000)
  expect((await configMaps.get('kube-root-ca.crt')).data).toEqual({ 'ca.crt': 'PEM' })
  expect((await accounts.get('default')).metadata.name).toBe('default')
  expect(world.complaints).toEqual([])
})
