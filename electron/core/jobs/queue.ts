import { setImmediate as breathe } from 'node:timers/promises'
import { AppError } from '#shared/domain/error'
import type { Database } from '../database/database'
import type { Tables } from '../database/tables'
import type { LeftPrompt } from '../database/tables/left-prompts'
import type { JobRecord } from '../database/tables/jobs'
import type { JobBoard } from './board'
import { exportFailedNote, type JobExporter } from './export'
import type { LeftPrompts } from './left-prompts'
import type { Scheduler } from './scheduler'

/** What the user does to the queue. */
export interface Queue {
  /** Cancels these, or everything that is not final; answers those that it stopped, and what may still run on servers. */
  cancel(ids: readonly string[] | undefined): Promise<{ canceled: string[]; goesOn: LeftPrompt[] }>
  /** Queues failed and cancelled jobs again, and writes missing copies of done ones; answers the ids it took. */
  retry(ids: readonly string[]): Promise<string[]>
  /** Puts a queued job right before another one, or at the end. */
  move(id: string, beforeId: string | undefined): JobRecord
  /** Puts what waits of a batch right before a queued job of another one, or at the end; answers how many jobs that were. */
  moveBatch(batchId: string, beforeId: string | undefined): Promise<number>
  /** Takes finished jobs out of the panel; answers their ids. */
  clear(): Promise<string[]>
  /** Undoes the last clearing; answers the ids. */
  restoreCleared(): Promise<string[]>
}

/** Rows that change in one transaction: a few milliseconds of the main loop. */
const chunk = 500
/**
 * Least distance between two places that a move gives. The board tells priority and place as one number, and a double of that size
 * (1e9) tells no smaller ones apart.
 */
const leastStep = 1e-6

/** Where jobs are put: the place of the first one, and how far apart they are. */
interface Room {
  priority: number
  first: number
  step: number
}

function notFound(id: string): AppError {
  return new AppError('input.not_found', 'There is no such job. Reload the queue and choose again.', { detail: { jobId: id } })
}

/** Makes the queue's side for the user. */
export function createQueue(context: {
  db: Database
  tables: Tables
  board: JobBoard
  scheduler: Scheduler
  exporter: JobExporter
  /** Absent where cancelled prompts are stopped in the background. */
  stopNow?: LeftPrompts['stopNow'] | undefined
}): Queue {
  const { db, tables, board, scheduler, exporter, stopNow } = context
  const { jobs } = tables

  /** Throws for a job that is not there; all others are answered in order. */
  function need(ids: readonly string[]): JobRecord[] {
    const found = new Map(jobs.getMany(ids).map((job) => [job.id, job]))
    return ids.map((id) => {
      const job = found.get(id)
      if (!job) throw notFound(id)
      return job
    })
  }

  /** Works through ids a transaction's worth at a time, and lets the main loop breathe in between. */
  async function inChunks(ids: readonly string[], work: (part: readonly string[]) => string[]): Promise<string[]> {
    const done: string[] = []
    for (let at = 0; at < ids.length; at += chunk) {
      if (at > 0) await breathe()
      done.push(...work(ids.slice(at, at + chunk)))
    }
    return done
  }

  async function repeat(step: () => string[]): Promise<string[]> {
    const all: string[] = []
    for (;;) {
      const some = step()
      all.push(...some)
      if (some.length < chunk) return all
      await breathe()
    }
  }

  function requeueByUser(id: string): boolean {
    const job = jobs.get(id)
    if (job?.state !== 'failed' && job?.state !== 'canceled') return false
    return jobs.move(id, job.state, 'queued', {
      tries: 0,
      notBefore: 0,
      position: Math.floor(jobs.lastPosition()) + 1,
      error: undefined,
      engineId: undefined,
      startedAt: undefined,
      finishedAt: undefined,
      durationMs: undefined,
      cleared: 0,
    })
  }

  /**
   * Room for so many jobs right before a queued one. Where there is none left its priority gets whole numbers again.
   * @param above the place of the last job before it that is not moved; undefined where there is none
   * @param changed is told who got another number by that
   */
  function roomBefore(
    beforeId: string,
    count: number,
    above: (before: JobRecord) => number | undefined,
    changed: Set<string>,
  ): Room {
    for (let renumbered = false; ; renumbered = true) {
      const [before] = need([beforeId])
      if (before?.state !== 'queued') throw notQueued()
      const from = above(before) ?? before.position - count - 1
      const step = (before.position - from) / (count + 1)
      // Halving comes to its end after some twenty moves to the same place, and equal places have no middle.
      if (step >= leastStep || renumbered) return { priority: before.priority, first: from + step, step }
      for (const other of jobs.renumber(before.priority)) changed.add(other)
    }
  }

  async function cancelAll(): Promise<string[]> {
    // Running ones first: they are what costs.
    const stopped = scheduler.cancel(jobs.active().map((job) => job.id))
    return [...stopped, ...(await repeat(() => scheduler.cancel(jobs.queuedIds(chunk))))]
  }

  return {
    async cancel(ids) {
      for (const id of ids ?? []) if (!jobs.exists(id)) throw notFound(id)
      const canceled = await scheduler.hold(() => (ids ? inChunks(ids, (part) => scheduler.cancel(part)) : cancelAll()))
      return { canceled, goesOn: (await stopNow?.(ids)) ?? [] }
    },

    async retry(ids) {
      const records = need([...new Set(ids)])
      const missingCopies = records.filter((job) => job.state === 'done' && job.notes.includes(exportFailedNote))
      const again = records.filter((job) => job.state === 'failed' || job.state === 'canceled').map((job) => job.id)
      if (missingCopies.length + again.length === 0) {
        throw new AppError('input.conflict', 'Only failed or canceled jobs can be retried. These are done, or still at work.', {
          detail: { states: [...new Set(records.map((job) => job.state))] },
        })
      }
      const retried = await inChunks(again, (part) => db.transaction(() => part.filter((id) => requeueByUser(id))).immediate())
      for (const job of missingCopies) await exporter.write(job.id)
      const taken = [...retried, ...missingCopies.map((job) => job.id)]
      board.announceMany(taken)
      scheduler.kick()
      return taken
    },

    move(id, beforeId) {
      const changed = new Set([id])
      db.transaction(() => {
        const [job] = need([id])
        if (job?.state !== 'queued') throw notQueued()
        if (beforeId === id) return
        if (beforeId === undefined) {
          jobs.place(id, jobs.lastPriority(), jobs.lastPosition() + 1)
          return
        }
        const { priority, first } = roomBefore(beforeId, 1, (before) => jobs.positionBefore(before, id), changed)
        jobs.place(id, priority, first)
      }).immediate()
      // Who shows the queue orders it by these numbers: all that changed are told.
      board.announceMany([...changed])
      return need([id])[0] as JobRecord
    },

    async moveBatch(batchId, beforeId) {
      const changed = new Set<string>()
      const plan = db
        .transaction((): Room & { moving: string[] } => {
          const moving = jobs.queuedOfBatch(batchId)
          if (moving.length === 0) throw notQueued()
          if (beforeId === undefined) {
            return { moving, priority: jobs.lastPriority(), first: Math.floor(jobs.lastPosition()) + 1, step: 1 }
          }
          const above = (before: JobRecord): number | undefined => {
            if (before.batchId === batchId) throw ownBatch()
            return jobs.positionBeforeBatch(before, batchId)
          }
          return { moving, ...roomBefore(beforeId, moving.length, above, changed) }
        })
        .immediate()
      const { moving, priority, first, step } = plan
      let at = 0
      const moved = await inChunks(moving, (part) =>
        // What an engine has taken meanwhile keeps the place that it had.
        db.transaction(() => part.filter((id) => jobs.place(id, priority, first + step * at++))).immediate(),
      )
      for (const id of moved) changed.add(id)
      board.announceMany([...changed])
      return moved.length
    },

    async clear() {
      const clearing = jobs.lastClearing() + 1
      return await repeat(() => jobs.clear(clearing, chunk))
    },

    async restoreCleared() {
      const clearing = jobs.lastClearing()
      if (clearing === 0) return []
      const ids = await repeat(() => jobs.restore(clearing, chunk))
      board.announceMany(ids)
      return ids
    },
  }
}

function ownBatch(): AppError {
  return new AppError('input.conflict', 'That job is of the batch that is moved. Choose one of another batch.')
}

function notQueued(): AppError {
  return new AppError('input.conflict', 'Only waiting jobs have a place in the queue; this one has started. Choose another.')
}
