/** The tour cannot rot: every file that docs/tour.md names exists, and exports every `name` that stands behind its colon. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const place = new URL('../docs/tour.md', import.meta.url)

test('every stop of the tour exists', () => {
  const findings: string[] = []
  for (const line of readFileSync(place, 'utf8').split('\n')) {
    for (const [, path = '', rest = ''] of line.matchAll(/\]\(([^)]+)\)([^[]*)/g)) {
      const file = fileURLToPath(new URL(path, place))
      if (!existsSync(file)) {
        findings.push(`${path} does not exist`)
        continue
      }
      const name = /^: `(\w+)`/.exec(rest)?.[1]
      const exported = new RegExp(`export (async )?(function|class|const|interface|type) ${name}\\b`)
      if (name !== undefined && !exported.test(readFileSync(file, 'utf8'))) findings.push(`${path} does not export ${name}`)
    }
  }
  expect(findings).toEqual([])
})
