/**
 * What the components of a control plane have in common when they run on their own: flags, `--help`, `--version`, logs, an end when told.
 */
import { type Log, logTo } from '../../std/log.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { realDisk } from '../../std/real-disk.ts'
import { errorText } from '../error-text.ts'
import { absolute, UserError } from '../places.ts'
import { kubernetesVersion } from '../version.ts'
import { FlagError, Flags, helpText, parseFlagTable } from './flag-table.ts'

export interface ComponentContext {
  readonly flags: Flags
  readonly process: ProcessDoor
  readonly log: Log
  /** Aborted when the component is told to end. */
  readonly signal: AbortSignal
}

export interface Component {
  readonly name: string
  readonly about: string
  readonly flagTable: string
  run(context: ComponentContext): Promise<void>
}

/** Ends the process: 0 when told to, 1 when something was wrong. */
export async function runComponent(component: Component, argv: readonly string[], process: ProcessDoor): Promise<void> {
  const definitions = parseFlagTable(component.flagTable)
  const flags = new Flags(definitions)
  try {
    flags.read(argv, component.name)
  } catch (error) {
    if (!(error instanceof FlagError)) throw error
    process.complain(`Error: ${error.message}\n`)
    return process.exit(1)
  }
  if (flags.isOn('help')) {
    process.print(helpText(component.name, component.about, definitions))
    return process.exit(0)
  }
  if (flags.isGiven('version')) {
    process.print(`Kubernetes ${kubernetesVersion}\n`)
    return process.exit(0)
  }
  const log = logOf(flags, process)
  process.onBug((error) => log.error('A bug, please report it', { error: errorText(error, process) }))
  for (const { name, meaning } of flags.withoutEffect()) log.warn(`--${name}: ${meaning}`, {})
  const stopping = new AbortController()
  using _signals = process.onStop(() => {
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort()
  })
  using _alive = process.keepAlive()
  try {
    await component.run({ flags, process, log, signal: stopping.signal })
  } catch (error) {
    process.complain(`${component.name}: ${errorText(error, process)}\n`)
    return process.exit(1)
  }
  process.exit(0)
}

function logOf(flags: Flags, process: ProcessDoor): Log {
  const isTalkative = flags.number('v') >= 4
  return logTo((level, message, fields) => {
    if (level === 'debug' && !isTalkative) return
    process.complain(`${JSON.stringify({ level, message, ...fields })}\n`)
  })
}

/** Text of a file that a flag names. */
export async function readFileOf({ flags, process }: ComponentContext, flag: string): Promise<string | undefined> {
  const path = flags.text(flag)
  return path === '' ? undefined : readText(path, `--${flag}`, process)
}

export async function readText(path: string, why: string, process: ProcessDoor): Promise<string> {
  const bytes = await realDisk.readFile(absolute(path, process))
  if (bytes === undefined) throw new UserError(`${why}: the file "${path}" does not exist`)
  return new TextDecoder().decode(bytes)
}
