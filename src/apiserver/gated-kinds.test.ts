/** Kinds that only --runtime-config, and some only --feature-gates besides, turn on: nowhere until then, and then like all others. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../std/random.ts'
import { startTestApiServer } from '../testing/api-server.ts'
import { makeAuthority } from '../wire/x509.ts'

const everything = { runtimeConfig: { 'api/all': true }, featureGates: { AllAlpha: true, AllBeta: true } }
const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
const asTable = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }
const authority = makeAuthority({
  commonName: 'ca',
  now: Date.parse('2026-01-01T00:00:00Z'),
  random: seededRandom(1),
  years: 1,
}).certificate

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const podCertificate = {
  signerName: 'example.com/s',
  podName: 'p',
  podUID: 'u',
  serviceAccountName: 's',
  serviceAccountUID: 'v',
  nodeName: 'n',
  nodeUID: 'w',
  pkixPublicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  proofOfPossession: sign('sha256', Buffer.from('u'), pair.privateKey).toString('base64'),
}
const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }]
const mutations = [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }]
const deployments = { group: 'apps', version: 'v1', resource: 'deployments' }

/** Path, a good spec, how a Table shows it, its oldest version. */
const kinds: readonly (readonly [string, string, object, Record<string, unknown>, string?])[] = [
  [
    '/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicies',
    'a',
    { matchConstraints: { resourceRules: rules }, mutations, reinvocationPolicy: 'Never', paramKind: { apiVersion: 'v1', kind: 'Secret' } },
    { Name: 'a', Mutations: 1, ParamKind: 'v1/Secret', Age: '0s' },
    'v1alpha1',
  ],
  [
    '/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicybindings',
    'a',
    { policyName: 'a' },
    { Name: 'a', PolicyName: 'a', ParamRef: '<unset>', Age: '0s' },
    'v1alpha1',
  ],
  [
    '/apis/certificates.k8s.io/v1beta1/clustertrustbundles',
    'example.com:s:a',
    { signerName: 'example.com/s', trustBundle: authority },
    { Name: 'example.com:s:a', SignerName: 'example.com/s' },
    'v1alpha1',
  ],
  [
    '/apis/certificates.k8s.io/v1alpha1/namespaces/default/podcertificaterequests',
    'a',
    podCertificate,
    { Name: 'a', PodName: 'p', ServiceAccountName: 's', NodeName: 'n', SignerName: 'example.com/s', State: 'Pending' },
  ],
  [
    '/apis/coordination.k8s.io/v1beta1/namespaces/default/leasecandidates',
    'A_b',
    { leaseName: 'l', binaryVersion: '1.2.0', emulationVersion: '1.2.0-alpha.1', strategy: 'OldestEmulationVersion' },
    { Name: 'A_b', LeaseName: 'l', BinaryVersion: '1.2.0', EmulationVersion: '1.2.0-alpha.1', Age: '0s' },
    'v1alpha2',
  ],
  [
    '/apis/internal.apiserver.k8s.io/v1alpha1/storageversions',
    'apps.deployments',
    {},
    { Name: 'apps.deployments', CommonEncodingVersion: '<unset>', StorageVersions: '', Age: '0s' },
  ],
  [
    '/apis/storagemigration.k8s.io/v1alpha1/storageversionmigrations',
    'a',
    { resource: deployments },
    { Name: 'a', Resource: 'deployments.v1.apps' },
  ],
  [
    '/apis/resource.k8s.io/v1alpha3/devicetaintrules',
    'a',
    { taint: { key: 'k', effect: 'NoSchedule' } },
    { Name: 'a', Key: 'k', Value: '', Effect: 'NoSchedule', TimeAdded: '0s', Age: '0s' },
  ],
]

for (const [path, name, spec, shown, otherVersion] of kinds)
  describe(path, () => {
    test('is nowhere until it is turned on', async () => {
      await using api = await startTestApiServer()
      expect((await api.request('GET', path)).status).toBe(404)
    })

    test('is made, shown, read in all versions and as protobuf', async () => {
      await using api = await startTestApiServer({ flags: everything })
      const made = await api.request('POST', path, { metadata: { name }, spec })
      expect([made.status, made.json.message]).toEqual([201, undefined])
      const table = (await api.request('GET', `${path}/${name}`, undefined, asTable)).json
      const names = table.columnDefinitions.map((one: { name: string }) => one.name)
      expect(Object.fromEntries(names.map((one: string, i: number) => [one, table.rows[0].cells[i]]))).toEqual(shown)
      if (otherVersion !== undefined) {
        const other = (await api.request('GET', `${path.replace('v1beta1', otherVersion)}/${name}`)).json
        expect(other).toEqual({ ...made.json, apiVersion: made.json.apiVersion.replace('v1beta1', otherVersion) })
      }
      const protobuf = { accept: 'application/vnd.kubernetes.protobuf' }
      const { bytes } = await api.request('GET', `${path}/${name}`, undefined, { headers: protobuf })
      const put = { 'content-type': 'application/vnd.kubernetes.protobuf' }
      const same = await api.request('PUT', `${path}/${name}`, bytes, { headers: put })
      expect([same.status, same.json.metadata?.resourceVersion, same.json.spec]).toEqual([
        200,
        made.json.metadata.resourceVersion,
        made.json.spec,
      ])
      expect(api.errors).toEqual([])
    })
  })

test('a version is not enough where a gate is off', async () => {
  await using api = await startTestApiServer({ flags: { runtimeConfig: { 'api/all': true } } })
  const versions = (await api.request('GET', '/apis/certificates.k8s.io')).json.versions.map((one: { version: string }) => one.version)
  expect(versions).toEqual(['v1'])
})

const messageOf = (json: { message?: string }): string | undefined => json.message?.replace(/^.*? is invalid: /, '')

test('who publishes for a signer must be allowed to attest', async () => {
  await using api = await startTestApiServer({ flags: everything })
  const path = '/apis/certificates.k8s.io/v1beta1/clustertrustbundles'
  const writer = { apiGroups: ['certificates.k8s.io'], resources: ['clustertrustbundles'], verbs: ['*'] }
  const rbac = '/apis/rbac.authorization.k8s.io/v1'
  await api.request('POST', `${rbac}/clusterroles`, { metadata: { name: 'r' }, rules: [writer] })
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' }]
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' }
  await api.request('POST', `${rbac}/clusterrolebindings`, { metadata: { name: 'b' }, roleRef, subjects })
  await api.clock.settled()
  const asBob = { peer: { session: { user: { name: 'bob', groups: ['system:authenticated'] } } } } as never
  const publish = (name: string, signerName?: string) =>
    api.request('POST', path, { metadata: { name }, spec: { signerName, trustBundle: authority } }, asBob)
  const { status, json } = await publish('example.com:s:a', 'example.com/s')
  expect([status, json.message]).toEqual([
    403,
    'clustertrustbundles.certificates.k8s.io "example.com:s:a" is forbidden: user not permitted to attest for signerName "example.com/s"',
  ])
  expect((await publish('a')).status).toBe(201)
})

test('a bundle holds certificates of authorities, each once', async () => {
  await using api = await startTestApiServer({ flags: everything })
  const path = '/apis/certificates.k8s.io/v1beta1/clustertrustbundles'
  const refused = async (trustBundle: string) =>
    messageOf((await api.request('POST', path, { metadata: { name: 'a' }, spec: { trustBundle } })).json)
  const wrong = (detail: string) => `spec.trustBundle: Invalid value: "<value omitted>": ${detail}`
  expect(await refused('')).toBe(wrong('at least one trust anchor must be provided'))
  expect(await refused(authority + authority)).toBe(wrong('duplicate trust anchor (indices [0 1])'))
  expect(await refused('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')).toBe(wrong('entry 0 does not parse as X.509'))
})

test('a request for a Pod proves its key, and ends once', async () => {
  await using api = await startTestApiServer({ flags: everything })
  const path = '/apis/certificates.k8s.io/v1alpha1/namespaces/default/podcertificaterequests'
  const post = (change: object) => api.request('POST', path, { metadata: { name: 'a' }, spec: { ...podCertificate, ...change } })
  expect(messageOf((await post({ podUID: 'other' })).json)).toBe(
    'spec.proofOfPossession: Invalid value: could not verify proof-of-possession signature',
  )
  expect(messageOf((await post({ pkixPublicKey: 'AAAA' })).json)).toBe(
    'spec.pkixPublicKey: Invalid value: "AAAA": must be a valid PKIX-serialized public key',
  )
  expect((await post({})).status).toBe(201)
  const condition = (type: string) => ({ type, status: 'True', reason: 'R', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' })
  const end = (status: object) => api.request('PATCH', `${path}/a/status`, { status }, merge)
  expect(messageOf((await end({ certificateChain: 'x' })).json)).toBe(
    'status: Invalid value: status is immutable unless transitioning to "Issued", "Denied", or "Failed"',
  )
  expect(messageOf((await end({ conditions: [condition('Issued')], certificateChain: authority })).json)).toMatch(
    /^status.certificateChain: .*: leaf certificate was not issued to the requested public key$/,
  )
  expect((await end({ conditions: [condition('Denied')] })).status).toBe(200)
  expect(messageOf((await end({ conditions: [condition('Failed')] })).json)).toBe(
    'status: Invalid value: immutable after PodCertificateRequest is issued, denied, or failed',
  )
})

test('a migration succeeds or fails, once', async () => {
  await using api = await startTestApiServer({ flags: everything })
  const path = '/apis/storagemigration.k8s.io/v1alpha1/storageversionmigrations'
  await api.request('POST', path, { metadata: { name: 'a' }, spec: { resource: deployments } })
  const condition = (type: string) => ({ type, status: 'True', reason: 'R', lastUpdateTime: '2026-01-01T00:00:00Z' })
  const patch = (status: object) => api.request('PATCH', `${path}/a/status`, { status }, merge)
  expect((await patch({ resourceVersion: '12', conditions: [condition('Succeeded')] })).status).toBe(200)
  expect(messageOf((await patch({ resourceVersion: 'x' })).json)).toBe(
    '[status.resourceVersion: Invalid value: "x": failed to parse resource version "x": strconv.ParseInt: parsing "x": invalid syntax, status.resourceVersion: Invalid value: "x": field is immutable]',
  )
  const running = [{ Type: 'Running', Status: 'True', LastUpdateTime: '2026-01-01T00:00:00Z', Reason: 'R', Message: '' }]
  expect(messageOf((await patch({ conditions: [condition('Running')] })).json)).toBe(
    `status.conditions: Invalid value: ${JSON.stringify(running)}: Success condition cannot be set to false once it is true`,
  )
})

test('gates and their stages are in the metrics', async () => {
  await using api = await startTestApiServer({ flags: { featureGates: { HPAScaleToZero: true } } })
  const { text } = await api.request('GET', '/metrics')
  for (const line of [
    'name="HPAScaleToZero",stage="ALPHA"} 1',
    'name="ComponentSLIs",stage=""} 1',
    'name="SELinuxMount",stage="BETA"} 0',
  ]) {
    expect(text).toContain(`kubernetes_feature_enabled{${line}\n`)
  }
})
