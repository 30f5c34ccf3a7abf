import type { CrashKind } from './classify'

/** What is known when a server has ended by itself. */
export interface RestartFacts {
  kind: CrashKind
  /** It was ready in this run. */
  wasReady: boolean
  /** Restarts within the last ten minutes. */
  recent: number
}

/** After how long to start again, or not at all. */
export type RestartDecision = { restart: true; afterMs: number } | { restart: false }

/** Restarts within this time count, milliseconds. */
export const restartWindowMs = 600_000
const waitsMs = [500, 4_000, 16_000]
const portTries = 5

/**
 * Only what ran once is started again by itself, with a pause that grows and a cap; another port is tried at once. What never became ready
 * would fail the same way again.
 */
export function decideRestart({ kind, wasReady, recent }: RestartFacts): RestartDecision {
  if (kind === 'port') return recent < portTries ? { restart: true, afterMs: 0 } : { restart: false }
  const afterMs = waitsMs[recent]
  return wasReady && kind !== 'flag' && afterMs !== undefined ? { restart: true, afterMs } : { restart: false }
}
