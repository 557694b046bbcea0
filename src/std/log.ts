/**
 * What components say while they run. A `Log` is passed in like every other door; it takes a message and fields, never
 * a formatted string, so that the real one can print lines or JSON and a test can read what was said.
 * Nothing here decides where output goes: `cli/` chooses.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, unknown>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log with `fields` on every line. */
  with(fields: LogFields): Log
}

/** Says nothing. The default where nobody listens. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLog,
}

/** Hands every line at or above `level` to `write`. */
export function logTo(write: (level: LogLevel, message: string, fields: LogFields) => void, base: LogFields = {}): Log {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => write(level, message, { ...base, ...fields })
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => logTo(write, { ...base, ...fields }),
  }
}
