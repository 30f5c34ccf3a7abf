const dayMs = 86_400_000

/** How the trash empties itself: what it goes by, and what it must know the next time. */
export interface RetentionStep {
  /** Results and pictures trashed before this time (Unix milliseconds) go; undefined: none. */
  before: number | undefined
  /** The time that counts as now, to be handed to the next step. */
  countedNow: number
}

/**
 * Decides what has been in the trash long enough. A clock that leaps forward (a wrong date at start) must not empty it: since the last look,
 * at most half the days of grace count as passed, however much later the clock says it is; a clock set back stops the count.
 * @param days how long trash is kept; 0: for ever
 * @param last `countedNow` of the last step; undefined at the first, which only begins to count
 */
export function retentionStep(now: number, days: number, last: number | undefined): RetentionStep {
  const grace = days * dayMs
  const countedNow = last === undefined ? now : Math.min(now, last + Math.max(grace / 2, dayMs))
  return { before: days <= 0 || last === undefined ? undefined : countedNow - grace, countedNow }
}
