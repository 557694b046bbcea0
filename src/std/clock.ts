/**
 * The door to time. Everything that reads a clock or waits for one does it through a `Clock` that was passed in,
 * so that a test can stop time, jump an hour ahead, or replay a whole cluster from one seed.
 *
 * `now()` is wall time in milliseconds since 1970 (what goes into objects); `monotonicMs()` only measures spans.
 * `yieldTurn()` gives other work of this process a turn and is how long loops stay polite: it does not wait for time.
 * The virtual clock lives in `virtual-clock.ts`; nothing else in `src` may call `setTimeout` or `Date.now`.
 */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Wall time, milliseconds since the Unix epoch. */
  now(): number
  /** A steadily growing number of milliseconds; only differences mean something. */
  monotonicMs(): number
  /** Runs `callback` once after `delayMs`. Real timers do not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer
  /** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
  /** Lets everything else that is ready run once. Not a wait for time: virtual clocks do not advance. */
  yieldTurn(): Promise<void>
}

const setTimer = globalThis.setTimeout
const clearTimer = globalThis.clearTimeout
const setTurn = globalThis.setImmediate

/** The longest delay that Node's timers take (2^31 - 1 ms, about 24.8 days); longer ones are chained. */
const delayMsMax = 2_147_483_647

function startTimer(delayMs: number, callback: () => void): Timer {
  let handle: NodeJS.Timeout
  const arm = (restMs: number): void => {
    const stepMs = Math.min(Math.max(0, restMs), delayMsMax)
    handle = setTimer(() => (restMs > stepMs ? arm(restMs - stepMs) : callback()), stepMs)
    handle.unref()
  }
  arm(delayMs)
  return { cancel: () => clearTimer(handle) }
}

/** `sleep` for any clock that has `after`. */
export function sleepOn(clock: Pick<Clock, 'after'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = (): void => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

export const realClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: startTimer,
  sleep: (delayMs, signal) => sleepOn(realClock, delayMs, signal),
  yieldTurn: () => new Promise((resolve) => setTurn(resolve)),
}
