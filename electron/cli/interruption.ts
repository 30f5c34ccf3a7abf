/** Ctrl-C, the closed terminal and a polite kill, as one signal. */
export interface Interruption {
  /** Aborts with the first of them. */
  readonly signal: AbortSignal
  /** Gives the signals back to their default. */
  release(): void
}

/** npm hands on a Ctrl-C that the terminal has sent already; within this time (ms) two are one. */
const sameMs = 250

/** Listens for interruptions. The second one ends the process at once with `exitCode`; what was under way is found by the next start. */
export function listenForInterruption(exitCode: number, now: () => number = () => performance.now()): Interruption {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let first = Number.NaN
  const onSignal = (): void => {
    if (Number.isNaN(first)) {
      first = now()
      controller.abort()
    } else if (now() - first > sameMs) {
      process.exit(exitCode)
    }
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    release() {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
