/**
 * `t8s down`: asks the process that runs the cluster to stop, waits until it has, and says so. The data stays. Nothing to
 * stop is no error: the wish is fulfilled.
 */
import type { Clock } from '../../std/clock.ts'
import { realClock } from '../../std/clock.ts'
import type { Disk } from '../../std/disk.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { realDisk } from '../../std/real-disk.ts'
import { type ClusterPlaces, displayPath, findRunning, type PlaceOptions, placesOf, UserError } from '../places.ts'

const waitMs = 15_000

export async function down(options: PlaceOptions, process: ProcessDoor): Promise<void> {
  const places = placesOf(options, process)
  const wasRunning = await stopRunning(realDisk, realClock, places, process)
  if (!wasRunning) return process.print(`The cluster "${places.name}" is not running\n`)
  process.print(`Stopped the cluster "${places.name}"; its data is kept in ${displayPath(places.directory, process)}\n`)
}

/** True when there was one to stop. */
export async function stopRunning(disk: Disk, clock: Clock, places: ClusterPlaces, process: ProcessDoor): Promise<boolean> {
  const running = await findRunning(disk, places, process)
  if (running === undefined) return false
  process.signal(running.pid, 'SIGTERM')
  const startedMs = clock.monotonicMs()
  while (process.isAlive(running.pid)) {
    if (clock.monotonicMs() - startedMs > waitMs) {
      throw new UserError(
        `The cluster "${places.name}" (process ${running.pid}) did not stop within ${waitMs / 1000} s: end it with \`kill -9 ${running.pid}\`; nothing that was acknowledged is lost`,
      )
    }
    await clock.sleep(25)
  }
  return true
}
