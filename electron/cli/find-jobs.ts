import type { InstanceClient } from '#core/instance/instance'
import { toAppError } from '#shared/domain/error'
import { jobStates, type Job } from '#shared/domain/job'
import { UsageError } from './usage'

/** All jobs in some states, newest first, at most `limit`. */
export async function jobsIn(client: InstanceClient, states: readonly Job['state'][], limit: number): Promise<Job[]> {
  const jobs: Job[] = []
  let cursor: number | undefined
  do {
    const page = await client.call('jobs.list', {
      states: [...states],
      limit: Math.min(500, limit - jobs.length),
      ...(cursor === undefined ? {} : { cursor }),
    })
    jobs.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined && jobs.length < limit)
  return jobs
}

/** At this many newest jobs the search for a shortened id ends. */
const maxSearched = 5_000

function unknownJob(id: string): UsageError {
  return new UsageError(
    id.trim() === ''
      ? 'The id of a job is empty. "recast jobs" lists them.'
      : `There is no job ${id}. "recast jobs" lists them; give the id or its first four or more characters.`,
  )
}

/** The full ids of ids or their beginnings (four characters at least). Rejects with a {@link UsageError} where there is no such job. */
export async function findIds(client: InstanceClient, given: readonly string[]): Promise<string[]> {
  for (const id of given.filter((each) => each.length >= 36)) {
    await client.call('jobs.get', { id: id.toLowerCase() }).catch((thrown: unknown) => {
      throw toAppError(thrown).code.startsWith('input.') ? unknownJob(id) : thrown
    })
  }
  const short = given.filter((id) => id.length < 36)
  const known = short.length === 0 ? [] : (await jobsIn(client, jobStates, maxSearched)).map((job) => job.id)
  return given.map((id) => {
    const wanted = id.toLowerCase()
    if (wanted.length >= 36) return wanted
    const fitting = wanted.length < 4 ? [] : known.filter((other) => other.startsWith(wanted))
    if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0]
    if (fitting.length > 1) throw new UsageError(`${fitting.length} jobs begin with ${id}. Give more of the id.`)
    throw unknownJob(id)
  })
}
