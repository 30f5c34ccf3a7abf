import type { Edit, Sampling } from '#shared/domain/edit'
import type { Timing, TimingTable } from '../database/tables/timings'

/** Names the kind of work for learning: jobs of one name on one engine and size take about the same time. */
export function workOf(job: { edit: Edit; workflowId: string | undefined; sampling: Sampling }): string {
  const { edit } = job
  return [job.workflowId, workName(edit), job.sampling.steps && `${job.sampling.steps} steps`].filter(Boolean).join('/')
}

function workName(edit: Edit): string {
  switch (edit.kind) {
    case 'style':
      return `style/${edit.styleId ?? (edit.styleAssetId === undefined ? 'words' : 'picture')}`
    case 'generate':
    case 'remix':
      return [edit.kind, edit.level].filter(Boolean).join('/')
    case 'reference':
      return `reference/${edit.assetIds.length}`
    case 'story':
      // All scenes in one run take as long as there are scenes.
      return edit.scene === undefined ? `story/${edit.scenes.length} scenes` : 'story'
    case 'upscale':
      return `upscale/${edit.factor}`
    case 'custom':
      return `custom/${edit.workflowId}`
    default:
      return edit.kind
  }
}

/** Half octaves of the pixel count: within one, time differs by at most about a fifth from its middle. */
export function sizeBucket(pixels: number): number {
  return Math.round(Math.log2(Math.max(1, pixels)) * 2)
}

/**
 * Expected milliseconds of a job from what was learned on its engine: the same work, size and warmth if there is one,
 * else the nearest (other size scaled by pixels, other warmth, other work); undefined when the engine is new.
 */
export function expectedMs(
  timings: readonly Timing[],
  wanted: { work: string; sizeBucket: number; cold: boolean },
): number | undefined {
  let best: { rank: number; ms: number } | undefined
  for (const timing of timings) {
    const octaves = (wanted.sizeBucket - timing.sizeBucket) / 2
    const rank = (timing.work === wanted.work ? 0 : 100) + (timing.cold === wanted.cold ? 0 : 10) + Math.min(9, Math.abs(octaves))
    if (!best || rank < best.rank) best = { rank, ms: timing.meanMs * 2 ** octaves }
  }
  return best && Math.round(best.ms)
}

/**
 * Milliseconds left of a running job. Early on the learned time counts, later the job's own pace:
 * both are right about an even pace, and the own pace knows what this machine is doing now.
 */
export function remainingMs(progress: number, elapsedMs: number, expected: number | undefined): number | undefined {
  const own = progress > 0.02 ? (elapsedMs * (1 - progress)) / progress : undefined
  const learned = expected === undefined ? undefined : Math.max(expected * (1 - progress), expected - elapsedMs)
  if (own === undefined || learned === undefined) {
    const only = own ?? learned
    return only === undefined ? undefined : Math.round(only)
  }
  return Math.round(own * progress + learned * (1 - progress))
}

/** Learns and tells times; keeps what an engine's rows say in memory. */
export interface Estimator {
  expected(engineId: string, work: string, pixels: number, cold: boolean): number | undefined
  learn(engineId: string, work: string, pixels: number, cold: boolean, ms: number): void
}

/** Makes the estimator over the timings table. */
export function createEstimator(table: TimingTable): Estimator {
  const known = new Map<string, Timing[]>()
  const ofEngine = (engineId: string): Timing[] => {
    let timings = known.get(engineId)
    if (!timings) known.set(engineId, (timings = table.ofEngine(engineId)))
    return timings
  }
  return {
    expected: (engineId, work, pixels, cold) => expectedMs(ofEngine(engineId), { work, sizeBucket: sizeBucket(pixels), cold }),
    learn(engineId, work, pixels, cold, ms) {
      table.learn({ engineId, work, sizeBucket: sizeBucket(pixels), cold }, ms)
      known.delete(engineId)
    },
  }
}
