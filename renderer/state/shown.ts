import type { Job } from '#shared/domain/job'

/** Which version of a picture the canvas shows in place of its current one: a fresh result, or one that the user picked. */
export interface Shown {
  assetId: string
  /** The batch that made a fresh result; absent for a version that the user picked. */
  batchId?: string
  /** The job that made it. */
  jobId?: string
}
export type ShownState = Readonly<Record<string, Shown>>

export const noShown: ShownState = {}

/**
 * Shows the result of each job that has just ended well, as a preview until it is applied. The first result of a batch stays on the
 * canvas (nothing jumps while four seeds come in); a result of another batch takes its place.
 */
export function shownAfterJobs(shown: ShownState, before: Readonly<Record<string, Job>>, changed: readonly Job[]): ShownState {
  let next = shown
  for (const job of changed) {
    const result = job.outputs[0]
    const known = before[job.id]
    const { pictureId } = job
    if (pictureId === undefined || job.state !== 'done' || !result || known === undefined || known.state === 'done') continue
    if (next[pictureId]?.batchId === job.batchId) continue
    next = { ...next, [pictureId]: { assetId: result.assetId, batchId: job.batchId, jobId: job.id } }
  }
  return next
}

/** Goes back to the current version of these pictures. */
export function shownCleared(shown: ShownState, pictureIds: readonly string[]): ShownState {
  const gone = new Set(pictureIds)
  return Object.fromEntries(Object.entries(shown).filter(([id]) => !gone.has(id)))
}

/**
 * The running job whose live preview belongs on the canvas of a picture, if any: one of a batch other than the one whose result is
 * being looked at, and none while the user looks at a version that he picked.
 */
export function liveJobOf(active: readonly Job[], pictureId: string, shown: Shown | undefined): Job | undefined {
  if (shown && shown.batchId === undefined) return undefined
  return active.find((job) => job.pictureId === pictureId && job.batchId !== shown?.batchId)
}
