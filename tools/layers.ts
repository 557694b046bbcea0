/**
 * Who may import whom: the only dependency rule of the project, as data. tools/tidy.ts checks it, type-only imports too.
 * Arrows point down; siblings (apiserver, controllers, scheduler, kubelet) meet only through the API.
 */
export const layers: Readonly<Record<string, readonly string[] | '*'>> = {
  std: [],
  wire: ['std'],
  store: ['std', 'wire'],
  etcd: ['std', 'wire', 'store'],
  apimachinery: ['std', 'wire'],
  api: ['std', 'apimachinery'],
  client: ['std', 'wire', 'apimachinery', 'api'],
  apiserver: ['std', 'wire', 'apimachinery', 'api', 'client', 'store'],
  controllers: ['std', 'wire', 'apimachinery', 'api', 'client'],
  scheduler: ['std', 'apimachinery', 'api', 'client'],
  kubelet: ['std', 'wire', 'apimachinery', 'api', 'client'],
  proxy: ['std', 'wire', 'apimachinery', 'api', 'client'],
  cli: '*',
  testing: '*',
}

/** Folders (or files) that know nothing of Node: what makes simulation, and one day a browser, possible. */
export const withoutNode: readonly string[] = ['apimachinery', 'api', 'store/mvcc', 'apiserver', 'controllers', 'scheduler', 'client']

/** Outside src/std nobody touches the world directly. */
export const bannedCalls: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /\bDate\.now\s*\(/, instead: 'the Clock that was passed in' },
  { pattern: /(?<![.\w])set(Timeout|Interval|Immediate)\s*\(/, instead: 'the Clock that was passed in' },
  { pattern: /\bMath\.random\s*\(/, instead: 'the Random that was passed in' },
  { pattern: /\brandomUUID\s*\(/, instead: 'the Random that was passed in' },
  { pattern: /\bperformance\.now\s*\(/, instead: 'clock.monotonicMs()' },
  { pattern: /\bnew Date\(\s*\)/, instead: 'the Clock that was passed in' },
]
export const bannedModules: readonly string[] = ['node:fs', 'node:fs/promises', 'node:net', 'node:child_process', 'node:dgram']

/** Excused by name; each list may only shrink. */
export const excused = {
  /** wire frames bytes on sockets; these files are the sockets. */
  bannedModules: ['src/wire/'],
  longFiles: [] as readonly string[],
}
