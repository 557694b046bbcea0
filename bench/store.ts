/**
 * What the store costs, on a real disk: `node bench/store.ts [directory]` (`--writers=64` for one row). Durable writes a second with 1, 8 and 64
 * writers (every write answered only when it is on the disk), the longest the loop was held up meanwhile, time until a
 * fresh directory is ready, recovery of 100 MB of log, memory for 10,000 values of 4 KB, and for a past of 100,000.
 * Compare runs of the same minute on the same machine only; on this kind of machine they scatter by a factor of 1.6.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { realClock } from '../src/std/clock.ts'
import { silentLog } from '../src/std/log.ts'
import { realDisk } from '../src/std/real-disk.ts'
import { type EmbeddedStore, type EmbeddedStoreOptions, openEmbeddedStore } from '../src/store/embedded.ts'

const words = process.argv.slice(2)
const onlyWriters = words.find((word) => word.startsWith('--writers='))
const base = mkdtempSync(join(words.find((word) => !word.startsWith('-')) ?? tmpdir(), 'bench-store-'))
let directories = 0

function openIn(directory: string, options: Partial<EmbeddedStoreOptions> = {}): Promise<EmbeddedStore> {
  return openEmbeddedStore({ disk: realDisk, directory, clock: realClock, log: silentLog, ...options })
}

function fresh(): string {
  return join(base, `data-${directories++}`)
}

function put(store: EmbeddedStore, key: string, value: Uint8Array): Promise<unknown> {
  return store.transact({ compare: [{ key, target: 'modRevision', is: '>', than: -1 }], then: [{ do: 'put', key, value }] })
}

async function measureStart(): Promise<void> {
  const times: number[] = []
  for (let run = 0; run < 5; run++) {
    const startMs = performance.now()
    const store = await openIn(fresh())
    times.push(performance.now() - startMs)
    await store.close()
  }
  console.log(`fresh directory ready   ${times.map((ms) => ms.toFixed(1)).join('  ')} ms`)
}

/** Not measured: while the code is being compiled and the keys are new. */
const warmUpMs = 1000

async function measureWrites(writers: number, seconds: number): Promise<void> {
  const store = await openIn(fresh())
  const value = new Uint8Array(1024).fill(7)
  const latencies: number[] = []
  let endMs = performance.now() + warmUpMs
  const writer = async (number: number): Promise<void> => {
    for (let count = 0, nowMs = performance.now(); nowMs < endMs; count++) {
      await put(store, `/bench/${number}/${count % 1000}`, value)
      const doneMs = performance.now()
      latencies.push(doneMs - nowMs)
      nowMs = doneMs
    }
  }
  const writeAll = (): Promise<unknown> => Promise.all(Array.from({ length: writers }, (_, number) => writer(number)))
  await writeAll()
  latencies.length = 0
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const cpu = process.cpuUsage()
  delay.enable()
  const startMs = performance.now()
  endMs = startMs + seconds * 1000
  await writeAll()
  const elapsedMs = performance.now() - startMs
  delay.disable()
  const used = process.cpuUsage(cpu)
  latencies.sort((a, b) => a - b)
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2)
  const rate = Math.round((latencies.length / elapsedMs) * 1000)
  const cpuUs = ((used.user + used.system) / latencies.length).toFixed(1)
  console.log(
    `${String(writers).padStart(3)} writers of 1 KB   ${String(rate).padStart(7)}/s   p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1 - 1e-9)} ms   ${cpuUs} µs CPU each   loop max ${(delay.max / 1e6).toFixed(1)} ms`,
  )
  await store.close()
}

async function measureRecovery(): Promise<void> {
  const directory = fresh()
  const store = await openIn(directory)
  const value = new Uint8Array(3300).fill(7)
  for (let done = 0; done < 30_000; done += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, index) => put(store, `/registry/pods/default/pod-${done + index}`, value)))
  }
  await store.close()
  const startMs = performance.now()
  const again = await openIn(directory)
  const ms = performance.now() - startMs
  console.log(`recovery of ${(again.stats().logBytes / 1e6).toFixed(0)} MB log    ${ms.toFixed(0)} ms   (${again.stats().keys} keys)`)
  await again.close()
}

async function measureMemory(): Promise<void> {
  const collect = globalThis.gc ?? (() => {})
  const store = await openEmbeddedStore({ clock: realClock, log: silentLog })
  collect()
  const before = process.memoryUsage()
  for (let index = 0; index < 10_000; index++) {
    // As it arrives: a view into a larger buffer that the store must not pin.
    const read = Buffer.alloc(65536, 7)
    await put(store, `/registry/pods/default/pod-${index}`, read.subarray(100, 4196))
  }
  for (let round = 0; round < 3; round++) collect()
  const after = process.memoryUsage()
  const kb = (part: 'rss' | 'heapUsed' | 'arrayBuffers'): string => ((after[part] - before[part]) / 10_000 / 1024).toFixed(2)
  console.log(
    `10,000 values of 4 KB   ${kb('rss')} KB each of RSS, ${kb('heapUsed')} KB heap, ${kb('arrayBuffers')} KB buffers${globalThis.gc ? '' : '   (run with --expose-gc for sharper figures)'}`,
  )
  await store.close()
}

/** What the past costs: each of a thousand keys overwritten a hundred times, all of it readable. */
async function measureHistory(): Promise<void> {
  const collect = globalThis.gc ?? (() => {})
  const store = await openEmbeddedStore({ clock: realClock, log: silentLog })
  for (let index = 0; index < 1000; index++) await put(store, `/registry/pods/default/pod-${index}`, Buffer.alloc(1500, 7))
  for (let round = 0; round < 3; round++) collect()
  const before = process.memoryUsage()
  const startMs = performance.now()
  for (let index = 0; index < 100_000; index++) await put(store, `/registry/pods/default/pod-${index % 1000}`, Buffer.alloc(1500, index))
  const ms = performance.now() - startMs
  for (let round = 0; round < 3; round++) collect()
  const after = process.memoryUsage()
  const kb = (part: 'rss' | 'heapUsed' | 'arrayBuffers'): string => ((after[part] - before[part]) / 100_000 / 1024).toFixed(2)
  console.log(
    `100,000 past values of 1.5 KB   ${kb('rss')} KB each of RSS, ${kb('heapUsed')} KB heap, ${kb('arrayBuffers')} KB buffers, ${((ms / 100_000) * 1000).toFixed(1)} µs a write`,
  )
  await store.close()
}

try {
  if (onlyWriters !== undefined) await measureWrites(Number(onlyWriters.slice('--writers='.length)), 2)
  else {
    await measureMemory()
    await measureHistory()
    await measureStart()
    for (const writers of [1, 8, 64]) await measureWrites(writers, 2)
    await measureRecovery()
  }
} finally {
  rmSync(base, { recursive: true, force: true })
}
