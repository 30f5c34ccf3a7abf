import type { App } from '#core/app'
import { activeStates } from '#shared/domain/job'

/** How many jobs have not ended; 0 when it cannot be said, because a question at quitting must not keep the app open. */
export async function unfinishedJobs(app: Pick<App, 'call'>): Promise<number> {
  try {
    const { total } = await app.call('jobs.list', { states: ['queued', ...activeStates], limit: 1 })
    return total
  } catch {
    return 0
  }
}
