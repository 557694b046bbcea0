/** ServiceAccounts, their tokens, the authority's certificate in every namespace, and reviews of who may do what. */
import { describe, expect, test } from 'vitest'
import { ApiError, connect, type Json, randomName } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'

const api = await connect()

describe.concurrent('service accounts', () => {
  test('[sig-auth] ServiceAccounts should allow opting out of API token automount [Conformance]', async () => {
    const namespace = await api.namespace('svcaccounts')
    const accounts = api.of('v1', 'serviceaccounts', namespace)
    const pods = api.of('v1', 'pods', namespace)
    await accounts.create({ metadata: { name: 'mount' }, automountServiceAccountToken: true })
    await accounts.create({ metadata: { name: 'nomount' }, automountServiceAccountToken: false })
    const cases: readonly (readonly [account: string, inSpec: boolean | undefined, isMounted: boolean])[] = [
      ['default', undefined, true],
      ['mount', undefined, true],
      ['nomount', undefined, false],
      ['default', true, true],
      ['mount', true, true],
      ['nomount', true, true],
      ['default', false, false],
      ['mount', false, false],
      ['nomount', false, false],
    ]
    for (const [index, [serviceAccountName, automountServiceAccountToken, isMounted]] of cases.entries()) {
      const pod = await pods.create({
        metadata: { name: `pod-service-account-${index}` },
        spec: {
          containers: [{ name: 'token-test', image: 'registry.k8s.io/e2e-test-images/agnhost:2.53' }],
          restartPolicy: 'Never',
          serviceAccountName,
          ...(automountServiceAccountToken === undefined ? {} : { automountServiceAccountToken }),
        },
      })
      const paths = pod.spec.containers.flatMap((one: Json) => one.volumeMounts ?? []).map((one: Json) => one.mountPath)
      expect(paths.includes('/var/run/secrets/kubernetes.io/serviceaccount'), JSON.stringify(cases[index])).toBe(isMounted)
    }
  })

  test('[sig-auth] ServiceAccounts should create a serviceAccountToken and ensure a successful TokenReview [Conformance]', async () => {
    const accounts = api.of('v1', 'serviceaccounts', await api.namespace('svcaccounts'))
    const name = randomName('e2e-sa')
    await accounts.create({ metadata: { name } })
    const { status } = await accounts.createSub(name, 'token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' })
    expect(status.token).not.toBe('')
    const review = await api.of('authentication.k8s.io/v1', 'tokenreviews').create({ spec: { token: status.token } })
    expect(review.status.authenticated).toBe(true)
    expect(review.status.error ?? '').toBe('')
  })

  test('[sig-auth] ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace [Conformance]', async () => {
    const configMaps = api.of('v1', 'configmaps', await api.namespace('svcaccounts'))
    const name = 'kube-root-ca.crt'
    const first = await configMaps.appears(name)
    await configMaps.delete(name, { gracePeriodSeconds: 0 })
    await configMaps.appears(name, ({ metadata }) => metadata.uid !== first.metadata.uid)
    await configMaps.update({ metadata: { name }, data: { 'ca.crt': '' } })
    const mended = await configMaps.appears(name, ({ data }) => (data?.['ca.crt'] ?? '') !== '')
    expect(mended.data).toEqual(first.data)
  })

  test('[sig-auth] ServiceAccounts should run through the lifecycle of a ServiceAccount [Conformance]', async () => {
    const namespace = await api.namespace('svcaccounts')
    const accounts = api.of('v1', 'serviceaccounts', namespace)
    const name = 'testserviceaccount'
    const selected = { labelSelector: 'test-serviceaccount-static=true' }
    const created = await accounts.create({ metadata: { name, labels: { 'test-serviceaccount-static': 'true' } } })
    expectResourceVersion(created)
    expect((await accounts.get(name)).metadata.uid).toBe(created.metadata.uid)
    await using watch = await accounts.watch({ ...selected, timeoutSeconds: 180 })
    await watch.until('the account', ({ type }) => type === 'ADDED')
    const patched = await accounts.patch(name, { automountServiceAccountToken: false }, { type: 'strategic' })
    expectLater(patched, created)
    await watch.until('the patch', ({ type }) => type === 'MODIFIED')
    const { items } = await api.of('v1', 'serviceaccounts').list(selected)
    const found = items.find(({ metadata }: Json) => metadata.name === name && metadata.namespace === namespace)
    expect(found.automountServiceAccountToken).toBe(false)
    await accounts.deleteCollection()
    await watch.until('the end', ({ type }) => type === 'DELETED')
  })

  test('[sig-auth] ServiceAccounts should update a ServiceAccount [Conformance]', async () => {
    const accounts = api.of('v1', 'serviceaccounts', await api.namespace('svcaccounts'))
    const created = await accounts.create({ metadata: { name: 'e2e-sa' }, automountServiceAccountToken: false })
    expect(created.automountServiceAccountToken).toBe(false)
    const updated = await accounts.change('e2e-sa', (copy) => {
      copy.automountServiceAccountToken = true
    })
    expect(updated.automountServiceAccountToken).toBe(true)
  })

  test('[sig-auth] SubjectReview should support SubjectReview API operations [Conformance]', async () => {
    const namespace = await api.namespace('subjectreview')
    const account = await api.of('v1', 'serviceaccounts', namespace).create({ metadata: { name: 'e2e' } })
    const user = `system:serviceaccount:${namespace}:e2e`
    const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`]
    const subject = { groups, uid: account.metadata.uid }
    const resourceAttributes = { verb: 'list', resource: 'configmaps', namespace, version: 'v1' }
    const authorization = 'authorization.k8s.io/v1'
    const review = await api.of(authorization, 'subjectaccessreviews').create({ spec: { resourceAttributes, user, ...subject } })
    const isAllowed = await api
      .as(user, subject)
      .of('v1', 'configmaps', namespace)
      .list()
      .then(
        () => true,
        (error) => {
          if (error instanceof ApiError && error.code === 403) return false
          throw error
        },
      )
    expect(isAllowed).toBe(review.status.allowed)
    const local = await api
      .of(authorization, 'localsubjectaccessreviews', namespace)
      .create({ metadata: { namespace }, spec: { resourceAttributes, user: 'e2e', ...subject } })
    expect(isAllowed).toBe(local.status.allowed)
  })
})
