/**
 * Tasks that cannot outlive their owner. Everything that runs in the background is started with `scope.run` and gets
 * the scope's signal; `await scope.close()` aborts the signal and waits until every task has ended. A task that throws
 * for any reason but the abort is a bug and goes to `onError`; it does not end its siblings.
 * A floating promise is a leak: there is no other way to start something and not wait for it.
 */
export class TaskScope implements AsyncDisposable {
  readonly #controller = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #onError: (error: unknown, name: string) => void

  constructor(onError: (error: unknown, name: string) => void, parent?: AbortSignal) {
    this.#onError = onError
    if (parent?.aborted) this.#controller.abort(parent.reason)
    else parent?.addEventListener('abort', () => this.#controller.abort(parent.reason), { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Starts `task` now. `name` tells the log which one failed. */
  run(name: string, task: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#controller
    if (signal.aborted) return
    const ended = task(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#onError(error, name)
      })
      .finally(() => this.#running.delete(ended))
    this.#running.add(ended)
  }

  async close(): Promise<void> {
    this.#controller.abort(new Error('Stopped'))
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
