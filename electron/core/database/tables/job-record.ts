import type { Edit, Sampling } from '#shared/domain/edit'
import type { ErrorView } from '#shared/domain/error'
import type { JobState, Made } from '#shared/domain/job'

/** A job as the database keeps it, with its picture's name. */
export interface JobRecord {
  seq: number
  id: string
  batchId: string
  /** Undefined until the first result of a job without a picture has become one. */
  pictureId: string | undefined
  pictureName: string
  inputAssetId: string | undefined
  styleAssetId: string | undefined
  edit: Edit
  sampling: Sampling
  workflowId: string | undefined
  seed: number
  engine: string
  engineId: string | undefined
  priority: number
  position: number
  state: JobState
  attempt: number
  tries: number
  notBefore: number
  error: ErrorView | undefined
  notes: string[]
  exportDir: string | undefined
  createdAt: number
  startedAt: number | undefined
  finishedAt: number | undefined
  durationMs: number | undefined
  made: Made | undefined
}

/** What a new job is made of; it begins queued. */
export interface NewJob {
  id: string
  batchId: string
  pictureId: string | undefined
  inputAssetId: string | undefined
  styleAssetId: string | undefined
  edit: Edit
  sampling: Sampling
  workflowId: string | undefined
  seed: number
  engine: string
  priority: number
  position: number
  exportDir: string | undefined
  createdAt: number
  /** What the job calls its picture; undefined: the picture's own name. */
  name: string | undefined
  /** Pictures that the edit names beside those two: kept as long as the job. */
  inputs: readonly string[]
}

/** Columns that may change together with the state; `undefined` empties one. */
export interface JobChanges {
  engineId?: string | undefined
  attempt?: number
  tries?: number
  notBefore?: number
  position?: number
  error?: ErrorView | undefined
  notes?: string[]
  cleared?: number
  startedAt?: number | undefined
  finishedAt?: number | undefined
  durationMs?: number | undefined
  made?: Made | undefined
}

/** A row as the database keeps it. */
export interface JobRow {
  seq: number
  id: string
  batch_id: string
  picture_id: string | null
  picture_name: string
  input_asset_id: string | null
  style_asset_id: string | null
  edit: string
  sampling: string
  workflow_id: string | null
  seed: number
  engine: string
  engine_id: string | null
  priority: number
  position: number
  state: JobState
  attempt: number
  tries: number
  not_before: number
  error: string | null
  notes: string
  export_dir: string | null
  created_at: number
  started_at: number | null
  finished_at: number | null
  duration_ms: number | null
  made: string | null
}

/** Turns a row into the record that the core works with. */
export function recordOfRow(row: JobRow): JobRecord {
  return {
    seq: row.seq,
    id: row.id,
    batchId: row.batch_id,
    pictureId: row.picture_id ?? undefined,
    pictureName: row.picture_name,
    inputAssetId: row.input_asset_id ?? undefined,
    styleAssetId: row.style_asset_id ?? undefined,
    edit: JSON.parse(row.edit) as Edit,
    sampling: JSON.parse(row.sampling) as Sampling,
    workflowId: row.workflow_id ?? undefined,
    seed: row.seed,
    engine: row.engine,
    engineId: row.engine_id ?? undefined,
    priority: row.priority,
    position: row.position,
    state: row.state,
    attempt: row.attempt,
    tries: row.tries,
    notBefore: row.not_before,
    error: row.error === null ? undefined : (JSON.parse(row.error) as ErrorView),
    notes: JSON.parse(row.notes) as string[],
    exportDir: row.export_dir ?? undefined,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    durationMs: row.duration_ms ?? undefined,
    made: row.made === null ? undefined : (JSON.parse(row.made) as Made),
  }
}

/** How each changeable field is kept. The keys are the only names that ever reach a statement's text. */
export const changeColumns: { [K in keyof Required<JobChanges>]: { column: string; encode: (value: unknown) => unknown } } =
  (() => {
    const plain = (column: string) => ({ column, encode: (value: unknown) => value ?? null })
    const json = (column: string) => ({
      column,
      encode: (value: unknown) => (value === undefined ? null : JSON.stringify(value)),
    })
    return {
      engineId: plain('engine_id'),
      attempt: plain('attempt'),
      tries: plain('tries'),
      notBefore: plain('not_before'),
      position: plain('position'),
      error: json('error'),
      notes: json('notes'),
      cleared: plain('cleared'),
      startedAt: plain('started_at'),
      finishedAt: plain('finished_at'),
      durationMs: plain('duration_ms'),
      made: json('made'),
    }
  })()
