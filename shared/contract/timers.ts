/** Time and chance, handed in so that shared/ needs neither DOM nor Node and tests can turn the clock. */
export interface Timers {
  /** Runs something once after so many milliseconds; answers how to call it off. */
  after(ms: number, run: () => void): () => void
  /** 0 ≤ x < 1. */
  random(): number
}

interface TimerHost {
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
}

/** The timers of whatever runs this: browser, Node and Electron have the same two functions. */
export function defaultTimers(): Timers {
  const host = globalThis as unknown as TimerHost
  return {
    after(ms, run) {
      const handle = host.setTimeout(run, ms)
      return () => host.clearTimeout(handle)
    },
    random: Math.random,
  }
}
