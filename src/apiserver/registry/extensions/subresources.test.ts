/** What is POSTed under an object: tokens and bindings, and what is said of wrong ones. */
import { expect, test } from 'vitest'
import { startTestApiServer, type TestApiServer } from '../../../testing/api-server.ts'

const base = '/api/v1/namespaces/default'

async function refusal(api: TestApiServer, path: string, body: object): Promise<unknown> {
  const { status, json } = await api.request('POST', path, body)
  return status < 300 ? status : [status, json.message]
}

test('a token request is checked like an object, and its owners are written down', async () => {
  await using api = await startTestApiServer()
  const { json: account } = await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'a' } })
  const { uid } = account.metadata
  const path = `${base}/serviceaccounts/a/token`
  const sent = { metadata: { labels: { a: 'b' } }, other: 1 }
  const { json, headers } = await api.request('POST', path, sent, { headers: { 'user-agent': 'me/1' } })
  expect(headers.warning).toEqual(['299 - "unknown field \\"other\\""'])
  expect(json.metadata).toMatchObject({ name: 'a', namespace: 'default', uid, labels: { a: 'b' } })
  expect(json.metadata.managedFields).toMatchObject([
    {
      manager: 'me',
      operation: 'Update',
      subresource: 'token',
      fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } }, 'f:spec': { 'f:expirationSeconds': {} } },
    },
  ])
  const conflict = 'Operation cannot be fulfilled on'
  expect(await refusal(api, path, { metadata: { name: 'b' } })).toEqual([
    422,
    'TokenRequest.authentication.k8s.io "a" is invalid: metadata.name: Invalid value: "b": must match the service account name if specified',
  ])
  expect(await refusal(api, path, { metadata: { namespace: 'b' } })).toEqual([
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ])
  expect(await refusal(api, path, { metadata: { uid: 'x' } })).toEqual([
    409,
    `${conflict} TokenRequest.authentication.k8s.io "a": the UID in the token request (x) does not match the UID of the service account (${uid})`,
  ])
  expect(await refusal(api, `${path}?fieldValidation=Strict`, { other: 1 })).toEqual([
    400,
    'TokenRequest in version "v1" cannot be handled as a TokenRequest: strict decoding error: unknown field "other"',
  ])
  await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' } })
  await api.request('POST', `${base}/pods`, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'p' }
  expect(await refusal(api, path, { spec: { boundObjectRef } })).toEqual([
    400,
    'cannot bind token for serviceaccount "a" to pod running with different serviceaccount name.',
  ])
  const bound = { ...boundObjectRef, uid: 'x' }
  expect(await refusal(api, `${base}/serviceaccounts/default/token`, { spec: { boundObjectRef: bound } })).toEqual([
    409,
    `${conflict} Pod "p": the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated`,
  ])
})

test('a binding must name its Pod and a node; what it expects of the Pod must be so', async () => {
  await using api = await startTestApiServer()
  await api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' } })
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const { json } = await api.request('POST', `${base}/pods`, pod)
  const path = `${base}/pods/p/binding`
  const target = { kind: 'Node', name: 'n' }
  const mismatch = [400, 'name in URL does not match name in Binding object']
  expect(await refusal(api, path, { target })).toEqual(mismatch)
  expect(await refusal(api, path, { metadata: { name: 'q' }, target })).toEqual(mismatch)
  const metadata = { name: 'p' }
  expect(await refusal(api, path, { metadata, target: { kind: 'Nod' } })).toEqual([
    500,
    '[target.kind: Unsupported value: "Nod": supported values: "Node", "<empty>", target.name: Required value]',
  ])
  expect(await refusal(api, path, { metadata: { ...metadata, uid: 'x' }, target })).toEqual([
    409,
    `Operation cannot be fulfilled on pods "p": StorageError: invalid object, Code: 4, Key: /registry/pods/default/p, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: x, UID in object meta: ${json.metadata.uid}`,
  ])
  expect(await refusal(api, path, { metadata, target })).toBe(201)
})
