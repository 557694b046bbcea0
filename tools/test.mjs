/**
 * `npm test`: every test, on the project's own Node, ending with the plain line "N passed, N failed". Arguments are
 * handed to vitest: `npm test -- src/store` runs one folder.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 't8s-test-'))
const report = join(scratch, 'report.json')
const args = [
  join(root, 'node_modules/vitest/vitest.mjs'),
  'run',
  '--reporter=dot',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]
const env = { ...process.env, TYPERNETES_TEST: '1' }
delete env.NODE_EXTRA_CA_CERTS
const run = spawnSync(join(root, 'node_modules/node/bin/node'), args, { cwd: root, stdio: 'inherit', env })
let counts
try {
  counts = JSON.parse(readFileSync(report, 'utf8'))
} catch {
  counts = { numPassedTests: 0, numFailedTests: 1 }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
const failed = counts.numFailedTests + (counts.numFailedTests === 0 && run.status !== 0 ? 1 : 0)
console.log(`${counts.numPassedTests} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
