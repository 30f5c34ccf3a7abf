import { randomUUID } from 'node:crypto'
import { AppError } from '#shared/domain/error'
import type { JobState } from '#shared/domain/job'
import type { LogFlush } from '../database/log-flush'
import type { JobChanges, JobRecord } from '../database/tables/jobs'
import { unflushed } from '../database/unflushed'
import type { Engine } from '../engines/engine'
import type { GpuUse } from '../engines/gpu-use'
import type { EnginePool } from '../engines/pool'
import { givenUp } from '../engines/tried-again'
import { runAttempt, type AttemptContext, type AttemptEnd, type StopReason } from './attempt'
import { createCapacities } from './capacities'
import { afterFailure, choose, longestWaitMs } from './decide'
import { faultOf } from './fault'
import type { LeftPrompts } from './left-prompts'
import { isActive } from './machine'
import { createPersistence, diskWaitMs } from './persistence'

/** What the scheduler works with. */
export interface SchedulerContext extends AttemptContext {
  log: Pick<LogFlush, 'flush'>
  pool: EnginePool
  isPaused: () => boolean
  maxInFlight: () => number
  /** An attempt whose engine is away for this long (milliseconds) goes to another one that is here. */
  failoverMs: () => number
  left: LeftPrompts
  gpu: GpuUse
  /** Told when a job has got results. */
  onResult: (job: JobRecord) => void
}

/** An attempt that is being driven. */
export interface ActiveAttempt {
  jobId: string
  engineId: string
  controller: AbortController
  /** When it began, on the monotonic clock; a former process's attempt by the rows' time. */
  startedAt: number
  /** The engine works on it, or may still. */
  onEngine: boolean
  /** When its engine was first seen away, on the monotonic clock. */
  awaySince: number | undefined
  ended: Promise<void>
}

/** Runs queued jobs on free engines, one attempt each, and ends them. */
export interface Scheduler {
  /** Looks for jobs to start, soon; call it after anything that may let one start. */
  kick(): void
  /** Drives an attempt whose rows are there already. */
  drive(job: JobRecord, attemptId: string, engine: Engine, mode: 'run' | 'attach'): void
  /** Puts an active job back to its place in the queue; its attempt is given up. False when somebody else was first. */
  requeue(job: JobRecord, attemptId: string | undefined): boolean
  /**
   * Gives up an attempt that nobody drives and whose engine is away: its job goes back to the queue, what may run there is stopped when
   * the engine returns. False when no other engine is here that could do the job.
   */
  release(job: JobRecord, attemptId: string, engine: Engine): boolean
  /** Cancels queued and active jobs; answers those that it stopped. */
  cancel(ids: readonly string[]): string[]
  /** Jobs that an engine has now. */
  jobsOn(engineId: string): number
  /** True while this process drives the attempt. */
  isDriven(attemptId: string): boolean
  /** While held, nothing is started: for work on the queue in several steps. */
  hold<T>(work: () => Promise<T>): Promise<T>
  /** Stops starting, stops what runs (back to the queue), and waits for the engines to let go. */
  close(): Promise<void>
}

/** Jobs at the head of the queue among which one is chosen: enough to fill every engine's look-ahead. */
const headCount = 32

/** Makes the scheduler; nothing runs before the first `kick`. */
export function createScheduler(context: SchedulerContext): Scheduler {
  const { db, tables, board, pool, logger } = context
  const active = new Map<string, ActiveAttempt>()
  let kicked: NodeJS.Immediate | undefined
  let dueTimer: NodeJS.Timeout | undefined
  let holds = 0
  let closed = false
  const jobsOn = (engineId: string): number => {
    let jobs = 0
    for (const attempt of active.values()) if (attempt.onEngine && attempt.engineId === engineId) jobs += 1
    return jobs
  }
  const { persist, stored, shrinkLog } = createPersistence({ ...context, isClosed: () => closed })
  const capacities = createCapacities({ pool, tables, estimator: context.estimator, jobsOn, gpu: context.gpu })

  function kick(): void {
    if (closed) return
    // In a turn of its own: whoever asked has answered its caller before anything starts.
    kicked ??= setImmediate(() => {
      kicked = undefined
      try {
        fill()
      } catch (error) {
        // The database refuses to be written (a full disk): the queue stands as it is until that is over.
        logger.error({ err: error }, 'no job could be started; trying again')
        shrinkLog()
        wakeIn(diskWaitMs)
      }
    })
  }

  function wakeIn(ms: number): void {
    clearTimeout(dueTimer)
    dueTimer = setTimeout(kick, ms)
    dueTimer.unref()
  }

  function fill(): void {
    moveFromAway()
    for (;;) {
      if (closed || holds > 0) return
      const now = Date.now()
      const choice = choose({
        paused: context.isPaused(),
        inFlight: active.size,
        maxInFlight: context.maxInFlight(),
        heads: tables.jobs.heads(now, longestWaitMs, headCount),
        enginesFor: capacities.enginesFor,
      })
      if (!choice) {
        const due = tables.jobs.nextDue(now, longestWaitMs)
        if (due !== undefined) wakeIn(Math.min(longestWaitMs, Math.max(10, due - now)))
        return
      }
      const engine = pool.get(choice.engineId)
      if (!engine) return
      const claimed = claim(choice.jobId, engine)
      if (claimed) drive(claimed.job, claimed.attemptId, engine, 'run')
    }
  }

  /** Stops attempts whose engine has been away for too long while another one could do their jobs. */
  function moveFromAway(): void {
    const now = performance.now()
    const failoverMs = context.failoverMs()
    for (const attempt of active.values()) {
      const engine = pool.get(attempt.engineId)
      if (!attempt.onEngine || !engine || ['ready', 'starting'].includes(engine.view().state)) attempt.awaySince = undefined
      else {
        const away = now - (attempt.awaySince ??= now)
        if (away < failoverMs) wakeIn(Math.max(10, failoverMs - away))
        else if (elsewhere(attempt.jobId, attempt.engineId)) attempt.controller.abort('failover' satisfies StopReason)
      }
    }
  }

  function elsewhere(jobId: string, engineId: string, minBytes?: number): boolean {
    const job = tables.jobs.get(jobId)
    return job !== undefined && capacities.elsewhere(job, engineId, minBytes)
  }

  /** Takes a job out of the queue for an engine: state and attempt in one transaction, on the disk itself once {@link Attempt.stored} resolves. */
  function claim(jobId: string, engine: Engine): { job: JobRecord; attemptId: string } | undefined {
    const attemptId = randomUUID()
    const move = db.transaction(() => {
      const now = Date.now()
      const number = tables.attempts.lastNumber(jobId) + 1
      const changes: JobChanges = {
        engineId: engine.id,
        attempt: number,
        startedAt: now,
        finishedAt: undefined,
        durationMs: undefined,
        error: undefined,
      }
      if (!tables.jobs.move(jobId, 'queued', 'staging', changes)) return undefined
      tables.attempts.insert({ id: attemptId, jobId, number, engineId: engine.id, startedAt: now })
      const job = tables.jobs.get(jobId)
      return job && { job, attemptId }
    })
    return unflushed(db, () => move.immediate())
  }

  function drive(job: JobRecord, attemptId: string, engine: Engine, mode: 'run' | 'attach'): void {
    const controller = new AbortController()
    const own: ActiveAttempt = {
      jobId: job.id,
      engineId: engine.id,
      controller,
      startedAt: performance.now() - Math.max(0, Date.now() - (job.startedAt ?? Number.POSITIVE_INFINITY)),
      onEngine: true,
      awaySince: undefined,
      ended: Promise.resolve(),
    }
    active.set(attemptId, own)
    capacities.began(job, engine)
    pool.refresh(engine.id)
    logger.info({ job: job.id, attempt: attemptId, engine: engine.id, mode }, 'attempt begins')
    const onEngineFree = (): void => {
      if (!own.onEngine) return
      own.onEngine = false
      pool.refresh(engine.id)
      if (pool.candidates(job.engine).length > 1) void pool.measure(engine.id)
      kick()
    }
    const { signal } = controller
    const attempt = {
      id: attemptId,
      job,
      engine,
      signal,
      mode,
      stored: mode === 'run' ? stored(signal) : undefined,
      onEngineFree,
    }
    // Not every engine waits for it.
    attempt.stored?.catch(() => undefined)
    own.ended = runAttempt(context, attempt, (end) => conclude(job, attemptId, engine, end))
      .catch((error: unknown) => logger.error({ err: error, job: job.id }, 'an attempt ended in a fault of Recast'))
      .finally(() => {
        active.delete(attemptId)
        kick()
      })
  }

  async function conclude(job: JobRecord, attemptId: string, engine: Engine, end: AttemptEnd): Promise<void> {
    // A job that was cancelled and retried at once may run again already: what is live is not ours then.
    const runsAgain = [...active].some(([id, other]) => id !== attemptId && other.jobId === job.id)
    if (!runsAgain) {
      board.endLive(job.id)
      context.events.dropPreviews(job.id)
    }
    const log = { job: job.id, attempt: attemptId, engine: engine.id }
    if (end.kind === 'done') {
      logger.info(log, 'job done')
      pool.noteSuccess(engine.id)
      capacities.ended(job.id)
      context.left.ended(job.id)
      // The copy first: who hears "done" finds it there.
      if (job.exportDir !== undefined) await context.exporter.write(job.id)
      board.announce(job.id)
      context.onResult(job)
    } else if (end.kind === 'failed') {
      logger.warn({ ...log, err: end.error, code: end.error.code }, 'attempt failed')
      if (faultOf(end.error) === 'server') pool.noteFault(engine.id)
      if (end.error.code.startsWith('engine.')) void pool.probe(engine.id).then(kick)
      // While there still is some room: each reason that is stored takes a little of it.
      if (end.error.code === 'io.disk_full') shrinkLog()
      await persist(() => fail(job.id, attemptId, engine, end.error, mayRemain(end.error)))
    } else {
      const reason = active.get(attemptId)?.controller.signal.reason as StopReason | undefined
      logger.info({ ...log, reason }, 'attempt stopped')
      if (reason === 'failover') await persist(() => fail(job.id, attemptId, engine, awayError(engine), true))
      if (reason === 'cancel' && engine.outlives === true)
        await persist(() => context.left.stop({ attemptId, jobId: job.id, engineId: engine.id }))
      // What goes on without us stays active: the next start finds it again on its engine.
      if (reason === 'shutdown' && engine.outlives !== true) requeue(job, attemptId)
    }
  }

  /** Notes a prompt that may still be on its server, if the engine is one. */
  function leave(jobId: string, attemptId: string, engine: Engine): void {
    if (engine.outlives === true) context.left.leave({ attemptId, jobId, engineId: engine.id })
  }

  /** @param remains its prompt may still be on the server */
  function fail(jobId: string, attemptId: string, engine: Engine, error: AppError, remains: boolean): void {
    const minBytes = faultOf(error) === 'memory' ? (engine.load?.()?.memory?.total ?? Number.POSITIVE_INFINITY) : undefined
    const other = elsewhere(jobId, engine.id, minBytes)
    const moved = db
      .transaction(() => {
        const job = tables.jobs.get(jobId)
        if (!job || !isActive(job.state)) return undefined
        const now = Date.now()
        if (!tables.attempts.end(attemptId, 'failed', now, error.toView())) return undefined
        if (remains) leave(jobId, attemptId, engine)
        const tries = job.tries + 1
        const next = afterFailure(error, tries, Math.random(), other)
        const to: JobState = next.again ? 'queued' : 'failed'
        const changes: JobChanges = next.again
          ? { tries, notBefore: now + next.waitMs, error: error.toView(), engineId: undefined, startedAt: undefined }
          : {
              tries,
              error: givenUp(error.toView(), tries),
              finishedAt: now,
              durationMs: Math.round(performance.now() - (active.get(attemptId)?.startedAt ?? performance.now())),
            }
        return tables.jobs.move(jobId, job.state, to, changes)
      })
      .immediate()
    if (moved) {
      capacities.failedOn(jobId, engine.id, other)
      board.announce(jobId)
    }
  }

  function release(job: JobRecord, attemptId: string, engine: Engine): boolean {
    if (!capacities.elsewhere(job, engine.id)) return false
    return db.transaction(() => requeue(job, attemptId) && (leave(job.id, attemptId, engine), true)).immediate()
  }

  function requeue(job: JobRecord, attemptId: string | undefined): boolean {
    const moved = db
      .transaction(() => {
        const now = tables.jobs.get(job.id)
        if (!now || !isActive(now.state)) return false
        if (attemptId !== undefined && !tables.attempts.end(attemptId, 'lost', Date.now())) return false
        return tables.jobs.move(job.id, now.state, 'queued', { engineId: undefined, startedAt: undefined, notBefore: 0 })
      })
      .immediate()
    if (moved) board.announce(job.id)
    return moved
  }

  function cancel(ids: readonly string[]): string[] {
    const canceled = db
      .transaction(() => {
        const now = Date.now()
        const waiting = tables.jobs.cancelQueued(ids, now)
        const running = tables.jobs.activeAmong(ids).filter((job) => {
          if (!tables.jobs.move(job.id, job.state, 'canceled', { finishedAt: now, error: undefined })) return false
          const attempt = tables.attempts.activeOfJob(job.id)
          if (attempt) {
            tables.attempts.end(attempt.id, 'canceled', now)
            // Whoever drives it stops its prompt. One that a former process posted is stopped as soon as its server answers.
            const engine = pool.get(attempt.engineId)
            if (engine && !active.has(attempt.id)) leave(job.id, attempt.id, engine)
          }
          return true
        })
        return [...running.map((job) => job.id), ...waiting]
      })
      .immediate()
    // Only after the commit: an engine must not be stopped for a cancel that was not stored.
    const stopped = new Set(canceled)
    for (const attempt of active.values()) {
      if (!stopped.has(attempt.jobId)) continue
      attempt.controller.abort('cancel' satisfies StopReason)
      board.endLive(attempt.jobId)
      context.events.dropPreviews(attempt.jobId)
    }
    for (const id of canceled) {
      capacities.ended(id)
      context.left.ended(id)
    }
    board.announceMany(canceled)
    if (canceled.length > 0) kick()
    return canceled
  }

  return {
    kick,
    drive,
    requeue,
    release,
    cancel,
    jobsOn,
    isDriven: (attemptId) => active.has(attemptId),
    async hold(work) {
      holds += 1
      try {
        return await work()
      } finally {
        holds -= 1
        kick()
      }
    },
    async close() {
      closed = true
      if (kicked) clearImmediate(kicked)
      clearTimeout(dueTimer)
      const running = [...active.values()]
      for (const attempt of running) attempt.controller.abort('shutdown' satisfies StopReason)
      await Promise.all(running.map((attempt) => attempt.ended))
    },
  }
}

function awayError(engine: Engine): AppError {
  const { name } = engine.view()
  return new AppError('engine.offline', `${name} does not answer. Recast goes on with this job on another engine.`, {
    detail: { server: name, failover: true },
  })
}

/** Whether a failed attempt's prompt may still be on its server: the way there was lost, and nobody knows that the server forgot it. */
function mayRemain({ code, detail }: AppError): boolean {
  return (code === 'engine.offline' || code === 'engine.lost') && detail?.['forgotten'] !== true
}
