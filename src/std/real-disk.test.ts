/**
 * Both disks keep the same promises: every case runs against a temporary directory and against memory. Locks are tried
 * with real processes, since ending with one is what they are for.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Disk } from './disk.ts'
import { MemoryDisk } from './memory-disk.ts'
import { realDisk } from './real-disk.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (found: Uint8Array | undefined): string | undefined => found && new TextDecoder().decode(found)

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'disk-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const disks: [string, () => Disk][] = [
  ['real', () => realDisk],
  ['memory', () => new MemoryDisk()],
]

describe.each(disks)('%s disk', (_name, make) => {
  test('files: open modes, offsets, the end, truncation', async () => {
    const disk = make()
    await disk.makeDirectory(`${directory}/a/b`)
    const path = `${directory}/a/b/f`
    await expect(disk.open(path, { mode: 'read' })).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(disk.open(path, { mode: 'write' })).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(disk.open(`${directory}/none/f`, { mode: 'create' })).rejects.toMatchObject({ code: 'ENOENT' })
    const file = await disk.open(path, { mode: 'createNew', durable: true })
    await expect(disk.open(path, { mode: 'createNew' })).rejects.toMatchObject({ code: 'EEXIST' })
    await file.write(0, bytes('hello'))
    await file.write(7, bytes('world'))
    await file.sync()
    expect([await file.size(), text(await file.read(3, 6)), text(await file.read(10, 99)), text(await file.read(50, 5))]).toEqual([
      12,
      'lo\0\0wo',
      'ld',
      '',
    ])
    await file.truncate(3)
    await file.close()
    const again = await disk.open(path, { mode: 'create' })
    expect(text(await again.read(0, 99))).toBe('hel')
    await again.close()
  })

  test('whole files and names', async () => {
    const disk = make()
    await disk.makeDirectory(directory)
    expect([await disk.readFile(`${directory}/f`), await disk.list(`${directory}/none`)]).toEqual([undefined, []])
    await disk.replaceFile(`${directory}/f`, bytes('one'))
    await disk.replaceFile(`${directory}/f`, bytes('two'))
    await disk.makeDirectory(`${directory}/sub`)
    await disk.rename(`${directory}/f`, `${directory}/sub/g`)
    await disk.syncDirectory(`${directory}/sub`)
    await disk.replaceFile(`${directory}/b`, bytes('b'))
    expect([await disk.list(directory), text(await disk.readFile(`${directory}/sub/g`))]).toEqual([['b', 'sub'], 'two'])
    await disk.remove(`${directory}/sub`)
    await disk.remove(`${directory}/sub`)
    expect([await disk.list(directory), await disk.readFile(`${directory}/sub/g`)]).toEqual([['b'], undefined])
    expect(await disk.freeBytes(directory)).toBeGreaterThan(0)
  })

  test('a lock is for one holder', async () => {
    const disk = make()
    await disk.makeDirectory(directory)
    const lock = await disk.lock(`${directory}/lock`)
    expect(lock).toBeDefined()
    expect(await disk.lock(`${directory}/lock`)).toBeUndefined()
    expect(await disk.lockHolder?.(`${directory}/lock`)).toMatch(/process/)
    await lock?.[Symbol.asyncDispose]()
    const next = await disk.lock(`${directory}/lock`)
    expect(next).toBeDefined()
    await next?.[Symbol.asyncDispose]()
    expect(await disk.list(directory)).toEqual([])
  })
})

test('replaceFile() sets permissions, and new files are private', async () => {
  await realDisk.replaceFile(`${directory}/public`, bytes('x'), 0o644)
  await realDisk.replaceFile(`${directory}/private`, bytes('x'))
  const modes = await Promise.all(['public', 'private'].map(async (name) => (await stat(join(directory, name))).mode & 0o777))
  expect(modes).toEqual([0o644, 0o600])
})

describe('the lock between processes', () => {
  test('is dropped when its holder is killed, however many want it next', async () => {
    const script = `
      import { realDisk } from ${JSON.stringify(new URL('./real-disk.ts', import.meta.url).href)}
      console.log((await realDisk.lock(process.argv[1])) ? 'locked' : 'refused')
      setInterval(() => {}, 1000)`
    const path = `${directory}/lock`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const said = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())))
    expect([said, await realDisk.lock(path), await realDisk.lockHolder?.(path)]).toEqual(['locked', undefined, `process ${child.pid}`])
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    const locks = await Promise.all(Array.from({ length: 10 }, () => realDisk.lock(path)))
    expect(locks.filter((lock) => lock !== undefined)).toHaveLength(1)
  })

  const here = { pid: process.pid, started: '1', boot: 'another boot', space: '' }
  const stale: [string, object | string, boolean, boolean][] = [
    ['of a process number that was used again', { ...here, boot: undefined }, false, true],
    ['from before the machine started', here, false, true],
    ['that says nothing, a moment old', '', false, false],
    ['that says nothing, a minute old', '', true, true],
    ['of another container, in use', { ...here, boot: undefined, space: 'pid:[1]' }, false, false],
    ['of another container, gone for a minute', { ...here, boot: undefined, space: 'pid:[1]' }, true, true],
  ]
  test.each(stale)('a file %s', async (_name, holder, isOld, isTaken) => {
    const first = await realDisk.lock(`${directory}/probe`)
    const us = JSON.parse(text(await realDisk.readFile(`${directory}/probe.1`)) as string)
    await first?.[Symbol.asyncDispose]()
    const path = `${directory}/lock.4`
    const content =
      typeof holder === 'string'
        ? holder
        : JSON.stringify({ ...us, ...JSON.parse(JSON.stringify(holder)), space: (holder as typeof here).space || us.space })
    await writeFile(path, content)
    if (isOld) await utimes(path, Date.now() / 1000 - 60, Date.now() / 1000 - 60)
    const lock = await realDisk.lock(`${directory}/lock`)
    expect(lock !== undefined).toBe(isTaken)
    expect(await realDisk.list(directory)).toEqual([isTaken ? 'lock.5' : 'lock.4'])
    await lock?.[Symbol.asyncDispose]()
  })
})

test('a directory that cannot be made is an error, also where the system keeps its own', async () => {
  await expect(realDisk.makeDirectory('/proc/nothing/can/be/made')).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(realDisk.makeDirectory('/etc/passwd/below')).rejects.toMatchObject({ code: 'ENOTDIR' })
})
