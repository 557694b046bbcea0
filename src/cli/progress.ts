/**
 * What people see while a cluster starts: a line per step as it is done, with what came of it. Plain text when the output
 * is no terminal, colours when it is (and NO_COLOR is not set).
 */
import picocolors from 'picocolors'
import type { Clock } from '../std/clock.ts'
import type { ProcessDoor } from '../std/process.ts'

export interface Progress {
  /** A finished step and what came of it. */
  step(name: string, outcome: string): void
  /** Something the reader should know, though all goes on. */
  notice(text: string): void
}

export interface Paint {
  bold(text: string): string
  dim(text: string): string
  green(text: string): string
  yellow(text: string): string
  red(text: string): string
  cyan(text: string): string
}

export function paintFor(process: ProcessDoor): Paint {
  const useColours = process.isTerminal && process.environment.NO_COLOR === undefined && process.environment.TERM !== 'dumb'
  return picocolors.createColors(useColours)
}

const nameWidth = 14

export function progressOn(process: ProcessDoor, paint: Paint): Progress {
  return {
    step: (name, outcome) => process.print(`  ${paint.green('✓')} ${name.padEnd(nameWidth)} ${paint.dim(outcome)}\n`),
    notice: (text) => process.print(`  ${paint.yellow('!')} ${text}\n`),
  }
}

export const silentProgress: Progress = { step: () => {}, notice: () => {} }

/** "0.42 s" */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}

export function stopwatch(clock: Clock): () => number {
  const startedMs = clock.monotonicMs()
  return () => clock.monotonicMs() - startedMs
}
