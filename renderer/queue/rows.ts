import type { Job } from '#shared/domain/job'
import type { HistoryState, JobsState } from '../state/jobs'

/** One line of the panel's list. */
export type QueueRow =
  | { kind: 'job'; id: string; place: 'active' | 'waiting' | 'recent' | 'history'; inBatch?: true }
  /** A batch as one; `ids` are its jobs that the panel has. Its own lines follow when it is open. */
  | { kind: 'batch'; batchId: string; ids: readonly string[]; open: boolean }
  | { kind: 'more'; count: number }

/** From so many jobs on a batch is one line: a sheet of eight views is still looked at job by job. */
export const batchLineFrom = 12

/** What decides which jobs share a line. */
export interface Batching {
  batchOf: (id: string) => string | undefined
  /** All jobs of a batch, those that the panel has not as well; undefined where that is not known yet. */
  sizeOf: (batchId: string) => number | undefined
  open: ReadonlySet<string>
}

/** The lines of the queue: what runs, what waits (and how much more waits than is loaded), what ended; large batches as one line each. */
export function queueRows(
  jobs: Pick<JobsState, 'active' | 'waiting' | 'recent'>,
  queued: number,
  { batchOf, sizeOf, open }: Batching,
): QueueRow[] {
  const idsOf = new Map<string, string[]>()
  for (const id of [...jobs.active, ...jobs.waiting, ...jobs.recent]) {
    const batchId = batchOf(id)
    if (batchId === undefined) continue
    const ids = idsOf.get(batchId)
    if (ids) ids.push(id)
    else idsOf.set(batchId, [id])
  }
  const rows: QueueRow[] = []
  const told = new Set<string>()
  const add = (ids: readonly string[], place: 'active' | 'waiting' | 'recent'): void => {
    for (const id of ids) {
      const batchId = batchOf(id)
      const ofBatch = batchId === undefined ? undefined : idsOf.get(batchId)
      if (batchId === undefined || !ofBatch || (sizeOf(batchId) ?? ofBatch.length) < batchLineFrom) {
        rows.push({ kind: 'job', id, place })
        continue
      }
      if (told.has(batchId)) continue
      told.add(batchId)
      rows.push({ kind: 'batch', batchId, ids: ofBatch, open: open.has(batchId) })
      if (!open.has(batchId)) continue
      // An open batch keeps its jobs together, whatever stands between them in the queue.
      const isOf = (each: string): boolean => batchOf(each) === batchId
      const line =
        (at: 'active' | 'waiting' | 'recent') =>
        (each: string): QueueRow => ({ kind: 'job', id: each, place: at, inBatch: true })
      rows.push(
        ...jobs.active.filter(isOf).map(line('active')),
        ...jobs.waiting.filter(isOf).map(line('waiting')),
        ...jobs.recent.filter(isOf).map(line('recent')),
      )
    }
  }
  add(jobs.active, 'active')
  add(jobs.waiting, 'waiting')
  const unseen = queued - jobs.waiting.length
  if (unseen > 0) rows.push({ kind: 'more', count: unseen })
  add(jobs.recent, 'recent')
  return rows
}

/**
 * Milliseconds until a batch has ended, from the time that its finished jobs took and how many run side by side; undefined until two of
 * them have told. `done` are the jobs of it that are known to be done.
 */
export function batchLeft(done: readonly Pick<Job, 'durationMs'>[], unfinished: number, active: number): number | undefined {
  const times = done.flatMap(({ durationMs }) => (durationMs === undefined ? [] : [durationMs]))
  if (times.length < 2 || active === 0) return undefined
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return (mean * unfinished) / active
}

/** The lines of the history. */
export function historyRows(history: Pick<HistoryState, 'order'>): QueueRow[] {
  return history.order.map((id) => ({ kind: 'job', id, place: 'history' }))
}

/**
 * Before which waiting job a dragged one lands when it is let go at a height.
 * `tops` are the upper edges of the waiting rows in order; `undefined` when it stays where it is, `null` for the end.
 */
export function dropBefore(
  rows: readonly { id: string; top: number; height: number }[],
  draggedId: string,
  y: number,
): string | null | undefined {
  const from = rows.findIndex((row) => row.id === draggedId)
  if (from < 0) return undefined
  let to = rows.findIndex((row) => y < row.top + row.height / 2)
  if (to < 0) to = rows.length
  if (to === from || to === from + 1) return undefined
  return rows[to]?.id ?? null
}
