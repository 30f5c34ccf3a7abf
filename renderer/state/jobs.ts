import { activeStates, finalStates, type Job } from '#shared/domain/job'
import { insertByRank, without } from './sorted'

/** The queue panel's jobs, each list in the order in which it is shown. */
export interface JobsState {
  byId: Readonly<Record<string, Job>>
  /** In an engine's hands, oldest first. */
  active: readonly string[]
  /** Waiting, next one first. */
  waiting: readonly string[]
  /** Ended and not cleared, newest first. */
  recent: readonly string[]
  /** Progress of active jobs, apart, because it changes ten times a second. */
  live: Readonly<Record<string, LiveProgress>>
}

export interface LiveProgress {
  progress: number
  etaMs: number | undefined
  /** It stands in its engine's own queue: its turn there has not come. */
  pending?: true | undefined
}

/** Older jobs as they were paged in, newest first. */
export interface HistoryState {
  order: readonly string[]
  total: number
  nextCursor: number | undefined
  state: 'idle' | 'loading' | 'loaded'
}

export const noJobs: JobsState = { byId: {}, active: [], waiting: [], recent: [], live: {} }
export const noHistory: HistoryState = { order: [], total: 0, nextCursor: undefined, state: 'idle' }

/** Which list of the panel a job belongs to. */
export function placeOf(job: Job): 'active' | 'waiting' | 'recent' {
  if ((activeStates as readonly string[]).includes(job.state)) return 'active'
  return job.state === 'queued' ? 'waiting' : 'recent'
}

/** Whether the job has ended until somebody retries it. */
export function isFinal(job: Job): boolean {
  return (finalStates as readonly string[]).includes(job.state)
}

/** Starts again from a snapshot's jobs. */
export function jobsFromSnapshot(jobs: readonly Job[]): JobsState {
  const byId = Object.fromEntries(jobs.map((job) => [job.id, job]))
  const ids = (place: string, rank: (job: Job) => number): string[] =>
    jobs
      .filter((job) => placeOf(job) === place)
      .sort((a, b) => rank(a) - rank(b))
      .map((job) => job.id)
  return {
    byId,
    active: ids('active', (job) => job.seq),
    waiting: ids('waiting', (job) => job.position),
    recent: ids('recent', (job) => -job.seq),
    live: {},
  }
}

/** Up to so many jobs are put into a list one by one; of more the list is sorted, which costs the same for any number. */
const fewJobs = 8

/** Takes the new values of jobs. Many at once cost one copy, and one sorting of each list that they leave or enter. */
export function jobsChanged(state: JobsState, changed: readonly Job[]): JobsState {
  if (changed.length === 0) return state
  const byId = { ...state.byId }
  const moving = new Set<string>()
  const known: Partial<Record<'active' | 'waiting' | 'recent', ReadonlySet<string>>> = {}
  // A job may sit in a list of its own under an id that was cleared or paged in: look rather than trust where it was.
  const isIn = (place: 'active' | 'waiting' | 'recent', id: string): boolean =>
    changed.length <= fewJobs ? state[place].includes(id) : (known[place] ??= new Set(state[place])).has(id)
  let live = state.live
  for (const job of changed) {
    const before = byId[job.id]
    const place = placeOf(job)
    const from = before ? placeOf(before) : undefined
    const moved = from !== place || (place === 'waiting' && before?.position !== job.position)
    byId[job.id] = job
    if (moved || !isIn(place, job.id)) moving.add(job.id)
    if (live[job.id] && place !== 'active') {
      const { [job.id]: _, ...others } = live
      live = others
    }
  }
  const placed = (place: 'active' | 'waiting' | 'recent', rank: (job: Job) => number): readonly string[] => {
    const ids = state[place]
    const staying = ids.filter((id) => !moving.has(id))
    const coming = [...moving].filter((id) => byId[id] && placeOf(byId[id]) === place)
    if (coming.length === 0) return staying.length === ids.length ? ids : staying
    const rankOf = (id: string): number => (byId[id] ? rank(byId[id]) : 0)
    if (coming.length > fewJobs) return [...staying, ...coming].sort((a, b) => rankOf(a) - rankOf(b))
    return coming.reduce((list, id) => insertByRank(list, id, rankOf), staying)
  }
  if (moving.size === 0) return { ...state, byId, live }
  return {
    byId,
    active: placed('active', (job) => job.seq),
    waiting: placed('waiting', (job) => job.position),
    recent: placed('recent', (job) => -job.seq),
    live,
  }
}

/** Takes waiting jobs that a list told of, in one go: of those known already, what is known is newer. */
export function waitingLoaded(state: JobsState, jobs: readonly Job[]): JobsState {
  const fresh = jobs.filter((job) => job.state === 'queued' && state.byId[job.id] === undefined)
  if (fresh.length === 0) return state
  const byId = { ...state.byId, ...Object.fromEntries(fresh.map((job) => [job.id, job])) }
  const position = (id: string): number => byId[id]?.position ?? 0
  const waiting = [...state.waiting, ...fresh.map((job) => job.id)].sort((a, b) => position(a) - position(b))
  return { ...state, byId, waiting }
}

/** Takes the progress of a running job; one that is not active any more is not revived by a late word. */
export function jobProgressed(state: JobsState, id: string, now: LiveProgress): JobsState {
  const job = state.byId[id]
  if (!job || placeOf(job) !== 'active') return state
  return { ...state, live: { ...state.live, [id]: now } }
}

/** Takes finished jobs out of the panel; the history still knows them. */
export function jobsCleared(state: JobsState, ids: readonly string[]): JobsState {
  const gone = new Set(ids)
  return { ...state, recent: state.recent.filter((id) => !gone.has(id)) }
}

/** Brings jobs into the panel that a list call told of, where nothing newer is known of them: an answer may be older than an event. */
export function finishedJobsReturned(state: JobsState, jobs: readonly Job[]): JobsState {
  return jobsChanged(
    state,
    jobs.filter((job) => {
      const known = state.byId[job.id]
      return isFinal(job) && (known === undefined || isFinal(known))
    }),
  )
}

/** Adds a page of the history. */
export function historyWithPage(
  history: HistoryState,
  page: { items: Job[]; total: number; nextCursor?: number | undefined },
): HistoryState {
  const present = new Set(history.order)
  return {
    order: [...history.order, ...page.items.filter((job) => !present.has(job.id)).map((job) => job.id)],
    total: page.total,
    nextCursor: page.nextCursor,
    state: 'loaded',
  }
}

/** Keeps a loaded history true: jobs that end join it, retried ones leave it. */
export function historyChanged(history: HistoryState, byId: JobsState['byId'], changed: readonly Job[]): HistoryState {
  if (history.state === 'idle') return history
  let { order, total } = history
  for (const job of changed) {
    const listed = order.includes(job.id)
    if (isFinal(job) && !listed) {
      const oldest = order.length > 0 ? byId[order.at(-1) as string] : undefined
      total++
      if (history.nextCursor !== undefined && oldest && job.seq < oldest.seq) continue
      order = insertByRank(order, job.id, (id) => -(byId[id]?.seq ?? 0))
    } else if (!isFinal(job) && listed) {
      order = without(order, job.id)
      total = Math.max(0, total - 1)
    }
  }
  return order === history.order && total === history.total ? history : { ...history, order, total }
}

/** A job's progress and time left as they are known now. */
export function progressOf(state: JobsState, job: Job): LiveProgress {
  return state.live[job.id] ?? { progress: job.progress, etaMs: job.etaMs, pending: job.pending }
}

/** Whether an active job stands in its engine's own queue: it waits, though an engine has it. */
export function isPending(state: JobsState, job: Job): boolean {
  return placeOf(job) === 'active' && progressOf(state, job).pending === true
}

/** The active jobs, those first that are at work: what only waits at a server has nothing to show yet. */
export function workingFirst(state: JobsState): string[] {
  const waits = (id: string): boolean => state.byId[id] !== undefined && isPending(state, state.byId[id])
  return [...state.active.filter((id) => !waits(id)), ...state.active.filter(waits)]
}

/** How many jobs stand in an engine's own queue. */
export function pendingCount(state: JobsState): number {
  return state.active.filter((id) => state.byId[id] && isPending(state, state.byId[id])).length
}
