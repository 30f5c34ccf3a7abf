import type { AppEvent } from '#shared/contract/events'
import { finalStates, type Job } from '#shared/domain/job'

/** True when a job has ended, until somebody retries it. */
export function isFinal(job: Job): boolean {
  return (finalStates as readonly string[]).includes(job.state)
}

/** The core's note on a done job whose copy for the results' folder could not be written; the job's error says why. */
const exportFailedNote = 'export_failed'

/** True when a done job's copies, where they were asked for, are all there or have failed. */
function isCopied(job: Job): boolean {
  return job.notes.includes(exportFailedNote) || job.outputs.every((output) => output.exportedPath !== undefined)
}

/** True when nothing more is to be heard of a job: it has ended, and where copies were asked for, each result has its own. */
export function isSettled(job: Job, exporting: boolean): boolean {
  return isFinal(job) && (job.state !== 'done' || !exporting || isCopied(job))
}

/** What a follower tells. */
export interface FollowerListener {
  /** A job's new form: another state, other progress, or its results' paths. */
  onChange(job: Job, before: Job | undefined): void
}

/** Keeps the newest form of some jobs out of events and looks, whichever comes first. */
export interface JobFollower {
  /** Names the jobs to follow; events that came before this are not lost. */
  track(jobs: readonly Job[]): void
  onEvent(event: AppEvent): void
  /** Takes the answer of a look into the database, newer than all events so far. */
  onLook(jobs: readonly Job[]): void
  readonly jobs: readonly Job[]
}

/** Whether `next` says anything new. */
function differs(next: Job, before: Job): boolean {
  return (
    next.state !== before.state ||
    next.progress !== before.progress ||
    next.etaMs !== before.etaMs ||
    next.pending !== before.pending ||
    next.attempt !== before.attempt ||
    next.notes.length !== before.notes.length ||
    next.outputs.length !== before.outputs.length ||
    next.outputs.some((output, i) => output.exportedPath !== before.outputs[i]?.exportedPath)
  )
}

/** Starts following nothing; pure, all effects are in the listener. */
export function createJobFollower(listener: FollowerListener): JobFollower {
  const tracked = new Map<string, Job>()
  /** Job events of before `track`: a quick job may be done before the answer to its submission is here. */
  let early: Map<string, Job> | undefined = new Map()

  function put(job: Job): void {
    const before = tracked.get(job.id)
    tracked.set(job.id, job)
    if (!before || differs(job, before)) listener.onChange(job, before)
  }

  return {
    track(jobs) {
      for (const job of jobs) {
        tracked.set(job.id, job)
        listener.onChange(job, undefined)
      }
      const missed = early
      early = undefined
      for (const job of missed?.values() ?? []) if (tracked.has(job.id)) put(job)
    },
    onEvent({ body }) {
      if (body.type === 'job') {
        if (early) early.set(body.job.id, body.job)
        else if (tracked.has(body.job.id)) put(body.job)
      } else if (body.type === 'job.progress') {
        const job = tracked.get(body.id)
        if (!job || isFinal(job)) return
        const { etaMs: _old, pending: _then, ...rest } = job
        const { progress, etaMs, pending } = body
        put({ ...rest, progress, ...(etaMs === undefined ? {} : { etaMs }), ...(pending ? { pending } : {}) })
      }
    },
    onLook(jobs) {
      for (const job of jobs) if (tracked.has(job.id)) put(job)
    },
    get jobs() {
      return [...tracked.values()]
    },
  }
}
