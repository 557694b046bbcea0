/**
 * The log of `t8s etcd` on standard error: lines of JSON as etcd's own logger writes them, because what starts etcd waits for them. Who says a
 * line is looked up in the stack, for lines are few.
 */
import { realClock } from '../../std/clock.ts'
import { type Log, type LogLevel, logTo } from '../../std/log.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { errorText } from '../error-text.ts'
import { UserError } from '../places.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

export function logOn(process: ProcessDoor, level: string): Log {
  const lowest = levels.indexOf(level as LogLevel)
  if (lowest < 0) throw new UserError(`--log-level must be one of ${levels.join(', ')}, not "${level}"`)
  return logTo((one, message, fields) => {
    if (levels.indexOf(one) < lowest) return
    const told = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? errorText(value, process) : value]),
    )
    const head = { level: one, ts: new Date(realClock.now()).toISOString(), caller: callerIn(new Error().stack ?? '') }
    process.complain(`${JSON.stringify({ ...head, msg: message, ...told })}\n`)
  })
}

/** "etcd/server.ts:41", the first place outside the log itself. */
function callerIn(stack: string): string {
  const places = [...stack.matchAll(/([\w-]+\/[\w-]+\.[jt]s:\d+):\d+/g)].map(([, place]) => place as string)
  return places.slice(1).find((place) => !/^std\/log\./.test(place)) ?? ''
}
