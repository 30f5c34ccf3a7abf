import { setTimeout as sleep } from 'node:timers/promises'
import type { AppLogger } from '../app'
import type { Tables } from '../database/tables'
import type { LeftPrompt } from '../database/tables/left-prompts'
import type { Engine } from '../engines/engine'
import type { EnginePool } from '../engines/pool'
import { isFinal } from './machine'

/** Prompts that may still run on servers that were away when their attempts were given up: kept in the database, stopped when they return. */
export interface LeftPrompts {
  /** Notes that an attempt's prompt may be on its server; call it in the transaction that ends the attempt, where there is one. */
  leave(prompt: LeftPrompt): void
  /** Notes a prompt that the user has cancelled, and stops it: what its server has not let go of when Recast ends, the next start stops. */
  stop(prompt: LeftPrompt): void
  /** Prompts of a job that may be on this engine, oldest first: one of them may have the result already. */
  of(jobId: string, engineId: string): string[]
  /** A server answers: what nobody waits for any more is stopped there. Never throws. */
  sweep(engineId: string): void
  /** A job has ended: what servers that are here still hold of it is stopped. Never throws. */
  ended(jobId: string): void
  /**
   * Stops what servers hold of these ended jobs (absent: of all) at once, for a process that takes no jobs and so looks at no server by
   * itself. Answers what is not surely over after some seconds, because its server does not answer or goes on: the next start stops it.
   * Never rejects.
   */
  stopNow(jobIds: readonly string[] | undefined): Promise<LeftPrompt[]>
}

/** How long {@link LeftPrompts.stopNow} waits for servers, milliseconds. */
const stopNowMs = 10_000

/** Makes them. */
export function createLeftPrompts(context: {
  tables: Pick<Tables, 'leftPrompts' | 'jobs' | 'attempts'>
  pool: Pick<EnginePool, 'get' | 'probe'>
  logger: AppLogger
}): LeftPrompts {
  const { tables, pool, logger } = context
  /** Being stopped now, and whether that has ended them: no attempt may take them up any more. */
  const stopping = new Map<string, Promise<boolean>>()

  /** Whether somebody may still want its result: a job that waits could come back to this very server. */
  function isWanted({ jobId, engineId }: LeftPrompt): boolean {
    const job = tables.jobs.get(jobId)
    if (!job || isFinal(job.state)) return false
    const active = tables.attempts.activeOfJob(jobId)
    return active === undefined || active.engineId === engineId
  }

  /** Answers whether it is surely over; never rejects. */
  function stop(engine: Engine, prompt: LeftPrompt): Promise<boolean> {
    const { attemptId } = prompt
    const under = stopping.get(attemptId)
    if (under) return under
    const own = discard(engine, prompt).finally(() => stopping.delete(attemptId))
    stopping.set(attemptId, own)
    return own
  }

  async function discard(engine: Engine, { attemptId, jobId }: LeftPrompt): Promise<boolean> {
    try {
      const isOver = (await engine.discard?.(attemptId)) ?? true
      if (isOver) tables.leftPrompts.settle(attemptId)
      logger.info({ job: jobId, attempt: attemptId, engine: engine.id, isOver }, 'a left prompt was stopped')
      return isOver
    } catch (error) {
      // Recast closes, or the disk is full: the row stays, and the next look at the server begins again.
      logger.warn({ err: error, attempt: attemptId, engine: engine.id }, 'a left prompt could not be stopped')
      return false
    }
  }

  /** Looks at its server first: one that does not answer is known at once, not after many tries. */
  async function askAndStop(prompt: LeftPrompt): Promise<boolean> {
    const engine = pool.get(prompt.engineId)
    if (!engine) return true
    await pool.probe(engine.id)
    return engine.view().state === 'ready' && (await stop(engine, prompt))
  }

  function stopAll(prompts: () => LeftPrompt[]): void {
    try {
      for (const prompt of prompts()) {
        const engine = pool.get(prompt.engineId)
        if (engine?.view().state === 'ready' && !isWanted(prompt)) void stop(engine, prompt)
      }
    } catch (error) {
      logger.warn({ err: error }, 'left prompts could not be read')
    }
  }

  const leave = (prompt: LeftPrompt): void => tables.leftPrompts.add(prompt, Date.now())

  return {
    leave,
    stop(prompt) {
      leave(prompt)
      const engine = pool.get(prompt.engineId)
      if (engine?.view().state === 'ready') void stop(engine, prompt)
    },
    of: (jobId, engineId) =>
      tables.leftPrompts
        .ofJob(jobId)
        .filter((prompt) => prompt.engineId === engineId && !stopping.has(prompt.attemptId))
        .map(({ attemptId }) => attemptId),
    sweep: (engineId) => stopAll(() => tables.leftPrompts.onEngine(engineId)),
    ended: (jobId) => stopAll(() => tables.leftPrompts.ofJob(jobId)),
    async stopNow(jobIds) {
      const jobs = jobIds && new Set(jobIds)
      const open = new Set(tables.leftPrompts.all().filter((prompt) => (!jobs || jobs.has(prompt.jobId)) && !isWanted(prompt)))
      const stops = [...open].map(async (prompt) => (await askAndStop(prompt)) && open.delete(prompt))
      const enough = new AbortController()
      await Promise.race([Promise.all(stops), sleep(stopNowMs, undefined, { signal: enough.signal }).catch(() => undefined)])
      enough.abort()
      return [...open]
    },
  }
}
