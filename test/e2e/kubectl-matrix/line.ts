/**
 * What the tables of the kubectl matrix are made of. A story is a namespace of its own in which some lines of the matrix follow
 * each other; stories know nothing of one another and run side by side. A line has the number that it has in the matrix.
 *
 * What a newcomer would get wrong: everything that a command prints is compared, also what it writes on standard error. A step that
 * leaves out `prints` says that it prints nothing.
 */

/** Expected text; see text.ts for what `{age}` and the like stand for. By version: the newest entry that is not newer than the kubectl counts. */
export type Text = string | Readonly<Record<Version, string>>

export type Version = `${number}.${number}`

export interface Step {
  /** The words after `kubectl`, as one would type them. `$NS` is the story's namespace, `$NODE` a node, `$SERVER` the server's address. */
  readonly run: string
  readonly prints?: Text
  readonly complains?: Text
  /** How it ends: 0 when left out. */
  readonly code?: number
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  /** What a cluster does in its own time: repeated until it prints this. */
  readonly eventually?: boolean
  /** Carried out once this one has printed something, while it goes on. `$PORT` is the first port that it has printed. */
  readonly meanwhile?: readonly Step[]
  /** Goes on for ever: stopped when it has printed what is expected and what runs meanwhile is done. */
  readonly isStopped?: true
  /** The first and the last kubectl that have it. */
  readonly since?: Version
  readonly until?: Version
}

export interface Line {
  readonly line: number
  readonly steps: readonly Step[]
  /** The first kubectl that has it. */
  readonly since?: Version
  /** What the server does not have yet: the line is expected to fail, and the day it does not this must go. */
  readonly missing?: string
}

export interface Story {
  readonly name: string
  /** Files in the folder in which the commands run. */
  readonly files?: Readonly<Record<string, string>>
  /** What has to be there first; belongs to no line. */
  readonly before?: readonly Step[]
  readonly lines: readonly Line[]
}

export function line(number: number, ...steps: readonly Step[]): Line {
  return { line: number, steps }
}
