import type { CallName } from '#shared/contract/calls'
import type { AppEvent } from '#shared/contract/events'
import { finalStates, type Job } from '#shared/domain/job'

const isFinal = (job: Job): boolean => (finalStates as readonly string[]).includes(job.state)

/** Calls that answer jobs which their caller then waits for. */
const givesJobs = new Set<CallName>(['jobs.submit', 'jobs.retry'])

/** The unfinished jobs that one connection has asked for. */
export interface ClientJobs {
  /** Notes the jobs that a call answered. */
  onAnswer(name: CallName, value: unknown): void
  /** Forgets jobs that have ended. */
  onEvent(event: AppEvent): void
  readonly size: number
}

/** Starts a list for a connection. */
export function createClientJobs(): ClientJobs {
  const unfinished = new Set<string>()
  return {
    onAnswer(name, value) {
      if (!givesJobs.has(name)) return
      for (const job of (value as { jobs: Job[] }).jobs) if (!isFinal(job)) unfinished.add(job.id)
    },
    onEvent({ body }) {
      if (body.type !== 'job' || !unfinished.has(body.job.id)) return
      if (isFinal(body.job)) unfinished.delete(body.job.id)
    },
    get size() {
      return unfinished.size
    },
  }
}
