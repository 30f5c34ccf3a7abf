import { setTimeout as sleep } from 'node:timers/promises'
import type { CallHandlers } from '#shared/contract/calls'
import type { EngineView } from '#shared/domain/engine'
import { AppError, toAppError } from '#shared/domain/error'
import type { Tables } from '../../database/tables'
import type { AttemptRecord } from '../../database/tables/attempts'
import { secretsRemoved } from '../../diagnostics/redact'
import type { Queue } from '../../jobs/queue'
import type { Scheduler } from '../../jobs/scheduler'
import type { WorkflowLibrary } from '../../workflows/load'
import { viewOfWorkflow } from '../../workflows/view'
import { readAddress } from '../comfyui/address'
import type { Engine } from '../engine'
import type { EnginePool } from '../pool'
import { askAddress, discoverLocal } from './discovery'
import { accessOf, checkAccess, sameComputer, type SavedServers } from './saved-servers'

/** What the handlers of `engines.*` work with. */
export interface EngineHandlerContext {
  pool: EnginePool
  servers: SavedServers
  library: () => Promise<WorkflowLibrary>
  /** Absent: ComfyUI's usual ones. */
  discoveryPorts: readonly number[] | undefined
  jobsOn: (engineId: string) => number
  tables: Pick<Tables, 'attempts' | 'jobs' | 'leftPrompts'>
  queue: Pick<Queue, 'cancel'>
  scheduler: Pick<Scheduler, 'isDriven'>
}

type EngineHandlers = Pick<CallHandlers, Extract<keyof CallHandlers, `engines.${string}`>>

/** A test of an address waits this long: one that sleeps says so before, one that hangs is told as such. */
const testMs = 15_000
/** How long a removal waits for cancelled jobs to let go of their server, and how far apart it looks, milliseconds. */
const letGo = { longest: 6_000, look: 20 }

/** Makes the handlers of `engines.*`. */
export function createEngineHandlers(context: EngineHandlerContext): EngineHandlers {
  const { pool, servers, tables } = context

  function engineAt(address: string): Engine {
    const engine = pool.get(address)
    if (engine) return engine
    throw new AppError('input.unknown_engine', `There is no engine "${address}". Give the address of a ComfyUI server.`, {
      detail: { engine: address },
    })
  }

  function needIdle(id: string, what: string): void {
    const jobs = context.jobsOn(id)
    if (jobs === 0) return
    throw new AppError(
      'input.conflict',
      `${jobs === 1 ? 'A job runs' : `${jobs} jobs run`} on ${id}. Drain it and wait, or cancel them, then ${what}.`,
      { detail: { engine: id, jobs } },
    )
  }

  /** Jobs that a server's removal would leave without it: begun there, by this process or a former one, or waiting for it alone. */
  function boundTo(id: string): { attempts: AttemptRecord[]; waiting: string[] } {
    const waitsHere = ({ engine }: { engine: string }): boolean => {
      const others = pool.candidates(engine)
      return others.length === 1 && others[0]?.id === id
    }
    const waiting = tables.jobs.waitingFor().filter(waitsHere)
    return { attempts: tables.attempts.activeOn(id), waiting: waiting.map((job) => job.id) }
  }

  async function needUnbound(id: string, cancelJobs: boolean): Promise<void> {
    const { attempts, waiting } = boundTo(id)
    const ids = [...attempts.map(({ jobId }) => jobId), ...waiting]
    if (ids.length === 0) return
    if (!cancelJobs) {
      const runs = attempts.length === 1 ? 'one job runs there' : `${attempts.length} jobs run there`
      const waits = waiting.length === 1 ? 'one job waits for it' : `${waiting.length} jobs wait for it`
      const work = [...(attempts.length > 0 ? [runs] : []), ...(waiting.length > 0 ? [waits] : [])].join(', ')
      throw new AppError(
        'input.conflict',
        `${id} still has work: ${work}. Wait until that has ended, or cancel it with the removal ("recast engines remove --cancel-jobs").`,
        { detail: { engine: id, jobs: ids.length, running: attempts.length, waiting: waiting.length } },
      )
    }
    await context.queue.cancel(ids)
    const giveUpAt = performance.now() + letGo.longest
    while (attempts.some(({ id: attempt }) => context.scheduler.isDriven(attempt)) && performance.now() < giveUpAt)
      await sleep(letGo.look)
  }

  function needSaved(id: string): string {
    const saved = servers.get(id)
    if (saved) return saved.address
    throw new AppError('input.not_found', `${id} was not added. "recast engines" lists the servers that were.`, {
      detail: { engine: id, known: servers.all().map(({ address }) => address) },
    })
  }

  /** The same server under the names that this computer has for itself. */
  const isAdded = (address: string): boolean => {
    const known = servers.all().map((server) => server.address)
    return known.includes(address) || sameComputer(address, known) !== undefined
  }

  async function told(id: string): Promise<EngineView> {
    const engine = engineAt(id)
    await pool.probe(engine.id)
    pool.refresh(engine.id)
    return pool.view(engine)
  }

  return {
    async 'engines.list'({ probe }) {
      if (probe) await Promise.all(pool.views().map((engine) => pool.probe(engine.id)))
      return { engines: pool.views() }
    },

    async 'engines.add'({ address, ...values }) {
      const { record, created, accessChanged } = servers.plan(address, values)
      const { address: id } = record
      if (accessChanged) {
        needIdle(id, 'change how it is reached')
        await servers.put(record)
        // The next use makes it anew, with what was given.
        await pool.forget(id)
      } else await servers.put(record)
      return { engine: await told(id), created }
    },

    async 'engines.update'({ id, ...values }) {
      const { record } = servers.plan(needSaved(id), values)
      await servers.put(record)
      const engine = engineAt(record.address)
      if (engine.view().state === 'starting') return { engine: await told(engine.id) }
      pool.refresh(engine.id)
      return { engine: pool.view(engine) }
    },

    async 'engines.remove'({ id, cancelJobs }) {
      const address = needSaved(id)
      await needUnbound(address, cancelJobs)
      servers.remove(address)
      // Closing waits a little for what is being stopped there.
      await pool.forget(address)
      return { id: address, goesOn: tables.leftPrompts.onEngine(address).length }
    },

    async 'engines.test'({ address, ...given }) {
      const { http } = readAddress(address)
      const typed = checkAccess(given)
      const saved = servers.get(http)
      const access = {
        ...accessOf(saved),
        ...(typed.headers ? { locked: undefined } : {}),
        ...typed,
      }
      const startedAt = performance.now()
      const ms = (): number => Math.round(performance.now() - startedAt)
      const patience = AbortSignal.timeout(testMs)
      try {
        const { version, device } = await askAddress(http, access, patience)
        return { found: { address: http, ...(version === undefined ? {} : { version }), device, added: isAdded(http) }, ms: ms() }
      } catch (thrown) {
        const error = patience.aborted
          ? new AppError(
              'engine.offline',
              `${http} gave no answer in ${testMs / 1000} s. If it sleeps, add it: Recast waits for it.`,
            )
          : toAppError(thrown)
        return { error: secretsRemoved(error.toView()), ms: ms() }
      }
    },

    'engines.discover': async () => ({ found: await discoverLocal(isAdded, context.discoveryPorts) }),

    async 'engines.readiness'({ id }) {
      const all = [...(await context.library()).workflows.values()]
      if (id !== undefined) await pool.probe(engineAt(id).id)
      else pool.views()
      const asked = id === undefined ? pool.all() : [engineAt(id)]
      return {
        engines: asked
          .filter((engine) => engine.workflows && (engine.isPresent?.() ?? true))
          .map((engine) => ({
            engine: pool.view(engine),
            workflows: all.map((workflow) => viewOfWorkflow(workflow, engine.workflows?.()?.get(workflow.id))),
          })),
      }
    },
  }
}
