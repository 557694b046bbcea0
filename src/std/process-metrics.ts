/** What this process has used, under the names that Prometheus' clients give it. */
import { Family } from './metrics.ts'
import { processStats } from './process-stats.ts'

export function processMetrics(): string[] {
  const { cpuSeconds, residentBytes, startSeconds, openFiles, openFilesMax, virtualBytes } = processStats()
  const one = (name: string, type: 'counter' | 'gauge', help: string, value: number | undefined): string => {
    if (value === undefined) return ''
    const family = new Family(name, type, help)
    family.of().value = value
    return family.text()
  }
  return [
    one('process_cpu_seconds_total', 'counter', 'Total user and system CPU time spent in seconds.', cpuSeconds),
    one('process_max_fds', 'gauge', 'Maximum number of open file descriptors.', openFilesMax),
    one('process_open_fds', 'gauge', 'Number of open file descriptors.', openFiles),
    one('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', residentBytes),
    one('process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.', startSeconds),
    one('process_virtual_memory_bytes', 'gauge', 'Virtual memory size in bytes.', virtualBytes),
  ]
}
