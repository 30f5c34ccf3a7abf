import type { InstanceClient } from '#core/instance/instance'
import type { Job } from '#shared/domain/job'
import { createJobFollower, isFinal, isSettled, type FollowerListener, type JobFollower } from './job-follower'

/** Options of {@link followJobs}. */
export interface FollowOptions {
  client: InstanceClient
  /** Asks for the jobs; called once, after the following has begun. */
  ask: () => Promise<readonly Job[]>
  /** Results get a copy in a folder: a job counts as ended only when they have. */
  exporting: boolean
  listener: FollowerListener
  signal: AbortSignal
  /** Told when the connection to the owner breaks, and when it is there again. */
  onLink?: (open: boolean) => void
}

/** Copies of results come right after them; when a copy is this late (milliseconds), it isn't coming. */
const copyGraceMs = 10_000
/** Looks at the database when nothing was heard for this long (milliseconds): a lost event must not hang a command. */
const quietMs = 5_000

/** Asks for jobs and follows them to their end, over changes of owner; answers their last forms, also when interrupted. */
export async function followJobs(options: FollowOptions): Promise<readonly Job[]> {
  const { client, exporting, signal } = options
  const follower = createJobFollower({
    onChange(job, before) {
      options.listener.onChange(job, before)
      check()
    },
  })
  const settledAt = new Map<string, number>()
  let heardAt = performance.now()
  let tracking = false
  let finish: () => void = () => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))

  function check(): void {
    if (!tracking) return
    const now = performance.now()
    const open = follower.jobs.some((job) => {
      if (isSettled(job, exporting)) return false
      if (!isFinal(job)) return true
      if (!settledAt.has(job.id)) settledAt.set(job.id, now)
      return now - (settledAt.get(job.id) ?? now) < copyGraceMs
    })
    if (!open) finish()
  }

  let place: { epoch: string; seq: number } | undefined
  const stopEvents = client.onEvent((event) => {
    heardAt = performance.now()
    const inOrder = place === undefined || (event.epoch === place.epoch && event.seq === place.seq + 1)
    place = { epoch: event.epoch, seq: event.seq }
    follower.onEvent(event)
    if (!inOrder && tracking) void look(client, follower).then(check)
  })
  let lost = false
  const stopLink = client.onLink((state) => {
    if (state === 'lost') {
      lost = true
      options.onLink?.(false)
    } else if (state === 'open' && lost) {
      lost = false
      place = undefined
      options.onLink?.(true)
      if (tracking) void look(client, follower).then(check)
    }
  })
  const timer = setInterval(() => {
    const quiet = performance.now() - heardAt > quietMs
    if (quiet && tracking && !lost) {
      heardAt = performance.now()
      void look(client, follower).then(check)
    } else check()
  }, 1_000)
  const onAbort = (): void => finish()
  signal.addEventListener('abort', onAbort)
  try {
    const jobs = await options.ask()
    follower.track(jobs)
    tracking = true
    check()
    if (signal.aborted) finish()
    await finished
    return follower.jobs
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearInterval(timer)
    stopEvents()
    stopLink()
  }
}

/** Asks for the present form of each unfinished job. A failure is left to the next look. */
async function look(client: InstanceClient, follower: JobFollower): Promise<void> {
  const open = follower.jobs.filter((job) => !isSettled(job, true))
  const batches = new Map<string, Set<string>>()
  for (const job of open) batches.set(job.batchId, (batches.get(job.batchId) ?? new Set()).add(job.id))
  for (const [batchId, ids] of batches) {
    try {
      if (ids.size <= 3) {
        for (const id of ids) follower.onLook([await client.call('jobs.get', { id })])
        continue
      }
      let cursor: number | undefined
      do {
        const page = await client.call('jobs.list', { batchId, limit: 500, ...(cursor === undefined ? {} : { cursor }) })
        follower.onLook(page.items)
        cursor = page.nextCursor
      } while (cursor !== undefined)
    } catch {
      return
    }
  }
}
