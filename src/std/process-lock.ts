/**
 * A lock on a path that ends with the process that holds it. Node cannot ask the kernel for one, so it is a file that
 * names its holder, `<path>.<generation>`, and the rule that the highest generation counts:
 *
 *     lock.7   {"pid":812,"started":"39481","boot":"…","space":"pid:[4026531836]"}      812 is gone: stale
 *     lock.8   created with O_EXCL by whoever wants the lock next; only one can           then lock.7 is removed
 *
 * Taking over never deletes the highest generation first, so two who find the same stale file cannot both win. After
 * creating a generation we look again, because a slow process may create one that was used up and removed meanwhile.
 *
 * A holder is alive when its process exists and was started at the noted time (process numbers are reused). A holder in
 * another container shares the directory but not the process numbers: it counts as alive as long as its file's time is
 * fresh, which every holder sees to. After a restart of the machine (`boot`) every older lock is stale.
 */
import { readdir, readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

interface Holder {
  readonly pid: number
  /** When the process started, in the kernel's own unit; empty where there is no /proc. */
  readonly started: string
  readonly boot: string
  /** The namespace that `pid` means something in. */
  readonly space: string
}

const refreshMs = 5_000
const freshMs = 20_000
const attemptsMax = 10

async function textOf(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim()
}

/** Field 22 of /proc/<pid>/stat; the name before it may hold spaces and brackets, so count from the last bracket. */
async function startOf(pid: number): Promise<string> {
  const text = await textOf(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

async function thisProcess(): Promise<Holder> {
  const [started, boot, space] = await Promise.all([
    startOf(process.pid),
    textOf('/proc/sys/kernel/random/boot_id'),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ])
  return { pid: process.pid, started, boot, space }
}

interface LockFile {
  readonly path: string
  readonly generation: number
}

/** The lock's files, the highest generation last. */
async function lockFiles(path: string): Promise<LockFile[]> {
  const prefix = `${basename(path)}.`
  const files: LockFile[] = []
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix) || !/^\d+$/.test(name.slice(prefix.length))) continue
    files.push({ path: join(dirname(path), name), generation: Number(name.slice(prefix.length)) })
  }
  return files.sort((a, b) => a.generation - b.generation)
}

async function isAlive(file: LockFile, us: Holder): Promise<boolean> {
  const holder = parseHolder(await textOf(file.path))
  const ageMs =
    Date.now() -
    (await stat(file.path).then(
      (stats) => stats.mtimeMs,
      () => 0,
    ))
  // Just created and not yet filled in, or written by something else: give it the time a holder would have.
  if (holder === undefined) return ageMs < freshMs
  if (holder.boot !== us.boot) return false
  if (holder.space !== us.space) return ageMs < freshMs
  if (holder.started !== '') return (await startOf(holder.pid)) === holder.started
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, started, boot, space } = JSON.parse(text) as Partial<Holder>
    if (typeof pid !== 'number' || typeof started !== 'string') return undefined
    return { pid, started, boot: boot ?? '', space: space ?? '' }
  } catch {
    return undefined
  }
}

export async function takeProcessLock(path: string): Promise<AsyncDisposable | undefined> {
  const us = await thisProcess()
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const newest = (await lockFiles(path)).at(-1)
    if (newest !== undefined && (await isAlive(newest, us))) return undefined
    const mine: LockFile = { path: `${path}.${(newest?.generation ?? 0) + 1}`, generation: (newest?.generation ?? 0) + 1 }
    try {
      await writeFile(mine.path, JSON.stringify(us), { flag: 'wx', mode: 0o600 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw error
    }
    const files = await lockFiles(path)
    if (files.at(-1)?.generation !== mine.generation) {
      await rm(mine.path, { force: true })
      continue
    }
    for (const file of files) if (file.generation < mine.generation) await rm(file.path, { force: true })
    return hold(mine)
  }
  return undefined
}

function hold(file: LockFile): AsyncDisposable {
  const refresh = setInterval(() => {
    const now = Date.now() / 1000
    utimes(file.path, now, now).catch(() => undefined)
  }, refreshMs)
  refresh.unref()
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(refresh)
      await rm(file.path, { force: true })
    },
  }
}

export async function processLockHolder(path: string): Promise<string | undefined> {
  const newest = (await lockFiles(path)).at(-1)
  const holder = newest === undefined ? undefined : parseHolder(await textOf(newest.path))
  if (holder === undefined) return undefined
  const { space } = await thisProcess()
  return holder.space === space ? `process ${holder.pid}` : `process ${holder.pid} of another container`
}
