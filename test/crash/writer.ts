/**
 * The victim of crash.test.ts: opens a store in the directory given, writes as fast as it can from several writers at once,
 * and prints a line for every write that was acknowledged, until it is killed. The line is printed after the store said yes,
 * so a line that the test has read must be there after the restart.
 */
import { writeSync } from 'node:fs'
import { realClock } from '../../src/std/clock.ts'
import { silentLog } from '../../src/std/log.ts'
import { realDisk } from '../../src/std/real-disk.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'

const [, , directory = '', run = '0'] = process.argv
const store = await openEmbeddedStore({
  disk: realDisk,
  directory,
  clock: realClock,
  log: silentLog,
  segmentBytes: 1 << 20,
  snapshotAfterBytes: 1 << 20,
})
writeSync(1, `open ${store.revision}\n`)

async function writer(id: number): Promise<void> {
  for (let count = 0; ; count++) {
    const key = `/run${run}/writer${id}/${count % 50}`
    const value = new TextEncoder().encode(`${run}-${id}-${count}-${'x'.repeat((count * 37) % 3000)}`)
    const isDelete = count % 11 === 10
    const { revision } = await store.transact({
      compare: [],
      then: [isDelete ? { do: 'delete', range: { start: key } } : { do: 'put', key, value }],
    })
    writeSync(1, `${isDelete ? 'gone' : 'kept'} ${key} ${count} ${revision}\n`)
  }
}
await Promise.all(Array.from({ length: 8 }, (_, id) => writer(id)))
