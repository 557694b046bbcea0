/**
 * The disk in memory loses exactly what a real one may lose, and fails when told to.
 */
import { describe, expect, test } from 'vitest'
import { MemoryDisk } from './memory-disk.ts'
import { seededRandom } from './random.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (found: Uint8Array | undefined): string | undefined => found && new TextDecoder().decode(found)

/** What a file may hold after a power loss, over many seeds. */
async function afterPowerLoss(prepare: (disk: MemoryDisk) => Promise<unknown>): Promise<string[]> {
  const found = new Set<string>()
  for (let seed = 0; seed < 40; seed++) {
    const disk = new MemoryDisk()
    await prepare(disk)
    const left = disk.powerLoss(seededRandom(seed))
    found.add(text(await left.readFile('/f'))?.replaceAll('\0', '.') ?? 'none')
  }
  return [...found].sort()
}

describe('powerLoss()', () => {
  test('may lose a name that was not synced, and keeps one that was', async () => {
    const write = async (disk: MemoryDisk) => {
      const file = await disk.open('/f', { mode: 'createNew', durable: true })
      await file.write(0, bytes('x'))
      return file
    }
    expect(await afterPowerLoss(write)).toEqual(['none', 'x'])
    expect(await afterPowerLoss(async (disk) => void (await write(disk), await disk.syncDirectory('/')))).toEqual(['x'])
  })

  test('may lose what was not synced, by the sector', async () => {
    const long = bytes('a'.repeat(512) + 'b'.repeat(512))
    const write = async (disk: MemoryDisk) => {
      const file = await disk.open('/f', { mode: 'create' })
      await disk.syncDirectory('/')
      await file.write(0, bytes('.'.repeat(1024)))
      await file.sync()
      await file.write(0, long)
      return file
    }
    const shapes = (await afterPowerLoss(write)).map((found) => `${found[0]}${found[512]}`)
    expect(shapes).toEqual(['..', '.b', 'a.', 'ab'])
    const synced = await afterPowerLoss(async (disk) => (await write(disk)).sync())
    expect(synced.map((found) => `${found[0]}${found[512]}`)).toEqual(['ab'])
  })

  test('a rename is there or not; replaceFile() is whole or not', async () => {
    const replace = async (disk: MemoryDisk) => {
      await disk.replaceFile('/f', bytes('old'))
      const file = await disk.open('/g', { mode: 'create' })
      await file.write(0, bytes('new'))
      await file.sync()
      await disk.rename('/g', '/f')
    }
    expect(await afterPowerLoss(replace)).toEqual(['new', 'old'])
    expect(await afterPowerLoss((disk) => disk.replaceFile('/f', bytes('new')))).toEqual(['new'])
  })

  test('the old disk is dead', async () => {
    const disk = new MemoryDisk()
    const file = await disk.open('/f', { mode: 'create' })
    const inFlight = file.write(0, bytes('x'))
    disk.powerLoss(seededRandom(1))
    await expect(inFlight).rejects.toMatchObject({ code: 'EIO' })
    await expect(disk.readFile('/f')).rejects.toMatchObject({ code: 'EIO' })
  })
})

test('rename() of a directory takes its files along, durable or not', async () => {
  const found = await afterPowerLoss(async (disk) => {
    await disk.makeDirectory('/a/b')
    disk.setBytes('/a/b/kept', bytes('k'))
    await (await disk.open('/a/b/new', { mode: 'createNew', durable: true })).write(0, bytes('n'))
    await disk.rename('/a', '/c')
    expect([await disk.list('/'), await disk.list('/c/b')]).toEqual([['c'], ['kept', 'new']])
    await disk.syncDirectory('/c/b')
    disk.setBytes('/f', (await disk.powerLoss(seededRandom(1)).readFile('/c/b/new')) ?? bytes('lost'))
  })
  expect(found).toEqual(['n'])
})

describe('inject()', () => {
  test('fails the chosen operations the chosen number of times', async () => {
    const disk = new MemoryDisk()
    disk.inject({ operation: 'write', path: /f$/, code: 'EIO', after: 1, times: 2, writtenBytes: 1 })
    const file = await disk.open('/f', { mode: 'create' })
    const outcomes: unknown[] = []
    for (const word of ['aaa', 'bbb', 'ccc', 'ddd']) {
      outcomes.push(
        await file.write(0, bytes(word)).then(
          () => text(disk.bytesOf('/f')),
          (error) => `${error.code} ${text(disk.bytesOf('/f'))}`,
        ),
      )
    }
    expect(outcomes).toEqual(['aaa', 'EIO baa', 'EIO caa', 'ddd'])
  })

  test('a full disk', async () => {
    const disk = new MemoryDisk({ capacityBytes: 10 })
    const file = await disk.open('/f', { mode: 'create' })
    await file.write(0, bytes('12345678'))
    await expect(file.write(8, bytes('901'))).rejects.toMatchObject({ code: 'ENOSPC' })
    await file.write(0, bytes('87654321'))
    expect(await disk.freeBytes()).toBe(2)
  })
})
