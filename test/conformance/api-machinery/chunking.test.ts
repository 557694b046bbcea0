/** Lists in pages: one state of the world, however many pages. */
import { describe, expect, test } from 'vitest'
import { type Api, type ApiError, connect, eventually, isForeign, type Json, type Resource } from '../api.ts'

const api = await connect()
/** Forgets what was after two seconds; etcd does after five minutes. */
const forgetful = await connect({ own: ['--nodes', '0', '--history', '2'] })
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

  test('[sig-api-machinery] Servers with support for API chunking should support continue listing from the last key if the original version has been compacted away, though the list is inconsistent [Slow] [Conformance]', {
    timeout: 15 * 60_000,
  }, async () => {
    const templates = await makeTemplates(forgetful)
    const limit = total / 10
    const first = await templates.list({ limit })
    let found = checkPage(first, limit, 0)
    // A quiet cluster has nothing later to be compacted to.
    await forgetful.namespace('chunking')
    const outcome = () =>
      templates.list({ limit, continue: first.metadata.continue }).then(
        () => undefined,
        (error: ApiError) => error.status,
      )
    const isOver = (status: Json) => status !== undefined
    const status = await eventually('the token to expire', outcome, isOver, 10 * 60_000, isForeign ? 20_000 : 250)
    expect(status).toMatchObject({ code: 410, reason: 'Expired' })
    expect(status.metadata.continue).toMatch(/./)

    // What follows is one state again, but a later one than the first page's.
    let list = await templates.list({ limit, continue: status.metadata.continue })
    const { resourceVersion } = list.metadata
    expect(resourceVersion).not.toBe(first.metadata.resourceVersion)
    expect(list.items).toHaveLength(limit)
    found = checkPage(list, limit, found)
    while ((list.metadata.continue ?? '') !== '') {
      list = await templates.list({ limit, continue: list.metadata.continue })
      expect(list.metadata.resourceVersion).toBe(resourceVersion)
      found = checkPage(list, limit, found)
    }
    expect(found).toBe(total)
  })
})
