import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppLogger } from '../app'
import type { Tables } from '../database/tables'
import type { AttemptRecord } from '../database/tables/attempts'
import type { EnginePool } from '../engines/pool'
import type { LeftPrompts } from './left-prompts'
import { isActive } from './machine'
import type { Scheduler } from './scheduler'

/** What recovery works with. */
export interface RecoveryContext {
  tables: Tables
  pool: EnginePool
  scheduler: Scheduler
  left: Pick<LeftPrompts, 'leave' | 'ended'>
  /** An engine that is away for this long (milliseconds) is not waited for where another one is here. */
  failoverMs: () => number
  logger: AppLogger
}

const attemptFolder = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** Between two questions to an engine that does not answer, milliseconds. */
const askAgainMs = { first: 1_000, longest: 30_000 }
/** How long the start waits for engines' answers; a server that is slower is waited for in the background. */
const startWaitMs = 300

/** Removes the work folders that a killed process left. Before any attempt begins. Answers how many there were. */
export async function sweepWorkDirs(dataDir: string): Promise<number> {
  const staging = join(dataDir, 'staging')
  const entries = await readdir(staging, { withFileTypes: true })
  const left = entries.filter((entry) => entry.isDirectory() && attemptFolder.test(entry.name))
  await Promise.all(left.map((entry) => rm(join(staging, entry.name), { recursive: true, force: true })))
  return left.length
}

/**
 * Takes up what a former process left active: an attempt that its engine still knows is waited for and collected, one that
 * it does not know sends its job back to its old place in the queue, and so does one whose engine stays away while another could do it.
 * Resolves when the engines that are here have answered.
 */
export async function recover(context: RecoveryContext, signal: AbortSignal): Promise<void> {
  const { tables, scheduler, logger } = context
  const attempts = tables.attempts.active()
  const held = new Set(attempts.map((attempt) => attempt.jobId))
  for (const job of tables.jobs.active()) {
    if (held.has(job.id)) continue
    logger.warn({ job: job.id, state: job.state }, 'an active job had no attempt: back to the queue')
    scheduler.requeue(job, undefined)
  }
  const all = Promise.all(attempts.map((attempt) => recoverOne(context, attempt, signal)))
  all.catch((error: unknown) => logger.error({ err: error }, 'recovery ended in a fault of Recast'))
  await Promise.race([all, sleep(startWaitMs, undefined, { ref: false })])
}

async function recoverOne(context: RecoveryContext, attempt: AttemptRecord, signal: AbortSignal): Promise<void> {
  const { tables, pool, scheduler, logger } = context
  let waitMs = askAgainMs.first
  const startedAt = performance.now()
  while (!signal.aborted) {
    // Each time anew: one whose login the keychain gives only now is another engine then, and the one before it answers no more.
    const engine = pool.get(attempt.engineId)
    const job = tables.jobs.get(attempt.jobId)
    if (!job || !isActive(job.state)) {
      // Cancelled while we waited for its engine, or left by a bug of an older version.
      tables.attempts.end(attempt.id, 'lost', Date.now())
      if (engine?.outlives === true) {
        context.left.leave({ attemptId: attempt.id, jobId: attempt.jobId, engineId: engine.id })
        context.left.ended(attempt.jobId)
      }
      return
    }
    try {
      const place = engine ? await engine.lookup(attempt.id) : 'unknown'
      if (signal.aborted) return
      logger.info({ job: job.id, attempt: attempt.id, engine: attempt.engineId, place }, 'recovered attempt')
      if (engine && place !== 'unknown') {
        // Read again: it may have been cancelled while its engine was asked.
        const now = tables.jobs.get(job.id)
        if (now && isActive(now.state)) scheduler.drive(now, attempt.id, engine, 'attach')
      } else scheduler.requeue(job, attempt.id)
      scheduler.kick()
      return
    } catch (error) {
      logger.warn({ err: error, attempt: attempt.id, engine: attempt.engineId }, 'an engine could not be asked for its job')
      const patienceMs = context.failoverMs() - (performance.now() - startedAt)
      if (engine && patienceMs <= 0 && scheduler.release(job, attempt.id, engine)) {
        logger.info({ job: job.id, attempt: attempt.id, engine: engine.id }, 'its engine stays away: the job goes to another one')
        scheduler.kick()
        return
      }
      const pauseMs = patienceMs > 0 ? Math.min(waitMs, patienceMs) : waitMs
      await sleep(pauseMs, undefined, { ref: false, signal }).catch(() => undefined)
      waitMs = Math.min(askAgainMs.longest, waitMs * 2)
    }
  }
}
