/**
 * kubeconfig files: who reads one to find a server, and who merges a cluster into one as kind does and takes it out again. What we
 * do not know stays as it was; comments are lost, as when kubectl writes. Files are replaced whole, never half, and
 * while we read and write, `FILE.lock` keeps kubectl and others of us away (client-go's protocol); a lock that is left behind is broken.
 *
 * What a newcomer would get wrong: an entry that is already there under our name is replaced, not doubled; and paths in a
 * kubeconfig are relative to the file, not to the process.
 */
import type { Clock } from '../std/clock.ts'
import type { Disk } from '../std/disk.ts'

/** The reader's file is not what it should be. The message names it and says what to do. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError'
}

/** Everything needed to talk to a server. */
export interface ServerAccess {
  /** https://127.0.0.1:6443 */
  readonly server: string
  /** PEM. */
  readonly certificateAuthority?: string
  readonly clientCertificate?: string
  readonly clientKey?: string
  readonly token?: string
  readonly tlsServerName?: string
  readonly insecure?: boolean
  readonly namespace?: string
}

export interface OwnContext extends ServerAccess {
  /** Name of the context, of its cluster and of its user. */
  readonly context: string
}

type Plain = Record<string, unknown>
interface Named extends Plain {
  name?: unknown
}
interface Kubeconfig extends Plain {
  clusters?: Named[]
  users?: Named[]
  contexts?: Named[]
  'current-context'?: string
}

const lockWaitMs = 2000
const lockRetryMs = 50

/** Adds the context and makes it current. Answers which one was current before. */
export async function mergeContext(disk: Disk, path: string, own: OwnContext, clock: Clock): Promise<string | undefined> {
  return withFile(disk, path, clock, (config) => {
    const name = own.context
    const before = config['current-context']
    put(config, 'clusters', {
      name,
      cluster: {
        server: own.server,
        ...(own.certificateAuthority === undefined ? {} : { 'certificate-authority-data': base64(own.certificateAuthority) }),
      },
    })
    put(config, 'users', {
      name,
      user: {
        ...(own.clientCertificate === undefined ? {} : { 'client-certificate-data': base64(own.clientCertificate) }),
        ...(own.clientKey === undefined ? {} : { 'client-key-data': base64(own.clientKey) }),
        ...(own.token === undefined ? {} : { token: own.token }),
      },
    })
    put(config, 'contexts', { name, context: { cluster: name, user: name } })
    config['current-context'] = name
    return { config, result: before === name || before === '' ? undefined : before }
  })
}

/** Takes the context out again. If it is current, `previous` becomes so, when it is still there. */
export async function removeContext(disk: Disk, path: string, context: string, clock: Clock, previous?: string): Promise<void> {
  if ((await disk.readFile(path)) === undefined) return
  await withFile(disk, path, clock, (config) => {
    const had = ['clusters', 'users', 'contexts'].map((list) => take(config, list as 'clusters', context)).some(Boolean)
    const isCurrent = config['current-context'] === context
    if (!had && !isCurrent) return { config: undefined, result: undefined }
    if (isCurrent) config['current-context'] = previous !== undefined && find(config.contexts, previous) !== undefined ? previous : ''
    return { config, result: undefined }
  })
}

/** The named context, or the current one. */
export async function loadContext(disk: Disk, path: string, context?: string): Promise<ServerAccess> {
  const bytes = await disk.readFile(path)
  if (bytes === undefined) throw new KubeconfigError(`There is no kubeconfig at ${path}: name another with --kubeconfig`)
  const config = await parse(bytes, path)
  const name = context ?? config['current-context'] ?? ''
  const { cluster: clusterName, user: userName, namespace } = part(find(config.contexts, name), 'context')
  const cluster = part(find(config.clusters, clusterName), 'cluster')
  const user = part(find(config.users, userName), 'user')
  if (typeof cluster.server !== 'string') {
    throw new KubeconfigError(`The kubeconfig ${path} has no server for the context "${name}": choose another with --context`)
  }
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const pem = async (from: Plain, key: string): Promise<string | undefined> => {
    const data = from[`${key}-data`]
    if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64').toString('utf8')
    const file = from[key]
    if (typeof file !== 'string' || file === '') return undefined
    const full = file.startsWith('/') ? file : folder + file
    const found = await disk.readFile(full)
    if (found === undefined) throw new KubeconfigError(`The kubeconfig ${path} names the file ${full}, which does not exist`)
    return new TextDecoder().decode(found)
  }
  const [certificateAuthority, clientCertificate, clientKey] = await Promise.all([
    pem(cluster, 'certificate-authority'),
    pem(user, 'client-certificate'),
    pem(user, 'client-key'),
  ])
  const tokenFile =
    typeof user.tokenFile === 'string'
      ? await disk.readFile(user.tokenFile.startsWith('/') ? user.tokenFile : folder + user.tokenFile)
      : undefined
  const token = tokenFile === undefined ? user.token : new TextDecoder().decode(tokenFile).trim()
  const tlsServerName = cluster['tls-server-name']
  return {
    server: cluster.server,
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(clientKey === undefined ? {} : { clientKey }),
    ...(typeof token === 'string' && token !== '' ? { token } : {}),
    ...(typeof tlsServerName === 'string' ? { tlsServerName } : {}),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecure: true } : {}),
    ...(typeof namespace === 'string' ? { namespace } : {}),
  }
}

/** A whole file for one server: for components that run apart. */
export async function kubeconfigText(own: OwnContext): Promise<string> {
  const { formatYaml } = await import('../wire/yaml-format.ts')
  const name = own.context
  return formatYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: own.server, 'certificate-authority-data': base64(own.certificateAuthority ?? '') } }],
    users: [
      { name, user: { 'client-certificate-data': base64(own.clientCertificate ?? ''), 'client-key-data': base64(own.clientKey ?? '') } },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  })
}

async function withFile<T>(
  disk: Disk,
  path: string,
  clock: Clock,
  change: (config: Kubeconfig) => { readonly config: Kubeconfig | undefined; readonly result: T },
): Promise<T> {
  const folder = path.slice(0, path.lastIndexOf('/'))
  if (folder !== '') await disk.makeDirectory(folder, 0o755)
  await using _lock = await lockFile(disk, `${path}.lock`, clock)
  const bytes = await disk.readFile(path)
  const { config, result } = change(bytes === undefined ? {} : await parse(bytes, path))
  if (config !== undefined) {
    const { formatYaml } = await import('../wire/yaml-format.ts')
    await disk.replaceFile(
      path,
      new TextEncoder().encode(formatYaml({ apiVersion: 'v1', kind: 'Config', preferences: {}, ...config })),
      0o600,
    )
  }
  return result
}

async function lockFile(disk: Disk, path: string, clock: Clock): Promise<AsyncDisposable> {
  const untilMs = clock.monotonicMs() + lockWaitMs
  for (;;) {
    try {
      const file = await disk.open(path, { mode: 'createNew' })
      await file.close()
      return { [Symbol.asyncDispose]: () => disk.remove(path) }
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
      // Nobody holds it for more than an instant: its owner was killed.
      if (clock.monotonicMs() > untilMs) await disk.remove(path)
      await clock.sleep(lockRetryMs)
    }
  }
}

async function parse(bytes: Uint8Array, path: string): Promise<Kubeconfig> {
  if (bytes.length === 0) return {}
  const { parseYaml, YamlError } = await import('../wire/yaml.ts')
  let value: unknown
  try {
    value = parseYaml(bytes)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new KubeconfigError(`The kubeconfig ${path} is no YAML (${error.message}): mend it, or name another with --kubeconfig`)
  }
  if (value === null) return {}
  const config = value as Kubeconfig
  const isList = (list: unknown): boolean =>
    list === undefined || list === null || (Array.isArray(list) && list.every((one) => typeof one === 'object' && one !== null))
  if (typeof value !== 'object' || Array.isArray(value) || ![config.clusters, config.users, config.contexts].every(isList)) {
    throw new KubeconfigError(`The file ${path} is no kubeconfig: mend it, or name another with --kubeconfig`)
  }
  return config
}

function find(list: readonly Named[] | undefined | null, name: unknown): Named | undefined {
  return list?.find((one) => one.name === name)
}
function part(named: Named | undefined, key: string): Plain {
  const value = named?.[key]
  return typeof value === 'object' && value !== null ? (value as Plain) : {}
}
function put(config: Kubeconfig, list: 'clusters' | 'users' | 'contexts', entry: Named): void {
  const before = config[list] ?? []
  const index = before.findIndex((one) => one.name === entry.name)
  config[list] = index < 0 ? [...before, entry] : before.with(index, entry)
}
function take(config: Kubeconfig, list: 'clusters' | 'users' | 'contexts', name: string): boolean {
  const before = config[list] ?? []
  const after = before.filter((one) => one.name !== name)
  config[list] = after
  return after.length < before.length
}
function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
