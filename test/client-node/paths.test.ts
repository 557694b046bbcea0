/**
 * Every operation that the official JavaScript client knows (it was generated from the official swagger) leads somewhere: to an answer about the object,
 * never to "404 page not found", a resource that is not there, or a method that is not allowed. Groups and versions that v1.34 has off by default, or does not know yet, lead
 * nowhere, and those are named.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../src/testing/api-server.ts'

const apis = new URL('../../node_modules/@kubernetes/client-node/dist/gen/apis/', import.meta.url)

/** Alpha and beta versions, all of them; and what became v1 after v1.34. */
const offByDefault = /^\/apis\/[^/]+\/(v\d+(alpha|beta)\d+\/|v1\/(watch\/)?mutatingadmissionpolic)/
/** Groups of which no version is on. */
const offGroups = ['internal.apiserver.k8s.io', 'storagemigration.k8s.io']
/** Paths of the swagger that need more than the default flags. */
const needFlags = ['/logs/', '/logs/{logpath}']

/** "GET /api/v1/namespaces/{namespace}/pods" */
function operations(): readonly string[] {
  const found = new Set<string>()
  for (const file of readdirSync(apis)) {
    if (!file.endsWith('Api.js') || file === 'CustomObjectsApi.js') continue
    const text = readFileSync(new URL(file, apis), 'utf8')
    for (const [, path, method] of text.matchAll(/localVarPath = '([^']*)'[\s\S]*?HttpMethod\.(\w+)\)/g)) found.add(`${method} ${path}`)
  }
  return [...found].sort()
}

test('every operation of the official client is served', async () => {
  await using api = await startTestApiServer()
  await api.clock.settled()
  const nowhere = new Map<string, string>()
  const all = operations()
  expect(all.length).toBeGreaterThan(900)
  for (const operation of all) {
    const [method = '', template = ''] = operation.split(' ')
    const path = template.replace('{namespace}', 'nope').replaceAll(/\{(name|path|logpath)\}/g, 'nope')
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const body = ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined
    // Watches end by themselves, and nobody deletes what others look at.
    const query = template.includes('/watch/') ? '?timeoutSeconds=-1' : method === 'DELETE' ? '?dryRun=All' : ''
    const { status, text, json } = await api.request(method, path + query, body, { headers: { 'content-type': type } })
    const isNowhere =
      text === '404 page not found\n' || status === 405 || json?.message === 'the server could not find the requested resource'
    if (isNowhere) nowhere.set(operation, `${status} ${text}`)
    else if (status === 500) expect([operation, text]).toEqual([operation, expect.not.stringContaining('"reason":"InternalError"')])
  }
  const unexpected = [...nowhere].filter(([operation]) => {
    const path = operation.split(' ')[1] as string
    if (needFlags.includes(path)) return false
    return !offByDefault.test(path) && !offGroups.some((group) => path === `/apis/${group}/`)
  })
  expect(unexpected).toEqual([])
  expect(api.errors).toEqual([])
  // And what is said to be off is off.
  expect(all.filter((operation) => offByDefault.test(operation.split(' ')[1] as string) && !nowhere.has(operation))).toEqual([])
})
