import type { HistoryState, JobsState } from '../state/jobs'

/** One line of the panel's list. */
export type QueueRow =
  { kind: 'job'; id: string; place: 'active' | 'waiting' | 'recent' | 'history' } | { kind: 'more'; count: number }

/** The lines of the queue: what runs, what waits (and how much more waits than is loaded), what ended. */
export function queueRows(jobs: Pick<JobsState, 'active' | 'waiting' | 'recent'>, queued: number): QueueRow[] {
  const unseen = queued - jobs.waiting.length
  return [
    ...jobs.active.map((id): QueueRow => ({ kind: 'job', id, place: 'active' })),
    ...jobs.waiting.map((id): QueueRow => ({ kind: 'job', id, place: 'waiting' })),
    ...(unseen > 0 ? [{ kind: 'more', count: unseen } as const] : []),
    ...jobs.recent.map((id): QueueRow => ({ kind: 'job', id, place: 'recent' })),
  ]
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
