import type { AppError } from '#shared/domain/error'
import type { QueuedJob } from '../database/tables/jobs'
import { faultOf } from './fault'
import { place, type EngineCapacity } from './place'

/** The queue at one moment. */
export interface Situation {
  paused: boolean
  /** Jobs in flight over all engines, and how many there may be. */
  inFlight: number
  maxInFlight: number
  /** Due jobs in the order of the queue: the first ones, and at least the first of each kind of work. */
  heads: readonly QueuedJob[]
  /** Engines that the job's wish allows, best first, as they are for this job. */
  enginesFor(job: QueuedJob): readonly EngineCapacity[]
}

/** The next job to start and where; undefined when none can start now. */
export interface Choice {
  jobId: string
  engineId: string
}

/** The brief's number of jobs in flight, where nobody has set another. */
const usualInFlight = 3

/**
 * Jobs that may be in flight over all engines.
 * @param set the user's number; 0 for none @param lookAhead what the engines that are ready want together: one that runs, one behind it
 */
export function jobsInFlight(set: number, lookAhead: number): number {
  return set > 0 ? set : Math.max(usualInFlight, lookAhead)
}

/** Places in the queue by which a job may be overtaken by one whose models are loaded, by priority: people wait for interactive ones. */
const patience = [2, 8] as const

/** Names the work that jobs share: the same workflow and models, perhaps for different photos. */
export function workKey(job: Pick<QueuedJob, 'kind' | 'workflowId' | 'styleAssetId'>): string {
  return job.workflowId ?? `${job.kind}${job.styleAssetId === null ? '' : '/picture'}`
}

/**
 * Chooses the next job: the first of the queue for which some allowed engine is ready, able and has a slot, on the engine where it is
 * expected to end first (see `place`). Where that engine would have to load other models for it, a job a few places later whose models
 * are loaded goes first: switching models can take longer than a job.
 */
export function choose(situation: Situation): Choice | undefined {
  if (situation.paused || situation.inFlight >= situation.maxInFlight) return undefined
  const { heads } = situation
  const works = new Map<string, number>()
  for (const job of heads) works.set(workKey(job), (works.get(workKey(job)) ?? 0) + 1)
  for (const [at, job] of heads.entries()) {
    const placed = place(job.kind, situation.enginesFor(job), works.get(workKey(job)) ?? 1)
    if (placed === 'none' || placed === 'wait') continue
    const engine = placed.to
    const passes = (engine.warmth ?? 'cold') === 'cold' ? overtakes(situation, at, engine.id) : undefined
    return { jobId: (passes ?? job).id, engineId: engine.id }
  }
  return undefined
}

/** The first job soon after the one at `at` for which this engine is warm and the best place. */
function overtakes({ heads, enginesFor }: Situation, at: number, engineId: string): QueuedJob | undefined {
  const leader = heads[at]
  if (!leader) return undefined
  const limit = patience[Math.min(leader.priority, patience.length - 1)] ?? 0
  for (const job of heads.slice(at + 1)) {
    if (job.priority !== leader.priority || job.position - leader.position > limit) return undefined
    const engines = enginesFor(job)
    const here = engines.find((engine) => engine.id === engineId)
    if (!here || (here.warmth ?? 'cold') === 'cold') continue
    const placed = place(job.kind, engines, 1)
    if (typeof placed === 'object' && placed.to.id === engineId) return job
  }
  return undefined
}

/** Attempts in a row that may fail by themselves before the user is asked. */
export const maxTries = 3
/** The same where each try can go to another engine. */
export const maxTriesElsewhere = 6
const firstWaitMs = 1_000
/** Long enough for a batch that fell off a server not to be claimed within one turn. */
const elsewhereWaitMs = 100
/** No back-off is longer than this; a stored wait that is must come from a clock that was set back. */
export const longestWaitMs = 60_000

/** What happens to a job whose attempt has failed. */
export type AfterFailure = { again: true; waitMs: number } | { again: false }

/**
 * Decides on another try. What is the engine's fault goes to another one at once, if there is one, at most {@link maxTriesElsewhere}
 * attempts. Else only what may go away by itself is tried again, at most {@link maxTries} attempts,
 * waiting 1 s, 4 s, … with up to half of that added or taken away, so that many jobs don't knock together.
 * @param tries attempts that have failed, this one included. @param random 0..1.
 * @param elsewhere another engine is ready that could do it and has not failed it (for want of memory: one with more of it)
 */
export function afterFailure(
  error: Pick<AppError, 'retry' | 'code' | 'detail'>,
  tries: number,
  random: number,
  elsewhere = false,
): AfterFailure {
  const fault = faultOf(error)
  if (elsewhere && tries < maxTriesElsewhere && (fault === 'server' || fault === 'unfit' || fault === 'memory')) {
    return { again: true, waitMs: Math.round(elsewhereWaitMs * random) }
  }
  if (error.retry !== 'auto' || tries >= maxTries) return { again: false }
  const wait = firstWaitMs * 4 ** (tries - 1)
  return { again: true, waitMs: Math.round(Math.min(longestWaitMs, wait * (0.5 + random))) }
}
