import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toAppError } from '#shared/domain/error'
import type { InstallProgress } from '#shared/domain/runtime'

const tellEveryMs = 250

/** One piece of work at a time on the installation: what it is, how far it came, how to stop it, and why the last one failed. */
export class Work {
  readonly #tell: () => void
  #busy: string | undefined
  #stop: AbortController | undefined
  #progress: InstallProgress | undefined
  #error: AppError | undefined
  #toldAt = 0
  #closed = false

  /** @param tell shows a change; called for each new step, and at most four times a second within one. */
  constructor(tell: () => void) {
    this.#tell = tell
  }

  /** How far it is; undefined for work that has nothing to show, and when there is none. */
  get progress(): InstallProgress | undefined {
    return this.#progress
  }

  /** Why the last piece failed; kept until the next one begins. */
  get error(): AppError | undefined {
    return this.#error
  }

  /** Does a piece of work, then `after`, however it went. Rejects with `input.conflict` while another one is under way. */
  async run(what: string, work: () => Promise<void>, after: () => Promise<void>): Promise<void> {
    if (this.#busy !== undefined) {
      throw new AppError('input.conflict', `The runtime is being ${this.#busy}. Wait for that, or stop it.`, {
        detail: { busy: this.#busy },
      })
    }
    this.#busy = what
    this.#error = undefined
    try {
      await work()
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code !== 'canceled') this.#error = error
      throw error
    } finally {
      this.#busy = undefined
      this.end()
      await after()
      this.#tell()
    }
  }

  /** From here on there is progress to be seen, and {@link cancel} aborts the signal. */
  begin(step: string): AbortSignal {
    this.#stop = new AbortController()
    if (this.#closed) this.#stop.abort()
    this.#progress = { step, progress: 0, note: '' }
    this.#show()
    return this.#stop.signal
  }

  advance(progress: InstallProgress): void {
    const isNewStep = progress.step !== this.#progress?.step
    this.#progress = progress
    if (isNewStep || performance.now() - this.#toldAt >= tellEveryMs) this.#show()
  }

  /** There is nothing more to be seen or stopped. */
  end(): void {
    this.#stop = undefined
    this.#progress = undefined
  }

  cancel(): void {
    this.#stop?.abort()
  }

  /** Stops what is under way, and what begins later; {@link ended} waits for it. */
  close(): void {
    this.#closed = true
    this.cancel()
  }

  async ended(): Promise<void> {
    while (this.#busy !== undefined) await sleep(20)
  }

  #show(): void {
    this.#toldAt = performance.now()
    this.#tell()
  }
}

/** What only looks: it may go on beside work, and ends when Recast does, with the programs that it started. */
export class Looks {
  readonly #closing = new AbortController()
  readonly #pending = new Set<Promise<unknown>>()

  get signal(): AbortSignal {
    return this.#closing.signal
  }

  /** Looks; {@link close} waits for the end of it. */
  during<T>(look: () => Promise<T>): Promise<T> {
    const looking = look()
    this.#pending.add(looking)
    return looking.finally(() => this.#pending.delete(looking))
  }

  /** Stops what looks, and waits for it. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#pending)
  }
}
