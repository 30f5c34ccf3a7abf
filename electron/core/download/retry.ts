import type { AppError } from '#shared/domain/error'

/** Times the same source is asked again without anything having come. */
export const maxIdleTries = 5
/** Longest wait that a source may ask for; one that wants more is left, or said. */
const longestAskedMs = 120_000
const firstWaitMs = 500
const longestWaitMs = 20_000

/** What to do after an exchange with a source failed. */
export type AfterFailure = { again: true; waitMs: number } | { again: false }

/**
 * Decides whether the same source is worth another try. `idleTries` counts failures in a row (this one included) without progress;
 * `random` is 0..1. What a source refuses for good, what is wrong with its bytes and what our own disk says is not repeated.
 */
export function afterFailure(error: AppError, idleTries: number, random: number, firstMs: number = firstWaitMs): AfterFailure {
  const certificate = error.detail?.['certificate'] === true
  if ((error.code !== 'download.offline' && error.code !== 'download.busy') || certificate) return { again: false }
  if (idleTries > maxIdleTries) return { again: false }
  const asked = error.detail?.['retryAfterMs']
  if (typeof asked === 'number') return asked > longestAskedMs ? { again: false } : { again: true, waitMs: asked }
  const backOff = Math.min(longestWaitMs, firstMs * 2 ** Math.max(0, idleTries - 1))
  // Half of it by chance: many that were cut off together must not come back together.
  return { again: true, waitMs: backOff * (0.5 + random / 2) }
}

/** Most telling first: what the user can mend goes before what only says that a source is no good. */
const telling = [
  'download.gated',
  'download.corrupt',
  'download.changed',
  'download.busy',
  'download.offline',
  'download.denied',
  'download.unsafe',
  'download.missing',
]

/** Of the errors of all sources the one to show. */
export function mostTelling(errors: readonly AppError[]): AppError | undefined {
  const rank = (error: AppError): number => (telling.includes(error.code) ? telling.indexOf(error.code) : -1)
  return errors.toSorted((a, b) => rank(a) - rank(b))[0]
}
