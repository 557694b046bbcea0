/** What clients read whose strategic merge patch made an object of the wrong shape: the words are a real API server's. */
import { afterAll, expect, test } from 'vitest'
import { startTestApiServer } from '../../testing/api-server.ts'

const api = await startTestApiServer()
afterAll(() => api[Symbol.asyncDispose]())
const namespace = '/api/v1/namespaces/default'
await api.request('POST', `${namespace}/serviceaccounts`, { metadata: { name: 'default' } })
const made = await api.request('POST', `${namespace}/pods`, {
  metadata: { name: 'p', labels: { a: 'b' } },
  spec: { terminationGracePeriodSeconds: 30, containers: [{ name: 'c', image: 'i' }] },
})
expect(made.status).toBe(201)
await api.request('POST', `${namespace}/secrets`, { metadata: { name: 's' } })

async function patch(path: string, body: string): Promise<{ status: number; text: string; warnings: unknown }> {
  const options = { headers: { 'content-type': 'application/strategic-merge-patch+json' } }
  const { status, json, headers } = await api.request('PATCH', `${namespace}/${path}`, body, options)
  return { status, text: json.message, warnings: headers.warning }
}

test.each([
  ['{"kind":3}', 'map[kind:3]', 'cannot convert int64 to string'],
  ['{"apiVersion":[]}', 'map[apiVersion:[]]', 'unrecognized type: string'],
  ['{"metadata":"x"}', 'map[metadata:x]', 'cannot restore struct from: string'],
  ['{"metadata":{"labels":"invalid"}}', 'map[metadata:map[labels:invalid]]', 'cannot restore map from string'],
  ['{"metadata":{"labels":"invalid"},"spec":"x"}', 'map[metadata:map[labels:invalid] spec:x]', 'cannot restore map from string'],
  ['{"metadata":{"labels":{"a":1}}}', 'map[metadata:map[labels:map[a:1]]]', 'cannot convert int64 to string'],
  ['{"metadata":{"labels":3}}', 'map[metadata:map[labels:3]]', 'cannot restore map from int64'],
  ['{"metadata":{"labels":[1]}}', 'map[metadata:map[labels:[1]]]', 'cannot restore map from slice'],
  ['{"metadata":{"labels":true}}', 'map[metadata:map[labels:true]]', 'cannot restore map from bool'],
  ['{"metadata":{"finalizers":"x"}}', 'map[metadata:map[finalizers:x]]', 'cannot restore slice from string'],
  ['{"metadata":{"ownerReferences":[3]}}', 'map[metadata:map[ownerReferences:[3]]]', 'cannot restore struct from: int64'],
  [
    '{"metadata":{"creationTimestamp":"x"}}',
    'map[metadata:map[creationTimestamp:x]]',
    'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
  ],
  [
    '{"metadata":{"creationTimestamp":3}}',
    'map[metadata:map[creationTimestamp:3]]',
    'json: cannot unmarshal number into Go value of type string',
  ],
  ['{"spec":"x"}', 'map[spec:x]', 'cannot restore struct from: string'],
  ['{"spec":{"containers":{"a":"b"}}}', 'map[spec:map[containers:map[a:b]]]', 'cannot restore slice from map'],
  ['{"spec":{"restartPolicy":3}}', 'map[spec:map[restartPolicy:3]]', 'cannot convert int64 to v1.RestartPolicy'],
  ['{"spec":{"restartPolicy":true}}', 'map[spec:map[restartPolicy:true]]', 'unrecognized type: string'],
  ['{"spec":{"hostNetwork":1}}', 'map[spec:map[hostNetwork:1]]', 'unrecognized type: bool'],
  ['{"spec":{"terminationGracePeriodSeconds":"x"}}', 'map[spec:map[terminationGracePeriodSeconds:x]]', 'unrecognized type: int64'],
  ['{"spec":{"terminationGracePeriodSeconds":1.5}}', 'map[spec:map[terminationGracePeriodSeconds:1.5]]', 'cannot convert float64 to int64'],
  ['{"spec":{"securityContext":[]}}', 'map[spec:map[securityContext:[]]]', 'cannot restore struct from: slice'],
  ['{"spec":{"dnsConfig":{"nameservers":[1]}}}', 'map[spec:map[dnsConfig:map[nameservers:[1]]]]', 'cannot convert int64 to string'],
  [
    '{"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"abc"}}}]}}',
    'map[spec:map[containers:[map[name:a resources:map[limits:map[cpu:abc]]]]]]',
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    '{"spec":{"containers":[{"name":"c","livenessProbe":{"httpGet":{"port":true}}}]}}',
    'map[spec:map[containers:[map[livenessProbe:map[httpGet:map[port:true]] name:c]]]]',
    'json: cannot unmarshal bool into Go value of type int32',
  ],
])('%s', async (body, shown, why) => {
  const text = ` "" is invalid: patch: Invalid value: ${JSON.stringify(shown)}: ${why}`
  expect(await patch('pods/p', body)).toMatchObject({ status: 422, text })
})

test.each([
  ['{"data":{"a":"!"}}', 'map[data:map[a:!]]', 'error decoding from json: illegal base64 data at input byte 0'],
  ['{"data":{"a":3}}', 'map[data:map[a:3]]', 'cannot restore slice from int64'],
  ['{"data":{"a":[1,"x"]}}', 'map[data:map[a:[1 x]]]', 'unrecognized type: uint8'],
])('bytes: %s', async (body, shown, why) => {
  const text = ` "" is invalid: patch: Invalid value: ${JSON.stringify(shown)}: ${why}`
  expect(await patch('secrets/s', body)).toMatchObject({ status: 422, text })
})

test('what a patch says of kind and apiVersion is forgotten', async () => {
  for (const body of ['{"kind":"x"}', '{"apiVersion":"v3"}', '{"apiVersion":"a/b/c"}', '{"kind":null}'])
    expect(await patch('pods/p', body)).toMatchObject({ status: 200 })
})

test('unknown fields are told in the order of their names', async () => {
  const body = '{"spec":{"zzz":1,"containers":[{"name":"c","qqq":1}]},"aaa":2,"metadata":{"yy":1}}'
  const names = ['aaa', 'metadata.yy', 'spec.containers[0].qqq', 'spec.zzz']
  expect(await patch('pods/p?dryRun=All', body)).toMatchObject({
    status: 200,
    warnings: names.map((name) => `299 - "unknown field \\"${name}\\""`),
  })
})
