/** What this process has used so far, for metrics. */
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessStats {
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** Seconds since 1970. */
  readonly startSeconds: number
  /** Undefined where the system does not tell. */
  readonly openFiles: number | undefined
  readonly openFilesMax: number | undefined
  readonly virtualBytes: number | undefined
}

const startSeconds = Math.round((Date.now() - process.uptime() * 1000) / 10) / 100

export function processStats(): ProcessStats {
  const { user, system } = process.cpuUsage()
  return {
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    startSeconds,
    openFiles: countOpenFiles(),
    ...limits(),
  }
}

function countOpenFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}

function limits(): Pick<ProcessStats, 'openFilesMax' | 'virtualBytes'> {
  const numberIn = (file: string, pattern: RegExp): number | undefined => {
    try {
      const found = pattern.exec(readFileSync(`/proc/self/${file}`, 'utf8'))?.[1]
      return found === undefined ? undefined : Number(found)
    } catch {
      return undefined
    }
  }
  const kibibytes = numberIn('status', /^VmSize:\s+(\d+) kB/m)
  return {
    openFilesMax: numberIn('limits', /^Max open files\s+(\d+)/m),
    virtualBytes: kibibytes === undefined ? undefined : kibibytes * 1024,
  }
}
