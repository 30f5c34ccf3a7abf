import type { QueueView } from '#shared/contract/calls'

/** A batch is long when it took this many milliseconds. */
const longMs = 30_000

/** What is known of the work that is under way. */
export interface Work {
  since: number
  done: number
  failed: number
}

/** What follows from a look at the queue: the work that goes on, or the end of a long one. */
export type WorkStep = { work: Work | undefined; ended?: { done: number; failed: number } }

/**
 * Follows the queue from its first job to the moment when nothing waits or runs. Short work ends without a word, and so does what was
 * paused: its end is still to come.
 * @param now monotonic milliseconds
 */
export function workStep(work: Work | undefined, queue: QueueView, now: number): WorkStep {
  const busy = queue.active > 0 || queue.queued > 0
  if (!work) return { work: busy ? { since: now, done: queue.done, failed: queue.failed } : undefined }
  if (busy) return { work }
  const [done, failed] = [Math.max(0, queue.done - work.done), Math.max(0, queue.failed - work.failed)]
  return now - work.since >= longMs && done + failed > 0 ? { work: undefined, ended: { done, failed } } : { work: undefined }
}
