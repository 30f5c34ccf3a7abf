import { activeStates, finalStates, type JobState } from '#shared/domain/job'

/** Who moves a job: an attempt's own course, the scheduler's retry or a restart, or the user. */
export type Mover = 'attempt' | 'requeue' | 'user'

/**
 * Every allowed move. Whatever is not here does not happen: the database's rows change by
 * `UPDATE … WHERE id = ? AND state = ?`, so of two movers one loses and sees it.
 */
const moves: Readonly<Record<JobState, Readonly<Partial<Record<JobState, readonly Mover[]>>>>> = {
  queued: { staging: ['attempt'], canceled: ['user'] },
  staging: { running: ['attempt'], queued: ['requeue'], failed: ['attempt'], canceled: ['user'] },
  running: { collecting: ['attempt'], queued: ['requeue'], failed: ['attempt'], canceled: ['user'] },
  collecting: { done: ['attempt'], queued: ['requeue'], failed: ['attempt'], canceled: ['user'] },
  done: {},
  failed: { queued: ['user'] },
  canceled: { queued: ['user'] },
}

/** Whether a job may go from one state to another; with `mover`, whether this one may do it. */
export function canMove(from: JobState, to: JobState, mover?: Mover): boolean {
  const movers = moves[from][to]
  return movers !== undefined && (mover === undefined || movers.includes(mover))
}

/** States that a job may go to from here. */
export function nextStates(from: JobState): JobState[] {
  return Object.keys(moves[from]) as JobState[]
}

/** True while an engine holds the job. */
export function isActive(state: JobState): boolean {
  return (activeStates as readonly JobState[]).includes(state)
}

/** True when the job has ended, until the user retries it. */
export function isFinal(state: JobState): boolean {
  return (finalStates as readonly JobState[]).includes(state)
}
