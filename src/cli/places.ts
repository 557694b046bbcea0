/**
 * Where a cluster keeps things, and what it is called. One directory per cluster:
 *
 *     ~/.t8s/NAME/cluster.json   who runs it, where it listens (only while it runs)
 *     ~/.t8s/NAME/store/         every object, durable
 *     ~/.t8s/NAME/pki/           its authority, certificates and keys, made at the first start
 *
 * `T8S_HOME` moves ~/.t8s; `--data-dir` moves one cluster. The kubeconfig is chosen as kubectl and kind do.
 */
import type { Disk } from '../std/disk.ts'
import type { ProcessDoor } from '../std/process.ts'

export interface ClusterPlaces {
  readonly name: string
  /** The context, cluster and user in the kubeconfig. */
  readonly context: string
  readonly directory: string
  readonly storeDirectory: string
  readonly pkiDirectory: string
  readonly clusterFile: string
}

export const defaultName = 'default'

export interface PlaceOptions {
  readonly name?: string | undefined
  readonly dataDir?: string | undefined
}

export function placesOf(options: PlaceOptions, process: ProcessDoor): ClusterPlaces {
  const name = options.name ?? defaultName
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new UserError(`"${name}" cannot be the name of a cluster: use lower-case letters, digits and dashes, at most 63`)
  }
  const home = process.environment.T8S_HOME ?? `${process.homeDirectory}/.t8s`
  const directory = absolute(options.dataDir ?? `${home}/${name}`, process)
  return {
    name,
    context: name === defaultName ? 't8s' : `t8s-${name}`,
    directory,
    storeDirectory: `${directory}/store`,
    pkiDirectory: `${directory}/pki`,
    clusterFile: `${directory}/cluster.json`,
  }
}

export function absolute(path: string, process: ProcessDoor): string {
  return path.startsWith('/') ? path : `${process.workingDirectory}/${path}`
}

/** Shown to people: the home directory as ~. */
export function displayPath(path: string, process: ProcessDoor): string {
  const { homeDirectory } = process
  return path === homeDirectory || path.startsWith(`${homeDirectory}/`) ? `~${path.slice(homeDirectory.length)}` : path
}

/** A mistake of the caller's: printed as one line, without a stack, exit code 1. */
export class UserError extends Error {}

/** What a running cluster says of itself. */
export interface ClusterFile {
  readonly pid: number
  readonly name: string
  readonly server: string
  readonly kubeconfig: string
  readonly context: string
  readonly nodes: number
  readonly startedAt: string
}

export async function readClusterFile(disk: Disk, places: ClusterPlaces): Promise<ClusterFile | undefined> {
  const bytes = await disk.readFile(places.clusterFile)
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const file = value as ClusterFile
    return typeof file?.pid === 'number' && typeof file.server === 'string' ? file : undefined
  } catch {
    return undefined
  }
}

/** The running cluster at these places, or undefined. A file left behind by a killed process does not count. */
export async function findRunning(disk: Disk, places: ClusterPlaces, process: ProcessDoor): Promise<ClusterFile | undefined> {
  const file = await readClusterFile(disk, places)
  return file !== undefined && process.isAlive(file.pid) ? file : undefined
}
