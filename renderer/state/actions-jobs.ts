import { activeStates, finalStates, type Job, type JobState } from '#shared/domain/job'
import type { LighterWay } from '#shared/domain/lighter'
import type { ActionContext } from './actions'
import { historyWithPage, noHistory, waitingLoaded } from './jobs'

export interface JobActions {
  /** Cancels these jobs, or all that have not ended. */
  cancel(ids?: readonly string[]): Promise<void>
  retry(ids: readonly string[]): Promise<void>
  /** Does a job that ran out of memory once more in a way that needs less, with its seed. */
  doLighter(job: Job, way: LighterWay): Promise<void>
  /** Puts a waiting job before another, or at the end (`null`). */
  moveJob(id: string, beforeId: string | null): Promise<void>
  /** Puts all that waits of a batch before a job of another one, or at the end (`null`). */
  moveBatch(batchId: string, beforeId: string | null): Promise<void>
  /** Fetches a job that no list has, for the facts of an old version. */
  knowJob(id: string): Promise<void>
  /** Fetches the waiting jobs that the snapshot left out. */
  loadWaiting(): Promise<void>
  /** Asks how far these batches are. */
  askBatches(ids: readonly string[]): Promise<void>
  /** Tries the failed jobs of a batch again, and only these. */
  retryFailed(batchId: string): Promise<void>
  /** Cancels what of a batch has not ended. */
  cancelBatch(batchId: string): Promise<void>
  /** The results of a batch, each under the name of its picture, in the order in which they were asked for. */
  batchResults(batchId: string): Promise<{ assetId: string; name: string; plain: true }[]>
  pause(paused: boolean): Promise<void>
  /** Loads the first or the next page of the history. */
  loadHistory(): Promise<void>
}

const pageSize = 200
/** As many as one call for counts takes. */
const batchesAtOnce = 100
/** As many as one list call answers. */
const longestPage = 500

/** What can be done with the queue. */
export function createJobActions({ store, ask, fail, client }: ActionContext): JobActions {
  /** Every job of a batch in these states, the oldest first; undefined when it can't be asked. */
  const jobsOf = async (batchId: string, states: readonly JobState[]): Promise<Job[] | undefined> => {
    const jobs: Job[] = []
    let cursor: number | undefined
    do {
      const page = await ask('jobs.list', {
        batchId,
        states: [...states],
        limit: longestPage,
        ...(cursor === undefined ? {} : { cursor }),
      })
      if (!page) return undefined
      jobs.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return jobs.reverse()
  }
  let loadingWaiting: Promise<void> | undefined
  return {
    async cancel(ids) {
      await ask('jobs.cancel', ids ? { ids: [...ids] } : {})
    },
    async retry(ids) {
      await ask('jobs.retry', { ids: [...ids] })
    },
    async doLighter(job, { workflowId, choices }) {
      const { pictureId, inputAssetId, pictureName: name, sampling } = job
      await ask('jobs.submit', {
        batchId: crypto.randomUUID(),
        pictures:
          pictureId === undefined ? [] : [{ pictureId, name, ...(inputAssetId === undefined ? {} : { assetId: inputAssetId }) }],
        ...(pictureId === undefined ? { name } : {}),
        edits: [job.edit],
        // What was set for one workflow says nothing of another.
        sampling: choices ? { ...sampling, choices: { ...sampling.choices, ...choices } } : {},
        seed: job.seed,
        engine: job.engine,
        workflowId,
      })
    },
    async moveJob(id, beforeId) {
      await ask('jobs.move', beforeId === null ? { id } : { id, beforeId })
    },
    async moveBatch(batchId, beforeId) {
      await ask('jobs.moveBatch', beforeId === null ? { batchId } : { batchId, beforeId })
    },
    async knowJob(id) {
      try {
        const job = await client.call('jobs.get', { id })
        store.setState((state) =>
          state.jobs.byId[id] ? state : { jobs: { ...state.jobs, byId: { ...state.jobs.byId, [id]: job } } },
        )
      } catch {
        // The facts are then without it: not worth a message.
      }
    },
    loadWaiting() {
      loadingWaiting ??= (async () => {
        const jobs: Job[] = []
        let cursor: number | undefined
        do {
          const page = await ask('jobs.list', {
            states: ['queued'],
            limit: longestPage,
            ...(cursor === undefined ? {} : { cursor }),
          })
          if (!page) return
          jobs.push(...page.items)
          cursor = page.nextCursor
        } while (cursor !== undefined)
        store.setState((state) => ({ jobs: waitingLoaded(state.jobs, jobs) }))
      })().finally(() => {
        loadingWaiting = undefined
      })
      return loadingWaiting
    },
    async askBatches(ids) {
      try {
        const { batches } = await client.call('jobs.batches', { ids: ids.slice(0, batchesAtOnce) })
        store.setState((state) => ({
          batches: { ...state.batches, ...Object.fromEntries(batches.map((counts) => [counts.batchId, counts])) },
        }))
      } catch (thrown) {
        // While the link is lost this is asked again after the next snapshot.
        if (store.getState().link === 'open') fail(thrown)
      }
    },
    async retryFailed(batchId) {
      const jobs = await jobsOf(batchId, ['failed'])
      if (jobs && jobs.length > 0) await ask('jobs.retry', { ids: jobs.map((job) => job.id) })
    },
    async cancelBatch(batchId) {
      const jobs = await jobsOf(batchId, ['queued', ...activeStates])
      if (jobs && jobs.length > 0) await ask('jobs.cancel', { ids: jobs.map((job) => job.id) })
    },
    async batchResults(batchId) {
      const jobs = (await jobsOf(batchId, ['done'])) ?? []
      return jobs.flatMap((job) => job.outputs.map(({ assetId }) => ({ assetId, name: job.pictureName, plain: true as const })))
    },
    async pause(paused) {
      const queue = await ask('queue.pause', { paused })
      if (queue) store.setState({ queue })
    },
    async loadHistory() {
      const { history } = store.getState()
      if (history.state === 'loading' || (history.state === 'loaded' && history.nextCursor === undefined)) return
      store.setState({ history: { ...history, state: 'loading' } })
      try {
        const page = await client.call('jobs.list', {
          states: [...finalStates],
          limit: pageSize,
          ...(history.nextCursor === undefined ? {} : { cursor: history.nextCursor }),
        })
        store.setState((state) => {
          const byId = { ...state.jobs.byId }
          // An answer may be older than an event: what is known of a job that is not here yet is all we take.
          for (const job of page.items) byId[job.id] ??= job
          return { jobs: { ...state.jobs, byId }, history: historyWithPage(state.history, page) }
        })
      } catch (thrown) {
        store.setState((state) => ({
          history: state.history.order.length > 0 ? { ...state.history, state: 'loaded' } : noHistory,
        }))
        fail(thrown)
      }
    },
  }
}
