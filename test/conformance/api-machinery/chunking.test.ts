/** Lists in pages: one state of the world, however many pages. */
import { describe, expect, test } from 'vitest'
import { type Api, connect, type Json, type Resource } from '../api.ts'

const api = await connect()
const total = 400

async function makeTemplates(of: Api): Promise<Resource> {
  const templates = of.of('v1', 'podtemplates', await of.namespace('chunking'))
  const numbers = Array.from({ length: total }, (_, i) => String(i).padStart(4, '0'))
  await Promise.all(
    numbers.map((number) =>
      templates.create({
        metadata: { name: `template-${number}` },
        template: { spec: { containers: [{ name: 'test', image: 'test2' }] } },
      }),
    ),
  )
  return templates
}

/** Checks one page and says how many have been found with it. */
function checkPage(list: Json, limit: number, found: number): number {
  expect(list.items.length).toBeLessThanOrEqual(limit)
  if ((list.metadata.continue ?? '') === '') expect(list.metadata.remainingItemCount).toBeUndefined()
  else expect(list.metadata.remainingItemCount + list.items.length + found).toBe(total)
  for (const item of list.items) expect(item.metadata.name).toBe(`template-${String(found++).padStart(4, '0')}`)
  return found
}

describe.concurrent('chunking', () => {
  test('[sig-api-machinery] Servers with support for API chunking should return chunks of results for list calls [Conformance]', async () => {
    const templates = await makeTemplates(api)
    for (let round = 0; round < 3; round++) {
      let found = 0
      let resourceVersion: string | undefined
      let next: string | undefined
      do {
        const list = await templates.list({ limit: 17, continue: next })
        resourceVersion ??= list.metadata.resourceVersion
        expect(list.metadata.resourceVersion).toBe(resourceVersion)
        found = checkPage(list, 17, found)
        next = list.metadata.continue
      } while (next !== undefined && next !== '')
      expect(found).toBe(total)
    }
    expect((await templates.list({ limit: total + 1 })).items).toHaveLength(total)
  })
})
