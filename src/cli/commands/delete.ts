/**
 * `t8s delete`: stops the cluster if it runs, then removes its directory and its context. Only a directory that looks like a
 * cluster's is removed: a mistyped --data-dir must not cost anybody their files.
 */
import { removeContext } from '../../client/kubeconfig.ts'
import { realClock } from '../../std/clock.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { realDisk } from '../../std/real-disk.ts'
import { kubeconfigPath } from '../kubeconfig-path.ts'
import { displayPath, type PlaceOptions, placesOf, readClusterFile, UserError } from '../places.ts'
import { stopRunning } from './down.ts'

const ours = new Set(['cluster.json', 'pki', 'store', 'lock'])

export async function deleteCluster(options: PlaceOptions, process: ProcessDoor): Promise<void> {
  const places = placesOf(options, process)
  const file = await readClusterFile(realDisk, places)
  await stopRunning(realDisk, realClock, places, process)
  const entries = await realDisk.list(places.directory)
  if (entries.length === 0) return process.print(`There is no cluster "${places.name}"\n`)
  const strangers = entries.filter((entry) => !ours.has(entry))
  if (strangers.length > 0) {
    throw new UserError(
      `${places.directory} holds files that are not a cluster's (${strangers.slice(0, 3).join(', ')}): remove it by hand if you are sure`,
    )
  }
  await realDisk.remove(places.directory)
  await removeContext(realDisk, file?.kubeconfig ?? kubeconfigPath(undefined, process), places.context, realClock)
  process.print(`Deleted the cluster "${places.name}" and its data in ${displayPath(places.directory, process)}\n`)
}
