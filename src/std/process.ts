/**
 * The door to processes: our own (arguments, environment, signals, exit) and others (is it alive, stop it). Passed to
 * the commands of `cli/`, so that they can be tested without ending the test.
 */
import { homedir, hostname } from 'node:os'

export interface ProcessDoor {
  readonly pid: number
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  readonly homeDirectory: string
  readonly hostName: string
  readonly isTerminal: boolean
  /** Bytes of memory that this process holds. */
  residentBytes(): number
  /** The name that `ps` shows. */
  rename(name: string): void
  /** Text to standard output. */
  print(text: string): void
  /** Text to standard error. */
  complain(text: string): void
  isAlive(pid: number): boolean
  signal(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): void
  /** Calls back on SIGINT, SIGTERM and SIGHUP; the process no longer ends by itself. */
  onStop(callback: (signal: string) => void): Disposable
  /** What would have been a crash: callers log it and go on or end. */
  onBug(callback: (error: unknown) => void): void
  /** Ends this process once standard output is written. */
  exit(code: number): void
  /** A handle that keeps the process running until it is disposed of. */
  keepAlive(): Disposable
}

/** Whoever read our output may leave (`t8s up | head`). Unheard errors of a stream are crashes, and telling of a crash would be the next one. */
const speak = (stream: NodeJS.WriteStream, text: string): void => {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {})
  stream.write(text)
}

export const realProcess: ProcessDoor = {
  pid: process.pid,
  environment: process.env,
  workingDirectory: process.cwd(),
  homeDirectory: homedir(),
  hostName: hostname(),
  isTerminal: process.stdout.isTTY === true,
  residentBytes: () => process.memoryUsage.rss(),
  rename: (name) => {
    process.title = name
  },
  print: (text) => speak(process.stdout, text),
  complain: (text) => speak(process.stderr, text),
  isAlive: (pid) => {
    try {
      process.kill(pid, 0)
      return true
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
  },
  signal: (pid, signal) => void process.kill(pid, signal),
  onStop: (callback) => {
    const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const listeners = names.map((name) => [name, () => callback(name)] as const)
    for (const [name, listener] of listeners) process.on(name, listener)
    return {
      [Symbol.dispose]: () => {
        for (const [name, listener] of listeners) process.off(name, listener)
      },
    }
  },
  onBug: (callback) => {
    process.on('uncaughtException', callback)
    process.on('unhandledRejection', callback)
  },
  exit: (code) => {
    process.exitCode = code
    process.stdout.write('', () => process.exit(code))
  },
  keepAlive: () => {
    const timer = setInterval(() => {}, 2 ** 30)
    return { [Symbol.dispose]: () => clearInterval(timer) }
  },
}
