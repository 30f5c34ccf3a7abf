import { fitsMemory } from '#shared/domain/memory-fit'
import type { Tables } from '../database/tables'
import type { JobRecord, QueuedJob } from '../database/tables/jobs'
import { createAffinity } from '../engines/affinity'
import type { Engine } from '../engines/engine'
import type { GpuUse } from '../engines/gpu-use'
import type { EnginePool } from '../engines/pool'
import { workKey } from './decide'
import { workOf, type Estimator } from './estimate'
import type { EngineCapacity } from './place'
import { expectedPixels } from './room'

/** What capacities are read from. */
export interface CapacityContext {
  pool: EnginePool
  tables: Pick<Tables, 'jobs' | 'assets'>
  estimator: Pick<Estimator, 'expected'>
  jobsOn: (engineId: string) => number
  /** How busy this computer's card is. */
  gpu: GpuUse
}

/** How engines are for a job, with what Recast remembers of both. */
export interface Capacities {
  enginesFor(job: QueuedJob): EngineCapacity[]
  /** Whether another engine is here that could do the job and has not failed it. @param minBytes it must have more memory than this */
  elsewhere(job: JobRecord, engineId: string, minBytes?: number): boolean
  began(job: JobRecord, engine: Engine): void
  /** The job has failed there; `elsewhere`: another engine is to do it. */
  failedOn(jobId: string, engineId: string, elsewhere: boolean): void
  /** Done or cancelled: which engines failed it does not matter any more. */
  ended(jobId: string): void
}

/** Jobs whose facts are kept; more than ever stand at the head of a queue. */
const factsKept = 256

/** Makes the capacities. */
export function createCapacities({ pool, tables, estimator, jobsOn, gpu }: CapacityContext): Capacities {
  const affinity = createAffinity()
  /** Engines that have failed a job. */
  const failed = new Map<string, Set<string>>()
  const facts = new Map<string, { work: string; pixels: number; record: JobRecord }>()
  /** Answers of engines, until one of them is another than it was. */
  const accepted = new Map<string, { view: string; accepts: boolean }>()

  function factsOf(id: string): { work: string; pixels: number; record: JobRecord } | undefined {
    const known = facts.get(id)
    if (known) return known
    const record = tables.jobs.get(id)
    if (!record) return undefined
    const asset = record.inputAssetId === undefined ? undefined : tables.assets.get(record.inputAssetId)
    const made = { work: workOf(record), pixels: expectedPixels({ edit: record.edit, input: asset?.asset }), record }
    if (facts.size >= factsKept) facts.clear()
    facts.set(id, made)
    return made
  }

  /** Whether an engine could do a job: asked once for each state of the engine, because asking binds a whole workflow. */
  function accepts(engine: Engine, record: JobRecord): boolean {
    const { state, edits, workflows, version } = engine.view()
    const view = JSON.stringify([state, edits, workflows, version])
    const key = `${engine.id} ${record.id}`
    const known = accepted.get(key)
    if (known?.view === view) return known.accepts
    const answer = pool.accepts(engine, record.edit, record.workflowId)
    if (accepted.size >= factsKept * 4) accepted.clear()
    accepted.set(key, { view, accepts: answer })
    return answer
  }

  return {
    enginesFor(job) {
      const allowed = pool.candidates(job.engine)
      const [only] = allowed
      // The only engine that may: what it can't do is told by the attempt, or the job would wait without a reason.
      const isOnly = allowed.length === 1
      const bare = (engine: Engine): EngineCapacity => ({
        id: engine.id,
        ready: engine.view().state === 'ready',
        edits: isOnly ? [job.kind] : engine.view().edits,
        slots: pool.slots(engine),
        running: jobsOn(engine.id),
      })
      if (only && isOnly && only.kind === 'draft') return [bare(only)]
      const known = factsOf(job.id)
      if (!known) return []
      return allowed.map((engine) => {
        const capacity = bare(engine)
        const load = engine.load?.()
        const total = load?.memory?.total
        const needs = job.workflowId === null ? undefined : engine.workflows?.()?.get(job.workflowId)?.vramGb
        const expected = (cold: boolean) => estimator.expected(engine.id, known.work, known.pixels, cold)
        return {
          ...capacity,
          ready: capacity.ready && (isOnly || accepts(engine, known.record)),
          others: load?.others ?? 0,
          weight: pool.weight(engine),
          warmth: affinity.warmth(engine.id, workKey(job), job.inputAssetId ?? ''),
          warmMs: expected(false),
          coldMs: expected(true),
          fits: total === undefined || needs === undefined ? undefined : fitsMemory(needs, total),
          freeBytes: load?.memory?.free,
          // Asked only where it can make a difference: a server of this computer's card among several.
          use: allowed.length > 1 && isHere(engine) && load?.memory ? gpu.latest() : undefined,
          avoid: failed.get(job.id)?.has(engine.id) ?? false,
        }
      })
    },
    elsewhere(job, engineId, minBytes) {
      return pool.candidates(job.engine).some((engine) => {
        if (engine.id === engineId || failed.get(job.id)?.has(engine.id) === true) return false
        if (engine.view().state !== 'ready' || pool.slots(engine) === 0) return false
        if (minBytes !== undefined && (engine.load?.()?.memory?.total ?? 0) <= minBytes) return false
        return accepts(engine, job)
      })
    },
    began(job, engine) {
      affinity.note(engine.id, workKey(queuedForm(job)), job.inputAssetId ?? '')
    },
    failedOn(jobId, engineId, elsewhere) {
      // Its process may have ended; what it had loaded is not known any more.
      affinity.forget(engineId)
      if (!elsewhere) return
      const engines = failed.get(jobId) ?? new Set()
      failed.set(jobId, engines.add(engineId))
    },
    ended(jobId) {
      failed.delete(jobId)
      facts.delete(jobId)
    },
  }
}

/** Whether an engine works on this computer. */
function isHere({ kind, id }: Engine): boolean {
  return kind === 'local' || (kind === 'remote' && /^https?:\/\/(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])[:/]?/i.test(id))
}

/** The fields of a job by which its work is named, as the queue has them. */
function queuedForm(job: JobRecord): Pick<QueuedJob, 'kind' | 'workflowId' | 'styleAssetId'> {
  return { kind: job.edit.kind, workflowId: job.workflowId ?? null, styleAssetId: job.styleAssetId ?? null }
}
