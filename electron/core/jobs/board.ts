import type { QueueView } from '#shared/contract/calls'
import type { Job } from '#shared/domain/job'
import type { Tables } from '../database/tables'
import type { JobRecord } from '../database/tables/jobs'
import type { EventSource } from '../event-hub'
import { isActive } from './machine'

/** Shortest time between two progress events of a job, and between two counts of the queue, milliseconds. */
const intervalMs = 100
/** Jobs that are told in one go; between two goes the main loop does other things. */
const chunk = 200

/** What is known of a running job beside its row. */
interface Live {
  progress: number
  etaMs: number | undefined
  pending: boolean
  toldAt: number
  timer: NodeJS.Timeout | undefined
}

/** Between the places of one priority and those of the next: more than a queue will ever hold. */
const priorityStep = 1e9

/** Jobs as shells see them, row and live progress together, and the events about them. */
export interface JobBoard {
  view(records: readonly JobRecord[]): Job[]
  queue(): QueueView
  /** Tells the job as it is now. */
  announce(id: string): void
  /** Tells many jobs, a few at a time, each as it is when its turn comes. */
  announceMany(ids: readonly string[]): void
  /** Tells the queue's counts, soon and once for many changes. */
  announceQueue(): void
  /** Notes progress (0..1) of a running job, or that it is `pending` in its engine's own queue, and tells it at most ten times a second. */
  progress(id: string, progress: number, etaMs: number | undefined, pending: boolean): void
  /** Forgets the live part of a job that no longer runs. */
  endLive(id: string): void
  close(): void
}

/** Makes the board. */
export function createBoard(tables: Tables, events: EventSource, isPaused: () => boolean): JobBoard {
  const live = new Map<string, Live>()
  const waiting = new Set<string>()
  let flushing: NodeJS.Immediate | undefined
  let queueTimer: NodeJS.Timeout | undefined
  let queueToldAt = Number.NEGATIVE_INFINITY

  function view(records: readonly JobRecord[]): Job[] {
    const outputs = tables.outputs.ofJobs(records.map((record) => record.id))
    return records.map((record) => {
      const now = isActive(record.state) ? live.get(record.id) : undefined
      return {
        id: record.id,
        seq: record.seq,
        batchId: record.batchId,
        ...(record.pictureId === undefined ? {} : { pictureId: record.pictureId }),
        pictureName: record.pictureName,
        ...(record.inputAssetId === undefined ? {} : { inputAssetId: record.inputAssetId }),
        edit: record.edit,
        sampling: record.sampling,
        seed: record.seed,
        engine: record.engine,
        ...(record.engineId === undefined ? {} : { engineId: record.engineId }),
        ...(record.workflowId === undefined ? {} : { workflowId: record.workflowId }),
        state: record.state,
        // One number for both, so that whoever sorts by it sees the order in which jobs run.
        position: record.priority * priorityStep + record.position,
        progress: record.state === 'done' ? 1 : (now?.progress ?? 0),
        ...(now?.etaMs === undefined ? {} : { etaMs: now.etaMs }),
        ...(now?.pending ? { pending: true as const } : {}),
        attempt: record.attempt,
        ...(record.error === undefined ? {} : { error: record.error }),
        outputs: outputs.get(record.id) ?? [],
        notes: record.notes,
        ...(record.made === undefined ? {} : { made: record.made }),
        createdAt: record.createdAt,
        ...(record.startedAt === undefined ? {} : { startedAt: record.startedAt }),
        ...(record.finishedAt === undefined ? {} : { finishedAt: record.finishedAt }),
        ...(record.durationMs === undefined ? {} : { durationMs: record.durationMs }),
      }
    })
  }

  const queue = (): QueueView => ({ paused: isPaused(), ...tables.jobs.counts() })

  function announceQueue(): void {
    queueTimer ??= setTimeout(
      () => {
        queueTimer = undefined
        queueToldAt = performance.now()
        events.emit({ type: 'queue', queue: queue() })
      },
      Math.max(0, queueToldAt + intervalMs - performance.now()),
    )
  }

  function tell(ids: readonly string[]): void {
    for (const job of view(tables.jobs.getMany(ids))) events.emit({ type: 'job', job })
  }

  function flush(): void {
    flushing = undefined
    const next: string[] = []
    for (const id of waiting) {
      next.push(id)
      if (next.length === chunk) break
    }
    for (const id of next) waiting.delete(id)
    tell(next)
    if (waiting.size > 0) flushing = setImmediate(flush)
  }

  function tellProgress(id: string, state: Live): void {
    state.toldAt = performance.now()
    events.emit({
      type: 'job.progress',
      id,
      progress: state.progress,
      ...(state.etaMs === undefined ? {} : { etaMs: state.etaMs }),
      ...(state.pending ? { pending: true as const } : {}),
    })
  }

  return {
    view,
    queue,
    announce(id) {
      waiting.delete(id)
      tell([id])
      announceQueue()
    },
    announceMany(ids) {
      for (const id of ids) waiting.add(id)
      if (waiting.size > 0) flushing ??= setImmediate(flush)
      announceQueue()
    },
    announceQueue,
    progress(id, progress, etaMs, pending) {
      let state = live.get(id)
      if (!state) live.set(id, (state = { progress: 0, etaMs, pending, toldAt: Number.NEGATIVE_INFINITY, timer: undefined }))
      // A bar that goes back frightens people; and only the end of the job is 1.
      state.progress = Math.max(state.progress, Math.min(0.99, Math.max(0, progress)))
      state.etaMs = etaMs
      state.pending = pending
      const wait = state.toldAt + intervalMs - performance.now()
      if (state.timer !== undefined) return
      if (wait <= 0) return tellProgress(id, state)
      const own = state
      state.timer = setTimeout(() => {
        own.timer = undefined
        tellProgress(id, own)
      }, wait)
    },
    endLive(id) {
      clearTimeout(live.get(id)?.timer)
      live.delete(id)
    },
    close() {
      if (flushing) clearImmediate(flushing)
      clearTimeout(queueTimer)
      for (const state of live.values()) clearTimeout(state.timer)
      live.clear()
      waiting.clear()
    },
  }
}
