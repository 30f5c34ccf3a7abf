import type { Job, Output } from '#shared/domain/job'
import type { View } from '#shared/domain/view'
import { viewKey } from './view-sets'

/** One try of a view: a job and its result, once it has one. */
export interface Take {
  job: Job
  output: Output | undefined
}

/** A view on the sheet with everything that was tried for it. */
export interface SheetCell {
  key: string
  view: View
  /** Oldest first; rejected ones are among them. */
  takes: readonly Take[]
  /** The one that stands for the cell: the best starred, else the newest that is not rejected. */
  best: Take | undefined
  /** The newest that waits or runs. */
  open: Job | undefined
  /** The newest that failed, when nothing has come after it. */
  failed: Job | undefined
}

const isOpen = ({ state }: Job): boolean => state !== 'done' && state !== 'failed' && state !== 'canceled'

/** The jobs that made views of one picture from one version. */
export function jobsOfSheet(jobs: Readonly<Record<string, Job>>, pictureId: string, inputAssetId: string): Job[] {
  return Object.values(jobs)
    .filter((job) => job.pictureId === pictureId && job.inputAssetId === inputAssetId && job.edit.kind === 'perspective')
    .sort((a, b) => a.seq - b.seq)
}

/** The cells of a sheet: the chosen views in their order; where none are chosen, every view that there is, all around and then higher. */
export function cellsOf(views: readonly View[], jobs: readonly Job[]): SheetCell[] {
  const byKey = new Map<string, Job[]>()
  const made = new Map<string, View>()
  for (const job of jobs) {
    if (job.edit.kind !== 'perspective') continue
    const key = viewKey(job.edit.view)
    byKey.set(key, [...(byKey.get(key) ?? []), job])
    made.set(key, job.edit.view)
  }
  const shown = views.length > 0 ? views : [...made.values()].sort(byPlace)
  return shown.map((view) => cellOf(view, byKey.get(viewKey(view)) ?? []))
}

function cellOf(view: View, jobs: readonly Job[]): SheetCell {
  const takes = jobs.flatMap((job): Take[] =>
    job.outputs.length > 0 ? job.outputs.map((output) => ({ job, output })) : [{ job, output: undefined }],
  )
  const finished = takes.filter((take) => take.output !== undefined)
  const kept = finished.filter((take) => take.output?.mark?.rejected !== true)
  const star = (take: Take): number => take.output?.mark?.star ?? 0
  const last = jobs.at(-1)
  return {
    key: viewKey(view),
    view,
    takes: finished,
    // The later of two that are as good.
    best: kept.reduce<Take | undefined>((best, take) => (best && star(best) > star(take) ? best : take), undefined),
    open: jobs.findLast(isOpen),
    failed: last?.state === 'failed' ? last : undefined,
  }
}

/** Order of a turntable: by height, then once around; words without a pose come last. */
export function byPlace(a: View, b: View): number {
  if (!a.pose || !b.pose) return Number(!a.pose) - Number(!b.pose)
  const turn = (degrees: number): number => ((degrees % 360) + 360) % 360
  return a.pose.elevation - b.pose.elevation || turn(a.pose.azimuth) - turn(b.pose.azimuth) || a.pose.distance - b.pose.distance
}

/** A picture of the turntable. */
export interface TurnFrame {
  cell: SheetCell
  take: Take & { output: Output }
}

/** The pictures that a turntable goes through: of each cell the one that stands for it, once around, then the next height. */
export function turnFrames(cells: readonly SheetCell[]): TurnFrame[] {
  return [...cells]
    .sort((a, b) => byPlace(a.view, b.view))
    .flatMap((cell): TurnFrame[] => {
      const { best } = cell
      return best?.output ? [{ cell, take: { job: best.job, output: best.output } }] : []
    })
}
