import type { GenerateEdit, LevelOfDetail } from '#shared/domain/edit'
import type { Job } from '#shared/domain/job'

/** A level of a way and what was made at it, the oldest first. */
export interface PathStep {
  level: LevelOfDetail
  jobs: readonly Job[]
}

const order: readonly LevelOfDetail[] = ['sketch', 'mid', 'final', 'direct_final']

/** The jobs of these batches that make pictures from words, by their level; levels of which there is nothing are left out. */
export function pathSteps(jobs: readonly Job[], batchIds: readonly string[]): PathStep[] {
  const wanted = new Set(batchIds)
  const mine = jobs.filter((job) => wanted.has(job.batchId) && job.edit.kind === 'generate').toSorted((a, b) => a.seq - b.seq)
  return order
    .map((level) => ({ level, jobs: mine.filter((job) => (job.edit as GenerateEdit).level === level) }))
    .filter((step) => step.jobs.length > 0)
}

/** Where one can go from a picture of this level: on to the middle, or to the end. What is final is the end. */
export function nextLevels(job: Job): ('mid' | 'final')[] {
  if (job.state !== 'done' || job.edit.kind !== 'generate' || job.outputs.length === 0) return []
  if (job.edit.level === 'sketch') return ['mid', 'final']
  return job.edit.level === 'mid' ? ['final'] : []
}

/** Which sketch (from 1) a picture of a way goes back to; undefined where that is not among the steps. */
export function sketchOf(job: Job, steps: readonly PathStep[]): number | undefined {
  const sketches = steps.find(({ level }) => level === 'sketch')?.jobs ?? []
  const all = new Map(steps.flatMap((step) => step.jobs).map((each) => [each.id, each]))
  const seen = new Set<string>()
  for (let at: Job | undefined = job; at && !seen.has(at.id);) {
    seen.add(at.id)
    const index = sketches.findIndex(({ id }) => id === at?.id)
    if (index >= 0) return index + 1
    const from: string | undefined = at.edit.kind === 'generate' ? at.edit.from?.jobId : undefined
    at = from === undefined ? undefined : all.get(from)
  }
  return undefined
}
