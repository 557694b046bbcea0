/** `kubectl explain` has something to say about every field, and the documentation speaks of nothing that is not there. */
import { expect, test } from 'vitest'
import { builtInDocumentation } from '../../api/documentation/all.ts'
import { commonMeaning, parseDocumentation } from '../../apimachinery/schema/documentation.ts'
import { startTestApiServer } from '../../testing/api-server.ts'

interface Definition {
  readonly description?: string
  readonly properties?: Readonly<Record<string, { readonly description?: string; readonly $ref?: string }>>
}

test('every type and field is documented, and nothing else', async () => {
  await using api = await startTestApiServer({
    flags: { runtimeConfig: { 'api/all': true }, featureGates: { AllAlpha: true, AllBeta: true } },
  })
  const definitions: Record<string, Definition> = (await api.request('GET', '/openapi/v2')).json.definitions
  const silent: string[] = []
  for (const [name, { description, properties = {} }] of Object.entries(definitions)) {
    if (description === undefined) silent.push(name)
    for (const [field, property] of Object.entries(properties)) if (property.description === undefined) silent.push(`${name}: ${field}`)
  }
  expect(silent).toEqual([])
  // Types that share a line of documentation may differ in a field or two.
  const shared = new Map<string, Set<string>>()
  const fieldsOf = (name: string): string[] => Object.keys(definitions[name]?.properties ?? {})
  for (const [name, { text }] of builtInDocumentation) shared.set(text, new Set([...(shared.get(text) ?? []), ...fieldsOf(name)]))
  const unknown: string[] = []
  for (const [name, { text, fields }] of builtInDocumentation) {
    if (definitions[name] === undefined) unknown.push(name)
    for (const field of fields.keys()) if (!shared.get(text)?.has(field)) unknown.push(`${name}: ${field}`)
  }
  expect(unknown).toEqual([])
})

test('the form: several names a line, types more than once, sense is demanded', () => {
  const parsed = parseDocumentation('core.v1.A, meta.v1.B: Two.\n  x, y: Both.\n\nio.k8s.C: One.\n', 'core.v1.A: Two.\n  z: More.\n')
  expect([...parsed.keys()]).toEqual(['io.k8s.api.core.v1.A', 'io.k8s.apimachinery.pkg.apis.meta.v1.B', 'io.k8s.C'])
  expect([...(parsed.get('io.k8s.api.core.v1.A')?.fields ?? [])]).toEqual([
    ['x', 'Both.'],
    ['y', 'Both.'],
    ['z', 'More.'],
  ])
  expect(() => parseDocumentation('core.v1.A\n')).toThrow('Not a line of documentation: core.v1.A')
  expect(commonMeaning('io.k8s.api.apps.v1.DeploymentCondition', 'reason', false)).toBe('Why, in one word, for programs.')
})
