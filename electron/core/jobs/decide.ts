import type { AppError } from '#shared/domain/error'
import type { QueuedJob } from '../database/tables/jobs'

/** What the choice needs to know of an engine. */
export interface EngineCapacity {
  id: string
  ready: boolean
  /** Kinds of edits that it can do now. */
  edits: readonly string[]
  slots: number
  /** Jobs on it now. */
  running: number
}

/** The queue at one moment. */
export interface Situation {
  paused: boolean
  /** Jobs in flight over all engines, and how many there may be. */
  inFlight: number
  maxInFlight: number
  /** The first due job of each kind of work, in the order of the queue. */
  heads: readonly QueuedJob[]
  /** Engines that the job's wish allows, best first. */
  enginesFor(job: QueuedJob): readonly EngineCapacity[]
}

/** The next job to start and where; undefined when none can start now. */
export interface Choice {
  jobId: string
  engineId: string
}

/**
 * Chooses the next job: the first of the queue for which some allowed engine is ready, able and has a slot;
 * of several engines the one with the least to do, the better one first among equals.
 */
export function choose(situation: Situation): Choice | undefined {
  if (situation.paused || situation.inFlight >= situation.maxInFlight) return undefined
  for (const job of situation.heads) {
    let best: EngineCapacity | undefined
    for (const engine of situation.enginesFor(job)) {
      if (!engine.ready || engine.running >= engine.slots || !engine.edits.includes(job.kind)) continue
      if (!best || engine.running < best.running) best = engine
    }
    if (best) return { jobId: job.id, engineId: best.id }
  }
  return undefined
}

/** Attempts in a row that may fail by themselves before the user is asked. */
export const maxTries = 3
const firstWaitMs = 1_000
/** No back-off is longer than this; a stored wait that is must come from a clock that was set back. */
export const longestWaitMs = 60_000

/** What happens to a job whose attempt has failed. */
export type AfterFailure = { again: true; waitMs: number } | { again: false }

/**
 * Decides on another try: only for errors that may go away by themselves, at most {@link maxTries} attempts,
 * waiting 1 s, 4 s, … with up to half of that added or taken away, so that many jobs don't knock together.
 * @param tries attempts that have failed, this one included. @param random 0..1.
 */
export function afterFailure(error: Pick<AppError, 'retry'>, tries: number, random: number): AfterFailure {
  if (error.retry !== 'auto' || tries >= maxTries) return { again: false }
  const wait = firstWaitMs * 4 ** (tries - 1)
  return { again: true, waitMs: Math.round(Math.min(longestWaitMs, wait * (0.5 + random))) }
}
