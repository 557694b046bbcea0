/**
 * The query parameters that OpenAPI tells of, by what is done. Clients decide by some: kubectl validates on the server only where PATCH lists
 * fieldValidation.
 */
export interface Parameter {
  readonly name: string
  readonly description: string
  readonly type: 'string' | 'integer' | 'boolean'
  /** In the query when absent. */
  readonly in?: 'path'
}

export const namespaceParameter: Parameter = { name: 'namespace', in: 'path', description: 'The namespace of the object.', type: 'string' }
export const pathParameter: Parameter = { name: 'path', in: 'path', description: 'Where the request goes on to.', type: 'string' }
export function nameParameter(kind: string): Parameter {
  return { name: 'name', in: 'path', description: `Name of the ${kind}.`, type: 'string' }
}

export const pretty: Parameter = { name: 'pretty', description: 'Answers are printed with line breaks.', type: 'string' }
const dryRun: Parameter = { name: 'dryRun', description: 'All: everything is done but storing.', type: 'string' }

export const writing: readonly Parameter[] = [
  dryRun,
  { name: 'fieldManager', description: 'Who makes this change, as managedFields will say.', type: 'string' },
  { name: 'fieldValidation', description: 'Ignore, Warn or Strict: what becomes of unknown and doubled fields.', type: 'string' },
]
export const patching: readonly Parameter[] = [
  ...writing,
  { name: 'force', description: 'An apply takes fields over from others.', type: 'boolean' },
]

const resourceVersion: Parameter = { name: 'resourceVersion', description: 'As of which version.', type: 'string' }
const selecting: readonly Parameter[] = [
  { name: 'continue', description: 'Where the last page ended.', type: 'string' },
  { name: 'fieldSelector', description: 'Only objects with these fields.', type: 'string' },
  { name: 'labelSelector', description: 'Only objects with these labels.', type: 'string' },
  { name: 'limit', description: 'At most so many objects.', type: 'integer' },
  resourceVersion,
  { name: 'resourceVersionMatch', description: 'How the version is meant: Exact or NotOlderThan.', type: 'string' },
  { name: 'sendInitialEvents', description: 'A watch begins with what is there.', type: 'boolean' },
  { name: 'timeoutSeconds', description: 'When the request shall end.', type: 'integer' },
]
export const listing: readonly Parameter[] = [
  { name: 'allowWatchBookmarks', description: 'A watch may send bookmarks.', type: 'boolean' },
  ...selecting,
  { name: 'watch', description: 'Changes are sent as they come.', type: 'boolean' },
]

export const deleting: readonly Parameter[] = [
  dryRun,
  { name: 'gracePeriodSeconds', description: 'How long it may take to end.', type: 'integer' },
  {
    name: 'ignoreStoreReadErrorWithClusterBreakingPotential',
    description: 'Objects that cannot be read any more are removed without a look at them.',
    type: 'boolean',
  },
  { name: 'orphanDependents', description: 'Deprecated: use propagationPolicy.', type: 'boolean' },
  { name: 'propagationPolicy', description: 'Orphan, Background or Foreground.', type: 'string' },
]
export const deletingMany: readonly Parameter[] = [...selecting, ...deleting].sort((a, b) => (a.name < b.name ? -1 : 1))

const container: Parameter = { name: 'container', description: 'Which container; the only one when absent.', type: 'string' }
const streams: readonly Parameter[] = [
  { name: 'stderr', description: 'Errors are sent.', type: 'boolean' },
  { name: 'stdin', description: 'Input is taken.', type: 'boolean' },
  { name: 'stdout', description: 'Output is sent.', type: 'boolean' },
  { name: 'tty', description: 'There is a terminal.', type: 'boolean' },
]

/** Subresources that are connections or text, by name. */
export const connecting: Readonly<Record<string, readonly Parameter[]>> = {
  attach: [container, ...streams],
  exec: [{ name: 'command', description: 'What to run, one word each.', type: 'string' }, container, ...streams],
  log: [
    container,
    { name: 'follow', description: 'New lines are sent as they come.', type: 'boolean' },
    { name: 'insecureSkipTLSVerifyBackend', description: 'The certificate of the kubelet is not checked.', type: 'boolean' },
    { name: 'limitBytes', description: 'At most so many bytes.', type: 'integer' },
    { name: 'previous', description: 'Of the container that ran before.', type: 'boolean' },
    { name: 'sinceSeconds', description: 'Not older than this.', type: 'integer' },
    { name: 'stream', description: 'All, Stdout or Stderr.', type: 'string' },
    { name: 'tailLines', description: 'So many lines from the end.', type: 'integer' },
    { name: 'timestamps', description: 'Each line begins with its time.', type: 'boolean' },
  ],
  portforward: [{ name: 'ports', description: 'Which ports.', type: 'integer' }],
  proxy: [{ name: 'path', description: 'Where the request goes on to.', type: 'string' }],
}
