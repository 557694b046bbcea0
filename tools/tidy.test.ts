/**
 * The tree is tidy, and tidy itself notices what it should. The small trees below are what it must complain about.
 */
import { expect, test } from 'vitest'
import { readSources, tidy } from './tidy.ts'

const header = '/**\n * A room.\n */\n'

function check(path: string, text: string, finding: RegExp | undefined): void {
  const findings = tidy([{ path, text: header + text }]).filter(
    (one) => !one.includes('nothing imports it') && !one.includes('does not exist'),
  )
  if (finding === undefined) expect(findings).toEqual([])
  else expect(findings.join('\n')).toMatch(finding)
}

test('the tree is tidy', () => {
  expect(tidy(readSources())).toEqual([])
})

test('layers: a sibling is refused, also for types', () => {
  check('src/scheduler/a.ts', "import type { B } from '../kubelet/b.ts'\n", /scheduler may not import kubelet/)
  check('src/kubelet/a.ts', "import { b } from '../std/b.ts'\n", undefined)
})

test('the world: clocks, chance and disks are refused outside std', () => {
  check('src/kubelet/a.ts', 'const now = Date.now()\n', /use the Clock/)
  check('src/kubelet/a.ts', '// Date.now() in a comment is fine\n', undefined)
  check('src/store/a.ts', "import { readFile } from 'node:fs'\n", /go through src\/std/)
  check('src/api/a.ts', "import { createHash } from 'node:crypto'\n", /knows nothing of Node/)
  check('src/std/a.ts', 'const now = Date.now()\n', undefined)
})

test('shape: names, headers and barrels', () => {
  expect(tidy([{ path: 'src/std/a.ts', text: 'export const a = 1\n' }]).join()).toMatch(/narrative/)
  check('src/std/utils.ts', 'export const a = 1\n', /says nothing/)
  check('src/std/a.ts', "export * from './b.ts'\n", /barrel/)
  check('src/std/a.ts', 'export default 1\n', /give it a name/)
})

test('cycles are found', () => {
  const a = { path: 'src/std/a.ts', text: `${header}import { b } from './b.ts'\n` }
  const b = { path: 'src/std/b.ts', text: `${header}import { a } from './a.ts'\n` }
  expect(tidy([a, b]).join('\n')).toMatch(/Import cycle: src\/std\/a.ts -> src\/std\/b.ts -> src\/std\/a.ts/)
})
