import { setTimeout as wait } from 'node:timers/promises'

/** Shares one speed among all that take from it. */
export interface RateLimit {
  /** Resolves when `bytes` may have been taken; at once without a limit. Rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<void> | undefined
  /** Whether there is a limit now. */
  readonly limited: boolean
  /** Bytes a second over all takers; null for no limit. */
  set(bytesPerSecond: number | null): void
}

/** Longest single wait: a limit that is raised meanwhile is felt at most this late. */
const longestWaitMs = 500

/** Makes a limit by debt: a chunk is taken at once, and paid for by waiting before the next. */
export function createRateLimit(bytesPerSecond: number | null, now: () => number = () => performance.now()): RateLimit {
  let rate = bytesPerSecond
  let paidUntil = 0
  return {
    get limited() {
      return rate !== null
    },
    take(bytes, signal) {
      if (rate === null) return undefined
      const debt = (bytes * 1000) / rate
      paidUntil = Math.max(paidUntil, now()) + debt
      return pay(signal)
    },
    set(next) {
      rate = next
      paidUntil = 0
    },
  }

  async function pay(signal: AbortSignal): Promise<void> {
    const mine = paidUntil
    for (;;) {
      const left = Math.min(mine, paidUntil) - now()
      if (left <= 0) return
      await wait(Math.min(left, longestWaitMs), undefined, { signal })
    }
  }
}
