/** What this process has used so far, for metrics. */
import { readdirSync } from 'node:fs'

export interface ProcessStats {
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** Seconds since 1970. */
  readonly startSeconds: number
  /** Undefined where the system does not tell. */
  readonly openFiles: number | undefined
}

const startSeconds = Math.round((Date.now() - process.uptime() * 1000) / 10) / 100

export function processStats(): ProcessStats {
  const { user, system } = process.cpuUsage()
  return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss(), startSeconds, openFiles: countOpenFiles() }
}

function countOpenFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}
