/**
 * kill -9 at a random moment, a hundred times on one data directory, while eight writers write: every write that was
 * acknowledged is there after the restart, no revision is used twice, and the store always opens. The killed process is
 * a real one on a real disk; torn writes and lost power are simulated in src/store, where they can be repeated by seed.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { realClock } from '../../src/std/clock.ts'
import { silentLog } from '../../src/std/log.ts'
import { seededRandom } from '../../src/std/random.ts'
import { realDisk } from '../../src/std/real-disk.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'

const writer = fileURLToPath(new URL('./writer.ts', import.meta.url))
const runs = Number(process.env.CRASH_RUNS ?? 100)
const seed = Number(process.env.CRASH_SEED ?? 20261124)

/** The newest acknowledged state of a key: the count that was written, or undefined when it was deleted. */
type Acknowledged = Map<string, { readonly count: number | undefined; readonly revision: number }>

function writeUntilKilled(directory: string, run: number, afterMs: number, acknowledged: Acknowledged): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, directory, String(run)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let rest = ''
    let complaint = ''
    let highest = 0
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString()
    })
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const [what = '', key = '', count, revision] = line.split(' ')
        if (what === 'open') {
          setTimeout(() => child.kill('SIGKILL'), afterMs)
          continue
        }
        highest = Math.max(highest, Number(revision))
        if (Number(revision) > (acknowledged.get(key)?.revision ?? 0))
          acknowledged.set(key, { count: what === 'kept' ? Number(count) : undefined, revision: Number(revision) })
      }
    })
    child.once('exit', (code, signal) =>
      signal === 'SIGKILL' ? resolve(highest) : reject(new Error(`The writer ended with ${code}: ${complaint}`)),
    )
  })
}

/** Returns how many acknowledged writes were looked at. */
async function check(directory: string, acknowledged: Acknowledged, highest: number, run: number): Promise<number> {
  let checked = 0
  const store = await openEmbeddedStore({ disk: realDisk, directory, clock: realClock, log: silentLog })
  expect(store.revision, `run ${run}`).toBeGreaterThanOrEqual(highest)
  for (const [key, { count, revision }] of acknowledged) {
    // Read as of the acknowledged revision: later writes, whose lines were not read before the kill, do not blur it.
    const at = Math.max(revision, store.compactedRevision)
    const found = (await store.range({ start: key }, { at })).items[0]
    if (at > revision && found?.modRevision !== revision) continue
    expect(
      found === undefined ? undefined : Number(new TextDecoder().decode(found.value).split('-')[2]),
      `run ${run}, ${key} at ${revision}`,
    ).toBe(count)
    checked++
  }
  await store.close()
  return checked
}

test(`kill -9 at random moments loses nothing that was acknowledged (${runs} runs, seed ${seed})`, { timeout: 300_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 't8s-crash-'))
  const random = seededRandom(seed)
  const acknowledged: Acknowledged = new Map()
  let highest = 0
  let checked = 0
  try {
    for (let run = 0; run < runs; run++) {
      const before = highest
      highest = Math.max(highest, await writeUntilKilled(directory, run, 1 + random.integer(120), acknowledged))
      expect(highest).toBeGreaterThanOrEqual(before)
      checked += await check(directory, acknowledged, highest, run)
      acknowledged.clear()
    }
    expect(checked).toBeGreaterThan(runs)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
